"""The cities and people of a large network."""

from __future__ import annotations

import random
from array import array
from bisect import bisect
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from app.auth.models import Affiliation, Cohort, CohortMember, Person, PersonRole, Role
from app.network.models import City, CityDomain, Region, SizeBand

from .bulk import DAY, Moments, Row, Writer
from .shape import Shape, uneven

COORDINATORS = 2  # of each city
ADMINISTRATORS = 3
COHORTS = 20
YEARS = 3
COUNTRIES = {
    Region.AFRICA: ("KE", "NG", "SN", "TZ", "ZA"),
    Region.AMERICAS: ("BR", "CA", "CO", "MX", "US"),
    Region.ASIA_PACIFIC: ("AU", "ID", "IN", "JP", "PH"),
    Region.EUROPE: ("DE", "FR", "GB", "NL", "NO", "PL"),
    Region.MIDDLE_EAST_NORTH_AFRICA: ("JO", "LB", "MA", "TN"),
}
GIVEN = (
    "Amina", "Bilal", "Chiara", "Dmitri", "Efua", "Farid", "Grace", "Hugo", "Ines", "Jonas", "Khadija", "Lars", "Mai",
    "Noor", "Oumar", "Paula", "Quentin", "Rosa", "Samir", "Tala", "Ulrike", "Victor", "Wanjiru", "Ximena", "Yusuf",
)  # fmt: skip
FAMILY = (
    "Abreu", "Banda", "Castro", "Diallo", "Eriksen", "Fontaine", "Garcia", "Haddad", "Ibrahim", "Jansen", "Kamau",
    "Laurent", "Mensah", "Novak", "Okafor", "Pereira", "Quispe", "Rahman", "Santos", "Trabelsi", "Usman", "Vega",
    "Weber", "Yilmaz", "Zhang",
)  # fmt: skip


@dataclass(slots=True)
class Inhabitants:
    """What is remembered of everyone, by id less one: some bytes each. City 0 is none; moments in seconds."""

    city: array[int] = field(default_factory=lambda: array("i"))
    before: array[int] = field(default_factory=lambda: array("i"))  # the city until `moved`
    moved: array[int] = field(default_factory=lambda: array("q"))  # 0: never
    joined: array[int] = field(default_factory=lambda: array("q"))
    french: bytearray = field(default_factory=bytearray)
    names: list[str] = field(default_factory=list)  # of the cities, by id less one

    def city_at(self, person: int, moment: int) -> int | None:
        """Where `person` (counted from 0) belonged at `moment`."""
        return (self.before[person] if moment < self.moved[person] else self.city[person]) or None


def settle(shape: Shape, now: int, password_hash: str, moments: Moments, chance: random.Random) -> Inhabitants:
    """Cities with few large and many small ones, and their people. The first people are administrators."""
    people = Inhabitants(names=_cities(shape, chance))
    weights = uneven(shape.cities, 0.9)
    began = now - YEARS * 365 * DAY
    for person in range(shape.people):
        city = 0 if chance.random() < 0.01 else bisect(weights, chance.random() * weights[-1]) + 1
        if person < ADMINISTRATORS + COORDINATORS * shape.cities:
            city = 0 if person < ADMINISTRATORS else (person - ADMINISTRATORS) // COORDINATORS + 1
        joined = now - int((now - began) * chance.random() ** 0.8) - chance.randrange(DAY)
        moves = city and chance.random() < 0.03
        people.city.append(city)
        people.before.append(chance.randint(1, shape.cities) if moves else city)
        people.moved.append(joined + int((now - joined) * chance.random()) if moves else 0)
        people.joined.append(joined)
        people.french.append(chance.random() < 0.25)
    columns = ("id", "email", "name", "language", "time_zone", "password_hash", "state", "city_id", "created_at",
               "confirmed_at")  # fmt: skip
    Writer(Person, *columns).write(_people(shape, people, password_hash, moments))
    Writer(Affiliation, "person_id", "city_id", "from_at", "to_at").write(_affiliations(people, moments))
    Writer(PersonRole, "person_id", "role", "city_id", "from_at").write(_roles(shape, people, moments))
    return people


def gather(shape: Shape, now: int, moments: Moments, chance: random.Random) -> None:
    """Listed cohorts, of people from anywhere."""
    size = max(shape.people // (COHORTS * 20), 3)
    at = moments[now - 200 * DAY]
    Writer(Cohort, "id", "name", "created_by_id", "created_at", "version_id").write(
        (cohort, f"Cohort {cohort}", 1, at, 1) for cohort in range(1, COHORTS + 1)
    )
    Writer(CohortMember, "cohort_id", "person_id", "added_by_id", "added_at").write(
        (cohort, person, 1, at)
        for cohort in range(1, COHORTS + 1)
        for person in sorted(chance.sample(range(1, shape.people + 1), size))
    )


def trainer_ids(shape: Shape) -> list[int]:
    """Who teaches: those after the administrators and coordinators."""
    first = ADMINISTRATORS + COORDINATORS * shape.cities + 1
    return list(range(first, min(first + max(shape.courses // 5, 2), shape.people) + 1))


def _cities(shape: Shape, chance: random.Random) -> list[str]:
    names, rows = [], []
    for city in range(1, shape.cities + 1):
        region = chance.choice(list(Region))
        size = (SizeBand.LARGE, SizeBand.MEDIUM, SizeBand.SMALL)[min(city * 8 // shape.cities, 2)]
        names.append(f"{chance.choice(FAMILY)}ville {city}")
        country = chance.choice(COUNTRIES[region])
        rows.append(
            (city, names[-1], country, region.value, size.value, f"{chance.randint(2016, 2023)}-05-01", city % 2)
        )
    Writer(City, "id", "name", "country", "region", "size_band", "joined_on", "figures_public").write(rows)
    Writer(CityDomain, "city_id", "domain").write((city, f"city{city}.example") for city in range(1, shape.cities + 1))
    return names


def name_of(number: int) -> str:
    """What the person with this id is called."""
    return f"{GIVEN[number * 7 % len(GIVEN)]} {FAMILY[number // 3 % len(FAMILY)]}"


def _people(shape: Shape, people: Inhabitants, password_hash: str, moments: Moments) -> Iterator[Row]:
    for person in range(shape.people):
        number = person + 1
        email = f"person{number}@city{people.city[person]}.example"
        if person < ADMINISTRATORS:
            email = f"admin{number}@bench.example"
        elif person < ADMINISTRATORS + COORDINATORS * shape.cities:
            email = f"coordinator{number - ADMINISTRATORS}@bench.example"
        joined = moments[people.joined[person]]
        language = "fr" if people.french[person] else "en"
        yield (
            number, email, name_of(number), language, "UTC", password_hash, "active", people.city[person] or None,
            joined, joined,
        )  # fmt: skip


def _affiliations(people: Inhabitants, moments: Moments) -> Iterator[Row]:
    for person, city in enumerate(people.city):
        since = people.joined[person]
        if moved := people.moved[person]:
            yield person + 1, people.before[person], moments[since], moments[moved]
            since = moved
        if city:
            yield person + 1, city, moments[since], None


def _roles(shape: Shape, people: Inhabitants, moments: Moments) -> Iterator[Row]:
    for person in range(ADMINISTRATORS):
        yield person + 1, Role.ADMINISTRATOR.value, None, moments[people.joined[person]]
    for person in range(ADMINISTRATORS, ADMINISTRATORS + COORDINATORS * shape.cities):
        yield person + 1, Role.COORDINATOR.value, people.city[person], moments[people.joined[person]]
    for number in trainer_ids(shape):
        yield number, Role.TRAINER.value, None, moments[people.joined[number - 1]]


def moment_of(seconds: int) -> datetime:
    """Seconds since 1970 as a moment."""
    return datetime.fromtimestamp(seconds, UTC)
