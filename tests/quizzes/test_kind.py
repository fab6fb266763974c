"""What the course asks of a quiz: its checks, a copy, a way back, its words, its length."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.core.transactions import unit_of_work
from app.courses import drafts, editions, services
from app.courses.kinds import Level, Passage, get_kind
from app.courses.models import Course
from app.extensions import db
from app.quizzes.bank.versions import add_version
from app.quizzes.models import Question, Quiz, QuizSlot, VersionState
from app.quizzes.settings import Grading, QuizSettings
from app.quizzes.studio import copying
from app.quizzes.types import AcceptedAnswer, Choice, MultipleChoice, ShortAnswer
from tests.factories import a_choice_question, a_draft, text

from .studio import Desk, a_desk, count, keys, stems


def quiz_of(desk: Desk) -> tuple[Quiz, Course]:
    """The quiz, loaded as a review loads it."""
    course = drafts.load(desk.course_id)
    (quiz,) = [a for a in drafts.living_activities(course) if isinstance(a, Quiz)]
    return quiz, course


def checks(desk: Desk) -> list[tuple[Level, str, str]]:
    with unit_of_work():
        quiz, course = quiz_of(desk)
        found = get_kind("quiz").checks(quiz, course)
        return [(check.level, check.topic, check.message) for check in found]


def question(number: int) -> Question:
    found = db.session.get(Question, number)
    assert found
    return found


# --- checks ---------------------------------------------------------------------------------


def test_a_sound_quiz_has_nothing_to_look_at(app: Flask) -> None:
    assert checks(a_desk("one", "two")) == []


def test_a_newer_draft_is_a_warning(app: Flask) -> None:
    desk = a_desk("one", "two")
    with unit_of_work():
        add_version(question(1), a_choice_question("draft"), by=None, state=VersionState.DRAFT)
    message = "“Test” has 1 question with a newer version that would not be published"
    assert checks(desk) == [(Level.WARNING, "versions", message)]


def test_a_question_that_is_only_a_draft_stops_publishing(app: Flask) -> None:
    desk = a_desk("one", "two")
    with unit_of_work():
        question(1).versions[0].state = VersionState.DRAFT
    assert checks(desk) == [(Level.BLOCKER, "questions", "“Test” has 1 question that is only a draft")]


@pytest.mark.parametrize(("pass_mark", "reached"), [(100, False), (99, True), (None, True)])
def test_a_pass_mark_beyond_what_all_right_answers_earn_stops_publishing(
    app: Flask, pass_mark: float | None, reached: bool
) -> None:
    thirds = tuple(Choice(key, text(key), 0.33) for key in "abc")
    contents = [MultipleChoice(text("Which?"), thirds, text("All three."), partial=True)]
    desk = a_desk(contents=contents, quiz=QuizSettings(pass_mark=pass_mark))
    message = "“Test” asks for 100%, and its right answers together earn less"
    assert checks(desk) == ([] if reached else [(Level.BLOCKER, "pass_mark", message)])


def test_what_is_said_to_an_answer_in_another_language_needs_no_translation(app: Flask) -> None:
    french = AcceptedAnswer("loi", feedback=text("x").with_phrase("en", "", "en").with_phrase("fr", "Oui.", "fr"))
    asked = ShortAnswer(text("Which?", fr="Lequel ?"), {"en": (AcceptedAnswer("law"),), "fr": (french,)}, "en")
    desk = a_desk(contents=[asked])
    with unit_of_work():
        drafts.load(desk.course_id).languages = ["en", "fr"]
    assert checks(desk) == []


# --- copies ----------------------------------------------------------------------------------


def copied(desk: Desk, course_id: int) -> int:
    """The id of a copy of the quiz at the end of the first module of a course."""
    with unit_of_work():
        quiz, _course = quiz_of(desk)
        course = drafts.load(course_id)
        kind = get_kind("quiz")
        module = course.living_modules()[0]
        copies = db.session.scalar(sa.select(sa.func.count()).select_from(Quiz)) or 0
        into = kind.new(
            course_id=course.id, module_id=module.id, key=f"copy-{copies}", rank=f"zz{copies}", title=quiz.title,
            minutes=1,
        )  # fmt: skip
        db.session.add(into)
        db.session.flush()
        kind.copy(quiz, into, course)
        return into.id


def asked(quiz_id: int) -> list[tuple[int, float, int | None]]:
    db.session.rollback()
    slots = db.session.scalars(
        sa.select(QuizSlot).where(QuizSlot.quiz_id == quiz_id).order_by(QuizSlot.rank, QuizSlot.id)
    )
    found = [(slot.question_id, slot.marks, slot.pinned_version_id) for slot in slots]
    db.session.rollback()
    return found


def test_a_copy_in_the_course_asks_the_same_questions(app: Flask) -> None:
    desk = a_desk("one", "two", quiz=QuizSettings(pass_mark=55, grading=Grading.MEAN))
    with unit_of_work():
        db.session.execute(sa.update(QuizSlot).where(QuizSlot.id == 2).values(marks=3, pinned_version_id=2))
    copy = copied(desk, desk.course_id)
    assert asked(copy) == asked(desk.quiz_id) == [(1, 1.0, None), (2, 3.0, 2)]
    assert count(Question) == 2
    with unit_of_work():
        row = db.session.get(Quiz, copy)
        assert row and row.settings == QuizSettings(pass_mark=55, grading=Grading.MEAN)


def test_a_copy_elsewhere_brings_its_questions_into_the_bank_there(app: Flask) -> None:
    desk = a_desk("one", "two")
    other = a_draft(modules=1, lessons=0)
    with unit_of_work():
        add_version(question(1), a_choice_question("one, edited"), by=None)
        add_version(question(1), a_choice_question("one, draft"), by=None, state=VersionState.DRAFT)
    copy = copied(desk, other.id)
    assert keys(other.id) == ["question-1", "question-2"]
    db.session.rollback()
    first = question(asked(copy)[0][0])
    assert [v.content.stem.best("en", "en") for v in first.versions] == ["one, edited"]
    assert first.course_id == other.id and first.latest_ready
    again = copied(desk, other.id)  # another quiz with the same questions
    assert asked(again) == asked(copy)
    assert len(keys(other.id)) == 2


def test_a_key_that_is_taken_there_gets_a_number(app: Flask) -> None:
    desk = a_desk("one")
    other = a_desk("theirs")
    copied(desk, other.course_id)
    assert keys(other.course_id) == ["question-1", "question-1-2"]
    assert stems(other) == ["theirs"]


# --- back to an edition ------------------------------------------------------------------------


def published(desk: Desk) -> Any:
    """The quiz in the edition in force."""
    db.session.rollback()
    edition_id = db.session.scalar(sa.select(Course.edition_id).where(Course.id == desk.course_id))
    assert edition_id
    return editions.get_edition(edition_id).by_id[desk.quiz_id]


@pytest.fixture
def changed(app: Flask) -> Callable[[], Desk]:
    """A published quiz in which everything was changed since."""

    def make() -> Desk:
        desk = a_desk("one", "two", "three")
        with unit_of_work():
            services.publish(course_id=desk.course_id, by=None)
        with unit_of_work():
            quiz, _course = quiz_of(desk)
            quiz.settings = QuizSettings(attempts=1)
            first, second, third = quiz.ordered_slots()
            first.rank, third.marks = "zz", 9.0
            quiz.slots.remove(second)
            added = Question(course_id=desk.course_id, key="added", source_language="en", tags=[])
            db.session.add(added)
            db.session.flush()
            add_version(added, a_choice_question("added"), by=None)
            quiz.slots.append(QuizSlot(question=added, rank="3", marks=1.0))
            add_version(question(1), a_choice_question("one, edited"), by=None)
            db.session.flush()
        return desk

    return make


def test_a_quiz_goes_back_to_what_its_edition_has(changed: Callable[[], Desk]) -> None:
    desk = changed()
    outline = published(desk)
    with unit_of_work():
        quiz, course = quiz_of(desk)
        get_kind("quiz").restore(quiz, outline, course, desk.trainer.id)
    assert [(question_id, marks) for question_id, marks, _pinned in asked(desk.quiz_id)] == [
        (1, 1.0),
        (2, 1.0),
        (3, 1.0),
    ]
    assert [pinned for _id, _marks, pinned in asked(desk.quiz_id)] == [1, None, None]  # the first has gone on since
    with unit_of_work():
        review = drafts.review(desk.course_id)
        assert review.difference.count == 0
        assert quiz_of(desk)[0].settings == QuizSettings(pass_mark=70)
    assert count(Question) == 4  # what was added stays in the bank


def test_going_back_twice_changes_nothing_more(changed: Callable[[], Desk]) -> None:
    desk = changed()
    outline = published(desk)
    for _again in range(2):
        with unit_of_work():
            quiz, course = quiz_of(desk)
            get_kind("quiz").restore(quiz, outline, course, None)
        assert len(asked(desk.quiz_id)) == 3


# --- words --------------------------------------------------------------------------------------


def test_the_words_of_draft_and_edition_stand_in_the_same_parts(changed: Callable[[], Desk]) -> None:
    desk = changed()
    outline = published(desk)
    kind = get_kind("quiz")
    with unit_of_work():
        quiz, course = quiz_of(desk)
        draft = kind.passages(quiz, course, "fr")
        before = kind.published_passages(outline, "en", "fr")
    assert [p.label for p in before] == ["Settings", "Question 1", "Question 2", "Question 3"]
    assert before[0].words.splitlines()[0] == "Pass mark: 70%"
    assert draft[0].words.splitlines()[:2] == ["No pass mark: submitting completes it", "Attempts: 1"]
    assert before[1] == Passage(
        "Question 1",
        "one\nRight: The right one\nFeedback: Because it is right.\nWrong: A wrong one\n"
        "Feedback: Because it is wrong.\nWrong: Another wrong one\nFeedback: Because it is wrong too.\n"
        "One choice can be taken. The right one earns the whole mark.\n"
        "Feedback: Think of who is heard first.\nWorth 1 mark",
    )
    assert [p.words.splitlines()[0] for p in draft[1:]] == ["added", "three", "one, edited"]


def test_passages_cost_no_statement_once_loaded(app: Flask, statements: list[str]) -> None:
    desk = a_desk("one", "two", "three")
    with unit_of_work():
        quiz, course = quiz_of(desk)
        statements.clear()
        get_kind("quiz").passages(quiz, course, "en")
        assert statements == []


def test_shares_and_rules_are_said(app: Flask) -> None:
    choices = (Choice("a", text("All"), 0.5), Choice("b", text("Some"), 0.5), Choice("c", text("None"), -0.25))
    contents = [
        MultipleChoice(text("Which?"), choices, partial=True),
        ShortAnswer(text("What?"), {"en": (AcceptedAnswer("x*"), AcceptedAnswer("y", 0.5))}, "en", case_matters=True),
    ]
    desk = a_desk(contents=contents)
    with unit_of_work():
        quiz, course = quiz_of(desk)
        _settings, several, short = get_kind("quiz").passages(quiz, course, "en")
    assert several.words.splitlines()[1:4] == ["Earns 50%: All", "Earns 50%: Some", "Costs 25%: None"]
    assert short.words.splitlines()[1:3] == ["Right: x*", "Earns 50%: y"]
    assert "Capitals must be as written." in short.words


# --- length -------------------------------------------------------------------------------------


def test_a_minute_a_question_and_at_least_one(app: Flask) -> None:
    desk = a_desk("one", "two", "three")
    with unit_of_work():
        quiz, course = quiz_of(desk)
        kind = get_kind("quiz")
        assert kind.length(quiz, course) == 3
        copying.restore_quiz(quiz, QuizSettings(), [])
        assert kind.length(quiz, course) == 1
