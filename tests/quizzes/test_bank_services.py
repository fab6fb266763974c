"""What is done with many questions at once, and what is read of a bank."""

from __future__ import annotations

from threading import Barrier
from time import sleep
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core import clock
from app.core.errors import NotFound
from app.core.models import AuditEvent
from app.core.text import Text
from app.core.transactions import unit_of_work
from app.courses import services
from app.courses.builder import placing_services
from app.courses.errors import EditedMeanwhile
from app.courses.models import Activity
from app.extensions import db
from app.quizzes.bank import naming as bank_naming
from app.quizzes.bank import queries as bank_queries
from app.quizzes.bank import services as bank_services
from app.quizzes.bank.categories import moved
from app.quizzes.bank.errors import (
    IntoItself,
    MergesCategories,
    MergesTags,
    NameGone,
    NothingChanged,
    PathTooLong,
    Stays,
    StillDrawn,
    TooLate,
)
from app.quizzes.bank.naming import Filed
from app.quizzes.bank.queries import Filters, Order, QuestionState, Used
from app.quizzes.errors import TooManyQuestions
from app.quizzes.models import Draw, Question, QuestionVersion, Quiz, QuizSlot, VersionState
from app.quizzes.questions import queries as question_queries
from app.quizzes.questions import services as question_services
from app.quizzes.studio import services as studio_services
from app.quizzes.types import AcceptedAnswer, Content, ShortAnswer, marks_hash
from tests.at_once import at_once
from tests.factories import a_choice_question, text
from tests.quizzes.studio import Desk, a_desk, versions


def spare(
    desk: Desk, stem: str, *, state: VersionState = VersionState.READY, content: Content | None = None, **where: Any
) -> int:
    """A question that no quiz asks."""
    with unit_of_work():
        question = question_services.create_question(
            course_id=desk.course_id, content=content or a_choice_question(stem), source_language="en", state=state,
            by=desk.trainer.id,
        )  # fmt: skip
        for name, value in where.items():
            setattr(question, name, value)
        db.session.flush()
        return question.id


def does(desk: Desk, service: Any, ids: list[int], **values: Any) -> AuditEvent:
    with unit_of_work():
        event_id = service(course_id=desk.course_id, question_ids=ids, by=desk.trainer.id, **values)
    with unit_of_work():
        event = db.session.get(AuditEvent, event_id)
        assert event
        db.session.expunge(event)
    return event


def refused(desk: Desk, service: Any, ids: list[int], **values: Any) -> dict[int, Stays]:
    with pytest.raises(NothingChanged) as problem, unit_of_work():
        service(course_id=desk.course_id, question_ids=ids, by=desk.trainer.id, **values)
    return problem.value.kept


def undone(desk: Desk, event: AuditEvent) -> int:
    with unit_of_work():
        return bank_services.undo(course_id=desk.course_id, event_id=event.id, by=desk.trainer.id)


def filed(question_id: int) -> tuple[str, list[str]]:
    with unit_of_work():
        row = db.session.execute(sa.select(Question.category, Question.tags).where(Question.id == question_id)).one()
        return row.category, row.tags


def found(desk: Desk, **filters: Any) -> list[int]:
    with unit_of_work():
        return bank_queries.list_matching(desk.course_id, Filters(**{"order": Order.KEY, **filters}))


def draws(desk: Desk, *several: Draw) -> None:
    with unit_of_work():
        db.session.add_all([QuizSlot(quiz_id=desk.quiz_id, rank=f"zz{n}", draw=draw) for n, draw in enumerate(several)])


def drawn() -> list[Draw]:
    with unit_of_work():
        return list(
            db.session.scalars(sa.select(QuizSlot.draw).where(QuizSlot.draw.is_not(None)).order_by(QuizSlot.id))
        )


def state_of(desk: Desk, question_id: int) -> QuestionState:
    with unit_of_work():
        (entry,) = [e for e in bank_queries.read_bank(desk.course_id).entries if e.id == question_id]
        return entry.state


# --- finding --------------------------------------------------------------------------------


def test_words_are_found_in_stems_answers_keys_and_tags(app: Flask) -> None:
    desk = a_desk("Où est le Café ?", "Where is the café?")
    typed = ShortAnswer(stem=text("Which crossing?"), answers={"en": (AcceptedAnswer("zebra"),)}, source_language="en")
    short = spare(desk, "", content=typed, tags=["wildlife"])
    french = spare(desk, "", content=a_choice_question("Coffee?"))
    with unit_of_work():
        translated = msgspec.structs.replace(
            a_choice_question("Tea?"), stem=Text.of({"en": "Tea?", "fr": "Du thé ?"}, "en")
        )
        tea = question_services.create_question(
            course_id=desk.course_id, content=translated, source_language="en", state=VersionState.READY, by=1
        ).id
    a_desk("A café elsewhere")
    assert found(desk, words="cafe OU") == [1]
    assert found(desk, words="CAFE") == [1, 2]
    assert found(desk, words="zebra") == [short] == found(desk, words="wildlife crossing")
    assert found(desk, words="du the") == [tea]
    assert french in found(desk, words="because it is right")
    assert found(desk, words="question-2") == [2]
    assert found(desk, words="single_choice") == [] == found(desk, words="nothing like it")
    with unit_of_work():
        lines, total, _bank = bank_queries.pick(desk.course_id, Filters(words="CAFE"), without=[2])
    assert [line.id for line in lines] == [1] and total == 1
    assert [quiz.title.best("en", "en") for quiz in lines[0].usage.quizzes] == ["Test"]


def test_what_the_latest_version_no_longer_says_is_not_found(app: Flask) -> None:
    desk = a_desk("Old words?")
    with unit_of_work():
        question_services.save_question(
            course_id=desk.course_id, question_id=1, content=a_choice_question("New?"), state=VersionState.DRAFT,
            made_from=1, by=desk.trainer.id,
        )  # fmt: skip
    assert found(desk, words="old") == [] and found(desk, words="new") == [1]


def test_the_bank_is_narrowed(app: Flask) -> None:
    desk = a_desk("One?", "Two?")
    draft = spare(desk, "Draft?", state=VersionState.DRAFT, category="streets/crossings", tags=["night"])
    ready = spare(desk, "Zoo?", category="streets")
    other = spare(desk, "Other?", category="streets-old", tags=["night", "day"])
    with unit_of_work():
        question_services.save_question(
            course_id=desk.course_id, question_id=2, content=a_choice_question("Two, newer?"),
            state=VersionState.DRAFT, made_from=1, by=desk.trainer.id,
        )  # fmt: skip
    hidden = spare(desk, "Hidden?")
    does(desk, bank_services.hide_questions, [hidden])
    draws(desk, Draw("streets-old"))

    assert found(desk) == [draft, other, 1, 2, ready]
    assert found(desk, category="streets") == [draft, ready]
    assert found(desk, category="") == [1, 2]
    assert found(desk, tag="night") == [draft, other]
    assert found(desk, type="short_answer") == [] and len(found(desk, type="single_choice")) == 5
    assert found(desk, state=QuestionState.DRAFT) == [draft]
    assert found(desk, state=QuestionState.NEWER_DRAFT) == [2]
    assert found(desk, state=QuestionState.HIDDEN) == [hidden]
    assert found(desk, used=Used.DRAFT) == [other, 1, 2]
    assert found(desk, used=Used.NOT_IN_DRAFT) == [draft, ready]
    with unit_of_work():
        db.session.execute(sa.delete(QuizSlot).where(QuizSlot.draw.is_not(None)))
        services.publish(course_id=desk.course_id, by=None)
    assert found(desk, used=Used.EDITION) == [1, 2]
    assert found(desk, used=Used.NOWHERE) == [draft, other, ready]
    assert found(desk, order=Order.CATEGORY) == [1, 2, ready, draft, other]
    with unit_of_work():
        page = bank_queries.open_bank(desk.course_id, Filters(order=Order.CHANGED), ["en", "fr"])
    assert (page.total, page.everything, page.hidden, page.unfiled) == (5, 5, 1, 2)
    assert page.tags == [("day", 1), ("night", 2)]
    assert [(b.path, b.whole) for b in page.categories] == [
        ("streets", 2), ("streets/crossings", 1), ("streets-old", 1),
    ]  # fmt: skip
    assert page.lines[0].behind == ("fr",)


def test_pages_of_fifty_and_the_first_beyond_the_last(app: Flask) -> None:
    desk = a_desk("One?")
    many(desk, 60)
    with unit_of_work():
        first, second, beyond = (
            bank_queries.open_bank(desk.course_id, Filters(order=Order.KEY, page=page), ["en"]) for page in (1, 2, 9)
        )
    assert (len(first.lines), len(second.lines), first.pages, first.total) == (50, 11, 2, 61)
    assert beyond.page == 1 and [line.id for line in beyond.lines] == [line.id for line in first.lines]
    assert not {line.id for line in first.lines} & {line.id for line in second.lines}


def many(desk: Desk, count: int) -> None:
    content = a_choice_question("How many?")
    with unit_of_work():
        for n in range(count):
            question = Question(course_id=desk.course_id, key=f"many-{n}", source_language="en", tags=[f"t{n % 7}"])
            question.category = f"c{n % 5}/d{n % 3}"
            question.versions.append(
                QuestionVersion(number=1, content=content, marks_hash=marks_hash(content), created_at=clock.now())
            )
            db.session.add(question)


def test_a_long_bank_costs_as_many_statements_as_a_short_one(app: Flask, statements: list[str]) -> None:
    costs = []
    for size in (1, 120):
        desk = a_desk("One?", "Two?")
        many(desk, size)
        with unit_of_work():
            services.publish(course_id=desk.course_id, by=None)
        with unit_of_work():
            bank_queries.read_bank(desk.course_id)  # the edition is in this process from here on
        for filters in (Filters(), Filters(words="how many", used=Used.NOWHERE)):
            statements.clear()
            with unit_of_work():
                bank_queries.open_bank(desk.course_id, filters, ["en", "fr"])
            costs.append(len(statements))
    assert costs[0] == costs[2] <= 7 and costs[1] == costs[3] <= 8


def test_a_change_of_many_costs_few_statements(app: Flask, statements: list[str]) -> None:
    desk = a_desk("One?")
    many(desk, 120)
    ids = found(desk)
    statements.clear()
    does(desk, bank_services.move, ids, category="x")
    assert len(statements) < 10
    statements.clear()
    does(desk, bank_services.hide_questions, ids[1:])
    assert len(statements) < 20


# --- tags and categories of many ------------------------------------------------------------


def test_tags_are_added_in_the_spelling_of_the_bank_and_the_change_is_taken_back(app: Flask) -> None:
    desk = a_desk("One?", "Two?", "Three?")
    does(desk, bank_services.add_tags, [1], tags=["Night"])
    event = does(desk, bank_services.add_tags, [1, 2, 99], tags=["night", "day"])
    assert filed(1)[1] == ["Night", "day"] and filed(2)[1] == ["Night", "day"] and filed(3)[1] == []
    assert event.details["gone"] == 1
    does(desk, bank_services.add_tags, [2], tags=["later"])
    assert undone(desk, event) == 2
    assert filed(1)[1] == ["Night"] and filed(2)[1] == ["later"]
    with pytest.raises(TooLate):
        undone(desk, event)


def test_tags_are_taken_off_and_come_back(app: Flask) -> None:
    desk = a_desk("One?", "Two?")
    does(desk, bank_services.add_tags, [1], tags=["night", "day"])
    event = does(desk, bank_services.remove_tags, [1, 2], tags=["NIGHT"])
    assert filed(1)[1] == ["day"]
    assert refused(desk, bank_services.remove_tags, [1, 2], tags=["night"]) == {}
    assert undone(desk, event) == 1 and sorted(filed(1)[1]) == ["day", "night"]


def test_a_question_with_too_many_tags_stays_as_it_is(app: Flask) -> None:
    desk = a_desk("One?", "Two?")
    does(desk, bank_services.add_tags, [1], tags=[f"tag {n}" for n in range(30)])
    event = does(desk, bank_services.add_tags, [1, 2], tags=["one more"])
    assert event.details["kept"] == {"1": "crowded"} and filed(2)[1] == ["one more"] and len(filed(1)[1]) == 30


def test_questions_move_and_go_back_unless_somebody_moved_them_on(app: Flask) -> None:
    desk = a_desk("One?", "Two?", "Three?")
    does(desk, bank_services.move, [1], category="a")
    event = does(desk, bank_services.move, [1, 2], category="b/c")
    assert refused(desk, bank_services.move, [1, 2], category="b/c") == {}
    does(desk, bank_services.move, [2], category="elsewhere")
    assert undone(desk, event) == 1
    assert [filed(n)[0] for n in (1, 2, 3)] == ["a", "elsewhere", ""]


def test_what_is_another_courses_is_left_alone(app: Flask) -> None:
    desk, other = a_desk("One?"), a_desk("Theirs?")
    event = does(desk, bank_services.move, [1, 2], category="a")
    assert event.details["gone"] == 1 and filed(2)[0] == ""
    with pytest.raises(NotFound):
        undone(other, event)
    with pytest.raises(NotFound):
        undone(desk, does(desk, bank_services.make_ready, [spare(desk, "Draft?", state=VersionState.DRAFT)]))


# --- ready, hidden, deleted, asked ----------------------------------------------------------


def test_drafts_without_faults_become_ready(app: Flask) -> None:
    desk = a_desk("One?")
    good = spare(desk, "Good?", state=VersionState.DRAFT)
    unfinished = msgspec.structs.replace(a_choice_question("Bad?"), choices=())
    bad = spare(desk, "Bad?", state=VersionState.DRAFT, content=unfinished)
    event = does(desk, bank_services.make_ready, [1, good, bad])
    assert event.details["before"] == {str(good): 1} and event.details["kept"] == {str(bad): "faulty"}
    assert [(number, state) for number, state, _content in versions(good)] == [(1, "draft"), (2, "ready")]
    assert len(versions(1)) == 1 and state_of(desk, bad) is QuestionState.DRAFT
    assert refused(desk, bank_services.make_ready, [1, bad]) == {bad: Stays.FAULTY}


def test_a_hidden_question_is_met_nowhere_and_comes_back_as_it_was(app: Flask) -> None:
    desk = a_desk("One?")
    question = spare(desk, "Spare?")
    with unit_of_work():
        question_services.save_question(
            course_id=desk.course_id, question_id=question, content=a_choice_question("Newer?"),
            state=VersionState.DRAFT, made_from=1, by=desk.trainer.id,
        )  # fmt: skip
    event = does(desk, bank_services.hide_questions, [question, 1])
    assert event.details["kept"] == {"1": "asked"}
    with unit_of_work():
        row = db.session.get(Question, question)
        assert row and row.latest is None and row.latest_ready is None
        page = question_queries.get_question(desk.course_id, question)
        assert page.hidden and [version.number for version in page.versions] == [2, 1]
    assert question not in found(desk)
    assert refused(desk, bank_services.hide_questions, [question, 1]) == {1: Stays.ASKED}
    does(desk, bank_services.show_questions, [question, 1])
    assert [(n, state) for n, state, _content in versions(question)] == [(1, "ready"), (2, "draft")]
    assert refused(desk, bank_services.show_questions, [question]) == {}

    again = does(desk, bank_services.hide_questions, [question])
    assert undone(desk, again) == 1 and state_of(desk, question) is QuestionState.NEWER_DRAFT


def test_a_question_that_nobody_hid_here_comes_back_as_a_draft(app: Flask) -> None:
    desk = a_desk("One?")
    question = spare(desk, "Spare?")
    with unit_of_work():
        db.session.execute(
            sa.update(QuestionVersion).where(QuestionVersion.question_id == question).values(state="hidden")
        )
    assert state_of(desk, question) is QuestionState.HIDDEN
    does(desk, bank_services.show_questions, [question])
    assert [(n, state) for n, state, _content in versions(question)] == [(1, "hidden"), (2, "draft")]


def test_saving_a_hidden_question_shows_it_again(app: Flask) -> None:
    desk = a_desk("One?")
    question = spare(desk, "Spare?")
    does(desk, bank_services.hide_questions, [question])
    with unit_of_work():
        question_services.save_question(
            course_id=desk.course_id, question_id=question, content=a_choice_question("Newer?"),
            state=VersionState.READY, made_from=1, by=desk.trainer.id,
        )  # fmt: skip
    assert [(n, state) for n, state, _content in versions(question)] == [(1, "ready"), (2, "ready")]


def test_a_hidden_question_stays_in_its_edition(app: Flask) -> None:
    desk = a_desk("One?", "Two?")
    with unit_of_work():
        services.publish(course_id=desk.course_id, by=None)
        db.session.execute(sa.delete(QuizSlot).where(QuizSlot.question_id == 1))
    does(desk, bank_services.hide_questions, [1])
    with unit_of_work():
        page = question_queries.get_question(desk.course_id, 1)
        assert page.hidden and page.usage.editions == (1,)
        services.publish(course_id=desk.course_id, by=None)
    with unit_of_work():
        assert question_queries.get_question(desk.course_id, 1).usage.editions == (1,)


def test_only_what_nothing_rests_on_is_deleted(app: Flask) -> None:
    desk = a_desk("Published?", "Asked?", "Removed?")
    free = spare(desk, "Free?")
    with unit_of_work():
        services.publish(course_id=desk.course_id, by=None)
        db.session.execute(sa.delete(QuizSlot).where(QuizSlot.question_id == 1))
    other = a_desk("Theirs?")
    with unit_of_work():
        placing_services.remove_activity(course_id=other.course_id, activity_id=other.quiz_id, by=other.trainer.id)
    event = does(desk, bank_services.delete_questions, [1, 2, free])
    assert event.details["kept"] == {"1": "published", "2": "asked"}
    assert event.details["before"].keys() == {str(free)}
    assert versions(free) == [] and found(desk) == [1, 2, 3]
    theirs = found(other)
    assert refused(other, bank_services.delete_questions, theirs) == {theirs[0]: Stays.REMOVED}


def test_a_question_of_a_pool_of_an_edition_is_not_deleted(app: Flask) -> None:
    """What an edition draws from was offered, whether or not anybody drew it."""
    desk = a_desk("One?")
    question = spare(desk, "Pooled?")
    with unit_of_work():
        services.publish(course_id=desk.course_id, by=None)
        (version,) = db.session.scalars(sa.select(QuestionVersion.id).where(QuestionVersion.question_id == question))
        edition = db.session.execute(sa.text("SELECT id, outline FROM edition")).one()
        outline = edition.outline if isinstance(edition.outline, str) else msgspec.json.encode(edition.outline).decode()
        pooled = outline.replace('"pool": []', f'"pool": [{version}]').replace('"pool":[]', f'"pool":[{version}]')
        assert pooled != outline
        db.session.execute(sa.text("UPDATE edition SET outline = :outline"), {"outline": pooled})
    assert refused(desk, bank_services.delete_questions, [question]) == {question: Stays.PUBLISHED}


def test_questions_are_added_to_a_quiz_once(app: Flask) -> None:
    desk = a_desk("One?")
    first, second = spare(desk, "First?"), spare(desk, "Second?")
    hidden = spare(desk, "Hidden?")
    does(desk, bank_services.hide_questions, [hidden])
    event = does(desk, bank_services.ask_in_quiz, [second, 1, first, hidden], activity_id=desk.quiz_id)
    assert event.details["kept"] == {str(hidden): "hidden"}
    with unit_of_work():
        slots = db.session.scalars(sa.select(QuizSlot.question_id).order_by(QuizSlot.rank)).all()
    assert slots == [1, second, first]
    assert refused(desk, bank_services.ask_in_quiz, [1, first], activity_id=desk.quiz_id) == {}
    with pytest.raises(NotFound), unit_of_work():
        bank_services.ask_in_quiz(
            course_id=desk.course_id, question_ids=[hidden, first], activity_id=a_desk("Theirs?").quiz_id, by=1
        )
    many(desk, 201)
    with pytest.raises(TooManyQuestions), unit_of_work():
        bank_services.ask_in_quiz(course_id=desk.course_id, question_ids=found(desk), activity_id=desk.quiz_id, by=1)


def test_a_question_is_added_beside_many(app: Flask) -> None:
    """Neither waits for the other in a circle, as they would on PostgreSQL."""
    desk = a_desk("One?")
    first, second = spare(desk, "First?"), spare(desk, "Second?")
    db.session.remove()
    begun = Barrier(2)

    def add_one() -> None:
        with app.app_context(), unit_of_work():
            for held in (Activity.__table__, Quiz.__table__):  # in the order of everybody who changes a quiz
                db.session.execute(sa.select(held.c.id).where(held.c.id == desk.quiz_id).with_for_update())
            begun.wait()
            sleep(0.3)
            studio_services.add_slot(course_id=desk.course_id, activity_id=desk.quiz_id, question_id=first)

    def add_many() -> None:
        with app.app_context():
            begun.wait()
            with unit_of_work():
                bank_services.ask_in_quiz(
                    course_id=desk.course_id, question_ids=[first, second], activity_id=desk.quiz_id, by=1
                )

    at_once([add_one, add_many])
    with unit_of_work():
        asked = db.session.scalars(sa.select(QuizSlot.question_id)).all()
    assert {first, second} <= set(asked) and len(asked) == len(set(asked))


# --- names ----------------------------------------------------------------------------------


def rename(desk: Desk, old: str, new: str, *, merge: bool = False) -> int:
    with unit_of_work():
        return bank_naming.rename_category(course_id=desk.course_id, old=old, new=new, merge=merge, by=desk.trainer.id)


def test_a_category_is_renamed_with_all_below_it_and_what_draws_from_it(app: Flask) -> None:
    desk = a_desk("One?", "Two?", "Three?", "Four?")
    other = a_desk("Theirs?")
    for number, category in enumerate(("a", "a/b", "ab", "A"), 1):
        does(desk, bank_services.move, [number], category=category)
    does(other, bank_services.move, [5], category="a")
    draws(desk, Draw("a/b", below=False, tags=("x",)), Draw("ab"), Draw())
    assert rename(desk, "a", "z/y") == 2
    assert [filed(n)[0] for n in range(1, 6)] == ["z/y", "z/y/b", "ab", "A", "a"]
    assert drawn() == [Draw("z/y/b", below=False, tags=("x",)), Draw("ab"), Draw()]
    assert rename(desk, "z/y/b", "z", merge=True) == 1  # one level up
    assert filed(2)[0] == "z"


def test_a_category_is_not_lost_by_a_name(app: Flask) -> None:
    desk = a_desk("One?", "Two?", "Three?")
    for number, category in enumerate(("a", "b", "a/b"), 1):
        does(desk, bank_services.move, [number], category=category)
    with pytest.raises(NameGone):
        rename(desk, "nowhere", "b")
    with pytest.raises(NameGone):
        rename(desk, "", "b")
    with pytest.raises(IntoItself):
        rename(desk, "a", "a/b")
    with pytest.raises(PathTooLong):
        rename(desk, "a", "x" * 199)
    with pytest.raises(MergesCategories):
        rename(desk, "a", "b")
    draws(desk, Draw("a"))
    with pytest.raises(StillDrawn):
        rename(desk, "a", "")
    assert [filed(n)[0] for n in (1, 2, 3)] == ["a", "b", "a/b"] and drawn() == [Draw("a")]
    assert rename(desk, "a", "b", merge=True) == 2
    assert [filed(n)[0] for n in (1, 2, 3)] == ["b", "b", "b/b"]
    assert rename(desk, "b/b", "") == 1 and filed(3)[0] == ""


paths = st.lists(st.sampled_from(["a", "b", "ab", "A", "é", "_", "%"]), min_size=1, max_size=3).map("/".join)


@given(categories=st.lists(paths, min_size=3, max_size=3), old=paths, new=paths)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_database_renames_as_the_rule_says(app: Flask, categories: list[str], old: str, new: str) -> None:
    desk = a_desk("One?", "Two?", "Three?")
    with unit_of_work():
        ids = list(db.session.scalars(sa.select(Question.id).where(Question.course_id == desk.course_id)))
        for question_id, category in zip(ids, categories, strict=True):
            db.session.execute(sa.update(Question).where(Question.id == question_id).values(category=category))
    wanted = [moved(category, old, new) for category in categories]
    try:
        rename(desk, old, new, merge=True)
    except (NameGone, IntoItself):
        wanted = categories
    assert [filed(question_id)[0] for question_id in ids] == wanted


def test_a_tag_is_renamed_merged_and_removed(app: Flask) -> None:
    desk = a_desk("One?", "Two?", "Three?")
    does(desk, bank_services.add_tags, [1, 2], tags=["night"])
    does(desk, bank_services.add_tags, [2, 3], tags=["Day"])
    draws(desk, Draw(tags=("night",)))
    what: dict[str, Any] = {"course_id": desk.course_id, "by": desk.trainer.id}
    with unit_of_work():
        assert bank_naming.rename_tag(old="night", new="Night", merge=False, **what) == 2  # only spelled otherwise
    with pytest.raises(MergesTags), unit_of_work():
        bank_naming.rename_tag(old="Night", new="day", merge=False, **what)
    with pytest.raises(NameGone), unit_of_work():
        bank_naming.rename_tag(old="dusk", new="day", merge=True, **what)
    with unit_of_work():
        assert bank_naming.rename_tag(old="Night", new="day", merge=True, **what) == 2
    assert [filed(n)[1] for n in (1, 2, 3)] == [["Day"]] * 3 and drawn() == [Draw(tags=("Day",))]
    with pytest.raises(StillDrawn), unit_of_work():
        bank_naming.remove_tag(tag="Day", **what)
    with unit_of_work():
        db.session.execute(sa.delete(QuizSlot).where(QuizSlot.draw.is_not(None)))
    with unit_of_work():
        assert bank_naming.remove_tag(tag="day", **what) == 3
    assert [filed(n)[1] for n in (1, 2, 3)] == [[]] * 3


# --- one question ---------------------------------------------------------------------------


def test_two_people_file_one_question(app: Flask) -> None:
    desk = a_desk("One?")
    before = Filed("", ())

    def file(category: str, *tags: str) -> bool:
        with unit_of_work():
            return bank_naming.file_question(
                course_id=desk.course_id, question_id=1, wanted=Filed(category, tags), made_from=before, by=1
            )

    assert file("a")
    assert file("", "night")  # only the tags were changed here: the other's category stays
    assert filed(1) == ("a", ["night"])
    assert not file("a", "night")
    with pytest.raises(EditedMeanwhile):
        file("b", "night")
    assert filed(1) == ("a", ["night"])
    with pytest.raises(NotFound), unit_of_work():
        bank_naming.file_question(course_id=desk.course_id, question_id=9, wanted=before, made_from=before, by=1)


def test_a_double_is_a_question_of_its_own(app: Flask) -> None:
    desk = a_desk("One?")
    draft = spare(desk, "Draft?", state=VersionState.DRAFT, category="a/b", tags=["night"])
    with unit_of_work():
        copy = bank_naming.duplicate_question(course_id=desk.course_id, question_id=draft, by=desk.trainer.id)
        assert (copy.key, copy.category, copy.tags) == ("draft-2", "a/b", ["night"])
        copy_id = copy.id
    assert [state for _number, state, _content in versions(copy_id)] == ["draft"]
    assert versions(copy_id)[0][2] == versions(draft)[0][2]
