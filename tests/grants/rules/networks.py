"""Networks as chance makes them: small ones, side by side in one database, which do not touch one another.

A network is a string of bytes that its rows are read from.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any, TypeVar

import sqlalchemy as sa

from app.auth.models import Affiliation, Person, PersonRole, PersonState, Role
from app.core import clock
from app.core.base import Base
from app.core.transactions import unit_of_work
from app.extensions import db
from app.grants.models import Declaration
from app.grants.rules.moments import since
from app.network.models import City, Region, SizeBand
from app.progress.models import (
    ActivityProgress,
    ActivityState,
    Certificate,
    Completion,
    Enrolment,
    EnrolmentState,
    LiftedRevocation,
    RisenScore,
)
from app.quizzes.models import Attempt, AttemptState
from tests.factories import a_choice_question, a_course

# Nobody ever belongs to the last city of a network.
PEOPLE, CITIES, COURSES = 6, 3, 2
BYTES = 300  # of a network: most need fewer
FIRST = 1_000  # the ids of networks begin here
KEYS = ("fund", "vote")
MONTHS = (1, 12, 24)
SCORES = (None, 0.0, 0.5, 0.69999, 0.7 - 1e-12, 0.7, 1.0)
TICK, SECOND, DAY = timedelta(microseconds=1), timedelta(seconds=1), timedelta(days=1)
LATE = datetime.max.replace(tzinfo=UTC)
PLAIN = date(2010, 1, 1)  # when a city joined, where that is not the point

# Moments asked about: ends of months of each length, leap days, midnights, and what is nothing of that.
MOMENTS = tuple(
    datetime.combine(date.fromisoformat(day), hour, UTC)
    for day, hour in (
        ("2026-11-21", time(10)),
        ("2026-03-31", time(23, 59, 59)),
        ("2026-03-31", time()),
        ("2026-02-28", time(23, 59, 59, 999999)),
        ("2024-02-29", time(12)),
        ("2025-02-28", time(12)),
        ("2025-03-01", time()),
        ("2026-12-31", time(23, 59, 59)),
        ("2026-05-30", time(0, 0, 0, 1)),
        ("2026-03-29", time(1)),  # when clocks go forward in Europe
    )
)

# The tables of a network, each after those that it refers to.
MODELS: tuple[type[Base], ...] = (
    City, Person, Affiliation, PersonRole, Declaration, Enrolment, Completion, RisenScore, Certificate,
    LiftedRevocation, Attempt, ActivityProgress,
)  # fmt: skip

T = TypeVar("T")
Rows = Mapping[type[Base], Sequence[dict[str, Any]]]


class Dice:
    """Choices by bytes: one byte each. Beyond their end it is the first choice, which is the plainest."""

    def __init__(self, data: bytes) -> None:
        self._left = iter(data)

    def pick(self, options: Sequence[T]) -> T:
        return options[next(self._left, 0) % len(options)]


@dataclass(frozen=True)
class Grounds:
    """What all networks share: courses, each with an edition and a quiz, by id."""

    courses: list[int]
    editions: list[int]
    quizzes: list[int]


def grounds() -> Grounds:
    """Courses in an empty database."""
    with unit_of_work():
        courses = [a_course(modules=1, lessons=1, questions=[a_choice_question()]) for _ in range(COURSES)]
        return Grounds(
            [course.id for course in courses],
            [course.edition_id for course in courses if course.edition_id is not None],
            [a.id for course in courses for m in course.modules for a in m.activities if a.kind == "quiz"],
        )


def edges(at: datetime) -> list[datetime]:
    """The moments where a verdict as of `at` may turn, each with the tick and the second before, and the tick after."""
    midnights = [datetime.combine(at.date() + n * DAY, time(), UTC) for n in (1, 31)]
    turning = [at, *(since(at, months) for months in MONTHS), *midnights]
    return [at - 2000 * DAY, *(moment + by for moment in turning for by in (timedelta(), -TICK, TICK, -SECOND))]


def days(at: datetime) -> list[date]:
    """The days where membership as of `at` may turn, each with the day before and after."""
    turning = [at.date(), *(clock.months_before(at.date(), months) for months in MONTHS)]
    return [day + n * DAY for day in turning for n in (0, -1, 1)]


def cities_of(number: int) -> range:
    """The ids of the cities of a network, by its number."""
    return range(FIRST + number * CITIES, FIRST + (number + 1) * CITIES)


def people_of(number: int) -> range:
    return range(FIRST + number * PEOPLE, FIRST + (number + 1) * PEOPLE)


def rows_of(number: int, at: datetime, data: bytes, grounds: Grounds) -> Rows:
    """The rows of a network whose verdicts as of `at` are about to turn."""
    dice, moments = Dice(data), edges(at)
    rows: dict[type[Base], list[dict[str, Any]]] = defaultdict(list)
    for city_id in cities_of(number):
        rows[City].append(_city(dice, city_id, days(at)))
    for person_id in people_of(number):
        state = dice.pick((*[PersonState.ACTIVE] * 4, *PersonState))
        rows[Person].append({"id": person_id, "name": "x", "state": state, "created_at": moments[0]})
        rows[Affiliation] += _stays(dice, person_id, cities_of(number), moments)
        rows[PersonRole] += _roles(dice, person_id, cities_of(number), moments)
        for _ in range(dice.pick((0, 0, 1, 2))):
            row = {"person_id": person_id, "key": dice.pick(KEYS), "holds": dice.pick((True, False))}
            rows[Declaration].append({**row, "at": dice.pick(moments[:4])})
        for course in range(COURSES):
            if dice.pick((False, True, True)):
                enrolment_id = person_id * COURSES + course
                for model, row in _learning(dice, enrolment_id, person_id, course, grounds, moments):
                    rows[model].append(row)
    return rows


def insert(networks: Sequence[Rows]) -> None:
    """The rows of all the networks, in as few statements as there are tables."""
    for model in MODELS:
        if found := [row for rows in networks for row in rows.get(model, ())]:
            db.session.execute(sa.insert(model.__table__), found)


def _city(dice: Dice, city_id: int, days: Sequence[date]) -> dict[str, Any]:
    joined_on = dice.pick((PLAIN, PLAIN, dice.pick(days)))
    left_on = dice.pick((None, None, None, None, dice.pick(days)))
    return {
        "id": city_id, "name": f"City {city_id}", "region": dice.pick((Region.AFRICA, Region.EUROPE)),
        "country": dice.pick(("NO", "KE")), "size_band": dice.pick(tuple(SizeBand)), "joined_on": joined_on,
        "left_on": left_on and max(joined_on, left_on),
    }  # fmt: skip


def _stays(dice: Dice, person_id: int, cities: range, moments: Sequence[datetime]) -> Iterator[dict[str, Any]]:
    """Some belong nowhere, some moved, some have left; of some the rows overlap, which they should not."""
    starts = sorted(dice.pick(moments) for _ in range(dice.pick((0, 1, 1, 1, 2, 2, 3))))
    for place, start in enumerate(starts):
        following = starts[place + 1 : place + 2]
        if following:
            end = following[0] + dice.pick((timedelta(), timedelta(), 9 * DAY))
        else:
            end = dice.pick((None, None, max(start, dice.pick(moments))))
        yield {
            "id": person_id * 10 + place, "person_id": person_id, "city_id": dice.pick(cities[:-1]),
            "from_at": start, "to_at": end,
        }  # fmt: skip


def _roles(dice: Dice, person_id: int, cities: range, moments: Sequence[datetime]) -> Iterator[dict[str, Any]]:
    held = {dice.pick((*Role, Role.COORDINATOR)): dice.pick(cities[:-1]) for _ in range(dice.pick((0, 0, 1, 2)))}
    for role, city_id in held.items():
        start = dice.pick(moments)
        yield {
            "person_id": person_id, "role": role, "city_id": city_id if role is Role.COORDINATOR else None,
            "from_at": start, "to_at": dice.pick((None, max(start, dice.pick(moments)))),
        }  # fmt: skip


def _learning(
    dice: Dice, enrolment_id: int, person_id: int, course: int, grounds: Grounds, moments: Sequence[datetime]
) -> Iterator[tuple[type[Base], dict[str, Any]]]:
    """The rows of one person in one course."""
    course_id, quiz_id, edition_id = (of[course] for of in (grounds.courses, grounds.quizzes, grounds.editions))
    yield Enrolment, {
        "id": enrolment_id, "person_id": person_id, "course_id": course_id, "language": "en",
        "cycle": dice.pick((1, 2, 3)), "state": dice.pick(tuple(EnrolmentState)), "score": dice.pick(SCORES),
        "enrolled_at": dice.pick((moments[0], dice.pick(moments))), "touched_at": dice.pick(moments),
        "completed_at": dice.pick((None, moments[0])), "counted_edition_id": edition_id, "version_id": 1,
    }  # fmt: skip
    for cycle in range(1, 1 + dice.pick((0, 1, 1, 2))):
        key, done = enrolment_id * 10 + cycle, dice.pick(moments)
        yield Completion, {
            "id": key, "enrolment_id": enrolment_id, "cycle": cycle, "person_id": person_id, "course_id": course_id,
            "edition_id": edition_id, "rule": "x", "score": dice.pick(SCORES), "completed_at": done,
        }  # fmt: skip
        for _rise in range(dice.pick((0, 0, 1, 2))):
            score = dice.pick([one for one in SCORES if one is not None])
            yield RisenScore, {"enrolment_id": enrolment_id, "cycle": cycle, "score": score, "at": dice.pick(moments)}
        if dice.pick((False, True)):
            yield Certificate, {
                "id": key, "completion_id": key, "code": f"{key:013}", "person_id": person_id, "course_id": course_id,
                "holder": "x", "course_title": "x", "language": "en", "edition_number": 1, "minutes": 1,
                "issued_at": done, "expires_at": dice.pick((None, dice.pick(moments))),
                "revoked_at": dice.pick((None, None, dice.pick(moments))),
            }  # fmt: skip
            if dice.pick((False, False, True)):
                start, end = sorted((dice.pick(moments), dice.pick(moments)))
                yield LiftedRevocation, {"certificate_id": key, "from_at": start, "to_at": end}
    for cycle in range(1, 1 + dice.pick((0, 0, 1, 2))):
        state, finished = dice.pick((AttemptState.SUBMITTED, *AttemptState)), dice.pick(moments)
        yield Attempt, {
            "enrolment_id": enrolment_id, "cycle": cycle, "activity_id": quiz_id, "number": 1,
            "edition_id": edition_id, "language": "en", "state": state, "started_at": moments[0],
            "finished_at": None if state is AttemptState.OPEN else finished, "score": dice.pick(SCORES), "slots": [],
        }  # fmt: skip
    if dice.pick((False, True)):
        by_others = dice.pick((False, True))
        yield ActivityProgress, {
            "enrolment_id": enrolment_id, "cycle": 1, "activity_id": quiz_id, "first_at": moments[0],
            "state": dice.pick((ActivityState.COMPLETE, ActivityState.COMPLETE, *ActivityState)), "score": 0.8,
            "completed_at": dice.pick(moments), "passed_at": dice.pick((None, dice.pick(moments), dice.pick(moments))),
            "by_id": person_id if by_others else None,
            "own_state": dice.pick((None, ActivityState.STARTED, ActivityState.COMPLETE)) if by_others else None,
        }  # fmt: skip


def stays_at(rows: Rows, at: datetime) -> dict[int, dict[str, Any]]:
    """The row that binds each person to a city as of `at`, by person id: the open one, else the latest."""
    found: dict[int, dict[str, Any]] = {}
    for row in sorted(rows.get(Affiliation, ()), key=lambda row: (row["to_at"] is None, row["from_at"], row["id"])):
        if row["from_at"] <= at and (row["to_at"] is None or row["to_at"] > at):
            found[row["person_id"]] = row
    return found


def practitioners_at(rows: Rows, at: datetime) -> dict[int, int]:
    """The city by person id, of those who learn there as of `at`: are active, or were until they left it."""
    states = {row["id"]: row["state"] for row in rows[Person]}
    gone = (PersonState.WAITING, PersonState.LEFT, PersonState.ERASED)
    return {
        person_id: stay["city_id"]
        for person_id, stay in stays_at(rows, at).items()
        if states[person_id] is PersonState.ACTIVE or (states[person_id] in gone and stay["to_at"] is not None)
    }


def situations(rows: Rows, at: datetime) -> set[str]:
    """What is to be found in a network, of all that a verdict as of `at` may stumble over."""
    found = {f"somebody {row['state']}" for row in rows[Person]}
    cities = {stay["city_id"] for stay in stays_at(rows, at).values()}
    for row in rows[City]:
        if row["id"] in cities and row["joined_on"] > at.date():
            found.add("a city that joins later")
        if row["id"] in cities and row["left_on"] is not None:
            found.add("a city that left" if row["left_on"] <= at.date() else "a city that leaves later")
    stays = defaultdict(list)
    for row in rows.get(Affiliation, ()):
        stays[row["person_id"]].append(row)
    for held in stays.values():
        found |= {"a move"} if len({row["city_id"] for row in held}) > 1 else set()
        found |= {"rows that overlap"} if any(a["to_at"] > b["from_at"] for a, b in pairwise(held)) else set()
    found |= {f"an enrolment {row['state']}" for row in rows.get(Enrolment, ())}
    found |= {"a renewal" for row in rows.get(Completion, ()) if row["cycle"] > 1}
    for row in rows.get(Certificate, ()):
        found |= {f"a certificate {name} by then" for name in ("expires_at", "revoked_at") if (row[name] or LATE) <= at}
    for row in rows.get(LiftedRevocation, ()):
        found |= {"a revocation that was lifted later"} if row["from_at"] <= at < row["to_at"] else set()
    for row in rows.get(Attempt, ()):
        found |= {"marks pending"} if row["score"] is None and row["state"] is AttemptState.SUBMITTED else set()
    found |= {"completed by others" for row in rows.get(ActivityProgress, ()) if row["by_id"] is not None}
    found |= {"completed without passing" for row in rows.get(ActivityProgress, ()) if row["passed_at"] is None}
    found |= {"a score that rose later" for row in rows.get(RisenScore, ()) if row["at"] > at}
    said = [(row["person_id"], row["key"], row["at"]) for row in rows.get(Declaration, ())]
    found |= {"two statements in one moment"} if len(set(said)) < len(said) else set()
    return found | _ties(rows, at)


def every_situation() -> set[str]:
    """All that `situations` knows, but which of the moments before a certificate or a stay ended in."""
    return {
        *(f"somebody {state}" for state in PersonState),
        *(f"an enrolment {state}" for state in EnrolmentState),
        *("a city that joins later", "a city that left", "a city that leaves later", "a move", "rows that overlap"),
        *("a renewal", "a certificate expires_at by then", "a certificate revoked_at by then", "marks pending"),
        *("completed by others", "completed without passing", "a revocation that was lifted later"),
        *("a score that rose later", "two statements in one moment"),
        *(f"{table} as of the moment" for table in ("completion.completed_at", "certificate.expires_at")),
        *(f"{table} as of the moment" for table in ("affiliation.from_at", "affiliation.to_at")),
        *(f"completion.completed_at {months} months before" for months in MONTHS),
    }


def _ties(rows: Rows, at: datetime) -> set[str]:
    """What fell on the very moment where it begins or ceases to count."""
    turning = {at: "as of the moment", **{since(at, n): f"{n} months before" for n in MONTHS}}
    timed = (
        (Completion, "completed_at"),
        (Certificate, "expires_at"),
        (Affiliation, "from_at"),
        (Affiliation, "to_at"),
    )
    return {
        f"{model.__tablename__}.{name} {turning[row[name]]}"
        for model, name in timed
        for row in rows.get(model, ())
        if row[name] in turning
    }
