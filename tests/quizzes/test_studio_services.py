"""What trainers do with a quiz and with questions of the bank."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.errors import NotFound
from app.core.models import AuditEvent
from app.core.transactions import unit_of_work
from app.courses import drafts, services
from app.courses.errors import EditedMeanwhile
from app.courses.models import Activity
from app.extensions import db
from app.quizzes.bank import queries as bank_queries
from app.quizzes.bank import versions as bank
from app.quizzes.bank.queries import Filters
from app.quizzes.errors import StillAsked, TooManyQuestions
from app.quizzes.freezing import SlotData, data_of
from app.quizzes.models import Question, QuestionVersion, QuizSlot, VersionState
from app.quizzes.questions import services as question_services
from app.quizzes.settings import Grading, QuizSettings
from app.quizzes.studio import queries as studio_queries
from app.quizzes.studio import services as studio_services
from app.quizzes.studio import slots as studio_slots
from app.quizzes.types import SingleChoice
from tests.factories import a_choice_question

from .studio import Desk, a_desk, count, keys, slot_ids, stems, versions


def where(desk: Desk) -> dict[str, int]:
    return {"course_id": desk.course_id, "activity_id": desk.quiz_id}


def activity(desk: Desk) -> tuple[int, int]:
    """Version and minutes of the quiz as an activity."""
    db.session.rollback()
    row = db.session.execute(sa.select(Activity.version_id, Activity.minutes).where(Activity.id == desk.quiz_id)).one()
    db.session.rollback()
    return row.version_id, row.minutes


def create(desk: Desk, content: Any, state: VersionState = VersionState.READY) -> int:
    with unit_of_work():
        question = question_services.create_question(
            course_id=desk.course_id, content=content, source_language="en", state=state, by=desk.trainer.id
        )
        return question.id


def save(desk: Desk, content: Any, made_from: int, state: VersionState = VersionState.READY, question: int = 1) -> Any:
    with unit_of_work():
        version = question_services.save_question(
            course_id=desk.course_id, question_id=question, content=content, state=state, made_from=made_from,
            by=desk.trainer.id,
        )  # fmt: skip
        return version and version.number


# --- the order of a quiz -----------------------------------------------------------


def test_steps_up_and_down_stop_at_the_ends(app: Flask) -> None:
    desk = a_desk("one", "two", "three")
    first, _second, third = slot_ids(desk)
    with unit_of_work():
        studio_services.step_slot(**where(desk), slot_id=first, down=True)
    assert stems(desk) == ["two", "one", "three"]
    with unit_of_work():
        studio_services.step_slot(**where(desk), slot_id=third, down=True)
        studio_services.step_slot(**where(desk), slot_id=third, down=False)
        studio_services.step_slot(**where(desk), slot_id=third, down=False)
        studio_services.step_slot(**where(desk), slot_id=third, down=False)
    assert stems(desk) == ["three", "two", "one"]


def test_moving_a_question_touches_its_row_alone(app: Flask, statements: list[str]) -> None:
    desk = a_desk("one", "two", "three", "four")
    ids = slot_ids(desk)
    before = activity(desk)
    statements.clear()
    with unit_of_work():
        studio_services.move_slot(**where(desk), slot_id=ids[3], after=ids[0])
    updates = [sent for sent in statements if sent.startswith("UPDATE")]
    assert len(updates) == 1 and updates[0].startswith("UPDATE quiz_slot SET rank")
    assert stems(desk) == ["one", "four", "two", "three"]
    assert activity(desk) == before  # so that it is no conflict with who edits its words
    with unit_of_work():
        studio_services.move_slot(**where(desk), slot_id=ids[2], after=None)
        studio_services.move_slot(**where(desk), slot_id=ids[1], after=99999)  # gone meanwhile: the end
    assert stems(desk) == ["three", "one", "four", "two"]


def test_equal_ranks_are_told_apart_when_something_has_to_stand_between(app: Flask) -> None:
    desk = a_desk("one", "two", "three")
    with unit_of_work():
        db.session.execute(sa.update(QuizSlot).values(rank="5"))
    ids = slot_ids(desk)
    with unit_of_work():
        studio_services.move_slot(**where(desk), slot_id=ids[2], after=ids[0])
    assert stems(desk) == ["one", "three", "two"]


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(-1, 4)), max_size=40))
def test_any_moves_give_the_order_of_a_list(app: Flask, moves: list[tuple[int, int]]) -> None:
    desk = a_desk("one", "two", "three", "four", "five")
    order = slot_ids(desk)
    names = list(order)
    with unit_of_work():
        for moved, target in moves:
            slot, after = names[moved], names[target] if target >= 0 else None
            if slot == after:
                continue
            studio_services.move_slot(**where(desk), slot_id=slot, after=after)
            order.remove(slot)
            order.insert(order.index(after) + 1 if after else 0, slot)
    assert slot_ids(desk) == order
    db.session.rollback()
    ranks = db.session.scalars(sa.select(QuizSlot.rank).where(QuizSlot.quiz_id == desk.quiz_id)).all()
    assert max(map(len, ranks)) <= studio_services.LONGEST_RANK
    db.session.rollback()


def test_a_hundred_moves_to_one_place_keep_ranks_short(app: Flask) -> None:
    desk = a_desk("one", "two", "three")
    first, second, third = slot_ids(desk)
    with unit_of_work():
        for _turn in range(100):
            studio_services.move_slot(**where(desk), slot_id=third, after=first)
            studio_services.move_slot(**where(desk), slot_id=second, after=first)
    assert slot_ids(desk) == [first, second, third]
    db.session.rollback()
    assert max(map(len, db.session.scalars(sa.select(QuizSlot.rank)))) <= studio_services.LONGEST_RANK
    db.session.rollback()


# --- questions in and out --------------------------------------------------------------


def test_a_question_taken_out_goes_back_to_its_place_with_its_marks(app: Flask) -> None:
    desk = a_desk("one", "two", "three")
    _first, second, _third = slot_ids(desk)
    with unit_of_work():
        studio_services.weigh_slot(**where(desk), slot_id=second, marks=2.5)
        gone = studio_services.remove_slot(**where(desk), slot_id=second)
    assert gone and stems(desk) == ["one", "three"]
    assert count(Question) == 3  # it stays in the bank
    with unit_of_work():
        slot = studio_services.add_slot(
            **where(desk), question_id=gone.question_id, marks=gone.marks, after=gone.after, pinned=gone.pinned
        )
        assert slot.marks == 2.5
    assert stems(desk) == ["one", "two", "three"]


def test_the_first_goes_back_to_the_beginning(app: Flask) -> None:
    desk = a_desk("one", "two")
    with unit_of_work():
        gone = studio_services.remove_slot(**where(desk), slot_id=slot_ids(desk)[0])
    assert gone and gone.after is None
    with unit_of_work():
        studio_services.add_slot(**where(desk), question_id=gone.question_id, first=True)
    assert stems(desk) == ["one", "two"]


def test_removing_and_taking_twice_changes_nothing(app: Flask) -> None:
    desk = a_desk("one", "two")
    first = slot_ids(desk)[0]
    with unit_of_work():
        assert studio_services.remove_slot(**where(desk), slot_id=first)
    with unit_of_work():
        assert studio_services.remove_slot(**where(desk), slot_id=first) is None
    for _again in range(2):
        with unit_of_work():
            studio_services.add_slot(**where(desk), question_id=1)
    assert stems(desk) == ["two", "one"]


def test_a_question_of_another_course_cannot_be_taken(app: Flask) -> None:
    desk, other = a_desk("one"), a_desk("theirs")
    with unit_of_work(), pytest.raises(NotFound):
        studio_services.add_slot(**where(desk), question_id=2)
    with unit_of_work(), pytest.raises(NotFound):
        studio_services.weigh_slot(**where(desk), slot_id=slot_ids(other)[0], marks=2)
    with unit_of_work(), pytest.raises(NotFound):
        studio_services.weigh_slot(course_id=desk.course_id, activity_id=other.quiz_id, slot_id=1, marks=2)


def test_a_copy_is_a_question_of_its_own_behind_the_first(app: Flask) -> None:
    desk = a_desk("one", "two")
    with unit_of_work():
        studio_services.duplicate_slot(**where(desk), slot_id=slot_ids(desk)[0], by=desk.trainer.id)
    assert stems(desk) == ["one", "one", "two"]
    assert keys(desk.course_id) == ["question-1", "question-2", "question-1-2"]
    save(desk, a_choice_question("changed"), 1, question=3)
    assert stems(desk) == ["one", "changed", "two"]


def test_a_quiz_has_room_for_so_many(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = a_desk("one", "two")
    monkeypatch.setattr(studio_services, "MOST_SLOTS", 2)
    spare = create(desk, a_choice_question("three"))
    with unit_of_work(), pytest.raises(TooManyQuestions):
        studio_services.add_slot(**where(desk), question_id=spare)
    with unit_of_work(), pytest.raises(TooManyQuestions):
        studio_services.duplicate_slot(**where(desk), slot_id=slot_ids(desk)[0], by=desk.trainer.id)


def test_the_length_follows_the_questions_unless_somebody_set_it(app: Flask) -> None:
    desk = a_desk("one", "two")
    spare = create(desk, a_choice_question("three"))
    for by_hand in (True, False):
        with unit_of_work():
            db.session.execute(sa.update(Activity).values(minutes_given=by_hand))
        version, _minutes = activity(desk)
        with unit_of_work():
            studio_services.add_slot(**where(desk), question_id=spare)
            studio_services.duplicate_slot(**where(desk), slot_id=slot_ids(desk)[0], by=desk.trainer.id)
        assert activity(desk) == (version, 10 if by_hand else len(stems(desk)))


# --- settings ---------------------------------------------------------------------------


def test_settings_leave_the_version_of_the_words_alone(app: Flask) -> None:
    desk = a_desk()
    before = QuizSettings(pass_mark=70)
    after = QuizSettings(pass_mark=80, attempts=2, grading=Grading.LAST, shuffle=False)
    version, _minutes = activity(desk)
    with unit_of_work():
        studio_services.set_up(**where(desk), settings=after, made_from=before)
    assert activity(desk)[0] == version
    with unit_of_work():
        assert studio_queries.get_quiz(desk.course_id, desk.quiz_id).settings == after
        studio_services.set_up(**where(desk), settings=after, made_from=before)  # pressed twice
    with unit_of_work(), pytest.raises(EditedMeanwhile):
        studio_services.set_up(**where(desk), settings=QuizSettings(), made_from=before)


# --- questions and versions ----------------------------------------------------------------


def test_a_new_question_gets_a_key_from_what_it_asks(app: Flask) -> None:
    desk = a_desk()
    first = create(desk, a_choice_question("A long situation.\n\nQui est écouté d’abord ?"))
    second = create(desk, a_choice_question("Another situation.\n\nQui est écouté d’abord ?"))
    create(desk, a_choice_question("من أولا؟"))
    assert first != second
    assert keys(desk.course_id)[3:] == ["qui-est-ecoute-d-abord", "qui-est-ecoute-d-abord-2", "question"]


def test_keys_are_short_and_end_with_a_whole_word() -> None:
    assert bank.slug("Which of these is what a city does first, and why would it do so in that order?") == (
        "which-of-these-is-what-a-city-does-first-and-why-would-it-do"
    )
    assert bank.slug("x" * 100) == "x" * 60
    assert bank.slug("؟") == ""


def test_pressing_the_button_twice_makes_one_question(app: Flask) -> None:
    desk = a_desk()
    assert create(desk, a_choice_question("New?")) == create(desk, a_choice_question("New?"))
    assert count(Question) == 4


def test_each_save_is_a_version_and_the_same_again_is_none(app: Flask) -> None:
    desk = a_desk("one")
    new, newer = a_choice_question("two"), a_choice_question("three")
    assert save(desk, new, 1) == 2
    assert save(desk, new, 1) is None  # sent again, after the answer was lost
    assert save(desk, newer, 2, VersionState.DRAFT) == 3
    assert save(desk, newer, 3) == 4  # the same words, now ready
    assert [(number, state) for number, state, _content in versions(1)] == [
        (1, "ready"), (2, "ready"), (3, "draft"), (4, "ready"),
    ]  # fmt: skip
    db.session.rollback()
    assert db.session.scalars(sa.select(QuestionVersion.saved_by_id).order_by(QuestionVersion.id)).all() == [
        None, desk.trainer.id, desk.trainer.id, desk.trainer.id,
    ]  # fmt: skip
    saved = db.session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "question.save")).all()
    assert [(event.subject, event.details["version"]) for event in saved] == [
        ("question:1", 2), ("question:1", 3), ("question:1", 4),
    ]  # fmt: skip
    db.session.rollback()


def test_the_second_to_save_is_told(app: Flask) -> None:
    desk = a_desk("one")
    assert save(desk, a_choice_question("theirs"), 1) == 2
    with pytest.raises(EditedMeanwhile):
        save(desk, a_choice_question("mine"), 1)
    assert [content.stem.best("en", "en") for _n, _s, content in versions(1)] == ["one", "theirs"]
    assert save(desk, a_choice_question("mine"), 2) == 3


def test_a_draft_reaches_nobody_until_it_is_ready(app: Flask) -> None:
    desk = a_desk("one")
    save(desk, a_choice_question("draft"), 1, VersionState.DRAFT)
    with unit_of_work():
        (line,) = studio_slots.list_slots(studio_queries.get_quiz(desk.course_id, desk.quiz_id), ["en"])
        assert (line.content.stem.best("en", "en"), line.version, line.latest) == ("one", 1, 2)
        assert line.ready and line.newer_draft and not line.held_back


def test_an_older_version_comes_back_as_a_new_one(app: Flask) -> None:
    desk = a_desk("one")
    save(desk, a_choice_question("two"), 1)
    for made in (3, None):  # and once more changes nothing
        with unit_of_work():
            version = question_services.restore_version(
                course_id=desk.course_id, question_id=1, number=1, by=desk.trainer.id
            )
            assert (version.number if version else None) == made
    assert [content.stem.best("en", "en") for _n, _s, content in versions(1)] == ["one", "two", "one"]
    with unit_of_work(), pytest.raises(NotFound):
        question_services.restore_version(course_id=desk.course_id, question_id=1, number=9, by=desk.trainer.id)


def test_only_what_nothing_asks_and_no_edition_had_can_be_deleted(app: Flask) -> None:
    desk = a_desk("one", "two")
    spare = create(desk, a_choice_question("spare"))
    with unit_of_work():
        services.publish(course_id=desk.course_id, by=None)
    with unit_of_work():
        studio_services.remove_slot(**where(desk), slot_id=slot_ids(desk)[0])
    for question_id in (1, 2):  # published, and still asked
        with unit_of_work(), pytest.raises(StillAsked):
            question_services.delete_question(course_id=desk.course_id, question_id=question_id, by=desk.trainer.id)
    with unit_of_work():
        question_services.delete_question(course_id=desk.course_id, question_id=spare, by=desk.trainer.id)
    assert (count(Question), count(QuestionVersion)) == (2, 2)
    with unit_of_work(), pytest.raises(NotFound):
        question_services.delete_question(course_id=desk.course_id, question_id=spare, by=desk.trainer.id)


def test_an_id_that_comes_again_shows_its_own_words(app: Flask) -> None:
    """SQLite gives the id of a deleted row to the next: nothing of the studio may be kept under it."""
    desk = a_desk("one")
    spare = create(desk, a_choice_question("old words"))
    with unit_of_work():
        assert len(bank_queries.pick(desk.course_id, Filters(words="old"))[0]) == 1
        question_services.delete_question(course_id=desk.course_id, question_id=spare, by=desk.trainer.id)
    spare = create(desk, a_choice_question("new words"))
    with unit_of_work():
        studio_services.add_slot(**where(desk), question_id=spare)
    assert stems(desk) == ["one", "new words"]
    with unit_of_work():
        services.publish(course_id=desk.course_id, by=None)
        assert bank_queries.pick(desk.course_id, Filters(words="old"))[0] == []


# --- the bank -------------------------------------------------------------------------------


def test_a_long_bank_costs_the_same(app: Flask, statements: list[str]) -> None:
    costs = []
    for size in (2, 12):
        desk = a_desk(*[f"Question {n}" for n in range(size)])
        statements.clear()
        with unit_of_work():
            bank_queries.pick(desk.course_id, Filters(words="question"))
            studio_slots.list_slots(studio_queries.get_quiz(desk.course_id, desk.quiz_id), ["en", "fr"])
        costs.append(len(statements))
    assert costs[0] == costs[1]


def test_what_lacks_a_language_is_said(app: Flask) -> None:
    desk = a_desk("one")
    with unit_of_work():
        (line,) = studio_slots.list_slots(studio_queries.get_quiz(desk.course_id, desk.quiz_id), ["en", "fr"])
        assert line.behind == ("fr",)


def test_what_is_pinned_is_said_until_it_follows(app: Flask) -> None:
    desk = a_desk("one")
    save(desk, a_choice_question("two"), 1)
    with unit_of_work():
        db.session.execute(sa.update(QuizSlot).values(pinned_version_id=1))
    with unit_of_work():
        quiz = studio_queries.get_quiz(desk.course_id, desk.quiz_id)
        (line,) = studio_slots.list_slots(quiz, ["en"])
        assert line.held_back and line.version == 1 and line.latest_ready == 2
        studio_services.follow_latest(**where(desk), slot_id=line.id)
        (line,) = studio_slots.list_slots(quiz, ["en"])
        assert not line.held_back and line.version == 2
        assert isinstance(line.content, SingleChoice)


def test_publishing_takes_the_latest_ready_version(app: Flask) -> None:
    desk = a_desk("one")
    save(desk, a_choice_question("two"), 1)
    save(desk, a_choice_question("three"), 2, VersionState.DRAFT)
    with unit_of_work():
        (activity,) = [a for a in drafts.outline_of(drafts.load(desk.course_id)).activities() if a.kind == "quiz"]
        assert data_of(activity).slots == (SlotData(2, 1.0),)
