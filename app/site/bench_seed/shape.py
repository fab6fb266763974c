"""How large a network is."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import sqrt


@dataclass(frozen=True, slots=True)
class Shape:
    """How many there are of what. `activities` are rows of progress, met to within a few in ten thousand."""

    cities: int
    courses: int
    people: int
    enrolments: int
    activities: int

    def scaled(self, scale: float) -> Shape:
        """As much smaller or larger, with as many enrolments for each city in each course as before."""
        side = sqrt(scale)
        return Shape(
            cities=max(round(self.cities * side), 4),
            courses=max(round(self.courses * side), 6),
            people=max(round(self.people * scale), 60),
            enrolments=max(round(self.enrolments * scale), 60),
            activities=max(round(self.activities * scale), 300),
        )

    @property
    def length(self) -> int:
        """How many activities a course has in the middle, so that what people did of them comes to `activities`."""
        return max(round(self.activities / self.enrolments / 0.69), 4)


def uneven(count: int, steepness: float) -> list[float]:
    """Cumulative weights by rank, as Zipf's law has them: the first weighs most."""
    return list(accumulate(1 / (rank + 2) ** steepness for rank in range(count)))


def spread(total: int, among: int, most: int, chance: random.Random) -> list[int]:
    """How many of `total` each of `among` gets, `most` at most: few for many, many for a few."""
    if total > among * most:
        raise ValueError(f"{total} is more than {most} for each of {among}")
    mean = total / among
    parts = [min(int(chance.expovariate(1 / (mean + 0.5))), most) for _one in range(among)]
    missing = total - sum(parts)
    step = 1 if missing > 0 else -1
    while missing:
        one = chance.randrange(among)
        if 0 <= parts[one] + step <= most:
            parts[one] += step
            missing -= step
    return parts


def distinct(cumulative: Sequence[float], count: int, chance: random.Random) -> list[int]:
    """`count` different places, the heavier the likelier. The last ones are the heaviest left."""
    places = range(len(cumulative))
    found = dict.fromkeys(chance.choices(places, cum_weights=cumulative, k=count * 2))
    if len(found) < count:
        found |= dict.fromkeys(places)
    return list(found)[:count]
