"""How the network stands, counted by city, region, size of city and language. Pure."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from app.network.models import Region, SizeBand

FEWEST = 5  # people: of fewer no share is said, as it could name one


@dataclass(frozen=True, slots=True)
class Counts:
    """Practitioners: all, those who have begun a course that the rule names, the eligible, those one step away."""

    people: int = 0
    reached: int = 0
    eligible: int = 0
    near: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.people + other.people,
            self.reached + other.reached,
            self.eligible + other.eligible,
            self.near + other.near,
        )


@dataclass(frozen=True)
class NetworkCity:
    """A member city, its practitioners by language, and whether it may apply without any of them."""

    id: int
    name: str
    country: str
    region: Region
    size: SizeBand
    by_language: Mapping[str, Counts]
    is_eligible_alone: bool = False

    @cached_property
    def counts(self) -> Counts:
        return sum(self.by_language.values(), Counts())

    @property
    def is_eligible(self) -> bool:
        return self.is_eligible_alone or self.counts.eligible > 0

    @property
    def is_near(self) -> bool:
        """Not eligible, and somebody is one step away."""
        return not self.is_eligible and self.counts.near > 0

    @property
    def is_reached(self) -> bool:
        return self.counts.reached > 0


@dataclass(frozen=True, slots=True)
class Group:
    """Cities of one kind and their practitioners. `cities` is None where people are grouped and cities are not."""

    key: Hashable
    counts: Counts
    cities: int | None = None
    reached: int = 0
    eligible: int = 0
    near: int = 0

    @property
    def is_hidden(self) -> bool:
        """Whether there are too few people to say anything of them."""
        return 0 < self.counts.people < FEWEST

    def share(self, of: int) -> float | None:
        """So many of the group's people, 0 to 1; None where that is not said."""
        return of / self.counts.people if self.counts.people >= FEWEST else None

    def city_share(self, of: int) -> float | None:
        """So many of the group's cities, 0 to 1; as `share`."""
        return of / self.cities if self.cities and not self.is_hidden else None


OTHERS = "others"  # the key of the groups that are too small to stand alone


@dataclass(frozen=True, slots=True)
class Network:
    """All member cities."""

    cities: tuple[NetworkCity, ...]

    @property
    def counts(self) -> Counts:
        return sum((city.counts for city in self.cities), Counts())

    @property
    def eligible(self) -> tuple[NetworkCity, ...]:
        return tuple(city for city in self.cities if city.is_eligible)

    @property
    def near(self) -> tuple[NetworkCity, ...]:
        return tuple(city for city in self.cities if city.is_near)

    def by_region(self) -> list[Group]:
        return self._grouped(list(Region), lambda city: city.region)

    def by_size(self) -> list[Group]:
        return self._grouped(list(SizeBand), lambda city: city.size)

    def by_language(self) -> list[Group]:
        """People only, the most spoken first; languages of fewer than `FEWEST` together at the end."""
        found: dict[str, Counts] = {}
        for city in self.cities:
            for language, counts in city.by_language.items():
                found[language] = found.get(language, Counts()) + counts
        small = [counts for counts in found.values() if counts.people < FEWEST]
        large = [Group(language, counts) for language, counts in found.items() if counts.people >= FEWEST]
        large.sort(key=lambda group: (-group.counts.people, str(group.key)))
        return [*large, Group(OTHERS, sum(small, Counts()))] if small else large

    def _grouped(self, keys: Sequence[Hashable], key: Callable[[NetworkCity], Hashable]) -> list[Group]:
        return [_group(each, [city for city in self.cities if key(city) == each]) for each in keys]


def _group(key: Hashable, cities: Iterable[NetworkCity]) -> Group:
    found = list(cities)
    return Group(
        key,
        sum((city.counts for city in found), Counts()),
        cities=len(found),
        reached=sum(city.is_reached for city in found),
        eligible=sum(city.is_eligible for city in found),
        near=sum(city.is_near for city in found),
    )
