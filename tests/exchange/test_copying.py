"""A copy is the course again, but for its name, its people and its ids."""

from __future__ import annotations

from itertools import count
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from app.core import clock
from app.core.models import AuditEvent
from app.core.text import Phrase
from app.core.transactions import unit_of_work
from app.courses import drafts
from app.courses.models import Activity, Course, CourseMedia, CourseSlugHistory, CourseTrainer, LessonBody, Module
from app.courses.outline import Admits, Audience
from app.exchange import services
from app.exchange.errors import AddressTaken, NotAnAddress
from app.extensions import db
from app.quizzes.models import Question, QuestionVersion, Quiz, QuizSlot
from tests.factories import a_course, a_person

from .generated import Maker
from .importing import brought_in, described, published, without_ids
from .sample import CHECK, files, replaced

numbers = count(1)


def copied(course_id: int, by: int, title: str = "A sample", address: str = "a-copy") -> int:
    with unit_of_work():
        return services.copy_course(course_id=course_id, title=title, address=address, by=by).id


def outline(course_id: int) -> Any:
    db.session.rollback()
    return without_ids(drafts.outline_of(drafts.load(course_id)))


@settings(
    max_examples=20, phases=[Phase.explicit, Phase.reuse, Phase.generate], suppress_health_check=list(HealthCheck)
)
@given(draw=st.data(), languages=st.sampled_from([["en"], ["en", "fr"], ["fr", "ar", "en"]]))
def test_every_copy_is_equal(app: Flask, draw: st.DataObject, languages: list[str]) -> None:
    number = next(numbers)
    course = Maker(draw.draw, languages).course(f"made-{number}")
    course_id, title = course.id, course.title.best(languages[0], languages[0])
    copy_id = copied(course_id, a_person().id, title, f"copy-{number}")
    assert outline(copy_id) == outline(course_id)
    assert described(copy_id) == described(course_id)


def test_translations_that_are_out_of_date_are_so_in_the_copy(app: Flask, tmp_path: Path) -> None:
    course_id = brought_in(tmp_path, files()).course_id
    course = replaced("{en: Ask, fr: Demander}", "{en: Ask first, fr: Demander}", CHECK)
    brought_in(tmp_path, files(**{"lessons/welcome.en.md": "Another text.\n", "quizzes/check.yaml": course}))
    copy_id = copied(course_id, a_person().id)
    assert outline(copy_id) == outline(course_id)

    def stale(of: int) -> list[str]:
        found = [check.message for check in drafts.checks(drafts.load(of)) if check.topic == "translation"]
        return [message for message in found if "changed since" in message]

    assert stale(copy_id) == stale(course_id) != []


def test_the_copy_has_one_trainer_and_no_past(app: Flask, tmp_path: Path) -> None:
    lead, person = a_person(), a_person()
    course_id = brought_in(tmp_path, files(), trainer_id=lead.id).course_id
    published(course_id)
    with unit_of_work():
        db.session.get_one(Course, course_id).audience = Audience(Admits.INVITED)
    copy_id = copied(course_id, person.id, "Another title")
    course = drafts.load(copy_id)
    assert (course.edition_id, course.audience, course.slug) == (None, Audience(), "a-copy")
    assert course.title.phrases["en"] == Phrase("Another title")
    assert course.title.outdated("en") == ["fr"], "the French title is of the old one"
    trainers = db.session.scalars(sa.select(CourseTrainer).where(CourseTrainer.course_id == copy_id)).all()
    assert [(trainer.person_id, trainer.role) for trainer in trainers] == [(person.id, "lead")]
    assert {body.saved_by_id for body in db.session.scalars(_bodies(copy_id))} == {person.id}
    event = db.session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "course.copy")).one()
    assert (event.subject, event.details) == (f"course:{copy_id}", {"source": course_id})


def test_nothing_is_shared_but_the_bytes(app: Flask, tmp_path: Path) -> None:
    course_id = brought_in(tmp_path, files()).course_id
    before = outline(course_id)
    copy_id = copied(course_id, a_person().id)
    with unit_of_work():
        for body in db.session.scalars(_bodies(copy_id)):
            body.html = "<p>Changed</p>"
        db.session.execute(sa.update(Question).where(Question.course_id == copy_id).values(category="changed"))
    assert outline(course_id) == before
    questions = db.session.execute(
        sa.select(QuizSlot.question_id, Activity.course_id, Question.course_id)
        .join(Activity, Activity.id == QuizSlot.quiz_id)
        .join(Question, Question.id == QuizSlot.question_id)
    ).all()
    assert all(of_activity == of_question for _id, of_activity, of_question in questions)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(CourseMedia)) == 4


def test_what_was_removed_is_not_copied(app: Flask, tmp_path: Path) -> None:
    course_id = brought_in(tmp_path, files()).course_id
    with unit_of_work():
        db.session.scalars(sa.select(Activity).where(Activity.key == "welcome")).one().removed_at = clock.now()
        db.session.scalars(sa.select(Module).where(Module.key == "second")).one().removed_at = clock.now()
    copy_id = copied(course_id, a_person().id)
    keys = db.session.scalars(sa.select(Activity.key).where(Activity.course_id == copy_id).order_by(Activity.id)).all()
    assert keys == ["picture", "check"]
    assert db.session.scalar(sa.select(sa.func.count()).where(Module.course_id == copy_id)) == 1


def test_a_pinned_question_stays_pinned(app: Flask, tmp_path: Path) -> None:
    course_id = brought_in(tmp_path, files()).course_id
    with unit_of_work():
        slot = db.session.scalars(sa.select(QuizSlot).join(Quiz, Quiz.id == QuizSlot.quiz_id)).first()
        slot.pinned_version_id = slot.question.versions[0].id
        first = slot.question.versions[0]
        slot.question.versions.append(
            QuestionVersion(number=2, content=first.content, marks_hash=first.marks_hash, created_at=clock.now())
        )
        slot.question.versions.append(
            QuestionVersion(number=3, content=first.content, marks_hash=first.marks_hash, created_at=clock.now())
        )
    copy_id = copied(course_id, a_person().id)
    assert outline(copy_id) == outline(course_id)
    pinned = db.session.scalars(
        sa.select(QuestionVersion)
        .join(QuizSlot, QuizSlot.pinned_version_id == QuestionVersion.id)
        .join(Question, Question.id == QuestionVersion.question_id)
        .where(Question.course_id == copy_id)
    ).one()
    assert pinned.number == 1
    assert [version.number for version in pinned.question.versions] == [1, 2], "history is not copied"


@pytest.mark.parametrize("address", ["", "Upper", "two  words", "-x", "x" * 61, "a/b"])
def test_an_address_is_a_key(app: Flask, address: str) -> None:
    course = a_course("there")
    with pytest.raises(NotAnAddress):
        copied(course.id, a_person().id, address=address)


def test_an_address_is_had_once_for_good(app: Flask) -> None:
    course = a_course("there")
    with unit_of_work():
        db.session.add(CourseSlugHistory(slug="once-there", course_id=course.id))
    for address in ("there", "once-there"):
        with pytest.raises(AddressTaken):
            copied(course.id, a_person().id, address=address)


def _bodies(course_id: int) -> sa.Select[LessonBody]:
    return (
        sa.select(LessonBody).join(Activity, Activity.id == LessonBody.lesson_id).where(Activity.course_id == course_id)
    )
