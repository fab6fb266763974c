"""Who is in the demonstration network, and how far each of them will come: decided from the seed, before it is played.

Pure: the same material, seed, day and number of people give the same cast.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from math import floor
from zoneinfo import ZoneInfo

from app.auth.models import PersonState, Role
from app.core.folding import folded

from .material import CityMaterial, CourseMaterial, Material, PersonMaterial

HISTORY = timedelta(days=545)  # how far back enrolments go
UNHURRIED = timedelta(days=45)  # how long before today somebody enrols who is to complete a course


class Ending(StrEnum):
    """Where somebody's way through a course ends, for now."""

    CERTIFICATE = "certificate"
    FAILING = "failing"  # the graded test, tried and not passed
    BEFORE_TEST = "before the test"  # the graded test, opened and left
    BEFORE_QUIZ = "before the quiz"  # the first quiz, opened and left
    LESSON = "lesson"  # a lesson, opened and left, `done` activities before it
    NOT_BEGUN = "not begun"


# Of those who do not complete a course, how many end where: most at a test.
STOPS = {
    Ending.FAILING: 33,
    Ending.BEFORE_TEST: 17,
    Ending.BEFORE_QUIZ: 14,
    Ending.LESSON: 28,
    Ending.NOT_BEGUN: 8,
}


@dataclass(frozen=True, slots=True)
class Plan:
    """One person in one course. `knows`: chance of a right answer; `pause`: days between two sittings at most."""

    course: str
    enrols_at: datetime
    ending: Ending
    done: int
    due_at: datetime | None
    knows: float
    pause: float
    certain: bool = False  # the story says so, whatever the chance


@dataclass(frozen=True, slots=True)
class Member:
    """One person. `city` is its name in the material."""

    name: str
    email: str
    language: str
    time_zone: str
    city: str | None
    state: PersonState
    roles: tuple[Role, ...]
    joins_at: datetime
    plans: tuple[Plan, ...]


def gather(material: Material, *, seed: int, people: int, today: datetime) -> list[Member]:
    """Everyone, in the order in which they join. `today` is midnight; all that they do lies before it."""
    told = [_told(person, material, seed, today) for person in material.people]
    parts = _shares(material.cities, max(people - len(told), 0))
    taken = {member.email for member in told}
    members = list(told)
    for city, size in zip(material.cities, parts, strict=True):
        chance = random.Random(f"{seed} {city.name}")
        inhabitants = [_inhabitant(city, taken, chance, today) for _ in range(size)]
        inhabitants.sort(key=lambda member: member.joins_at)
        if city.coordinated and inhabitants:
            inhabitants[0] = replace(inhabitants[0], roles=(Role.COORDINATOR,))
        members += _enrolled(inhabitants, city, material.courses, chance, today)
    return sorted(members, key=lambda member: (member.joins_at, member.email))


def domain_of(city: str) -> str:
    """The e-mail domain of a city: `quezon-city.example`."""
    return f"{_plain(city)}.example"


def _told(person: PersonMaterial, material: Material, seed: int, today: datetime) -> Member:
    chance = random.Random(f"{seed} {person.name}")
    city = next((city for city in material.cities if city.name == person.city), None)
    if person.city is not None and city is None:
        raise LookupError(f"no city {person.city} in the material")
    zone = person.time_zone or (city.time_zone if city else "UTC")
    plans = [
        Plan(
            course=course,
            enrols_at=_working_hour(today - timedelta(days=story.enrolled), zone, chance),
            ending=Ending.CERTIFICATE if story.complete else Ending.LESSON,
            done=story.done,
            due_at=None if story.due is None else _evening(today + timedelta(days=story.due), zone),
            knows=chance.uniform(0.86, 0.95),
            pause=1.5,
            certain=True,
        )
        for course, story in (person.courses or {}).items()
    ]
    return Member(
        name=person.name,
        email=person.email or _address(person.name, "", person.city or ""),
        language=person.language,
        time_zone=zone,
        city=person.city,
        state=person.state,
        roles=person.roles,
        joins_at=_working_hour(today - timedelta(days=person.joined), zone, chance),
        plans=tuple(plans),
    )


def _shares(cities: Sequence[CityMaterial], people: int) -> list[int]:
    """How many of `people` each city has, by the largest remainder."""
    whole = sum(city.people for city in cities)
    exact = [people * city.people / whole for city in cities]
    parts = [floor(share) for share in exact]
    by_remainder = sorted(range(len(cities)), key=lambda i: (parts[i] - exact[i], i))
    for i in by_remainder[: people - sum(parts)]:
        parts[i] += 1
    return parts


def _inhabitant(city: CityMaterial, taken: set[str], chance: random.Random, today: datetime) -> Member:
    given = chance.choice(chance.choice((city.women, city.men)))
    free = [family for family in city.families if _address(given, family, city.name) not in taken]
    family = chance.choice(free or city.families)
    email = _address(given, family, city.name)
    number = 1
    while email in taken:
        number += 1
        email = _address(given, f"{family} {number}", city.name)
    taken.add(email)
    since = chance.uniform(50, 730) if chance.random() < 0.9 else chance.uniform(4, 50)
    return Member(
        name=f"{given} {family}",
        email=email,
        language=chance.choice(city.languages),
        time_zone=city.time_zone,
        city=city.name,
        state=PersonState.ACTIVE,
        roles=(),
        joins_at=_working_hour(today - timedelta(days=since), city.time_zone, chance),
        plans=(),
    )


def _enrolled(
    members: list[Member], city: CityMaterial, courses: Sequence[CourseMaterial], chance: random.Random, today: datetime
) -> Iterator[Member]:
    """The members with their plans. The city's share of all enrolments completes, fewer of them in harder courses."""
    pairs = [(member, course) for member in members for course in courses if chance.random() < course.taken]
    order = sorted(range(len(pairs)), key=lambda i: chance.random() + pairs[i][1].harder)
    completing = set(order[: round(city.completes * len(pairs))])
    plans: dict[str, list[Plan]] = {member.email: [] for member in members}
    for i, (member, course) in enumerate(pairs):
        plans[member.email].append(_plan(member, course, i in completing, chance, today))
    for member in members:
        yield replace(member, plans=tuple(plans[member.email]))


def _plan(member: Member, course: CourseMaterial, completes: bool, chance: random.Random, today: datetime) -> Plan:
    first = max(member.joins_at + timedelta(days=1), today - min(timedelta(days=course.published), HISTORY))
    last = today - (UNHURRIED if completes else timedelta(days=2))
    if last <= first:
        last = max(today - timedelta(days=1), first + timedelta(hours=12))
    enrols_at = _working_hour(first + (last - first) * chance.random(), member.time_zone, chance)
    enrols_at = max(enrols_at, first)
    ending = Ending.CERTIFICATE if completes else chance.choices(list(STOPS), list(STOPS.values()))[0]
    return Plan(
        course=course.key,
        enrols_at=enrols_at,
        ending=ending,
        done=min(int(chance.expovariate(0.4)), 9),
        due_at=_due(enrols_at, completes, member.time_zone, chance, today),
        knows=chance.uniform(0.3, 0.5) if ending is Ending.FAILING else chance.uniform(0.78, 0.97),
        pause=chance.uniform(1, 10),
    )


def _due(enrols_at: datetime, completes: bool, zone: str, chance: random.Random, today: datetime) -> datetime | None:
    """Some have a date to finish by; of those who will not, a few are late, and a few have it before them."""
    drawn = chance.random()
    if completes:
        return _evening(enrols_at + timedelta(days=90), zone) if drawn < 0.3 else None
    if enrols_at > today - timedelta(days=75):
        return _evening(today + timedelta(days=chance.randint(3, 30)), zone) if drawn < 0.35 else None
    if enrols_at > today - timedelta(days=300):
        return _evening(today - timedelta(days=chance.randint(2, 40)), zone) if drawn < 0.15 else None
    return None


def _working_hour(day: datetime, zone: str, chance: random.Random) -> datetime:
    """A moment of that day between 8 and 16 where the person is."""
    there = day.astimezone(ZoneInfo(zone))
    return there.replace(hour=chance.randint(8, 15), minute=chance.randint(0, 59), second=0, microsecond=0)


def _evening(day: datetime, zone: str) -> datetime:
    return day.astimezone(ZoneInfo(zone)).replace(hour=18, minute=0, second=0, microsecond=0)


def _address(given: str, family: str, city: str) -> str:
    """`given.family@city.example`; a name in one string is split at its first space."""
    if not family:
        given, _, family = given.partition(" ")
    return f"{_plain(given)}.{_plain(family)}@{domain_of(city)}"


def _plain(name: str) -> str:
    return re.sub("[^a-z0-9]+", "-", folded(name)).strip("-")
