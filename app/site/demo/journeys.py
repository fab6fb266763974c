"""What people do, one thing after another, through the services of the site.

A journey is a generator that yields the moment of the next thing it does, and does it when it is resumed. `play`
resumes all journeys in the order of time with the clock at that moment, so that ids, dates and what depends on
what others did come out as if it had happened.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from heapq import heapify, heappop, heappush
from zoneinfo import ZoneInfo

from app.auth import services as people
from app.auth.models import Person, PersonState, Role
from app.core import audit, clock
from app.courses.editions import PublishedEdition
from app.courses.outline import OutlineActivity
from app.extensions import db
from app.progress import services as progress
from app.progress.models import ActivityState, Enrolment
from app.progress.services import Outcome
from app.quizzes import queries as attempts
from app.quizzes import services as quizzes
from app.quizzes.attempts import services as answers
from app.quizzes.attempts.queries import find_answering
from app.quizzes.kind import data_of
from app.quizzes.queries import Asked
from app.quizzes.types import Answer

from .answers import answer_to
from .cast import Ending, Member, Plan
from .material import TypedMaterial

Journey = Iterator[datetime]

DAY_ENDS = 18  # o'clock, where the person is
SATURDAY = 5


@dataclass(slots=True)
class Stage:
    """What journeys share: who has arrived, by address; cities, by name; courses in force, by key."""

    password_hash: str
    administrator_id: int | None = None
    cities: dict[str, int] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    editions: dict[str, PublishedEdition] = field(default_factory=dict)
    typed: Mapping[str, TypedMaterial] = field(default_factory=dict)


def play(journeys: Iterable[Journey], *, until: datetime) -> None:
    """Resume the journeys in the order of time, up to `until`; what would come later is not done."""
    coming = [(moment, number, journey) for number, journey in enumerate(journeys) for moment in _next(journey)]
    heapify(coming)
    while coming and coming[0][0] < until:
        moment, number, journey = heappop(coming)
        with clock.at(moment):
            for following in _next(journey):
                heappush(coming, (max(following, moment), number, journey))


def _next(journey: Journey) -> list[datetime]:
    moment = next(journey, None)
    return [] if moment is None else [moment]


def arrive(member: Member, stage: Stage) -> Journey:
    """Register, confirm, be placed by the address or by the administrator, get a role."""
    yield member.joins_at
    person = Person(
        email=member.email,
        name=member.name,
        language=member.language,
        time_zone=member.time_zone,
        password_hash=stage.password_hash,
        state=PersonState.UNCONFIRMED,
        created_at=clock.now(),
    )
    db.session.add(person)
    db.session.flush()
    stage.people[member.email] = person
    if member.state is PersonState.UNCONFIRMED:
        return
    yield member.joins_at + timedelta(minutes=4)
    person.confirmed_at = clock.now()
    person.state = PersonState.WAITING
    audit.record("person.confirm", f"person:{person.id}", actor_id=person.id)
    db.session.flush()
    if member.city is not None:
        people.move_to_city(person_id=person.id, city_id=stage.cities[member.city], by=person.id)
    if member.roles:
        yield member.joins_at + timedelta(hours=5)
    for role in member.roles:
        city_id = person.city_id if role is Role.COORDINATOR else None
        people.grant_role(person_id=person.id, role=role, city_id=city_id, by=stage.administrator_id)


def take(plan: Plan, member: Member, stage: Stage, chance: random.Random) -> Journey:
    """Go through what a course requires, as far as the plan says."""
    yield plan.enrols_at
    person, edition = stage.people[member.email], stage.editions[plan.course]
    enrolment = progress.enrol(person=person, course_id=edition.course_id, due_at=plan.due_at)
    diary = _Diary(clock.now(), ZoneInfo(member.time_zone), plan.pause, chance)
    stop = _stop(plan, edition)
    for place, activity in enumerate(edition.required):
        if place == stop:
            break
        yield diary.after(activity.minutes if place else 2)
        if activity.kind == "quiz":
            yield from _try(activity, plan, enrolment, edition, person, stage, diary, chance)
        else:
            progress.record(enrolment_id=enrolment.id, activity_id=activity.id, outcome=Outcome(ActivityState.COMPLETE))
    if stop is not None and plan.ending is not Ending.NOT_BEGUN:
        yield diary.after(3)
        progress.remember_place(person_id=person.id, course_id=edition.course_id, activity_id=edition.required[stop].id)


def _stop(plan: Plan, edition: PublishedEdition) -> int | None:
    """The place, from 0, of the required activity that is opened and not done; None for the whole way."""
    tests = [place for place, activity in enumerate(edition.required) if activity.kind == "quiz"]
    if plan.ending is Ending.NOT_BEGUN:
        return 0
    if plan.ending is Ending.BEFORE_QUIZ:
        return tests[0]
    if plan.ending is Ending.BEFORE_TEST:
        return tests[-1]
    if plan.ending is Ending.LESSON:
        lessons = [place for place, activity in enumerate(edition.required) if activity.kind == "lesson"]
        return next((place for place in lessons if place >= plan.done), lessons[-1])
    return None


def _try(
    quiz: OutlineActivity,
    plan: Plan,
    enrolment: Enrolment,
    edition: PublishedEdition,
    person: Person,
    stage: Stage,
    diary: _Diary,
    chance: random.Random,
) -> Journey:
    """Take a quiz until it is complete or there is no attempt left; who is to fail may also give up before."""
    most = data_of(quiz).settings.attempts or 3
    for number in range(1, most + 1):
        attempt = quizzes.start_attempt(
            enrolment_id=enrolment.id, edition=edition, activity=quiz, language=enrolment.language
        )
        sitting = attempts.find_sitting(attempt.id, person_id=person.id)
        assert sitting is not None
        for asked in sitting.questions:
            yield diary.soon(chance.uniform(25, 90))
            right = chance.random() < plan.knows + 0.08 * (number - 1) or (plan.certain and number == most)
            answer = answer_to(asked.content, right=right, language=sitting.language, typed=stage.typed, chance=chance)
            if answer is not None:
                keep(answer, attempt.id, asked, person.id)
        yield diary.soon(20)
        quizzes.submit(attempt_id=attempt.id, activity=quiz)
        complete = enrolment.states.get(quiz.id) == ActivityState.COMPLETE
        if complete or number == most or (plan.ending is Ending.FAILING and chance.random() < 0.4):
            return
        yield diary.another_day()


def keep(answer: Answer, attempt_id: int, asked: Asked, person_id: int) -> None:
    """Save the first answer to a question."""
    to = find_answering(attempt_id, asked.slot, person_id=person_id)
    assert to is not None
    answers.save(to=to, answer=answer, flagged=False, sequence=asked.sequence)


@dataclass(slots=True)
class _Diary:
    """When somebody studies: one sitting after another, by day, on weekdays; never backwards."""

    now: datetime
    zone: ZoneInfo
    pause: float
    chance: random.Random

    def after(self, minutes: int) -> datetime:
        """The end of something that takes about so many minutes: in this sitting or in the next."""
        if self.chance.random() < 0.35:
            self.another_day()
        self.now += timedelta(seconds=round(60 * minutes * self.chance.uniform(0.6, 1.5)))
        if self.now.astimezone(self.zone).hour >= DAY_ENDS:
            self.another_day()
        return self.now

    def soon(self, seconds: float) -> datetime:
        self.now += timedelta(seconds=round(seconds))
        return self.now

    def another_day(self) -> datetime:
        """The beginning of the next sitting."""
        there = (self.now + timedelta(days=max(1.0, self.chance.uniform(0.2, 1) * self.pause))).astimezone(self.zone)
        if there.weekday() >= SATURDAY:
            there += timedelta(days=7 - there.weekday())
        hour, minute = self.chance.randint(8, 15), self.chance.randint(0, 59)
        self.now = there.replace(hour=hour, minute=minute, second=0, microsecond=0)
        return self.now
