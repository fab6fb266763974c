"""Archiving a course and bringing it back: the services, and the pages of the studio and the catalogue."""

from __future__ import annotations

import html
import re
from functools import partial

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.auth.identity import identity_of
from app.auth.models import Person, Role
from app.core import slots
from app.core.models import AuditEvent
from app.core.text import Phrase, Text
from app.core.transactions import unit_of_work
from app.courses import services as courses
from app.courses.archiving import queries, services
from app.courses.archiving.errors import CourseArchived, NoReplacement, PublishingArchived
from app.courses.audience import services as audience_services
from app.courses.errors import EditedMeanwhile
from app.courses.models import Course
from app.courses.outline import Admits, Audience
from app.extensions import db
from app.progress import services as progress
from tests.at_once import at_once
from tests.factories import a_city, a_course, a_draft, a_person, signed_in
from tests.pages import check_page


@pytest.fixture
def lead(app: Flask) -> Person:
    return a_person("Stian Halvorsen", roles=(Role.TRAINER,))


@pytest.fixture
def course(lead: Person) -> Course:
    return a_course("prevention", trainer=lead)


@pytest.fixture
def studio(client: FlaskClient, lead: Person) -> FlaskClient:
    return signed_in(client, lead)


def archive(course: Course, by: Person, replaced_by: Course | None = None, seen: str | None = None) -> None:
    with unit_of_work():
        services.archive(
            course_id=course.id, replaced_by_id=replaced_by.id if replaced_by else None, seen=seen, by=by.id
        )


def bring_back(course: Course, by: Person) -> None:
    with unit_of_work():
        services.bring_back(course_id=course.id, by=by.id)


def stands(course: Course) -> tuple[bool, int | None]:
    db.session.rollback()
    found = queries.get_archiving(course.id)
    return found.archived_at is not None, found.replaced_by_id


def titled(course: Course, title: str) -> Course:
    with unit_of_work():
        db.session.get_one(Course, course.id).title = Text({"en": Phrase(title)})
        courses.publish(course_id=course.id, by=None)
    return course


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" (?:type="hidden" )?value="([^"]*)"', page)
    assert found, name
    return html.unescape(found[1])


def press(client: FlaskClient, address: str, page: str, **fields: str) -> tuple[int, str]:
    carried = {name: hidden(page, name) for name in ("csrf_token", "seen") if f'name="{name}"' in page}
    answer = client.post(address, data={**carried, **fields})
    return answer.status_code, answer.text


def test_it_is_archived_and_brought_back_with_an_audit_of_both(course: Course, lead: Person) -> None:
    other = a_course("streets")
    version = db.session.get_one(Course, course.id).version_id
    archive(course, lead, other)
    assert stands(course) == (True, other.id)
    archive(course, lead, other)  # again changes nothing
    archive(course, lead)
    assert stands(course) == (True, None)
    bring_back(course, lead)
    bring_back(course, lead)
    assert stands(course) == (False, None)
    assert db.session.get_one(Course, course.id, populate_existing=True).version_id == version
    events = db.session.scalars(
        sa.select(AuditEvent).where(AuditEvent.subject == f"course:{course.id}").order_by(AuditEvent.id)
    )
    told = [(e.action, e.details.get("replaced_by"), e.actor_id) for e in events if e.action != "course.publish"]
    assert told == [
        ("course.archive", other.id, lead.id),
        ("course.replacement", None, lead.id),
        ("course.bring_back", None, lead.id),
    ]


def test_only_a_course_that_can_be_begun_takes_its_place(course: Course, lead: Person) -> None:
    gone = a_course("gone")
    archive(gone, lead)
    for refused in (course, gone, a_draft("draft")):
        with pytest.raises(NoReplacement):
            archive(course, lead, refused)
    with pytest.raises(NoReplacement), unit_of_work():
        services.archive(course_id=course.id, replaced_by_id=999, by=lead.id)
    assert stands(course) == (False, None)


def test_a_course_for_the_invited_alone_takes_nobodys_place(course: Course, lead: Person) -> None:
    other = a_course("streets")
    with unit_of_work():
        db.session.get_one(Course, other.id).audience = Audience(admits=Admits.INVITED)
    assert queries.list_replacements(course.id, language="en") == []
    with pytest.raises(NoReplacement):
        archive(course, lead, other)


def test_who_is_refused_reads_the_title_that_was_published(course: Course, lead: Person) -> None:
    titled(course, "Streets")
    with unit_of_work():
        db.session.get_one(Course, course.id).title = Text({"en": Phrase("A draft")})
    archive(course, lead)
    with pytest.raises(CourseArchived) as refused, unit_of_work():
        progress.enrol(person=a_person(), course_id=course.id)
    assert "“Streets” was archived" in str(refused.value)


def test_a_course_never_published_is_not_said_to_leave_the_catalogue(
    lead: Person, course: Course, studio: FlaskClient
) -> None:
    draft = a_draft("draft", trainer=lead)
    for one, says in ((course, True), (draft, False)):
        page = studio.get(f"/teach/courses/{one.id}/settings/archiving").text
        assert ("It leaves the catalogue" in page, "It was never published" in page) == (says, not says)


def test_a_line_of_replacements_is_followed_to_its_end_and_never_turns_back(course: Course, lead: Person) -> None:
    second, third = a_course("second"), a_course("third")
    archive(course, lead, second)
    archive(second, lead, third)
    db.session.rollback()
    assert {i: one.slug for i, one in queries.find_successors([course.id, second.id, third.id]).items()} == {
        course.id: "third",
        second.id: "third",
    }
    with pytest.raises(NoReplacement):
        archive(third, lead, course)
    archive(third, lead)
    assert queries.find_successor(course.id) is None
    bring_back(second, lead)
    found = queries.find_successor(course.id)
    assert found is not None and found.slug == "second"


def test_the_database_itself_refuses_a_replacement_of_a_course_that_goes_on(course: Course) -> None:
    with pytest.raises(sa.exc.IntegrityError), unit_of_work():
        other = a_course("other").id
        db.session.execute(sa.update(Course).where(Course.id == course.id).values(replaced_by_id=other))


def test_who_looked_before_a_colleague_changed_it_overwrites_nothing(course: Course, lead: Person) -> None:
    other = a_course("streets")
    archive(course, lead, other, seen="")
    with pytest.raises(EditedMeanwhile):
        archive(course, lead, seen="")
    assert stands(course) == (True, other.id)


def test_two_that_would_replace_each_other_at_once_do_not(app: Flask, lead: Person) -> None:
    first, second = a_course("first"), a_course("second")
    ids, by = [(first.id, second.id), (second.id, first.id)], lead.id
    db.session.remove()

    def one(course_id: int, replaced_by_id: int) -> bool:
        with app.app_context():
            try:
                with unit_of_work():
                    services.archive(course_id=course_id, replaced_by_id=replaced_by_id, by=by)
                return True
            except NoReplacement:
                return False

    assert sorted(at_once([partial(one, *pair) for pair in ids])) == [False, True]


def test_nothing_is_published_while_it_is_archived(course: Course, lead: Person, studio: FlaskClient) -> None:
    with unit_of_work():
        db.session.get_one(Course, course.id).title = Text({"en": Phrase("Another title")})
    page = studio.get(f"/teach/courses/{course.id}").text
    archive(course, lead)
    with pytest.raises(PublishingArchived), unit_of_work():
        courses.publish(course_id=course.id, by=lead.id)
    with pytest.raises(PublishingArchived), unit_of_work():
        courses.publish_again(course_id=course.id, number=1, by=lead.id, in_force=1)
    status, text = press(studio, f"/teach/courses/{course.id}/editions", page, note="What I wrote")
    assert status == 409
    assert "no edition of it is published" in text
    assert "What I wrote" in text
    assert 'action="/teach/courses/1/editions"' not in studio.get(f"/teach/courses/{course.id}").text
    bring_back(course, lead)
    with unit_of_work():
        assert courses.publish(course_id=course.id, by=lead.id).number == 2


def test_nobody_is_invited_to_it(course: Course, lead: Person, studio: FlaskClient) -> None:
    address = f"/teach/courses/{course.id}/audience"
    page = studio.get(address).text
    archive(course, lead)
    with pytest.raises(CourseArchived), unit_of_work():
        audience_services.invite(course_id=course.id, emails=["someone@ghent.example"], by=lead.id)
    status, text = press(studio, f"{address}/invitations", page, addresses="someone@ghent.example")
    assert status == 409
    assert "nobody can begin it any more" in html.unescape(text)


def test_it_leaves_the_catalogue_the_first_page_and_home(app: Flask, course: Course, lead: Person) -> None:
    a_course("streets")
    someone = signed_in(app.test_client(), a_person(city=a_city()))
    pages = [(app.test_client(), "/"), (app.test_client(), "/courses"), (someone, "/courses"), (someone, "/learn")]
    for client, address in pages:
        assert "/courses/prevention" in client.get(address).text, address
    archive(course, lead)
    for client, address in pages:
        page = client.get(address).text
        assert "/courses/prevention" not in page, address
        assert "/courses/streets" in page, address


def test_its_own_page_says_so_and_leads_on(app: Flask, course: Course, lead: Person) -> None:
    other = titled(a_course("streets"), "Streets that are safe")
    within, outside = a_person("Amina Trabelsi"), a_person("Jonas Verbeke")
    with unit_of_work():
        progress.enrol(person=within, course_id=course.id)
    archive(course, lead, other)
    for client in (app.test_client(), signed_in(app.test_client(), outside)):
        answer = client.get("/courses/prevention")
        page = html.unescape(answer.text)
        assert answer.status_code == 200
        assert check_page(answer.text) == []
        assert "This course was archived on" in page
        assert '<a href="/courses/streets">' in page
        assert "Start this course" not in page
    page = html.unescape(signed_in(app.test_client(), within).get("/courses/prevention").text)
    assert "You are in it, so go on and finish" in page
    assert "Begin: Lesson 1.1" in page


def test_the_studio_lists_it_apart(course: Course, lead: Person, studio: FlaskClient) -> None:
    titled(course, "Prevention")
    titled(a_course("streets", trainer=lead), "Streets")
    archive(course, lead)
    page = studio.get("/teach").text
    assert check_page(page) == []
    assert (
        page.index("<h2><a")
        < page.index(">Streets<")
        < page.index("<h2>Archived courses</h2>")
        < page.index(">Prevention<")
    )


def test_the_page_that_archives_says_what_hangs_on_it_and_asks_once(
    course: Course, lead: Person, studio: FlaskClient
) -> None:
    other = titled(a_course("streets"), "Streets")
    for _each in range(2):
        with unit_of_work():
            progress.enrol(person=a_person(), course_id=course.id)
    address = f"/teach/courses/{course.id}/settings/archiving"
    page = studio.get(address).text
    assert check_page(page) == []
    assert "2 practitioners are in the middle of it, and can finish." in page
    assert "No assignment gives it to people." in page
    assert "No call for grants that is open or to come asks for it." in page
    assert stands(course) == (False, None)
    status, text = press(studio, address, page, replaced_by="999")
    assert (status, stands(course)) == (422, (False, None))
    assert "Choose one from the list." in text
    assert press(studio, address, page, replaced_by=str(other.id))[0] == 303
    assert stands(course) == (True, other.id)
    assert press(studio, address, page, replaced_by="")[0] == 409  # from a page that was shown before
    assert stands(course) == (True, other.id)
    page = studio.get(address).text
    assert check_page(page) == []
    assert f'<option selected value="{other.id}">' in page
    assert press(studio, address, page, replaced_by="")[0] == 303
    assert stands(course) == (True, None)
    assert press(studio, f"{address}/return", studio.get(address).text)[0] == 303
    assert stands(course) == (False, None)


def test_what_hangs_on_a_course_costs_no_more_than_the_slot_allows(
    app: Flask, course: Course, lead: Person, statements: list[str]
) -> None:
    asks, both = identity_of(lead.id), [course.id, a_course("streets").id]
    db.session.rollback()
    with app.test_request_context():
        statements.clear()
        pieces = slots.ARCHIVE_NOTICES.fill(asks, both)
        assert 0 < len(statements) <= slots.ARCHIVE_NOTICES.statements, "\n\n".join(statements)
    assert [len(pieces[course_id]) for course_id in both] == [2, 2]


def test_authors_and_translators_do_not_archive(app: Flask, course: Course) -> None:
    stranger = signed_in(app.test_client(), a_person(roles=(Role.TRAINER,)))
    assert stranger.get(f"/teach/courses/{course.id}/settings/archiving").status_code == 404
    administrator = signed_in(app.test_client(), a_person(roles=(Role.ADMINISTRATOR,)))
    assert administrator.get(f"/teach/courses/{course.id}/settings/archiving").status_code == 200
