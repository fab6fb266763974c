"""The settings of a course: two people at once, the address, the languages."""

from __future__ import annotations

import msgspec
import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from app.auth.models import Person, Role
from app.core import merging
from app.core.models import AuditEvent
from app.core.transactions import unit_of_work
from app.courses import drafts
from app.courses.errors import AddressTaken, EditedMeanwhile
from app.courses.kinds import Level
from app.courses.models import Course, CourseSlugHistory
from app.courses.outline import CourseSettings, Order
from app.courses.settings.errors import Disputed
from app.courses.settings.facts import CourseFacts, facts_of
from app.courses.settings.services import change_address, change_settings
from app.extensions import db
from tests.at_once import at_once
from tests.factories import a_choice_question, a_course, a_draft, a_person, text


@pytest.fixture
def lead(app: Flask) -> Person:
    return a_person("Stian Halvorsen", roles=(Role.TRAINER,))


def known(course: Course) -> CourseFacts:
    return facts_of(db.session.get_one(Course, course.id, populate_existing=True))


def save(course: Course, before: CourseFacts | None, by: Person, **changes: object) -> None:
    facts = msgspec.structs.replace(before or known(course), **changes)
    with unit_of_work():
        change_settings(course_id=course.id, facts=facts, before=before, by=by.id)


def test_the_draft_changes_and_the_edition_does_not(app: Flask, lead: Person) -> None:
    course = a_course(trainer=lead)
    save(
        course, known(course), lead,
        title="Another title", topics=("rights", "youth"), order=Order.SEQUENTIAL, enough=3, min_score=70.0, minutes=90,
    )  # fmt: skip
    review = drafts.review(course.id)
    assert review.course.title.best("en", "en") == "Another title"
    assert review.course.settings == CourseSettings(Order.SEQUENTIAL, 24, 3, 70.0, 90)
    assert (review.outline.minutes, review.difference.course) == (90, True)
    assert review.in_force is not None
    assert review.in_force.outline.title.best("en", "en") == "The city’s part"
    event = db.session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "course.settings")).one()
    assert event.details == {"changed": ["enough", "min_score", "minutes", "order", "title", "topics"]}


def test_a_new_source_marks_the_translations(app: Flask, lead: Person) -> None:
    course = a_draft(trainer=lead)
    with unit_of_work():
        db.session.get_one(Course, course.id).title = text("The city’s part", fr="La part de la ville")
    save(course, known(course), lead, title="The whole city’s part")
    title = db.session.get_one(Course, course.id).title
    assert (title.best("fr", "en"), title.outdated("en")) == ("La part de la ville", ["fr"])


def test_nothing_changed_is_nothing_written(app: Flask, lead: Person) -> None:
    course = a_draft(trainer=lead)
    version = course.version_id
    save(course, known(course), lead)
    assert db.session.get_one(Course, course.id, populate_existing=True).version_id == version
    assert db.session.scalars(sa.select(AuditEvent)).all() == []


def test_what_a_colleague_changed_elsewhere_stays(app: Flask, lead: Person) -> None:
    course = a_draft(trainer=lead)
    before = known(course)
    save(course, before, lead, title="By the first")
    save(course, before, lead, summary="By the second")
    assert (known(course).title, known(course).summary) == ("By the first", "By the second")


def test_the_same_changed_twice_is_disputed_and_nothing_is_written(app: Flask, lead: Person) -> None:
    course = a_draft(trainer=lead)
    before = known(course)
    save(course, before, lead, title="By the first")
    with pytest.raises(Disputed) as raised:
        save(course, before, lead, title="By the second", summary="Also by the second")
    assert raised.value.fields == {"title"}
    assert raised.value.theirs.title == "By the first"
    assert (known(course).title, known(course).summary) == ("By the first", "What a city can do.")


def test_who_says_nothing_of_what_they_saw_overwrites_nothing(app: Flask, lead: Person) -> None:
    course = a_draft(trainer=lead)
    with pytest.raises(Disputed):
        save(course, None, lead, title="Something else")


def test_two_who_save_in_the_same_moment_lose_nothing(app: Flask, lead: Person) -> None:
    course = a_draft(trainer=lead)
    before, course_id, lead_id = known(course), course.id, lead.id
    db.session.rollback()

    def saving(**changes: object) -> None:
        with app.app_context(), unit_of_work():
            facts = msgspec.structs.replace(before, **changes)
            change_settings(course_id=course_id, facts=facts, before=before, by=lead_id)

    at_once([lambda: saving(title="By the first"), lambda: saving(summary="By the second")])
    assert (known(course).title, known(course).summary) == ("By the first", "By the second")


facts = st.builds(
    CourseFacts,
    title=st.sampled_from("abc"),
    summary=st.sampled_from("abc"),
    topics=st.sampled_from([(), ("rights",)]),
    minutes=st.none() | st.integers(1, 2),
    order=st.sampled_from(Order),
    enough=st.none() | st.integers(1, 2),
    min_score=st.none() | st.sampled_from([50.0, 70.0]),
    certificate_months=st.none() | st.integers(1, 2),
)


@given(before=facts, mine=facts, theirs=facts)
def test_bringing_two_together_loses_no_change(before: CourseFacts, mine: CourseFacts, theirs: CourseFacts) -> None:
    both = merging.merged(before, mine, theirs)
    disputed = merging.disputed(before, mine, theirs)
    for name in CourseFacts.__struct_fields__:
        was, my, their, merged = (getattr(one, name) for one in (before, mine, theirs, both))
        assert merged in (my, their)
        if my != was:
            assert merged == my or name in disputed
        elif their != was:
            assert merged == their
        assert (name in disputed) == (my != was and their != was and my != their)
    assert merging.decode(merging.encode(mine), CourseFacts) == mine


@pytest.mark.parametrize("carried", ["", "{", "[]", '{"title": 1}', "x" * 5000, "[" * 100_000])
def test_what_no_form_of_ours_carried_is_nothing(carried: str) -> None:
    assert merging.decode(carried, CourseFacts) is None


# --- the address ---------------------------------------------------------


def move(course: Course, slug: str, by: Person, before: str | None = None) -> None:
    with unit_of_work():
        was = db.session.get_one(Course, course.id, populate_existing=True).slug
        change_address(course_id=course.id, slug=slug, before=was if before is None else before, by=by.id)


def history() -> set[str]:
    return set(db.session.scalars(sa.select(CourseSlugHistory.slug)))


def test_an_old_address_is_kept_and_can_be_taken_back(app: Flask, lead: Person) -> None:
    course = a_draft("first", trainer=lead)
    move(course, "second", lead)
    move(course, "third", lead)
    assert history() == {"first", "second"}
    move(course, "first", lead)
    assert history() == {"second", "third"}
    assert db.session.get_one(Course, course.id).slug == "first"
    move(course, "first", lead)  # sent twice
    assert history() == {"second", "third"}


def test_an_address_of_another_course_is_taken_now_or_once(app: Flask, lead: Person) -> None:
    course, other = a_draft("mine", trainer=lead), a_draft("theirs", trainer=lead)
    with pytest.raises(AddressTaken):
        move(course, "theirs", lead)
    move(other, "elsewhere", lead)
    with pytest.raises(AddressTaken):
        move(course, "theirs", lead)
    assert history() == {"theirs"}
    assert db.session.get_one(Course, course.id, populate_existing=True).slug == "mine"


def test_a_course_that_a_colleague_moved_meanwhile_is_not_moved_again(app: Flask, lead: Person) -> None:
    course = a_draft("first", trainer=lead)
    move(course, "second", lead)
    with pytest.raises(EditedMeanwhile):
        move(course, "third", lead, before="first")
    assert history() == {"first"}


# --- rules that nobody can meet ------------------------------------------


@pytest.mark.parametrize(
    ("ruled", "test", "found"),
    [
        (CourseSettings(), False, []),
        (CourseSettings(enough=4), False, []),
        (CourseSettings(enough=5), False, [Level.BLOCKER]),
        (CourseSettings(min_score=70), False, [Level.BLOCKER]),
        (CourseSettings(min_score=70), True, []),
        (CourseSettings(enough=5, min_score=70), False, [Level.BLOCKER, Level.BLOCKER]),
    ],
)
def test_a_rule_that_nobody_can_meet_stops_publishing(
    app: Flask, ruled: CourseSettings, test: bool, found: list[Level]
) -> None:
    course = a_draft(questions=[a_choice_question()] if test else None)
    with unit_of_work():
        db.session.get_one(Course, course.id).settings = ruled
    checks = [check.level for check in drafts.checks(drafts.load(course.id)) if check.topic == "completion"]
    assert checks == found


def test_a_course_that_requires_nothing_is_warned_of_unless_some_are_enough(app: Flask) -> None:
    course = a_draft()
    with unit_of_work():
        for module in drafts.load(course.id).modules:
            for activity in module.activities:
                activity.required = False
    assert Level.WARNING in {c.level for c in drafts.checks(drafts.load(course.id)) if c.topic == "completion"}
    with unit_of_work():
        db.session.get_one(Course, course.id).settings = CourseSettings(enough=2)
    assert not [c for c in drafts.checks(drafts.load(course.id)) if c.topic == "completion"]
