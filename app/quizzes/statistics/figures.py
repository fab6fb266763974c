"""What a quiz's attempts say of the quiz and of each question. Pure.

Formulas: Moodle's "Quiz statistics calculations" (docs.moodle.org/dev), as docs/statistics.md states them. Values are
in percent of the whole quiz, so that attempts at editions with other marks can stand side by side: `x` is what an
item earned of it, `X` what the attempt did, and y = X − x the rest. A figure that is undefined, since a variance is
zero or the attempts are too few, is None, never 0.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import inf, sqrt

EPSILON = 1e-9  # a variance under it is a rounding error of zero

Weighted = Sequence[tuple[float, int]]
"""Values, and how many attempts have each."""


@dataclass(frozen=True, slots=True)
class Pair:
    """So many attempts in which an item earned `x` and the whole quiz `total`, both in percent of the whole."""

    x: float
    total: float
    count: int = 1

    @property
    def rest(self) -> float:
        return self.total - self.x


@dataclass(frozen=True, slots=True)
class ItemFigures:
    """All but `attempts` in percent. `intended` is the part of the marks, `effective` of what makes results differ."""

    attempts: int
    facility: float | None
    deviation: float | None
    discrimination: float | None
    efficiency: float | None
    intended: float
    effective: float | None = None


@dataclass(frozen=True, slots=True)
class QuizFigures:
    """Mean, median, deviation, standard error: in percent of the whole quiz; consistency, error ratio: in percent."""

    attempts: int
    mean: float | None
    median: float | None
    deviation: float | None
    skewness: float | None
    kurtosis: float | None
    consistency: float | None
    error_ratio: float | None
    standard_error: float | None


def mean(values: Weighted) -> float | None:
    count = sum(n for _value, n in values)
    return sum(value * n for value, n in values) / count if count else None


def median(values: Weighted) -> float | None:
    """The middle value, or the mean of the two in the middle."""
    ordered = sorted(values)
    count = sum(n for _value, n in ordered)
    if not count:
        return None
    middle, seen = [], 0
    for value, n in ordered:
        # The places, from 0, of the two in the middle; the same one twice where their number is odd.
        middle += [value for place in ((count - 1) // 2, count // 2) if seen <= place < seen + n]
        seen += n
    return sum(middle) / 2


def central_moment(values: Weighted, power: int) -> float:
    """m_r = Σ(X − X̄)^r / s, of at least one value."""
    centre = mean(values)
    assert centre is not None
    count = sum(n for _value, n in values)
    return sum((value - centre) ** power * n for value, n in values) / count


def variance(values: Weighted) -> float | None:
    """Σ(x − x̄)² / (s − 1); None for fewer than two."""
    count = sum(n for _value, n in values)
    return central_moment(values, 2) * count / (count - 1) if count > 1 else None


def covariance(pairs: Iterable[tuple[float, float, int]]) -> float | None:
    """Of values, values and how often they met: Σ(x − x̄)(y − ȳ) / (s − 1); None for fewer than two."""
    pairs = list(pairs)
    count = sum(n for _x, _y, n in pairs)
    if count < 2:
        return None
    x_mean = sum(x * n for x, _y, n in pairs) / count
    y_mean = sum(y * n for _x, y, n in pairs) / count
    return sum((x - x_mean) * (y - y_mean) * n for x, y, n in pairs) / (count - 1)


def greatest_covariance(xs: Weighted, ys: Weighted) -> float | None:
    """The covariance of the same values, each sorted and then paired."""
    return covariance(_paired(sorted(xs), sorted(ys)))


def _paired(xs: Weighted, ys: Weighted) -> Iterable[tuple[float, float, int]]:
    """The two in step, in runs of the same pair."""
    others = iter(ys)
    y, left = next(others, (0.0, 0))
    for x, count in xs:
        while count and left:
            run = min(count, left)
            yield x, y, run
            count, left = count - run, left - run
            if not left:
                y, left = next(others, (0.0, 0))


def item_figures(pairs: Sequence[Pair], intended: float) -> ItemFigures:
    """What the attempts say of one item, which is worth `intended` percent of the quiz. `effective` is left open."""
    xs = [(pair.x, pair.count) for pair in pairs]
    rests = [(pair.rest, pair.count) for pair in pairs]
    average, spread, rest_spread = mean(xs), variance(xs), variance(rests)
    together = covariance((pair.x, pair.rest, pair.count) for pair in pairs)
    discrimination = efficiency = None
    if together is not None and spread and rest_spread and min(spread, rest_spread) > EPSILON:
        discrimination = 100 * together / sqrt(spread * rest_spread)
        best = greatest_covariance(xs, rests)
        efficiency = 100 * together / best if best and best > EPSILON else None
    of_whole = 100 / intended if intended else 0.0
    return ItemFigures(
        attempts=sum(pair.count for pair in pairs),
        facility=None if average is None else average * of_whole,
        deviation=None if spread is None else sqrt(max(spread, 0.0)) * of_whole,
        discrimination=discrimination,
        efficiency=efficiency,
        intended=intended,
    )


def effective_weights(items: Mapping[str, Sequence[Pair]]) -> dict[str, float | None]:
    """100 · √cov(x, X) / Σ √cov(x, X), by the items' names; None where the covariance is negative or unknown."""
    roots: dict[str, float | None] = {}
    for name, pairs in items.items():
        together = covariance((pair.x, pair.total, pair.count) for pair in pairs)
        roots[name] = sqrt(max(together, 0.0)) if together is not None and together > -EPSILON else None
    whole = sum(root for root in roots.values() if root)
    return {name: 100 * root / whole if root is not None and whole else None for name, root in roots.items()}


def quiz_figures(totals: Weighted, places: Sequence[Weighted]) -> QuizFigures:
    """What the attempts say of the quiz: `totals` are their X; `places` what each of its p places earned of it."""
    count = sum(n for _value, n in totals)
    spread = variance(totals)
    consistency = error_ratio = standard_error = None
    p = len(places)
    if count > 2 and p > 1 and spread is not None and spread > EPSILON:
        spreads = sum(variance(place) or 0.0 for place in places)
        consistency = 100 * p / (p - 1) * (1 - spreads / spread)
        if consistency <= 100:
            error_ratio = 100 * sqrt(1 - consistency / 100)
            standard_error = error_ratio * sqrt(spread) / 100
    return QuizFigures(
        attempts=count,
        mean=mean(totals),
        median=median(totals),
        deviation=None if spread is None else sqrt(spread),
        skewness=_skewness(totals, count, spread),
        kurtosis=_kurtosis(totals, count, spread),
        consistency=consistency,
        error_ratio=error_ratio,
        standard_error=standard_error,
    )


def _skewness(totals: Weighted, s: int, k2: float | None) -> float | None:
    """k3 / k2^1.5 with k3 = s²·m3 / ((s − 1)(s − 2))."""
    if s < 3 or not k2 or k2 <= EPSILON:
        return None
    k3 = s**2 * central_moment(totals, 3) / ((s - 1) * (s - 2))
    return float(k3 / k2**1.5)


def _kurtosis(totals: Weighted, s: int, k2: float | None) -> float | None:
    """k4 / k2² with k4 = s²((s + 1)m4 − 3(s − 1)m2²) / ((s − 1)(s − 2)(s − 3))."""
    if s < 4 or not k2 or k2 <= EPSILON:
        return None
    m2, m4 = central_moment(totals, 2), central_moment(totals, 4)
    k4 = s**2 * ((s + 1) * m4 - 3 * (s - 1) * m2**2) / ((s - 1) * (s - 2) * (s - 3))
    return float(k4 / k2**2)


def thirds(totals: Weighted) -> tuple[float, float]:
    """The results at which the middle and the best third of the attempts begin, as near as ties allow."""
    summed: Counter[float] = Counter()
    for value, n in totals:
        summed[value] += n
    count, seen = sum(summed.values()), 0
    bounds: list[float] = []
    for value, n in sorted(summed.items()):
        while len(bounds) < 2 and seen + n / 2 > count * (len(bounds) + 1) / 3:
            bounds.append(value)
        seen += n
    bounds += [inf] * (2 - len(bounds))
    return bounds[0], bounds[1]
