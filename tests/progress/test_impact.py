"""What is said before a publication is what the recount makes true."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core import clock
from app.core.transactions import unit_of_work
from app.courses import drafts
from app.courses import services as courses
from app.courses.editions import Proposal, get_edition
from app.courses.errors import NothingToPublish, NotReady
from app.courses.models import Activity, Course
from app.courses.outline import CourseSettings
from app.extensions import db
from app.progress import jobs, queries, services
from app.progress.impact import Impact, foresee
from app.progress.models import ActivityState, Completion, Enrolment
from app.progress.people import taking_queries
from app.progress.pieces import sentences, under_way
from app.progress.services import Outcome
from app.progress.standing import Standing
from tests.factories import a_choice_question, a_course, a_person

DONE = ActivityState.COMPLETE


def enrolled(course: Course, *done: str, score: float | None = None, state: ActivityState = DONE) -> int:
    """Somebody new in the course, who has done the activities with these keys."""
    ids = {row.key: row.id for row in db.session.scalars(sa.select(Activity).where(Activity.course_id == course.id))}
    with unit_of_work():
        enrolment_id = services.enrol(person=a_person(), course_id=course.id).id
        for key in done:
            outcome = Outcome(state, score) if key == "test" else Outcome(DONE)
            services.record(enrolment_id=enrolment_id, activity_id=ids[key], outcome=outcome)
    return enrolment_id


def change(course: Course, **changes: Any) -> None:
    """Change activities of the draft by key: `required`, or `removed_at` where given None; `settings` of the course."""
    with unit_of_work():
        draft = drafts.load(course.id)
        rows = {a.key: a for module in draft.modules for a in module.activities}
        for key, required in changes.items():
            if key == "settings":
                draft.settings = required
            elif required is None:
                rows[key.replace("_", "-")].removed_at = clock.now()
            else:
                row = rows[key.replace("_", "-")]
                row.required, row.removed_at = required, None


def foretold(course: Course) -> Impact:
    """As the publish panel counts it, by its one statement."""
    review = drafts.review(course.id)
    proposal = Proposal(review.outline, review.in_force)
    assert review.in_force
    proposed = proposal.as_edition(course.id)
    graded = {a.id for edition in (review.in_force, proposed) for a in edition.graded}
    groups = taking_queries.list_under_way([course.id], graded)[course.id]
    return foresee(groups, in_force=review.in_force, proposed=proposed)


def published(course: Course) -> None:
    with unit_of_work():
        courses.publish(course_id=course.id, by=None)
    jobs.recount_course(course.id)
    db.session.rollback()


def said(course: Course) -> list[str]:
    review = drafts.review(course.id)
    pieces = under_way(None, {course.id: Proposal(review.outline, review.in_force)})  # type: ignore[arg-type]
    return pieces[course.id][0].sentences if course.id in pieces else []


def test_two_new_required_lessons(app: Flask) -> None:
    course = a_course(modules=2, lessons=3)
    change(course, lesson_2_2=False, lesson_2_3=False)
    published(course)
    enrolled(course, "lesson-1-1", "lesson-1-2", "lesson-1-3")
    enrolled(course, "lesson-1-1", "lesson-1-2", "lesson-1-3", "lesson-2-2")
    change(course, lesson_2_2=True, lesson_2_3=True)
    assert said(course) == [
        "2 practitioners are taking this course.",
        "2 new required lessons: their progress goes from 75% to 58% on average.",
        "Nobody loses anything they have done.",
    ]
    published(course)
    shares = [row.done / row.total for row in db.session.scalars(sa.select(Enrolment))]
    assert sum(shares) / 2 == pytest.approx(7 / 12)


def test_who_will_complete_is_said_and_completes(app: Flask) -> None:
    course = a_course(modules=1, lessons=3)
    enrolled(course, "lesson-1-1", "lesson-1-2")
    enrolled(course, "lesson-1-3")
    change(course, lesson_1_3=None)
    assert said(course) == [
        "2 practitioners are taking this course.",
        "1 required activity fewer: their progress stays at 50% on average.",
        "1 will complete it and get the certificate.",
        "1 has completed something that goes: it stays in their record, and counts no longer.",
    ]
    published(course)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Completion)) == 1


def test_a_change_of_words_changes_nobodys_progress(app: Flask) -> None:
    course = a_course(modules=1, lessons=2)
    enrolled(course, "lesson-1-1")
    with unit_of_work():
        drafts.load(course.id).modules[0].activities[0].bodies[0].html = "<p>Other words.</p>"  # type: ignore[attr-defined]
    assert said(course) == [
        "1 practitioner is taking this course.",
        "Their progress stays at 50% on average.",
        "Nobody loses anything they have done.",
    ]


def test_what_completes_the_course_may_change_too(app: Flask) -> None:
    course = a_course(modules=1, lessons=4, questions=[a_choice_question()])
    enrolled(course, "lesson-1-1", "lesson-1-2")
    enrolled(course, "lesson-1-1", "lesson-1-2", "test", score=0.9)
    change(course, settings=CourseSettings(enough=3, min_score=80))
    assert said(course)[1:3] == [
        "3 activities are asked for instead of 5, a score of 80% is asked for: "
        "their progress goes from 50% to 83% on average.",
        "1 will complete it and get the certificate.",
    ]
    published(course)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Completion)) == 1


def test_nobody_under_way_and_a_first_edition(app: Flask) -> None:
    course = a_course(modules=1, lessons=1)
    enrolled(course, "lesson-1-1")  # who has completed it is not in the middle of it
    change(course, settings=CourseSettings(certificate_months=12))
    assert said(course) == ["Nobody is in the middle of this course."]
    review = drafts.review(course.id)
    assert under_way(None, {course.id: Proposal(review.outline, None)}) == {}  # type: ignore[arg-type]


def test_people_who_stand_alike_are_read_together_in_one_statement(app: Flask, statements: list[str]) -> None:
    course = a_course(modules=1, lessons=3, questions=[a_choice_question()])
    for _ in range(4):
        enrolled(course, "lesson-1-1")
    for _ in range(3):
        enrolled(course, "lesson-1-1", "test", score=0.5, state=ActivityState.FAILED)
    enrolled(course, "lesson-1-1", "test", score=0.75)
    edition = get_edition(db.session.get_one(Course, course.id).edition_id or 0)
    statements.clear()
    groups = taking_queries.list_under_way([course.id], {a.id for a in edition.graded})[course.id]
    assert len(statements) == 1
    test = edition.by_key["test"].id
    assert sorted((group.people, group.scores[test]) for group in groups) == [(1, 0.75), (3, 0.5), (4, None)]
    assert {group.people: dict(group.states) for group in groups}[3] == {
        edition.by_key["lesson-1-1"].id: DONE,
        test: ActivityState.FAILED,
    }


KEYS = ("lesson_1_1", "lesson_1_2", "lesson_2_1", "lesson_2_2", "test")
SCORES = st.one_of(st.none(), st.floats(0, 1))
PEOPLE = st.lists(st.tuples(st.sets(st.sampled_from(KEYS)), SCORES, st.booleans()), min_size=1, max_size=4)
RULE = st.builds(
    CourseSettings,
    enough=st.one_of(st.none(), st.integers(1, 4)),
    min_score=st.one_of(st.none(), st.sampled_from([1.0, 50.0, 70.0, 100.0])),
)
CHANGES = st.dictionaries(st.sampled_from(KEYS), st.sampled_from([True, False, None]))


@given(people=PEOPLE, first=RULE, second=RULE, changes=CHANGES, before=CHANGES)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_foretold_happens(
    app: Flask,
    people: list[tuple[set[str], float | None, bool]],
    first: CourseSettings,
    second: CourseSettings,
    changes: dict[str, bool | None],
    before: dict[str, bool | None],
) -> None:
    """Whatever people have done, and whatever changes in activities and in the rule that completes the course."""
    course = a_course(modules=2, lessons=2, questions=[a_choice_question(), a_choice_question("And then?")])
    change(course, settings=first, **before)
    try:
        published(course)
    except (NotReady, NothingToPublish):
        db.session.rollback()
    for done, score, passed in people:
        keys = [key.replace("_", "-") for key in sorted(done)]
        enrolled(course, *keys, score=score, state=DONE if passed else ActivityState.FAILED)
    change(course, settings=second, **changes)
    impact = foretold(course)
    under_way_before = {
        row.id
        for row in db.session.scalars(
            sa.select(Enrolment).where(Enrolment.course_id == course.id, Enrolment.completed_at.is_(None))
        )
    }
    assert impact.people == len(under_way_before)
    try:
        published(course)
    except (NotReady, NothingToPublish):
        db.session.rollback()
        return
    edition = get_edition(db.session.get_one(Course, course.id).edition_id or 0)
    rows = list(db.session.scalars(sa.select(Enrolment).where(Enrolment.id.in_(under_way_before))))
    assert {row.counted_edition_id for row in rows} <= {edition.id}
    assert sum(row.completed_at is not None for row in rows) == impact.completing
    if rows:
        shares = [Standing(edition, row.states, score=row.score).share for row in rows]
        assert sum(shares) / len(shares) == pytest.approx(impact.after)
        assert [row.done / row.total if row.total else 0.0 for row in rows] == pytest.approx(shares)
    assert sentences(impact)


def test_an_enrolment_counted_on_an_older_edition_shows_todays_figures_before_the_job(app: Flask) -> None:
    course = a_course(modules=1, lessons=4)
    enrolment_id = enrolled(course, "lesson-1-1")
    change(course, lesson_1_3=None, lesson_1_4=None)
    with unit_of_work():
        courses.publish(course_id=course.id, by=None)
    row = db.session.get_one(Enrolment, enrolment_id)
    place = queries.find_place(slug=course.slug, person_id=row.person_id)
    assert place and place.enrolled
    assert (place.enrolled.standing.done, place.enrolled.standing.total) == (1, 2)
    assert (row.done, row.total) == (1, 4)
    with unit_of_work():
        courses.publish_again(course_id=course.id, number=1, by=row.person_id, in_force=2)
    jobs.recount_course(course.id)
    db.session.rollback()
    row = db.session.get_one(Enrolment, enrolment_id)
    assert (row.done, row.total) == (1, 4)
    assert get_edition(row.counted_edition_id).number == 3
