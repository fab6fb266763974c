"""Marks that people give: what they change, their history, and two markers at once."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
import sqlalchemy as sa
from flask import Flask

from app.core.errors import NotFound
from app.core.transactions import unit_of_work
from app.extensions import db
from app.messages.models import Notice
from app.progress.models import Certificate, Enrolment
from app.quizzes.marking import attempt_queries as marking_attempt_queries
from app.quizzes.marking import queries as marking_queries
from app.quizzes.marking import services as marking_services
from app.quizzes.marking.errors import MarkedMeanwhile, NotHandedIn
from app.quizzes.marking.marks import Given, by_rubric
from app.quizzes.marking.queries import Place
from app.quizzes.models import AttemptState, Mark, Response
from app.quizzes.settings import Grading
from app.quizzes.types import Criterion, EssayAnswer, Level
from tests.at_once import at_once
from tests.factories import a_choice_question, a_course, a_person, text

from .marking import RUBRIC, A, B, School, an_essay, fractions, grade, marks_of, score

WRITTEN = EssayAnswer("First I would listen.")


def give(school: School, attempt_id: int, slot: int, given: Given, *, seen: int = 0, by: int | None = None) -> None:
    with unit_of_work():
        marking_services.mark(
            course_id=school.course_id, attempt_id=attempt_id, slot=slot, given=given, seen=seen,
            by=by or school.trainer,
        )  # fmt: skip


def last_mark(attempt_id: int) -> int:
    db.session.rollback()
    return db.session.scalar(sa.select(sa.func.max(Mark.id)).where(Mark.attempt_id == attempt_id)) or 0


def told(enrolment_id: int | None = None) -> list[str]:
    """The keys of the notices that answers are marked, to whoever is enrolled so or to anyone."""
    db.session.rollback()
    asked = sa.select(Notice.key).where(Notice.kind == "marked").order_by(Notice.id)
    if enrolment_id is not None:
        asked = asked.where(Notice.person_id == db.session.get_one(Enrolment, enrolment_id).person_id)
    keys = db.session.scalars(asked).all()
    db.session.rollback()
    return list(keys)


@pytest.fixture
def school(app: Flask) -> School:
    """A choice question for 1 mark and an essay for 4: with the choice right, 3 of 5 marks pass at 60 %."""
    return School(a_choice_question(), an_essay(), marks=[1.0, 4.0])


def test_a_mark_gives_the_score_and_completes_the_course(school: School) -> None:
    goer = school.practitioner(email="amina@ghent.example", language="fr")
    attempt = school.attempt(A, WRITTEN, enrolment=goer, waits=[1])
    assert score(attempt) is None
    give(school, attempt, 1, Given(0.5, {"people": "all", "steps": "vague"}, "Well begun."))
    # 1 of 1 and 0.5 × 4 = 2 of 4: 3 of 5.
    assert score(attempt) == pytest.approx(0.6)
    assert grade(goer) == ("complete", pytest.approx(0.6))
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Certificate)) == 1
    assert marks_of(attempt, 1) == [("marked", None, 0.5, "Well begun.")]
    response = db.session.get_one(Response, (attempt, 1))
    assert (response.waits, response.marked_by_id, response.comment) == (False, school.trainer, "Well begun.")
    assert [t.best("en", "en") for t in response.feedback] == ["Who is heard: Everyone", "First steps: Vague"]
    assert told(goer) == [f"attempt_marked:{attempt}"]


def test_whoever_made_it_is_told_once_and_only_when_all_is_marked(app: Flask) -> None:
    school = School(an_essay(), an_essay("And then?"))
    attempt = school.attempt(WRITTEN, WRITTEN, waits=[0, 1])
    give(school, attempt, 0, Given(1.0))
    assert (told(), score(attempt)) == ([], None)
    give(school, attempt, 1, Given(0.5))
    assert len(told()) == 1
    give(school, attempt, 1, Given(0.75), seen=last_mark(attempt))
    assert len(told()) == 1
    assert score(attempt) == pytest.approx((1 + 0.75) / 2)


def test_marking_leaves_the_practitioner_where_they_were(school: School) -> None:
    goer = school.practitioner()
    attempt = school.attempt(A, WRITTEN, enrolment=goer, waits=[1])
    with unit_of_work():
        row = db.session.get_one(Enrolment, goer)
        since = row.touched_at + timedelta(minutes=1)  # when they did something else
        row.last_activity_id, row.touched_at = None, since
    give(school, attempt, 1, Given(1.0))
    row = db.session.get_one(Enrolment, goer)
    assert (row.last_activity_id, row.touched_at) == (None, since)


def test_the_same_mark_sent_again_changes_nothing(school: School) -> None:
    attempt = school.attempt(A, WRITTEN, waits=[1])
    given = Given(0.5, {"people": "some"}, None)
    give(school, attempt, 1, given)
    give(school, attempt, 1, given)
    assert len(marks_of(attempt, 1)) == 1


def test_the_second_marker_is_told_of_the_first_and_may_confirm(school: School) -> None:
    attempt = school.attempt(A, WRITTEN, waits=[1])
    other = a_person("Amal Khoury").id
    give(school, attempt, 1, Given(0.5), by=other)
    with pytest.raises(MarkedMeanwhile):
        give(school, attempt, 1, Given(0.75))
    assert fractions(attempt) == [1.0, 0.5]
    give(school, attempt, 1, Given(0.75, comment="After the other."), seen=last_mark(attempt))
    assert marks_of(attempt, 1) == [("marked", None, 0.5, None), ("marked", 0.5, 0.75, "After the other.")]


def test_a_graded_answer_can_be_marked_by_hand(school: School) -> None:
    goer = school.practitioner()
    attempt = school.attempt(B, WRITTEN, enrolment=goer, waits=[1])
    give(school, attempt, 1, Given(0.5))
    assert grade(goer) == ("failed", pytest.approx(0.4))
    give(school, attempt, 0, Given(1.0, comment="Yours fits too."))
    assert marks_of(attempt, 0) == [("marked", 0.0, 1.0, "Yours fits too.")]
    assert grade(goer) == ("complete", pytest.approx(0.6))


def test_a_completion_is_never_taken_back(school: School) -> None:
    goer = school.practitioner()
    attempt = school.attempt(A, WRITTEN, enrolment=goer, waits=[1])
    give(school, attempt, 1, Given(1.0))
    give(school, attempt, 1, Given(0.0), seen=last_mark(attempt))
    assert grade(goer) == ("complete", pytest.approx(0.2))
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Certificate)) == 1


def test_what_cannot_be_marked(school: School) -> None:
    attempt = school.attempt(A, WRITTEN, waits=[1])
    under_way = school.attempt(A, WRITTEN, state=AttemptState.OPEN)
    other = a_course(questions=[a_choice_question()])
    with pytest.raises(NotFound):
        give(school, attempt, 2, Given(1.0))
    with pytest.raises(NotFound):
        give(school, 2**31 - 1, 0, Given(1.0))
    with pytest.raises(NotHandedIn):
        give(school, under_way, 1, Given(1.0))
    with pytest.raises(NotFound), unit_of_work():
        marking_services.mark(
            course_id=other.id, attempt_id=attempt, slot=1, given=Given(1.0), seen=0, by=school.trainer
        )
    assert marks_of(attempt, 1) == []


def test_two_marks_in_one_moment_leave_one(app: Flask, school: School) -> None:
    attempt = school.attempt(A, WRITTEN, waits=[1])
    others = [a_person(f"Marker {n}").id for n in range(3)]
    db.session.remove()

    def mark(by: int, fraction: float) -> bool:
        with app.app_context():
            try:
                give(school, attempt, 1, Given(fraction), by=by)
            except MarkedMeanwhile:
                return False
            return True

    done = at_once([partial(mark, by, fraction) for by, fraction in zip(others, (0.25, 0.5, 0.75), strict=True)])
    assert sorted(done) == [False, False, True]
    assert len(marks_of(attempt, 1)) == 1


@pytest.mark.parametrize("round_", range(3))
def test_two_attempts_of_a_person_marked_in_one_moment_both_count(app: Flask, round_: int) -> None:
    school = School(an_essay(), grading=Grading.MEAN)
    goer = school.practitioner()
    attempts = [school.attempt(WRITTEN, enrolment=goer, waits=[0], minute=n) for n in range(2)]
    db.session.remove()

    def mark(attempt_id: int, fraction: float) -> None:
        with app.app_context():
            give(school, attempt_id, 0, Given(fraction))

    at_once([partial(mark, attempt, fraction) for attempt, fraction in zip(attempts, (1.0, 0.5), strict=True)])
    assert grade(goer)[1] == pytest.approx(0.75)


# --- the rubric -----------------------------------------------------------------------------


def test_what_a_rubric_comes_to() -> None:
    # Everyone 2 and vague 0 of 2 + 2 points.
    assert by_rubric(RUBRIC, {"people": "all", "steps": "vague"}) == 0.5
    assert by_rubric(RUBRIC, {"people": "some", "steps": "clear"}) == 0.75
    assert by_rubric(RUBRIC, {"people": "all"}) is None
    assert by_rubric(RUBRIC, {"people": "all", "steps": "never"}) is None
    assert by_rubric((Criterion("a", text("A"), (Level("x", text("X"), 0),)),), {"a": "x"}) is None


# --- the queue ------------------------------------------------------------------------------


def test_what_waits_by_quiz_and_question_the_oldest_first(school: School) -> None:
    assert marking_queries.list_waiting(school.course_id) == []
    later = school.attempt(A, WRITTEN, waits=[1], minute=9)
    earlier = school.attempt(A, WRITTEN, waits=[1], minute=3)
    school.attempt(A, WRITTEN, waits=[1], state=AttemptState.OPEN)
    (quiz,) = marking_queries.list_waiting(school.course_id)
    (queue,) = quiz.queues
    assert (quiz.id, queue.question_id, queue.count) == (school.quiz.id, school.questions[1], 2)
    first = marking_queries.find_first(school.course_id, school.quiz.id, school.questions[1])
    assert first == Place(earlier, 1)
    assert marking_queries.count_waiting([school.course_id, 99]) == {school.course_id: 2}
    around = marking_queries.find_around(school.quiz.id, school.questions[1], Place(earlier, 1), queue.oldest)
    assert (around.previous, around.next, around.waiting) == (None, Place(later, 1), 2)


def test_the_queue_keeps_its_order_while_it_is_marked(app: Flask) -> None:
    school = School(an_essay())
    made = [school.attempt(WRITTEN, waits=[0], minute=n) for n in range(3)]

    def around(place: int) -> marking_queries.Around:
        record = marking_attempt_queries.get_attempt(school.course_id, made[place])
        assert record.finished_at
        found = marking_queries.find_around(
            school.quiz.id, school.questions[0], Place(made[place], 0), record.finished_at
        )
        db.session.rollback()
        return found

    give(school, made[1], 0, Given(1.0))
    assert around(0).next == Place(made[2], 0)  # what is marked is passed over on the way on
    assert around(2).previous == Place(made[1], 0)  # and found again on the way back
    assert around(2).next == Place(made[0], 0)  # the last leads to what was left out
    give(school, made[0], 0, Given(1.0))
    assert around(2).next is None
    assert around(2).waiting == 1


def test_the_queue_is_read_by_its_index(school: School) -> None:
    if db.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL reads a small table whole, whatever indexes it has")
    statement = marking_queries._waiting(sa.func.count()).compile(
        dialect=db.engine.dialect, compile_kwargs={"literal_binds": True}
    )
    plan = db.session.execute(sa.text(f"EXPLAIN QUERY PLAN {statement}")).all()
    assert any("ix_response_waits" in str(row) for row in plan), plan
