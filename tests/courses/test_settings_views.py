"""The settings of a course in a browser."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.auth.models import Person, Role
from app.core.transactions import unit_of_work
from app.courses.models import Course, CourseTrainer, TrainerRole
from app.courses.outline import CourseSettings, Order
from app.extensions import db
from tests.factories import a_city, a_course, a_draft, a_person, signed_in

FIELDS = {
    "title": "The city’s part", "summary": "What a city can do.", "topics": "prevention", "length": "computed",
    "minutes": "", "order": "free", "completed_by": "required", "enough": "", "scored": "any", "min_score": "",
    "validity": "months", "certificate_months": "24",
}  # fmt: skip


@pytest.fixture
def lead(app: Flask) -> Person:
    return a_person("Stian Halvorsen", roles=(Role.TRAINER,))


@pytest.fixture
def course(lead: Person) -> Course:
    return a_draft("prevention", trainer=lead)


@pytest.fixture
def studio(client: FlaskClient, lead: Person) -> FlaskClient:
    return signed_in(client, lead)


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" type="hidden" value="([^"]*)"|name="{name}" value="([^"]*)"', page)
    assert found, name
    return html.unescape(found[1] or found[2] or "")


def send(studio: FlaskClient, course: Course, page: str | None = None, **fields: Any) -> Any:
    """Press the button of a page of settings, this one or one that was opened before."""
    address = f"/teach/courses/{course.id}/settings"
    page = page or studio.get(address).text
    carried = {"csrf_token": hidden(page, "csrf_token"), "before": hidden(page, "before")}
    return studio.post(address, data={**carried, **FIELDS, **fields})


def row(course: Course) -> Course:
    db.session.rollback()  # what a request wrote came after this session's first look
    return db.session.get_one(Course, course.id, populate_existing=True)


def test_the_page_says_when_it_comes_into_force(studio: FlaskClient, lead: Person, course: Course) -> None:
    assert "once the course is published" in studio.get(f"/teach/courses/{course.id}/settings").text
    published = a_course(trainer=lead)
    page = studio.get(f"/teach/courses/{published.id}/settings").text
    assert "with the next edition. Until then they see edition 1 as it is." in page
    assert "Its activities take 20 min together." in page
    assert "The course has 4 activities, 4 of them required." in page


def test_a_score_that_a_folder_gave_exactly_stays_so(studio: FlaskClient, course: Course) -> None:
    with unit_of_work():
        db.session.get_one(Course, course.id).settings = CourseSettings(min_score=66.5)
    assert 'value="66"' in studio.get(f"/teach/courses/{course.id}/settings").text
    assert send(studio, course, title="Another", scored="least", min_score="66").status_code == 303
    assert row(course).settings.min_score == 66.5
    assert send(studio, course, scored="least", min_score="70").status_code == 303
    assert row(course).settings.min_score == 70


def test_everything_is_saved(studio: FlaskClient, course: Course) -> None:
    response = send(
        studio, course, title="  Safer\tschools ", summary="For schools.\r\nAll of them.",
        topics=["schools", "youth"], length="said", minutes="90", order="sequential", completed_by="some", enough="3",
        scored="least", min_score="70", validity="ever",
    )  # fmt: skip
    assert response.status_code == 303
    saved = row(course)
    assert saved.title.best("en", "en") == "Safer schools"
    assert saved.summary.best("en", "en") == "For schools.\nAll of them."
    assert saved.topics == ["schools", "youth"]
    assert saved.settings == CourseSettings(Order.SEQUENTIAL, None, 3, 70.0, 90)
    page = studio.get(response.location).text
    assert "Saved. Practitioners see it with the next edition." in page
    assert re.search(r'name="minutes"[^>]* value="90"', page)


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"title": "  "}, "Write the title."),
        ({"title": "x" * 201}, "At most 200 characters."),
        ({"summary": "x" * 601}, "At most 600 characters."),
        ({"topics": "astrology"}, "Choose from the list."),
        ({"length": "said", "minutes": ""}, "Write a whole number from 1 to 60000."),
        ({"completed_by": "some", "enough": "0"}, "Write a whole number from 1 to 1000."),
        ({"scored": "least", "min_score": "101"}, "Write a whole number from 1 to 100."),
        ({"scored": "least", "min_score": "seventy"}, "Write a whole number from 1 to 100."),
        ({"validity": "months", "certificate_months": "-1"}, "Write a whole number from 1 to 240."),
        ({"order": "backwards"}, "Choose one."),
    ],
)
def test_a_fault_stands_beside_its_field_and_what_was_typed_stays(
    studio: FlaskClient, course: Course, fields: dict[str, str], says: str
) -> None:
    response = send(studio, course, **({"title": "Kept as typed"} | fields))
    assert response.status_code == 422
    assert says in response.text
    for value in ({"title": "Kept as typed"} | fields).values():
        assert value in response.text or value in ("astrology", "backwards", "0", "  ")
    assert row(course).title.best("en", "en") == "The city’s part"


def test_a_number_is_asked_for_only_where_it_counts(studio: FlaskClient, course: Course) -> None:
    assert send(studio, course, length="computed", minutes="lots", validity="ever").status_code == 303
    assert row(course).settings == CourseSettings()


def test_two_who_save_the_same_see_both_and_choose(studio: FlaskClient, course: Course) -> None:
    page = studio.get(f"/teach/courses/{course.id}/settings").text
    assert send(studio, course, page, title="By the first", order="sequential").status_code == 303
    refused = send(studio, course, page, title="By the second", summary="Also new", validity="ever")
    assert refused.status_code == 409
    assert "Stian Halvorsen saved: <strong" in refused.text.replace("\n", "")
    assert "By the first" in refused.text
    assert 'value="By the second"' in refused.text
    assert "Also new" in refused.text
    assert re.findall(r'name="take" value="(\w+)"', refused.text) == ["title"]  # the order is the first's alone
    chosen = send(
        studio, course, refused.text, title="By the second", summary="Also new", validity="ever", take="title",
        order="sequential",
    )  # fmt: skip
    assert chosen.status_code == 303
    saved = row(course)
    assert (saved.title.best("en", "en"), saved.summary.best("en", "en")) == ("By the first", "Also new")
    assert saved.settings == CourseSettings(Order.SEQUENTIAL)


def test_what_was_chosen_of_a_colleague_is_still_chosen_when_the_form_is_refused(
    studio: FlaskClient, course: Course
) -> None:
    page = studio.get(f"/teach/courses/{course.id}/settings").text
    send(studio, course, page, title="By the first", summary="First")
    disputed = send(studio, course, page, title="By the second", summary="Second")
    assert re.findall(r'name="take" value="(\w+)"( checked)?', disputed.text) == [("title", ""), ("summary", "")]
    again = {"title": "By the second", "summary": "Second", "take": "title"}
    refused = send(studio, course, disputed.text, **again, completed_by="some", enough="0")
    assert refused.status_code == 422
    assert re.findall(r'name="take" value="(\w+)"( checked)?', refused.text) == [("title", " checked")]
    assert "Stian Halvorsen saved: <strong" in refused.text.replace("\n", "")
    assert "By the first" in refused.text and 'value="By the second"' in refused.text
    assert send(studio, course, refused.text, **again).status_code == 303
    saved = row(course)
    assert (saved.title.best("en", "en"), saved.summary.best("en", "en")) == ("By the first", "Second")


def test_one_can_insist(studio: FlaskClient, course: Course) -> None:
    page = studio.get(f"/teach/courses/{course.id}/settings").text
    send(studio, course, page, title="By the first")
    refused = send(studio, course, page, title="By the second")
    assert send(studio, course, refused.text, title="By the second").status_code == 303
    assert row(course).title.best("en", "en") == "By the second"


def test_after_a_conflict_what_the_other_alone_changed_still_stays(studio: FlaskClient, course: Course) -> None:
    """The page of the conflict shows it, so that saving again does not put the former value back."""
    page = studio.get(f"/teach/courses/{course.id}/settings").text
    send(studio, course, page, title="By the first", topics="rights")
    refused = send(studio, course, page, title="By the second")
    ticked = re.findall(r'<input checked[^>]*name="topics"[^>]*value="(\w+)"', refused.text)
    assert ticked == ["rights"]


def test_the_address_moves_at_once_and_the_old_one_leads_there(studio: FlaskClient, lead: Person) -> None:
    course = a_course("prevention", trainer=lead)
    page = studio.get(f"/teach/courses/{course.id}/settings").text
    fields = {"csrf_token": hidden(page, "csrf_token"), "was": "prevention"}
    address = f"/teach/courses/{course.id}/settings/address"
    bad = studio.post(address, data={**fields, "slug": "Schools & co"})
    assert bad.status_code == 422
    assert "Use small letters without accents" in bad.text
    assert "schools &amp; co" in bad.text
    a_draft("taken")
    assert studio.post(address, data={**fields, "slug": "taken"}).status_code == 409
    assert studio.post(address, data={**fields, "slug": "safer-schools"}).status_code == 303
    for old, new in (
        ("/courses/prevention", "/courses/safer-schools"),
        ("/learn/prevention/lesson-1-1", "/learn/safer-schools/lesson-1-1"),
    ):
        response = studio.get(old)
        assert (response.status_code, response.location) == (301, new)
    started = studio.post("/courses/prevention/enrolment", data=fields)  # a page that stood open when it moved
    assert (started.status_code, started.location) == (303, "/learn/safer-schools/lesson-1-1")
    done = studio.post("/learn/prevention/lesson-1-1/completion", data=fields)
    assert (done.status_code, done.location) == (303, "/learn/safer-schools/lesson-1-2")
    meanwhile = studio.post(address, data={**fields, "slug": "another"})
    assert meanwhile.status_code == 409
    assert 'value="another"' in meanwhile.text


@pytest.mark.parametrize("role", [TrainerRole.AUTHOR, TrainerRole.TRANSLATOR])
@pytest.mark.parametrize("page", ["settings", "audience", "trainers"])
def test_only_leads_and_administrators_choose_settings(
    app: Flask, course: Course, role: TrainerRole, page: str
) -> None:
    other = a_person(roles=(Role.TRAINER,))
    with unit_of_work():
        db.session.add(CourseTrainer(course_id=course.id, person_id=other.id, role=role, languages=[]))
    address = f"/teach/courses/{course.id}/{page}"
    assert signed_in(app.test_client(), other).get(address).status_code == 403
    assert signed_in(app.test_client(), a_person(roles=(Role.TRAINER,))).get(address).status_code == 404
    assert signed_in(app.test_client(), a_person(roles=(Role.ADMINISTRATOR,))).get(address).status_code == 200


# --- who may enrol ---------------------------------------------------------


def choose(studio: FlaskClient, course: Course, page: str | None = None, **fields: Any) -> Any:
    address = f"/teach/courses/{course.id}/audience"
    page = page or studio.get(address).text
    carried = {"csrf_token": hidden(page, "csrf_token"), "before": hidden(page, "before")}
    return studio.post(address, data={**carried, **fields})


def invite(studio: FlaskClient, course: Course, addresses: str) -> Any:
    address = f"/teach/courses/{course.id}/audience"
    token = hidden(studio.get(address).text, "csrf_token")
    return studio.post(f"{address}/invitations", data={"csrf_token": token, "addresses": addresses})


def test_cities_and_roles_are_chosen(studio: FlaskClient, course: Course) -> None:
    ghent, sfax = a_city("Ghent"), a_city("Sfax")
    empty = choose(studio, course, admits="some")
    assert empty.status_code == 422
    assert "Choose at least one city or role." in empty.text
    assert choose(studio, course, admits="some", cities="999").status_code == 422
    fields: dict[str, Any] = {"admits": "some", "cities": [str(sfax.id), str(ghent.id)], "roles": "trainer"}
    assert choose(studio, course, **fields).status_code == 303
    assert row(course).audience.cities == (ghent.id, sfax.id)
    settings = studio.get(f"/teach/courses/{course.id}/settings").text
    assert "practitioners of Ghent, Norway and Sfax, Norway, and for trainers of any city" in settings
    assert choose(studio, course, **(fields | {"admits": "anyone"})).status_code == 303
    assert row(course).audience.cities == ()


def test_a_colleagues_choice_is_shown_before_it_is_replaced(studio: FlaskClient, course: Course) -> None:
    page = studio.get(f"/teach/courses/{course.id}/audience").text
    assert choose(studio, course, page, admits="invited").status_code == 303
    refused = choose(studio, course, page, admits="some", roles="trainer")
    assert refused.status_code == 409
    assert "Now it says: This course is by invitation." in refused.text
    assert re.search(r'<input checked[^>]*value="some"', refused.text)
    assert choose(studio, course, refused.text, admits="some", roles="trainer").status_code == 303


def test_addresses_are_judged_one_by_one(studio: FlaskClient, course: Course) -> None:
    pasted = "amina@sfax.example; Jonas <jonas@ghent.example>,\nnot-an-address\n@"
    refused = invite(studio, course, pasted)
    assert refused.status_code == 422
    assert "Nobody is invited yet. Not an e-mail address: “not-an-address”, “@”." in refused.text
    assert html.escape(pasted.splitlines()[0]) in refused.text
    assert invite(studio, course, "").status_code == 422
    assert invite(studio, course, "\n".join(f"p{n}@x.example" for n in range(301))).status_code == 422
    done = invite(studio, course, "amina@sfax.example; Jonas <JONAS@ghent.example>,\n\n amina@sfax.example")
    assert done.status_code == 303
    page = studio.get(done.location).text
    assert "2 people are invited." in page
    assert "jonas@ghent.example" in page
    assert page.count("Not enrolled yet") == 2


def test_the_list_says_who_enrolled_and_takes_back(studio: FlaskClient, lead: Person) -> None:
    course = a_course(trainer=lead)
    amina = a_person("Amina Trabelsi", email="amina@sfax.example", city=a_city())
    choose(studio, course, admits="invited")
    invite(studio, course, "amina@sfax.example, new@sfax.example")
    learner = signed_in(studio.application.test_client(), amina)
    page = learner.get(f"/courses/{course.slug}").text
    assert (
        learner.post(f"/courses/{course.slug}/enrolment", data={"csrf_token": hidden(page, "csrf_token")}).status_code
        == 303
    )
    page = studio.get(f"/teach/courses/{course.id}/audience").text
    assert ("Enrolled" in page, page.count("Not enrolled yet"), page.count("No account yet")) == (True, 1, 1)
    removal = re.search(r'action="([^"]*/invitations/\d+/removal)"', page)
    assert removal
    token = {"csrf_token": hidden(page, "csrf_token")}
    assert studio.post(removal[1], data=token).status_code == 303
    assert studio.post(removal[1], data=token).status_code == 404
    assert learner.get(f"/learn/{course.slug}/lesson-1-1").status_code == 200  # who is enrolled stays


# --- trainers --------------------------------------------------------------


def bring(studio: FlaskClient, course: Course, **fields: Any) -> Any:
    address = f"/teach/courses/{course.id}/trainers"
    return studio.post(address, data={"csrf_token": hidden(studio.get(address).text, "csrf_token"), **fields})


def test_trainers_come_change_and_go(studio: FlaskClient, course: Course) -> None:
    with unit_of_work():
        row(course).languages = ["en", "fr"]
    amina = a_person("Amina Trabelsi", email="amina@sfax.example", city=a_city())
    refused = bring(studio, course, email="amina@sfax.example", role="author")
    assert refused.status_code == 409
    assert "invite them as a translator" in refused.text
    assert 'value="amina@sfax.example"' in refused.text
    assert bring(studio, course, email="amina", role="author").status_code == 422
    assert bring(studio, course, email="amina@sfax.example").status_code == 422
    assert bring(studio, course, email="nobody@sfax.example", role="author").status_code == 409
    assert bring(studio, course, email="amina@sfax.example", role="translator", languages="fr").status_code == 303
    translator = signed_in(studio.application.test_client(), amina)
    assert translator.get(f"/teach/courses/{course.id}").status_code == 200
    assert translator.get(f"/teach/courses/{course.id}/languages").status_code == 200
    for closed in ("settings", "media", "trainers"):
        assert translator.get(f"/teach/courses/{course.id}/{closed}").status_code in (403, 404)
    assert "Teach" in translator.get("/learn").text
    mine = db.session.scalars(sa.select(CourseTrainer).where(CourseTrainer.person_id == amina.id)).one()
    page = studio.get(f"/teach/courses/{course.id}/trainers").text
    token, line = hidden(page, "csrf_token"), f"/teach/courses/{course.id}/trainers/{mine.id}"
    none = studio.post(line, data={"csrf_token": token, f"part{mine.id}-role": "translator"})
    assert none.status_code == 409
    assert "Choose at least one language" in none.text
    assert studio.post(f"{line}/removal", data={"csrf_token": token}).status_code == 303
    assert translator.get(f"/teach/courses/{course.id}").status_code in (403, 404)
    assert "Teach" not in translator.get("/learn").text


def test_the_last_lead_is_told_what_to_do(studio: FlaskClient, course: Course) -> None:
    mine = db.session.scalars(sa.select(CourseTrainer.id)).one()
    page = studio.get(f"/teach/courses/{course.id}/trainers").text
    assert "The only lead." in page
    line = f"/teach/courses/{course.id}/trainers/{mine}"
    down = studio.post(line, data={"csrf_token": hidden(page, "csrf_token"), f"part{mine}-role": "author"})
    assert down.status_code == 409
    assert "Make somebody else a lead first." in down.text
    assert studio.post(f"{line}/removal", data={"csrf_token": hidden(page, "csrf_token")}).status_code == 409


def test_a_lead_who_steps_down_goes_on_to_their_courses(studio: FlaskClient, course: Course) -> None:
    a_person(email="other@city.example", roles=(Role.TRAINER,))
    mine = db.session.scalars(sa.select(CourseTrainer.id)).one()
    assert bring(studio, course, email="other@city.example", role="lead").status_code == 303
    token = hidden(studio.get(f"/teach/courses/{course.id}/trainers").text, "csrf_token")
    line = f"/teach/courses/{course.id}/trainers/{mine}"
    response = studio.post(line, data={"csrf_token": token, f"part{mine}-role": "author"})
    assert (response.status_code, response.location) == (303, "/teach")


@pytest.mark.parametrize("page", ["settings", "audience", "trainers"])
def test_the_pages_cost_the_same_however_much_they_show(
    studio: FlaskClient, lead: Person, statements: list[str], page: str
) -> None:
    small, large = a_draft(trainer=lead), a_draft(trainer=lead, modules=6, lessons=6)
    for number in range(12):
        other = a_person(email=f"p{number}@x.example", roles=(Role.TRAINER,))
        a_city()
        with unit_of_work():
            db.session.add(CourseTrainer(course_id=large.id, person_id=other.id, role="author", languages=[]))
    invite(studio, large, "\n".join(f"p{number}@x.example" for number in range(20)))
    counts = []
    for course in (small, large):
        studio.get(f"/teach/courses/{course.id}/{page}")
        statements.clear()
        assert studio.get(f"/teach/courses/{course.id}/{page}").status_code == 200
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 7, statements
