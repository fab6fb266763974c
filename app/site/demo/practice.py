"""Some who completed a course come back to its practice quiz; a trainer has marked one of the essays.

It is played after everything else and draws from a chance of its own, so that nothing else comes out differently.
"""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from app.auth.models import Person
from app.core import chance
from app.core.models import Outbox
from app.courses.outline import OutlineActivity
from app.extensions import db
from app.progress.models import Enrolment, EnrolmentState
from app.quizzes import queries as attempts
from app.quizzes import services as quizzes
from app.quizzes.attempts import services as answers
from app.quizzes.marking.marks import Given, by_rubric, rubric_of
from app.quizzes.marking.services import mark
from app.quizzes.types import Essay, EssayAnswer

from .answers import answer_to
from .journeys import SATURDAY, Journey, Stage, keep, play
from .material import EssayMaterial, PracticeMaterial

SIGN_INS = "%@demo.example"  # whoever looks around has the quiz before them


def practise(practice: PracticeMaterial, stage: Stage, *, seed: int, lead: str, today: datetime) -> None:
    """Play the attempts of the last days before `today`, and the marks that the course's lead gave."""
    quiz = stage.editions[practice.course].by_key[practice.quiz]
    trainer_id = stage.people[lead].id
    with chance.seeded(f"{seed} practice"):
        journeys = []
        for number, (enrolment, person) in enumerate(_who(practice, stage, today)):
            essay = practice.essays[number] if number < len(practice.essays) else None
            own = random.Random(f"{seed} practice {person.email}")
            at = _working_hour(today - timedelta(days=2 + number // 2), person.time_zone, own)
            journeys.append(_take(quiz, enrolment, person, essay, at, stage, own))
            if essay is not None and essay.levels:
                marked_at = at + timedelta(days=1, hours=2)
                journeys.append(_mark(quiz, enrolment, essay, marked_at, trainer_id))
        play(journeys, until=today)
    db.session.execute(sa.delete(Outbox))  # what is told in the past was read in the past


def _who(practice: PracticeMaterial, stage: Stage, today: datetime) -> list[tuple[Enrolment, Person]]:
    """Those who completed the course last, and have rested since."""
    rows = db.session.execute(
        sa.select(Enrolment, Person)
        .join(Person, Person.id == Enrolment.person_id)
        .where(
            Enrolment.course_id == stage.editions[practice.course].course_id,
            Enrolment.state == EnrolmentState.COMPLETED,
            Enrolment.touched_at < today - timedelta(days=practice.people // 2 + 5),
            Person.email.not_like(SIGN_INS),
        )
        .order_by(Enrolment.completed_at.desc(), Enrolment.id)
        .limit(practice.people)
    ).all()
    return [(row.Enrolment, row.Person) for row in rows]


def _working_hour(day: datetime, zone: str, own: random.Random) -> datetime:
    """A moment of that day, or of the last before it that is no weekend, where the person is."""
    there = day.astimezone(ZoneInfo(zone)).replace(hour=own.randint(8, 15), minute=own.randint(0, 59))
    return there - timedelta(days=max(0, there.weekday() - SATURDAY + 1))


def _take(
    quiz: OutlineActivity,
    enrolment: Enrolment,
    person: Person,
    essay: EssayMaterial | None,
    at: datetime,
    stage: Stage,
    own: random.Random,
) -> Journey:
    """One attempt: each answer is checked where it can be; the essay is written or left open."""
    yield at
    edition = next(edition for edition in stage.editions.values() if edition.course_id == enrolment.course_id)
    attempt = quizzes.start_attempt(
        enrolment_id=enrolment.id, edition=edition, activity=quiz, language=enrolment.language
    )
    sitting = attempts.find_sitting(attempt.id, person_id=person.id)
    assert sitting is not None
    knows = own.uniform(0.5, 0.9)
    for asked in sitting.questions:
        at += timedelta(seconds=round(own.uniform(30, 100)))
        yield at
        if isinstance(asked.content, Essay):
            if essay is not None:
                at += timedelta(minutes=own.randint(5, 12))
                yield at
                keep(EssayAnswer(essay.text), attempt.id, asked, person.id)
            continue
        right = own.random() < knows
        answer = answer_to(asked.content, right=right, language=sitting.language, typed=stage.typed, chance=own)
        if answer is not None:
            keep(answer, attempt.id, asked, person.id)
            answers.check(attempt_id=attempt.id, slot=asked.slot)
    yield at + timedelta(seconds=30)
    quizzes.submit(attempt_id=attempt.id, activity=quiz)


def _mark(quiz: OutlineActivity, enrolment: Enrolment, essay: EssayMaterial, at: datetime, by: int) -> Journey:
    """The trainer's mark for the essay, by its rubric."""
    yield at
    [attempt] = attempts.list_attempts(enrolment.id, enrolment.cycle, quiz.id)
    sitting = attempts.find_sitting(attempt.id, person_id=enrolment.person_id)
    assert sitting is not None
    asked = next(asked for asked in sitting.questions if isinstance(asked.content, Essay))
    fraction = by_rubric(rubric_of(asked.content), essay.levels)
    assert fraction is not None
    given = Given(fraction, essay.levels, essay.comment)
    mark(course_id=enrolment.course_id, attempt_id=attempt.id, slot=asked.slot, given=given, seen=0, by=by)
