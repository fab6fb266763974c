"""Modules that ask for a number of their activities: what is counted, opened, said; pure, and by rows."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from app.core.transactions import unit_of_work
from app.courses import drafts
from app.courses import services as courses
from app.courses.builder import services as builder_services
from app.courses.editions import PublishedEdition, get_edition, of_outline
from app.courses.kinds import Level
from app.courses.models import Course, Module
from app.courses.outline import CourseSettings, Opens, Order, Outline, OutlineActivity, OutlineModule
from app.courses.publishing import changes, discarding_services
from app.extensions import db
from app.progress import services
from app.progress.counting import rule_of
from app.progress.models import ActivityState, Completion
from app.progress.presentation import what_completes
from app.progress.services import Outcome
from app.progress.standing import Mark, Standing
from tests.factories import a_choice_question, a_draft, a_person, signed_in, text

DONE, EXCUSED = ActivityState.COMPLETE, ActivityState.EXCUSED


def an_edition(
    sizes: list[int],
    numbers: list[int | None],
    order: Order = Order.FREE,
    enough: int | None = None,
    optional: frozenset[int] = frozenset(),
) -> PublishedEdition:
    """Modules of these sizes and numbers; activities 1, 2, 3 … of ten minutes each."""
    modules, first = [], 1
    for place, (size, number) in enumerate(zip(sizes, numbers, strict=True), 1):
        activities = tuple(
            OutlineActivity(
                id=i, key=f"a{i}", kind="lesson", title=text(f"A{i}"), required=i not in optional, minutes=10,
                opens=None, marks=None, data={},
            )
            for i in range(first, first + size)
        )  # fmt: skip
        modules.append(OutlineModule(place, f"m{place}", text(f"Module {place}"), activities, number))
        first += size
    settings = CourseSettings(order=order, enough=enough)
    outline = Outline(text("Course"), text(""), "en", ("en",), (), settings, tuple(modules))
    return of_outline(1, 1, 1, datetime(2026, 1, 1, tzinfo=UTC), outline)


@st.composite
def editions(draw: st.DrawFn) -> PublishedEdition:
    sizes = draw(st.lists(st.integers(1, 4), min_size=1, max_size=4))
    numbers = [draw(st.none() | st.integers(1, size)) for size in sizes]
    optional = draw(st.frozensets(st.integers(1, sum(sizes))))
    enough = draw(st.none() | st.integers(1, sum(sizes)))
    return an_edition(sizes, numbers, draw(st.sampled_from(Order)), enough, optional)


@given(editions(), st.data())
def test_whoever_goes_where_they_are_sent_completes_the_course_and_no_sooner(
    edition: PublishedEdition, data: st.DataObject
) -> None:
    states: dict[int, ActivityState] = {}
    for _step in range(len(edition.activities)):
        standing = Standing(edition, states, max(states, default=None))
        going = standing.next
        assert going is not None
        assert not standing.waits_for(going)
        assert (standing.minutes_left == 0) == (standing.done == standing.total)
        states[going.id] = data.draw(st.sampled_from([DONE, EXCUSED]))
        now = Standing(edition, states)
        assert standing.done <= now.done <= now.total == edition.needed
    final = Standing(edition, states)
    assert final.next is None
    assert final.complete == (edition.needed > 0)
    assert final.lit == (len(edition.activities),) * 2


@given(editions(), st.data())
def test_complete_is_what_the_rule_says(edition: PublishedEdition, data: st.DataObject) -> None:
    done = data.draw(st.frozensets(st.sampled_from([a.id for a in edition.activities])))
    standing = Standing(edition, dict.fromkeys(done, DONE))
    enough = edition.outline.settings.enough
    if enough:
        holds = len(done) >= enough
    else:
        holds = all(
            len(done & {a.id for a in module.activities}) >= module.enough
            if module.enough
            else all(a.id in done for a in module.activities if a.required)
            for module in edition.outline.modules
        )
    assert standing.all_done == (holds and edition.needed > 0)
    assert len(rule_of(edition)) <= 80


def test_more_of_one_module_is_nothing_for_another() -> None:
    standing = Standing(an_edition([3, 3], [1, 2]), dict.fromkeys((1, 2, 3), DONE))
    assert (standing.done, standing.total, standing.minutes_left) == (1, 3, 20)
    assert [standing.module_done(m) for m in standing.edition.outline.modules] == [(1, 1), (0, 2)]
    assert standing.module_mark(standing.edition.outline.modules[0]) is Mark.DONE


def test_next_passes_over_a_module_whose_number_is_reached_until_nothing_else_is_left() -> None:
    edition = an_edition([3, 1], [1, None])
    after_one = Standing(edition, {1: DONE}, last=1)
    assert after_one.next is edition.by_id[4]
    assert Standing(edition, {1: DONE, 2: ActivityState.STARTED}, last=2).next is edition.by_id[2]
    assert Standing(edition, {1: DONE, 4: DONE}, last=4).next is edition.by_id[2]


def test_in_order_a_module_opens_what_follows_once_its_number_is_reached() -> None:
    edition = an_edition([3, 1], [2, None], Order.SEQUENTIAL)
    last = edition.by_id[4]
    assert Standing(edition, {}).waits_for(edition.by_id[3]) == ()  # within the module, any order
    assert [a.id for a in Standing(edition, {}).waits_for(last)] == [1, 2]
    assert [a.id for a in Standing(edition, {3: DONE}).waits_for(last)] == [1]
    assert Standing(edition, {2: DONE, 3: DONE}).waits_for(last) == ()


@pytest.mark.parametrize(
    ("numbers", "enough", "said"),
    [
        ([None, 2], None, "all required activities, 2 of 3 in module 2"),
        ([1, 2], None, "1 of 2 in module 1, 2 of 3 in module 2"),
        ([1, 2], 4, "4 of 5 activities"),
    ],
)
def test_the_rule_as_a_completion_records_it(numbers: list[int | None], enough: int | None, said: str) -> None:
    assert rule_of(an_edition([2, 3], numbers, enough=enough)) == said


def numbered(slug: str = "prevention", second: int | None = 1) -> Course:
    """Two lessons required in the first module, of two lessons and a test in the second as many as said."""
    course = a_draft(slug, questions=[a_choice_question()])
    module = course.living_modules()[1]
    with unit_of_work():
        module = db.session.get_one(Module, module.id)
        builder_services.set_module(module, enough=second, version=builder_services.module_version(module))
    return course


def published(course: Course) -> PublishedEdition:
    with unit_of_work():
        courses.publish(course_id=course.id, by=None)
    return get_edition(db.session.scalar(sa.select(Course.edition_id).where(Course.id == course.id)) or 0)


def test_a_number_of_a_module_completes_the_course(app: Flask) -> None:
    edition = published(numbered())
    with unit_of_work():
        enrolment = services.enrol(person=a_person(), course_id=edition.course_id)
        assert enrolment.total == 3
        for key in ("lesson-1-1", "lesson-1-2", "lesson-2-2"):
            services.record(enrolment_id=enrolment.id, activity_id=edition.by_key[key].id, outcome=Outcome(DONE))
    assert db.session.scalars(sa.select(Completion.rule)).all() == ["all required activities, 1 of 3 in module 2"]
    with app.test_request_context():
        assert what_completes(edition).endswith("Any 1 activity of “Module 2” has to be complete.")


def test_publishing_refuses_a_number_that_nobody_can_reach(app: Flask) -> None:
    course = numbered(second=9)
    with app.test_request_context():
        found = [c.message for c in drafts.review(course.id).checks if c.level is Level.BLOCKER]
    assert found == ["Module “Module 2” asks for 9 activities and has 3: nobody can complete the course"]


def test_publishing_refuses_a_number_of_which_too_few_open(app: Flask) -> None:
    course = numbered(second=3)
    with unit_of_work():
        locked = drafts.load(course.id).living_modules()[1].living_activities()[0]
        locked.opens_after = Opens(after=("gone",))
    with app.test_request_context():
        checks = drafts.review(course.id).checks
    blockers = [c.message for c in checks if c.level is Level.BLOCKER]
    assert blockers == ["Module “Module 2” asks for 3 activities, and only 2 of it can be opened"]
    assert any(c.level is Level.WARNING and c.activity_id == locked.id for c in checks)


def test_another_number_is_a_change_that_can_be_discarded(app: Flask) -> None:
    course = numbered()
    published(course)
    module_id = course.living_modules()[1].id
    with unit_of_work():
        module = db.session.get_one(Module, module_id)
        builder_services.set_module(module, enough=2, version=builder_services.module_version(module))
    with app.test_request_context():
        review = drafts.review(course.id)
        [part] = changes.course_parts(review, "en")
        assert (part.before, part.after) == (
            "Module 2\nComplete with any 1 of its activities", "Module 2\nComplete with any 2 of its activities",
        )  # fmt: skip
        seen = changes.course_seen(review)
    with unit_of_work():
        discarding_services.discard_part(course_id=course.id, part=part.name, seen=seen, by=a_person("t@x.example").id)
    assert db.session.get_one(Module, module_id, populate_existing=True).enough == 1
    assert drafts.review(course.id).difference.count == 0


def test_the_page_says_what_opens_a_locked_activity(app: Flask, client: FlaskClient) -> None:
    course = numbered()
    with unit_of_work():
        row = db.session.get_one(Course, course.id)
        row.settings = CourseSettings(order=Order.SEQUENTIAL)
        modules = drafts.load(course.id).living_modules()
        modules[0].enough = 2
        modules[1].living_activities()[0].opens_after = Opens(after=("test",))
    published(course)
    person = a_person()
    with unit_of_work():
        services.enrol(person=person, course_id=course.id)
    page = signed_in(client, person).get("/courses/prevention").text
    assert "Opens when you complete 2 more activities of “Module 1”, and 1 after it" in page
    assert "Opens when you complete 2 more activities of “Module 1”" in page
    refused = client.get("/learn/prevention/test").text
    assert "Opens when you complete 2 more activities of “Module 1”" in refused
