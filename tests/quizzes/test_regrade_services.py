"""Regrades: what was seen is done, once, and can be gone on with; marks of people and completions stay."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from threading import Barrier
from time import sleep

import pytest
import sqlalchemy as sa
from flask import Flask

from app.core.errors import NotFound
from app.core.models import AuditEvent
from app.core.transactions import unit_of_work
from app.courses import services as courses
from app.extensions import db
from app.progress.models import Certificate, Completion, Enrolment
from app.quizzes import services
from app.quizzes.marking import queries as marking_queries
from app.quizzes.marking.errors import PreviewOutdated
from app.quizzes.marking.marks import Given
from app.quizzes.marking.queries import MarkedQuiz
from app.quizzes.models import Quiz, Regrade, Response, VersionState
from app.quizzes.regrading import jobs as regrade_jobs
from app.quizzes.regrading import queries as regrade_queries
from app.quizzes.regrading import services as regrade_services
from app.quizzes.regrading.grading import Plan
from app.quizzes.settings import QuizSettings
from tests.at_once import at_once
from tests.factories import a_choice_question

from .marking import A, B, C, School, a_corrected, fractions, grade, marks_of, score
from .test_marking_services import give

QUESTION = a_choice_question("First?")
CORRECTED = a_corrected(QUESTION, "b")


@pytest.fixture
def school(app: Flask) -> School:
    """Two choice questions of one mark each, of which `a` is right; 60 % passes."""
    return School(QUESTION, a_choice_question("Second?"))


@pytest.fixture
def in_small_steps(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As with very many answers: a job does it, two attempts a transaction."""
    monkeypatch.setattr(regrade_services, "MOST_AT_ONCE", 0)
    monkeypatch.setattr(regrade_services, "BATCH", 2)
    yield


def quiz_of(school: School) -> MarkedQuiz:
    quiz = marking_queries.get_quiz(school.course_id, school.quiz.id)
    db.session.rollback()
    return quiz


def preview(school: School, version: int, question: int = 0) -> Plan:
    quiz = quiz_of(school)
    key = regrade_queries.get_question(quiz, school.questions[question]).key(version)
    plan = regrade_queries.make_plan(quiz, school.questions[question], version, key.content)
    db.session.rollback()
    return plan


def confirm(school: School, version: int, seen: str, question: int = 0, reason: str = "The key was wrong.") -> int:
    quiz = quiz_of(school)
    planned = (regrade_queries.get_standing(quiz.id), preview(school, version, question))
    db.session.rollback()
    with unit_of_work():
        return regrade_services.regrade(
            quiz=quiz, question_id=school.questions[question], planned=planned, reason=reason, seen=seen,
            by=school.trainer,
        )  # fmt: skip


def regrade(school: School, version: int) -> int:
    return confirm(school, version, preview(school, version).seen)


def told(regrade_id: int) -> tuple[int, int]:
    """How many marks and how many scores a regrade says it changed."""
    db.session.rollback()
    row = db.session.get_one(Regrade, regrade_id)
    found = row.responses, row.attempts
    db.session.rollback()
    return found


def test_a_regrade_by_hand(school: School) -> None:
    chose_a, chose_b = school.practitioner("A"), school.practitioner("B")
    first = school.attempt(A, B, enrolment=chose_a)  # 1 of 2; by the new key 0 of 2
    second = school.attempt(B, A, enrolment=chose_b)  # 1 of 2; by the new key 2 of 2
    third = school.attempt(C, A)  # 1 of 2 by either
    new = school.correct(0, CORRECTED)
    regrade_id = regrade(school, new)
    assert [score(attempt) for attempt in (first, second, third)] == [0.0, 1.0, 0.5]
    assert (grade(chose_a), grade(chose_b)) == (("failed", 0.0), ("complete", 1.0))
    assert marks_of(first) == [("regraded", 1.0, 0.0, None)]
    assert marks_of(second) == [("regraded", 0.0, 1.0, None)]
    assert marks_of(third) == []
    assert told(regrade_id) == (2, 2)
    for attempt in (first, second, third):
        response = db.session.get_one(Response, (attempt, 0))
        assert response.graded_version_id == new
        assert [t.best("en", "en") for t in response.feedback] == [f"Feedback to {response.answer.choice}."]  # type: ignore[union-attr]
        assert db.session.get_one(Response, (attempt, 1)).graded_version_id is None
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Certificate)) == 1  # chose_b passes now
    assert db.session.scalars(sa.select(AuditEvent.action).where(AuditEvent.action == "quiz.regrade")).all()


def test_a_preview_changes_nothing(school: School) -> None:
    attempt = school.attempt(B, A)
    new = school.correct(0, CORRECTED)
    assert len(preview(school, new).changes) == 1
    assert (score(attempt), marks_of(attempt)) == (0.5, [])
    assert db.session.get_one(Response, (attempt, 0)).graded_version_id is None


def test_the_same_key_has_nothing_to_change(school: School) -> None:
    school.attempt(A, B)
    plan = preview(school, school.versions[0])
    assert (plan.changes, plan.same) == ((), 1)
    with pytest.raises(PreviewOutdated):
        confirm(school, school.versions[0], plan.seen)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Regrade)) == 0


def test_what_changed_since_the_preview_is_shown_first(school: School) -> None:
    school.attempt(B, A)
    new = school.correct(0, CORRECTED)
    seen = preview(school, new).seen
    late = school.attempt(B, B)
    with pytest.raises(PreviewOutdated):
        confirm(school, new, seen)
    assert (score(late), marks_of(late)) == (0.0, [])
    confirm(school, new, preview(school, new).seen)
    assert score(late) == 0.5


def test_what_is_handed_in_while_the_plan_is_made_is_seen(school: School) -> None:
    school.attempt(B, A)
    new = school.correct(0, CORRECTED)
    quiz = quiz_of(school)
    planned = (regrade_queries.get_standing(quiz.id), preview(school, new))
    db.session.rollback()
    late = school.attempt(B, B)
    with pytest.raises(PreviewOutdated), unit_of_work():
        regrade_services.regrade(
            quiz=quiz, question_id=school.questions[0], planned=planned, reason="Wrong.", seen=planned[1].seen,
            by=school.trainer,
        )  # fmt: skip
    assert marks_of(late) == []


def test_a_mark_that_a_person_gave_stays(school: School) -> None:
    attempt = school.attempt(B, A)
    give(school, attempt, 0, Given(0.5, comment="Half."))
    school.attempt(B, A)
    new = school.correct(0, CORRECTED)
    assert preview(school, new).by_hand == 1
    regrade(school, new)
    assert fractions(attempt) == [0.5, 1.0]
    assert marks_of(attempt) == [("marked", 0.0, 0.5, "Half.")]


def test_a_completion_is_never_taken_back(school: School) -> None:
    goer = school.practitioner()
    attempt = school.attempt(A, A, enrolment=goer)
    new = school.correct(0, CORRECTED)
    assert preview(school, new).would_no_longer_pass == 1
    regrade(school, new)
    assert score(attempt) == 0.5
    assert grade(goer) == ("complete", 0.5)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Completion)) == 1


def test_back_by_the_first_key(school: School) -> None:
    attempt = school.attempt(B, A)
    new = school.correct(0, CORRECTED)
    regrade(school, new)
    regrade(school, school.versions[0])
    assert score(attempt) == 0.5
    assert marks_of(attempt) == [("regraded", 0.0, 1.0, None), ("regraded", 1.0, 0.0, None)]
    assert db.session.get_one(Response, (attempt, 0)).graded_version_id is None


def test_which_questions_are_suggested(school: School) -> None:
    school.attempt(A, A)
    school.attempt(B, A)
    quiz = quiz_of(school)
    assert [q.behind for q in regrade_queries.list_questions(quiz)] == [0, 0]
    school.correct(1, CORRECTED, VersionState.DRAFT)
    assert [q.behind for q in regrade_queries.list_questions(quiz)] == [0, 0]  # a draft is no key
    new = school.correct(1, a_corrected(QUESTION, "c"))
    first, second = regrade_queries.list_questions(quiz)
    assert (first.id, first.behind, first.newest.id) == (school.questions[1], 2, new)
    assert (second.id, second.behind) == (school.questions[0], 0)
    db.session.rollback()
    confirm(school, new, preview(school, new, 1).seen, 1)
    assert [q.behind for q in regrade_queries.list_questions(quiz)] == [0, 0]


def test_only_this_quiz_and_this_course(app: Flask, school: School) -> None:
    school.attempt(B, A)
    other = School(QUESTION)
    theirs = other.attempt(B)
    new = school.correct(0, CORRECTED)
    with pytest.raises(NotFound):
        regrade_queries.get_question(quiz_of(school), other.questions[0])
    with pytest.raises(NotFound):
        regrade_queries.get_question(quiz_of(school), school.questions[0]).key(other.versions[0])
    regrade(school, new)
    assert marks_of(theirs) == []


# --- very many ------------------------------------------------------------------------------


@pytest.mark.usefixtures("in_small_steps")
def test_many_answers_are_a_job_in_small_steps(app: Flask, school: School) -> None:
    attempts = [school.attempt(B, A) for _ in range(5)]
    stays = school.attempt(C, A)
    new = school.correct(0, CORRECTED)
    regrade_id = regrade(school, new)
    assert [score(attempt) for attempt in attempts] == [0.5] * 5
    assert told(regrade_id) == (5, 0)
    line = regrade_queries.get_regrade(school.course_id, regrade_id)
    assert (line.under_way, line.done) == (True, 0)
    db.session.rollback()
    assert app.extensions["enqueued"][-1] == ("quizzes.regrade", {"regrade_id": regrade_id})
    assert regrade_jobs.regrade(regrade_id) == 6
    assert [score(attempt) for attempt in attempts] == [1.0] * 5
    assert db.session.get_one(Response, (stays, 0)).graded_version_id == new
    assert told(regrade_id) == (5, 5)
    assert not regrade_queries.get_regrade(school.course_id, regrade_id).under_way
    db.session.rollback()
    assert regrade_jobs.regrade(regrade_id) == 0  # run again
    assert [len(marks_of(attempt)) for attempt in attempts] == [1] * 5


@pytest.mark.usefixtures("in_small_steps")
def test_a_killed_regrade_is_gone_on_with(app: Flask, school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    attempts = [school.attempt(B, A) for _ in range(5)]
    regrade_id = regrade(school, school.correct(0, CORRECTED))
    steps = 0
    carry_on = regrade_services.carry_on

    def until_it_breaks(**values: object) -> None:
        nonlocal steps
        steps += 1
        if steps == 2:
            raise OSError("killed")
        carry_on(**values)  # type: ignore[arg-type]

    monkeypatch.setattr(regrade_services, "carry_on", until_it_breaks)
    with pytest.raises(OSError, match="killed"):
        regrade_jobs.regrade(regrade_id)
    assert [score(attempt) for attempt in attempts] == [1.0, 1.0, 0.5, 0.5, 0.5]
    assert told(regrade_id) == (5, 2)
    monkeypatch.setattr(regrade_services, "carry_on", carry_on)
    assert regrade_jobs.regrade(regrade_id) == 3
    assert [score(attempt) for attempt in attempts] == [1.0] * 5
    assert told(regrade_id) == (5, 5)


@pytest.mark.usefixtures("in_small_steps")
def test_what_a_killed_worker_left_is_handed_over_again(
    app: Flask, school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    school.attempt(B, A)
    regrade_id = regrade(school, school.correct(0, CORRECTED))
    app.extensions["enqueued"].clear()
    regrade_jobs.resume()
    assert app.extensions["enqueued"] == []  # it was heard of just now
    monkeypatch.setattr(regrade_queries, "SILENCE", -regrade_queries.SILENCE)
    regrade_jobs.resume()
    assert app.extensions["enqueued"] == [("quizzes.regrade", {"regrade_id": regrade_id})]
    regrade_jobs.regrade(regrade_id)
    app.extensions["enqueued"].clear()
    regrade_jobs.resume()
    assert app.extensions["enqueued"] == []


@pytest.mark.usefixtures("in_small_steps")
def test_what_a_person_marks_meanwhile_stays(school: School) -> None:
    first, second = school.attempt(B, A), school.attempt(B, A)
    regrade_id = regrade(school, school.correct(0, CORRECTED))
    give(school, first, 0, Given(0.25))
    later = school.attempt(B, A, minute=10**7)  # handed in after the preview
    regrade_jobs.regrade(regrade_id)
    assert [fractions(attempt)[0] for attempt in (first, second, later)] == [0.25, 1.0, 0.0]
    assert told(regrade_id) == (1, 1)


# --- at once --------------------------------------------------------------------------------


def test_two_trainers_confirm_in_one_moment(app: Flask, school: School) -> None:
    attempts = [school.attempt(B, A) for _ in range(3)]
    new = school.correct(0, CORRECTED)
    seen = preview(school, new).seen
    db.session.remove()

    def once() -> bool:
        with app.app_context():
            try:
                confirm(school, new, seen)
            except PreviewOutdated:
                return False
            return True

    assert sorted(at_once([once] * 3)) == [False, False, True]
    assert [len(marks_of(attempt)) for attempt in attempts] == [1, 1, 1]


@pytest.mark.usefixtures("in_small_steps")
def test_a_regrade_twice_at_once_beside_a_marker(app: Flask, school: School) -> None:
    goer = school.practitioner()
    attempts = [school.attempt(B, A, enrolment=goer, minute=n) for n in range(6)]
    regrade_id = regrade(school, school.correct(0, CORRECTED))
    db.session.remove()

    def work() -> None:
        with app.app_context():
            regrade_jobs.regrade(regrade_id)

    def marker(attempt: int) -> None:
        with app.app_context():
            give(school, attempt, 1, Given(0.5))

    at_once([work, work, *(partial(marker, attempt) for attempt in attempts[:3])])
    assert [len(marks_of(attempt)) for attempt in attempts] == [1] * 6
    assert [score(attempt) for attempt in attempts] == [0.75] * 3 + [1.0] * 3
    assert told(regrade_id) == (6, 6)
    assert grade(goer) == ("complete", 1.0)


# --- by the settings of the day -------------------------------------------------------------


def publish_with(school: School, settings: QuizSettings) -> None:
    with unit_of_work():
        db.session.get_one(Quiz, school.quiz.id).settings = settings
        db.session.flush()
        courses.publish(course_id=school.course_id, by=None)


def test_an_answer_is_graded_again_by_the_settings_it_was_given_under(school: School) -> None:
    """Nobody was asked how sure they were: certainty, which came later, takes nothing from their answers."""
    right, other = school.attempt(A, A), school.attempt(B, A)
    publish_with(school, QuizSettings(pass_mark=60, certainty=True))
    assert preview(school, school.versions[0]).changes == ()
    new = school.correct(0, CORRECTED)
    changes = {change.attempt_id: (change.before, change.after) for change in preview(school, new).changes}
    assert changes == {right: (1.0, 0.0), other: (0.0, 1.0)}
    regrade(school, new)
    assert (fractions(right), fractions(other)) == ([0.0, 1.0], [1.0, 1.0])


def test_a_regrade_beside_those_who_begin(app: Flask, school: School) -> None:
    """It waits for nobody who waits for it: on PostgreSQL a row that refers to the quiz needs a lock of its own."""
    goers = [school.practitioner(f"Goer {n}") for n in range(6)]
    for goer in goers:
        school.attempt(B, A, enrolment=goer)
    new, quiz = school.correct(0, CORRECTED), quiz_of(school)
    planned = (regrade_queries.get_standing(quiz.id), preview(school, new))
    db.session.remove()
    begun = Barrier(2)

    def begin() -> None:
        with app.app_context(), unit_of_work():
            db.session.scalars(sa.select(Enrolment).where(Enrolment.id.in_(goers)).with_for_update()).all()
            begun.wait()
            sleep(0.3)
            services.start_attempt(enrolment_id=goers[0], edition=school.edition, activity=school.quiz, language="en")

    def again() -> None:
        with app.app_context():
            begun.wait()
            with unit_of_work():
                regrade_services.regrade(
                    quiz=quiz, question_id=school.questions[0], planned=planned, reason="Wrong.",
                    seen=planned[1].seen, by=school.trainer,
                )  # fmt: skip

    at_once([begin, again])
    assert grade(goers[0]) == ("complete", 1.0)
