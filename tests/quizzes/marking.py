"""A published course with a quiz, and attempts at it, for the tests of marking and of regrading."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from app.auth.models import Person, Role
from app.core.transactions import unit_of_work
from app.courses.editions import PublishedEdition, get_edition
from app.courses.models import Course
from app.courses.outline import OutlineActivity
from app.extensions import db
from app.progress import services as progress
from app.progress.models import ActivityProgress
from app.quizzes import queries, services
from app.quizzes.bank.versions import add_version
from app.quizzes.kind import data_of
from app.quizzes.models import (
    Attempt,
    AttemptSlot,
    AttemptState,
    Mark,
    Question,
    QuestionVersion,
    Response,
    VersionState,
)
from app.quizzes.regrading.grading import Answered, earned
from app.quizzes.settings import QuizSettings
from app.quizzes.types import Answer, Choice, Content, Criterion, Essay, Level, SingleChoice
from app.quizzes.types import SingleChoiceAnswer as Chosen
from tests.factories import a_choice_question, a_city, a_course, a_person, text

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
A, B, C = Chosen("a"), Chosen("b"), Chosen("c")

RUBRIC = (
    Criterion(
        "people",
        text("Who is heard"),
        (Level("none", text("Nobody"), 0), Level("some", text("Some"), 1), Level("all", text("Everyone"), 2)),
    ),
    Criterion("steps", text("First steps"), (Level("vague", text("Vague"), 0), Level("clear", text("Clear"), 2))),
)


def an_essay(stem: str = "What would you do first?", *, rubric: bool = True) -> Essay:
    return Essay(
        stem=text(stem), rubric=RUBRIC if rubric else (), guidance=text("Look for who is heard.\n\nThen for steps.")
    )


def a_corrected(question: SingleChoice, right: str) -> SingleChoice:
    """The question with another choice for the right one."""
    return SingleChoice(
        stem=question.stem,
        choices=tuple(
            Choice(c.key, c.text, float(c.key == right), text(f"Feedback to {c.key}.")) for c in question.choices
        ),
        feedback=question.feedback,
    )


class School:
    """A published course of one quiz, its trainer, and whoever attempts it. `marks` are what the slots are worth."""

    def __init__(self, *questions: Content, marks: Sequence[float] = (), **settings: Any) -> None:
        queries.forget()
        self.person: Person = a_person("Stian Halvorsen", roles=(Role.TRAINER,))
        # Published as questions with keys; what is asked is put in their place, so that any type can stand here.
        course = a_course(
            modules=1,
            lessons=0,
            questions=[a_choice_question(f"Question {n}?") for n, _question in enumerate(questions, 1)],
            quiz=QuizSettings(**{"pass_mark": 60, **settings}),
            trainer=self.person,
        )
        self.course_id, self.slug, self.trainer = course.id, course.slug, self.person.id
        self.marks = list(marks) or [1.0] * len(questions)
        with unit_of_work():
            versions = db.session.scalars(_versions_of(self.course_id)).all()
            self.versions = [version.id for version in versions]
            self.questions = [version.question_id for version in versions]
            for version, content in zip(versions, questions, strict=True):
                version.content = content
        self.edition: PublishedEdition = get_edition(self._edition_id())
        self.quiz: OutlineActivity = self.edition.by_key["test"]
        self.city = a_city()
        db.session.rollback()

    def _edition_id(self) -> int:
        edition_id = db.session.scalar(sa.select(Course.edition_id).where(Course.id == self.course_id))
        assert edition_id
        return edition_id

    def practitioner(self, name: str = "Amina Trabelsi", **values: Any) -> int:
        """The enrolment of somebody new."""
        person = a_person(name, city=self.city, **values)
        with unit_of_work():
            return progress.enrol(person=person, course_id=self.course_id).id

    def attempt(
        self, *answers: Answer | None, enrolment: int | None = None, waits: Sequence[int] = (), minute: int = 0,
        state: AttemptState = AttemptState.SUBMITTED, language: str = "en", **facts: Any,
    ) -> int:  # fmt: skip
        """An attempt that was handed in at NOON and `minute`, graded by the versions in force, but for what `waits`.

        `facts` are of the first response: `tries`, `certainty`, `locked`.
        """
        enrolment = enrolment or self.practitioner()
        contents = queries.get_versions(self.versions)
        at = NOON + timedelta(minutes=minute)
        with unit_of_work():
            made = db.session.scalars(
                sa.select(Attempt).where(Attempt.enrolment_id == enrolment).order_by(Attempt.number)
            ).all()
            attempt = Attempt(
                enrolment_id=enrolment,
                cycle=1,
                activity_id=self.quiz.id,
                number=len(made) + 1,
                edition_id=self.edition.id,
                language=language,
                state=state,
                started_at=at - timedelta(minutes=20),
                finished_at=None if state is AttemptState.OPEN else at,
                slots=[AttemptSlot(v, m, ("a", "b", "c")) for v, m in zip(self.versions, self.marks, strict=True)],
            )
            db.session.add(attempt)
            db.session.flush()
            responses = []
            for slot, answer in enumerate(answers):
                own = facts if slot == 0 else {}
                fraction = None
                if slot not in waits and state is AttemptState.SUBMITTED:
                    result = earned(
                        contents[self.versions[slot]][0],
                        Answered(answer, tuple(own.get("tries", ())), own.get("certainty")),
                        data_of(self.quiz).settings,
                        language,
                    )
                    assert result is not None
                    fraction = result.fraction
                responses.append(
                    Response(
                        attempt_id=attempt.id,
                        slot=slot,
                        version_id=self.versions[slot],
                        marks=self.marks[slot],
                        answer=answer,
                        saved_at=at,
                        fraction=fraction,
                        waits=slot in waits,
                        feedback=[],
                        **{"tries": [], **own},
                    )
                )
            db.session.add_all(responses)
            db.session.flush()
            if state is AttemptState.SUBMITTED:
                services.settle(attempt, self.quiz, responses)
            return attempt.id

    def correct(self, question: int, content: Content, state: VersionState = VersionState.READY) -> int:
        """A newer version of the question in a place, from 0: its id."""
        with unit_of_work():
            row = db.session.get_one(Question, self.questions[question])
            return add_version(row, content, by=self.trainer, state=state).id


def _versions_of(course_id: int) -> sa.Select[QuestionVersion]:
    return (
        sa.select(QuestionVersion)
        .join(Question, Question.id == QuestionVersion.question_id)
        .where(Question.course_id == course_id)
        .order_by(QuestionVersion.id)
    )


def score(attempt_id: int) -> float | None:
    db.session.rollback()
    found = db.session.scalar(sa.select(Attempt.score).where(Attempt.id == attempt_id))
    db.session.rollback()
    return found


def fractions(attempt_id: int) -> list[float | None]:
    db.session.rollback()
    found = db.session.scalars(
        sa.select(Response.fraction).where(Response.attempt_id == attempt_id).order_by(Response.slot)
    ).all()
    db.session.rollback()
    return list(found)


def marks_of(attempt_id: int, slot: int = 0) -> list[tuple[str, float | None, float | None, str | None]]:
    """Cause, before, after and comment of each mark of an answer, in order."""
    db.session.rollback()
    rows = db.session.execute(
        sa.select(Mark.cause, Mark.before, Mark.after, Mark.comment)
        .where(Mark.attempt_id == attempt_id, Mark.slot == slot)
        .order_by(Mark.id)
    ).all()
    db.session.rollback()
    return [tuple(row) for row in rows]


def grade(enrolment_id: int) -> tuple[str, float | None]:
    """How an enrolment stands in the quiz: its state, and the grade."""
    db.session.rollback()
    row = db.session.execute(
        sa.select(ActivityProgress.state, ActivityProgress.score).where(ActivityProgress.enrolment_id == enrolment_id)
    ).one()
    db.session.rollback()
    return row.state, row.score
