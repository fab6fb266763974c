"""The figures of statistics, against examples calculated by hand, and what holds of any attempts."""

from __future__ import annotations

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.quizzes.statistics import figures as statistics
from app.quizzes.statistics.figures import Pair

# Five attempts at two questions, each worth half of the quiz. By hand:
#   x1: 50 50 0 50 0    mean 30, deviations 20 20 −30 20 −30, variance (3·400 + 2·900)/4 = 750
#   x2: 50 0 0 50 50    the same
#   X:  100 50 0 100 50 mean 60, deviations 40 −10 −60 40 −10, variance (1600 + 100 + 3600 + 1600 + 100)/4 = 1750
#   cov(x1, x2) = (400 − 600 + 900 + 400 − 600)/4 = 125
FIRST = [(50.0, 100.0), (50.0, 50.0), (0.0, 0.0), (50.0, 100.0), (0.0, 50.0)]
SECOND = [(50.0, 100.0), (0.0, 50.0), (0.0, 0.0), (50.0, 100.0), (50.0, 50.0)]
TOTALS = [(0.0, 1), (50.0, 2), (100.0, 2)]


def pairs(values: list[tuple[float, float]]) -> list[Pair]:
    return [Pair(x, total) for x, total in values]


def test_an_item_by_hand() -> None:
    figures = statistics.item_figures(pairs(FIRST), 50)
    assert figures.attempts == 5
    assert figures.facility == pytest.approx(60)  # 30 of 50
    assert figures.deviation == pytest.approx(2 * 750**0.5)
    assert figures.discrimination == pytest.approx(100 * 125 / 750)
    # Sorted, both are 0 0 50 50 50: their covariance is the variance.
    assert figures.efficiency == pytest.approx(100 * 125 / 750)


def test_efficiency_where_the_rest_is_spread_otherwise() -> None:
    """x: 0 0 10; y: 20 0 10. cov = 0; sorted, x 0 0 10 with y 0 10 20 gives (33.3 − 0 + 66.7)/2 = 50."""
    item = [Pair(0, 20), Pair(0, 0), Pair(10, 20)]
    assert statistics.greatest_covariance([(0, 2), (10, 1)], [(20, 1), (0, 1), (10, 1)]) == pytest.approx(50)
    assert statistics.item_figures(item, 10).efficiency == pytest.approx(0)
    better = [Pair(0, 10), Pair(0, 0), Pair(10, 30)]  # y: 10 0 20 goes with x as far as it can
    assert statistics.item_figures(better, 10).efficiency == pytest.approx(100)
    assert statistics.item_figures(better, 10).discrimination == pytest.approx(86.6025, abs=1e-3)  # √3/2


def test_a_quiz_by_hand() -> None:
    places = [[(x, 1) for x, _total in FIRST], [(x, 1) for x, _total in SECOND]]
    figures = statistics.quiz_figures(TOTALS, places)
    assert figures.attempts == 5
    assert figures.mean == pytest.approx(60)
    assert figures.median == 50
    assert figures.deviation == pytest.approx(1750**0.5)
    # m3 = (64000 − 1000 − 216000 + 64000 − 1000)/5 = −18000; k3 = 25 · −18000/12 = −37500
    assert figures.skewness == pytest.approx(-37500 / 1750**1.5)
    # m2 = 1400, m4 = 3 620 000; k4 = 25(6·3 620 000 − 12·1400²)/24 = −1 875 000
    assert figures.kurtosis == pytest.approx(-1_875_000 / 1750**2)
    assert figures.consistency == pytest.approx(100 * 2 * (1 - 1500 / 1750))
    assert figures.error_ratio == pytest.approx(100 * (1 - 2 / 7) ** 0.5)
    assert figures.standard_error == pytest.approx((1 - 2 / 7) ** 0.5 * 1750**0.5)


def test_effective_weights_by_hand() -> None:
    """cov(x1, X) = 750 + 125 for both, so each has half; one that goes against the rest has none to show."""
    weights = statistics.effective_weights({"one": pairs(FIRST), "two": pairs(SECOND)})
    assert weights == {"one": pytest.approx(50), "two": pytest.approx(50)}
    against = [Pair(10, 0), Pair(0, 90)]
    assert statistics.effective_weights({"one": pairs(FIRST), "two": against}) == {
        "one": pytest.approx(100),
        "two": None,
    }


@pytest.mark.parametrize(
    ("totals", "undefined"),
    [
        ([], {"mean", "median", "deviation", "skewness", "kurtosis", "consistency"}),
        ([(50.0, 1)], {"deviation", "skewness", "kurtosis", "consistency"}),
        ([(50.0, 1), (60.0, 1)], {"skewness", "kurtosis", "consistency"}),
        ([(50.0, 1), (60.0, 2)], {"kurtosis"}),
        ([(50.0, 4)], {"skewness", "kurtosis", "consistency", "error_ratio", "standard_error"}),
    ],
)
def test_what_is_undefined_is_none_and_never_nothing(totals: list[tuple[float, int]], undefined: set[str]) -> None:
    half = [(total / 2, count) for total, count in totals]
    figures = statistics.quiz_figures(totals, [half, half])
    for name in ("mean", "median", "deviation", "skewness", "kurtosis", "consistency"):
        assert (getattr(figures, name) is None) == (name in undefined), name


def test_items_without_spread_have_no_discrimination() -> None:
    all_right = [Pair(50, 100), Pair(50, 50), Pair(50, 100)]
    figures = statistics.item_figures(all_right, 50)
    assert (figures.facility, figures.deviation) == (pytest.approx(100), 0)
    assert figures.discrimination is None and figures.efficiency is None
    assert statistics.item_figures([Pair(50, 100)], 50).deviation is None


@pytest.mark.parametrize(
    ("totals", "bounds"),
    [
        ([(0, 1), (50, 1), (100, 1)], (50, 100)),
        ([(0, 10), (100, 10)], (100, 100)),
        ([(70, 9)], (70, inf)),
        ([(10, 3), (20, 3), (30, 3)], (20, 30)),
    ],
)
def test_thirds(totals: list[tuple[float, int]], bounds: tuple[float, float]) -> None:
    """Ties stay together: a third may be larger than another, or empty."""
    assert statistics.thirds(totals) == bounds


items = st.lists(
    st.tuples(st.integers(0, 4), st.integers(0, 12), st.integers(1, 5)).map(
        lambda drawn: Pair(drawn[0] * 5.0, drawn[0] * 5.0 + drawn[1] * 5.0, drawn[2])
    ),
    min_size=1,
    max_size=20,
)


@given(items)
def test_counted_pairs_are_as_many_single_ones(found: list[Pair]) -> None:
    singly = [Pair(pair.x, pair.total) for pair in found for _time in range(pair.count)]
    counted, single = statistics.item_figures(found, 20), statistics.item_figures(singly, 20)
    for name in ("facility", "deviation", "discrimination", "efficiency"):
        one, other = getattr(counted, name), getattr(single, name)
        assert (one is None) == (other is None), name
        if one is not None:
            assert one == pytest.approx(other, abs=1e-6), name


@given(items)
def test_bounds(found: list[Pair]) -> None:
    figures = statistics.item_figures(found, 20)
    assert figures.facility is not None and -1e-9 <= figures.facility <= 100 + 1e-9
    for value in (figures.discrimination, figures.efficiency):
        assert value is None or value <= 100 + 1e-6
    assert figures.discrimination is None or figures.discrimination >= -100 - 1e-6
    if figures.discrimination is not None and figures.efficiency is not None:
        # No order of the same values goes together better than the sorted one.
        assert abs(figures.discrimination) <= abs(figures.efficiency) + 1e-6
        assert (figures.discrimination > 1e-6) <= (figures.efficiency > 0)


@given(st.lists(st.tuples(st.integers(0, 20).map(float), st.integers(1, 4)), min_size=1, max_size=12))
def test_the_median_is_that_of_the_values_one_by_one(values: list[tuple[float, int]]) -> None:
    singly = sorted(value for value, count in values for _time in range(count))
    middle = len(singly) // 2
    expected = singly[middle] if len(singly) % 2 else (singly[middle - 1] + singly[middle]) / 2
    assert statistics.median(values) == expected
