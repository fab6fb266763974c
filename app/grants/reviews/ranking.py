"""What reviews come to: the score of one, and where applications stand by all of theirs. Pure.

The score of a review is the mean of its criteria's shares, each counted by its weight, in percent. An application's is
the mean of its reviews. The spread is said by two figures: the standard deviation over all reviews of the application
(they are all there are, so it divides by their number), and the lowest and highest.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from math import lcm, sqrt

from ..calls.questionnaire import Criterion

_TENTH = Decimal("0.1")


def score(criteria: Sequence[Criterion], points: Mapping[str, int]) -> Fraction | None:
    """The score of one review, 0 to 100; None where there is nothing to score.

    A criterion that came after the review was written is left out of it; points beyond what one gives count as all.
    """
    scored = [criterion for criterion in criteria if criterion.key in points]
    weight = sum(criterion.weight for criterion in scored)
    if not weight:
        return None
    whole = lcm(*(criterion.points for criterion in scored))  # in whole numbers first: a list has thousands of reviews
    counted = sum(
        criterion.weight * max(0, min(points[criterion.key], criterion.points)) * (whole // criterion.points)
        for criterion in scored
    )
    return Fraction(100 * counted, weight * whole)


@dataclass(frozen=True, slots=True)
class Summary:
    """What the reviews of one application come to, in percent, to a tenth, as it is shown. Empty: none has a score."""

    count: int
    mean: Decimal | None = None
    deviation: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None


def summary(scores: Sequence[Fraction]) -> Summary:
    """The mean and the spread of an application's scores; one review alone has no spread."""
    count = len(scores)
    if not count:
        return Summary(0)
    exact = sum(scores, Fraction()) / count
    if count == 1:
        return Summary(1, tenths(exact))
    variance = sum(float(one - exact) ** 2 for one in scores) / count
    return Summary(count, tenths(exact), tenths(sqrt(variance)), tenths(min(scores)), tenths(max(scores)))


def mean(scores: Sequence[Fraction]) -> Decimal | None:
    """The mean alone, as `summary` has it: what places are made of, at a part of the cost."""
    return tenths(sum(scores, Fraction()) / len(scores)) if scores else None


def tenths(value: Fraction | float) -> Decimal:
    """To a tenth, halves up."""
    exact = Decimal(value.numerator) / Decimal(value.denominator) if isinstance(value, Fraction) else Decimal(value)
    return exact.quantize(_TENTH, ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Place:
    """Where an application stands: 1 is the best. `tied`: another has the same mean, as it is shown."""

    number: int
    tied: bool


def places(means: Mapping[int, Decimal]) -> dict[int, Place]:
    """The place of each application by its mean, best first. Equal means, as shown, share a place.

    A tie is never broken here: that is for the committee to do, with a reason.
    """
    place_of: dict[Decimal, Place] = {}
    number = 1
    for value, count in sorted(Counter(means.values()).items(), reverse=True):
        place_of[value] = Place(number, count > 1)
        number += count
    found = {application: place_of[value] for application, value in means.items()}
    return dict(sorted(found.items(), key=lambda item: (item[1].number, item[0])))
