"""People and enrolments from a file, on a real database and through the pages; and what the invited do then."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from app.auth import passwords
from app.auth import services as auth
from app.auth.cohorts import services as cohort_services
from app.auth.identity import identity_of
from app.auth.models import Affiliation, CohortMember, Person, PersonState, Role
from app.core import clock
from app.core.models import AuditEvent, Outbox
from app.core.store import the_store
from app.core.transactions import unit_of_work
from app.courses.archiving import services as archiving
from app.courses.models import Course
from app.courses.outline import Admits, Audience
from app.exchange.models import ImportState, PeopleImport
from app.exchange.people import jobs, services, views
from app.exchange.people.marks import marked, places
from app.extensions import db
from app.messages.models import Notice
from app.network.models import City
from app.progress import services as progress
from app.progress.assigning.enrolling_many import enrol_many
from app.progress.models import Enrolment
from tests.at_once import at_once
from tests.factories import a_city, a_course, a_person, signed_in
from tests.house_rules.scene import rows_by_table

FILE = (
    "name;e-mail;language;course;due;cohort\n"
    "Amina Trabelsi;amina@ghent.example;fr;streets;2099-05-31;Spring\n"
    "Jonas Verbeke;jonas@ghent.example;;streets;;\n"
    "Nobody;not an address;;;;\n"
    "Otto;otto@else.example;;streets;;\n"
    "Lena Maes;lena@ghent.example;;streets;;Spring\n"
)


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture
def city(app: Flask) -> City:
    return a_city("Ghent", domain="ghent.example")


@pytest.fixture
def coordinator(city: City) -> Person:
    return a_person("Lena Maes", email="lena@ghent.example", city=city, roles=(Role.COORDINATOR,))


@pytest.fixture
def desk(app: Flask, coordinator: Person) -> Iterator[FlaskClient]:
    app.config["WTF_CSRF_ENABLED"] = False
    a_course("streets")
    with unit_of_work():
        by = identity_of(coordinator.id)
        cohort_services.create(name="Spring", rule=None, city_id=coordinator.city_id, by=by)
    yield signed_in(app.test_client(), coordinator)
    app.config["WTF_CSRF_ENABLED"] = True


def send(desk: FlaskClient, text: str, name: str = "people.csv") -> TestResponse:
    return desk.post("/people/imports", data={"file": (io.BytesIO(text.encode()), name)})


def figures(page: str) -> dict[str, int]:
    return {name: int(count) for name, count in re.findall(r"<dt>([^<]+)</dt><dd>(\d+)</dd>", page)}


def test_every_row_is_shown_and_nothing_is_done_before(desk: FlaskClient) -> None:
    before = rows_by_table()
    answer = send(desk, FILE)
    assert answer.status_code == 303
    after = rows_by_table()
    assert {name for name in after if after[name] != before[name]} == {"people_import"}
    page = desk.get(answer.location).text
    assert figures(page) == {"New people": 2, "Enrolments": 3, "Join a cohort": 2, "Rows that change nothing": 0,
                             "Rows left out": 2}  # fmt: skip
    assert "“not an address” is no e-mail address." in page
    assert "otto@else.example is not in your city." in page
    assert "Is enrolled, due 31 May 2099." in page
    assert "Do it, and invite 2 people" in page


def test_of_two_due_dates_for_the_same_the_page_says_which_rows_differ(desk: FlaskClient) -> None:
    due = "e-mail,name,course,due\nmia@ghent.example,Mia,streets,2099-05-31\nmia@ghent.example,Mia,streets,2099-06-30\n"
    page = desk.get(send(desk, due).location).text
    assert figures(page)["Rows left out"] == 1
    assert "Line 3: It says the same as line 2 with another due date. Keep one of the two." in page


def test_an_archived_course_takes_nobody_in_and_says_what_replaces_it(desk: FlaskClient, coordinator: Person) -> None:
    archived, other = db.session.scalars(sa.select(Course.id)).one(), a_course("roads")
    sent = send(desk, FILE)  # shown before, done after
    with unit_of_work():
        archiving.archive(course_id=archived, replaced_by_id=other.id, by=coordinator.id)
    page = desk.get(send(desk, FILE).location).text
    assert figures(page)["Enrolments"] == 0
    assert "The course was archived. Enrol them in what replaces it: “roads”." in page
    assert desk.post(f"{sent.location}/confirmation").status_code == 303
    db.session.rollback()
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Enrolment)) == 0


def test_confirmed_it_does_what_was_shown_and_again_nothing(desk: FlaskClient, city: City) -> None:
    first = send(desk, FILE)
    assert desk.post(f"{first.location}/confirmation").status_code == 303
    page = desk.get(first.location).text
    assert "The file is done" in page
    assert figures(page)["New people"] == 2
    db.session.rollback()
    amina = db.session.scalars(sa.select(Person).where(Person.email == "amina@ghent.example")).one()
    assert (amina.state, amina.city_id, amina.language, amina.name) == ("invited", city.id, "fr", "Amina Trabelsi")
    assert db.session.scalar(sa.select(Affiliation.city_id).where(Affiliation.person_id == amina.id)) == city.id
    enrolments = db.session.execute(sa.select(Enrolment.person_id, Enrolment.city_id, Enrolment.due_at)).all()
    assert len(enrolments) == 3
    assert {row.city_id for row in enrolments} == {city.id}
    assert db.session.scalar(sa.select(sa.func.count()).select_from(CohortMember)) == 2
    mails = db.session.scalars(sa.select(Outbox.recipient).where(Outbox.kind == "invitation")).all()
    assert sorted(mails) == ["amina@ghent.example", "jonas@ghent.example"]
    assert desk.post(f"{first.location}/confirmation").status_code == 409
    before = rows_by_table()
    again = send(desk, FILE)
    told = figures(desk.get(again.location).text)
    assert (told["New people"], told["Enrolments"], told["Rows that change nothing"]) == (0, 0, 3)
    desk.post(f"{again.location}/confirmation")
    after = rows_by_table()
    assert {name for name in after if after[name] != before[name]} == {"people_import", "audit_event"}
    refused = desk.get(f"{again.location}/refused.csv").text
    assert "not an address" in refused


def test_formulas_come_out_harmless(desk: FlaskClient) -> None:
    answer = send(desk, "name,e-mail\n=cmd|' /C calc'!A0,=1+1\n")
    page = desk.get(answer.location).text
    assert "=cmd|" in page
    lines = desk.get(f"{answer.location}/refused.csv").text.splitlines()
    assert lines[1].endswith("'=1+1")


def refused(desk: FlaskClient, location: str) -> list[tuple[str, str]]:
    """The file of what was left out: line and reason of each row."""
    text = desk.get(f"{location}/refused.csv").get_data().decode("utf-8-sig")
    return [(line, why) for line, why, _about in list(csv.reader(io.StringIO(text)))[1:]]


LEFT_OUT = (
    "name,e-mail,cohort\nNobody,none,\nAmina,amina@ghent.example,\nOtto,otto@else.example,\n"
    "Ida,ida@ghent.example,Autumn\nNobody,none at all,\nJonas,jonas@ghent.example,\nOlga,olga@else.example,\n"
)
WHY_LEFT_OUT = [
    ("2", "“none” is no e-mail address."), ("4", "otto@else.example is not in your city. Ask an administrator."),
    ("5", "No cohort is called “Autumn”. Make it first."), ("6", "“none at all” is no e-mail address."),
    ("8", "olga@else.example is not in your city. Ask an administrator."),
]  # fmt: skip


@pytest.mark.parametrize("size", [1, 3, 50])
def test_all_that_is_left_out_is_in_the_file_as_long_as_what_was_sent_is_kept(
    desk: FlaskClient, coordinator: Person, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    sender_id, city_id = coordinator.id, coordinator.city_id
    monkeypatch.setattr(services, "MOST_TOLD", 2)
    monkeypatch.setattr(services, "AT_ONCE", 0)
    really = services.do_some
    monkeypatch.setattr(services, "do_some", lambda **values: really(**values, limit=size))
    answer = send(desk, LEFT_OUT)
    assert refused(desk, answer.location) == WHY_LEFT_OUT
    desk.post(f"{answer.location}/confirmation")
    db.session.rollback()
    jobs.import_people(1)
    assert refused(desk, answer.location) == WHY_LEFT_OUT
    page = desk.get(answer.location).text
    assert "For about a day it holds all of them, then the first 2." in page
    with unit_of_work():  # the row of who is closed since was done; that of Ida could be done by now
        db.session.execute(sa.update(Person).where(Person.name == "Amina").values(state=PersonState.LEFT))
        cohort_services.create(name="Autumn", rule=None, city_id=city_id, by=identity_of(sender_id))
        report = db.session.get_one(PeopleImport, 1).report
    again = [("5", "Something about ida@ghent.example has just changed. Send the file again.")]
    assert refused(desk, answer.location) == [*WHY_LEFT_OUT[:2], *again, *WHY_LEFT_OUT[3:]]
    the_store().delete(report.file_hash or "")
    assert refused(desk, answer.location) == [*WHY_LEFT_OUT[:2], ("", "and 3 more")]
    page = desk.get(answer.location).text
    assert "It holds the first 2 of them: the file that you sent is no longer kept." in page


def test_what_was_sent_is_not_kept_where_all_that_was_left_out_is_told(desk: FlaskClient) -> None:
    assert bring_in(desk, LEFT_OUT).report.file_hash is None


@given(st.lists(st.sets(st.integers(0, 300))))
def test_places_are_marked_a_batch_at_a_time(batches: list[set[int]]) -> None:
    marks = b""
    for batch in batches:
        marks = marked(marks, batch)
    assert list(places(marks)) == sorted(set().union(*batches))


def test_a_file_may_be_let_go(desk: FlaskClient) -> None:
    answer = send(desk, FILE)
    assert desk.post(f"{answer.location}/dropping").status_code == 303
    assert "was discarded" in desk.get(answer.location).text
    assert desk.post(f"{answer.location}/confirmation").status_code == 409
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Enrolment)) == 0


@pytest.mark.parametrize(("text", "says"), [("", "The file is empty."), ("a,b\n1,2\n", "none of them is “e-mail”")])
def test_a_file_that_cannot_be_read(desk: FlaskClient, text: str, says: str) -> None:
    answer = send(desk, text)
    assert answer.status_code == 422
    assert says in answer.text


def test_the_sample_can_be_read(desk: FlaskClient) -> None:
    answer = send(desk, desk.get("/people/imports/sample.csv").text)
    assert answer.status_code == 303


def test_others_do_not_see_it(app: Flask, desk: FlaskClient, city: City) -> None:
    answer = send(desk, FILE)
    other = signed_in(app.test_client(), a_person(city=city, roles=(Role.COORDINATOR,)))
    for method, path in (("get", ""), ("get", "/refused.csv"), ("post", "/confirmation"), ("post", "/dropping")):
        assert getattr(other, method)(f"{answer.location}{path}").status_code == 404


def a_long_file(count: int) -> str:
    return "name,e-mail,course\n" + "".join(f"P{n},p{n}@ghent.example,streets\n" for n in range(count))


def test_many_rows_are_a_jobs_work_which_may_be_killed_and_run_twice(
    app: Flask, desk: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "AT_ONCE", 2)
    answer = send(desk, a_long_file(12))
    desk.post(f"{answer.location}/confirmation")
    assert "The file is being done" in desk.get(answer.location).text
    asked = [arguments for name, arguments in app.extensions["enqueued"] if name == services.JOB]
    assert asked == [{"import_id": 1}]
    calls = 0
    really = services.do_some

    def dies(**values: object) -> bool:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise RuntimeError("killed")
        return really(**values, limit=5)  # type: ignore[arg-type]

    monkeypatch.setattr(services, "do_some", dies)
    with pytest.raises(RuntimeError):
        jobs.import_people(1)
    assert "5 of 12" in desk.get(answer.location).text
    monkeypatch.setattr(services, "do_some", really)

    def run() -> None:
        with app.app_context():
            jobs.import_people(1)

    at_once([run, run])
    db.session.rollback()
    db.session.expire_all()
    done = db.session.get_one(PeopleImport, 1)
    assert (done.state, done.done, done.report.people, done.report.enrolled) == (ImportState.DONE, 12, 12, 12)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Enrolment)) == 12


# --- the invited


@pytest.fixture
def link(desk: FlaskClient) -> str:
    answer = send(desk, "name,e-mail,course\nAmina,amina@ghent.example,streets\n")
    desk.post(f"{answer.location}/confirmation")
    return mailed()[-1]


def mailed() -> list[str]:
    db.session.rollback()
    values = db.session.scalars(sa.select(Outbox.values).where(Outbox.kind == "invitation").order_by(Outbox.id))
    return [f"/invitation/{one['token']}" for one in values]


CHOSEN = {"name": "Amina T.", "password": "a longer secret", "language": "fr", "time_zone": "Africa/Tunis"}


def test_whoever_is_invited_takes_the_account_into_use(app: Flask, link: str, city: City) -> None:
    window = app.test_client()
    page = window.get(link)
    assert "Welcome, Amina" in page.text
    assert window.post(link, data={**CHOSEN, "password": "short"}).status_code == 400
    answer = window.post(link, data=CHOSEN)
    assert answer.status_code == 302
    assert window.get("/courses/streets").status_code == 200
    db.session.rollback()
    person = db.session.scalars(sa.select(Person).where(Person.email == "amina@ghent.example")).one()
    assert (person.state, person.city_id, person.name, person.time_zone) == (
        PersonState.ACTIVE, city.id, "Amina T.", "Africa/Tunis",
    )  # fmt: skip
    assert person.confirmed_at is not None
    assert app.test_client().get(link).status_code == 404
    assert app.test_client().post(link, data=CHOSEN).status_code == 404


def test_the_link_is_good_for_seven_days_and_comes_again(app: Flask, desk: FlaskClient, link: str) -> None:
    with clock.at(clock.now() + timedelta(days=8)):
        assert app.test_client().get(link).status_code == 404
    person_id = db.session.scalar(sa.select(Person.id).where(Person.email == "amina@ghent.example"))
    with clock.at(clock.now() + timedelta(days=8)):
        assert desk.post(f"/people/{person_id}/invitation").status_code == 302
        assert app.test_client().get(mailed()[-1]).status_code == 200
    assert len(mailed()) == 2


@pytest.mark.usefixtures("link")
def test_registering_or_asking_for_a_password_sends_the_invitation_again(app: Flask) -> None:
    fields = {"email": "amina@ghent.example", "name": "Amina", "password": "a longer secret", "language": "en",
              "time_zone": "UTC"}  # fmt: skip
    with clock.at(clock.now() + timedelta(seconds=10)):
        answer = app.test_client().post("/register", data=fields)
        stranger = app.test_client().post("/register", data={**fields, "email": "stranger@ghent.example"})
    assert (answer.status_code, answer.location) == (stranger.status_code, stranger.location)
    with clock.at(clock.now() + timedelta(seconds=20)):
        app.test_client().post("/reset-password", data={"email": "amina@ghent.example"})
    assert len(mailed()) == 3
    kinds = set(db.session.scalars(sa.select(Outbox.kind).where(Outbox.recipient == "amina@ghent.example")))
    assert kinds == {"invitation"}


@pytest.mark.usefixtures("link")
def test_signing_in_tells_strangers_nothing(app: Flask) -> None:
    def said(email: str) -> str:
        page = app.test_client().post("/sign-in", data={"email": email, "password": "whatever it is"})
        return re.sub(r'value="[^"]{60,}"', "", page.text.replace(email, ""))

    assert said("amina@ghent.example") == said("stranger@ghent.example")
    assert "Use the link in your invitation" in said("amina@ghent.example")


def test_an_administrator_takes_an_invitation_back_and_gives_it_again(app: Flask, link: str) -> None:
    admin = signed_in(app.test_client(), a_person(roles=(Role.ADMINISTRATOR,)))
    person_id = db.session.scalar(sa.select(Person.id).where(Person.email == "amina@ghent.example"))
    assert "Invited, not here yet" in admin.get(f"/people/{person_id}").text
    assert "Amina" in admin.get("/people?state=invited").text
    assert admin.post(f"/people/{person_id}/departure").status_code == 302
    assert app.test_client().get(link).status_code == 404
    assert admin.post(f"/people/{person_id}/return").status_code == 302
    db.session.rollback()
    assert db.session.get_one(Person, person_id).state == PersonState.INVITED
    other = a_city("Sfax")
    assert admin.post(f"/people/{person_id}/affiliation", data={"city": other.id}).status_code == 302
    db.session.rollback()
    person = db.session.get_one(Person, person_id)
    assert (person.state, person.city_id) == (PersonState.INVITED, other.id)


def test_a_file_that_is_lost_ends_where_it_is_and_says_so(
    app: Flask, desk: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "AT_ONCE", 2)
    answer = send(desk, a_long_file(4))
    desk.post(f"{answer.location}/confirmation")
    db.session.rollback()
    the_store().delete(db.session.get_one(PeopleImport, 1).file_hash or "")
    db.session.rollback()
    jobs.import_people(1)
    page = desk.get(answer.location).text
    assert "Send the file again" in page and "0 of 4" in page and "The file is done" not in page
    db.session.rollback()
    assert db.session.get_one(PeopleImport, 1, populate_existing=True).state == ImportState.DONE


def test_a_file_that_never_comes_to_its_end_is_handed_over_now_and_then_and_left_at_last(
    app: Flask, desk: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "AT_ONCE", 2)
    desk.post(f"{send(desk, a_long_file(4)).location}/confirmation")
    begun = clock.now()
    app.extensions.pop("enqueued")
    for minutes in range(5, 12):
        with clock.at(begun + timedelta(minutes=minutes)):
            jobs.resume()
    assert app.extensions.pop("enqueued") == [(services.JOB, {"import_id": 1})] * 2
    with clock.at(begun + timedelta(days=4)):
        jobs.resume()
    assert "enqueued" not in app.extensions
    db.session.rollback()
    assert db.session.get_one(PeopleImport, 1, populate_existing=True).state == ImportState.DONE


# --- many rows at once


def bring_in(desk: FlaskClient, text: str) -> PeopleImport:
    """Send a file and confirm it; what came of it."""
    answer = send(desk, text)
    assert desk.post(f"{answer.location}/confirmation").status_code == 303
    db.session.rollback()
    return db.session.get_one(PeopleImport, int(answer.location.rpartition("/")[2]), populate_existing=True)


def test_more_rows_cost_no_more_statements(desk: FlaskClient, statements: list[str]) -> None:
    counts = []
    for name, rows in (("first", 1), ("few", 3), ("many", 40)):
        lines = "".join(f"{name} {n},{name}{n}@ghent.example,streets,2099-05-31,Spring\n" for n in range(rows))
        answer = send(desk, f"name,e-mail,course,due,cohort\n{lines}")
        statements.clear()
        assert desk.post(f"{answer.location}/confirmation").status_code == 303
        counts.append(len(statements))
    assert counts[1] == counts[2] < 60  # the first reads what is kept from then on
    invited = db.session.scalars(sa.select(Person).where(Person.state == PersonState.INVITED)).all()
    assert len(invited) == 44 and {person.city_id for person in invited} == {invited[0].city_id} != {None}
    for table in (Enrolment, CohortMember):
        assert db.session.scalar(sa.select(sa.func.count()).select_from(table)) == 44
    for model, condition in (
        (Affiliation, Affiliation.person_id.in_([person.id for person in invited])),
        (Outbox, Outbox.kind == "invitation"),
        (Notice, Notice.kind == "enrolled"),
        (AuditEvent, AuditEvent.action == "person.invite"),
    ):
        assert db.session.scalar(sa.select(sa.func.count()).select_from(model).where(condition)) == 44


def test_each_is_told_by_whom_they_are_enrolled(desk: FlaskClient, coordinator: Person) -> None:
    bring_in(desk, "name,e-mail,course,due\nAmina,amina@ghent.example,streets,2099-05-31\n")
    [notice] = db.session.scalars(sa.select(Notice))
    enrolment = db.session.scalars(sa.select(Enrolment)).one()
    assert (notice.kind, notice.person_id, notice.key) == (
        "enrolled", enrolment.person_id, f"enrolled:{enrolment.id}:{enrolment.cycle}",
    )  # fmt: skip
    assert (notice.values["by"], notice.values["slug"]) == ("Lena Maes", "streets")
    assert enrolment.due_at and notice.values["due_at"] == enrolment.due_at.isoformat()
    assert (enrolment.version_id, enrolment.total, enrolment.states) == (1, 4, {})


def test_whoever_is_in_the_course_is_told_of_an_earlier_date(desk: FlaskClient, coordinator: Person) -> None:
    bring_in(desk, "name,e-mail,course,due\nAmina,amina@ghent.example,streets,2099-05-31\n")
    for _again in range(2):
        bring_in(desk, "name,e-mail,course,due\nAmina,amina@ghent.example,streets,2098-05-31\n")
    enrolment = db.session.scalars(sa.select(Enrolment)).one()
    first, changed = db.session.scalars(sa.select(Notice).order_by(Notice.id))
    assert (first.kind, first.values["over"]) == ("enrolled", True)
    assert (changed.kind, changed.person_id) == ("due_changed", enrolment.person_id)
    assert enrolment.due_at and changed.values["due_at"] == enrolment.due_at.isoformat()
    assert enrolment.due_at.year == 2098


def test_two_rows_of_one_person_in_the_same_batch(desk: FlaskClient, coordinator: Person) -> None:
    with unit_of_work():
        by = identity_of(coordinator.id)
        cohort_services.create(name="Autumn", rule=None, city_id=coordinator.city_id, by=by)
    done = bring_in(
        desk,
        "name,e-mail,course,due,cohort\n"
        "Amina,amina@ghent.example,streets,2099-05-31,Spring\n"
        "Amina,AMINA@ghent.example,streets,2098-05-31,Autumn\n"
        "Amina,amina@ghent.example,streets,,\n",
    )
    told = done.report
    assert (told.people, told.enrolled, told.grouped, told.due, told.unchanged, told.refused) == (1, 1, 2, 1, 1, 0)
    enrolment = db.session.scalars(sa.select(Enrolment)).one()
    assert enrolment.due_at and enrolment.due_at.year == 2098
    assert db.session.scalar(sa.select(sa.func.count()).select_from(CohortMember)) == 2


SEVERAL = (
    "name,e-mail,course,cohort\n"
    "Amina,amina@ghent.example,streets,Spring\n"
    "Amina,amina@ghent.example,streets,Autumn\n"
    "Amina,amina@ghent.example,prevention,Spring\n"
    "Jonas,jonas@ghent.example,streets,\n"
    "Jonas,jonas@ghent.example,prevention,\n"
)


@pytest.mark.parametrize("size", [1, 2, 50])
def test_somebody_in_several_rows_is_counted_as_what_comes_to_be(
    desk: FlaskClient, coordinator: Person, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    a_course("prevention")
    with unit_of_work():
        by = identity_of(coordinator.id)
        cohort_services.create(name="Autumn", rule=None, city_id=coordinator.city_id, by=by)
    monkeypatch.setattr(services, "AT_ONCE", 0)
    answer = send(desk, SEVERAL)
    shown = figures(desk.get(answer.location).text)
    desk.post(f"{answer.location}/confirmation")
    db.session.rollback()
    really = services.do_some
    monkeypatch.setattr(services, "do_some", lambda **values: really(**values, limit=size))
    jobs.import_people(1)
    assert figures(desk.get(answer.location).text) == shown == {
        "New people": 2, "Enrolments": 4, "Join a cohort": 2, "Rows that change nothing": 0, "Rows left out": 0,
    }  # fmt: skip
    for table, count in ((Enrolment, 4), (CohortMember, 2)):
        assert db.session.scalar(sa.select(sa.func.count()).select_from(table)) == count


@pytest.mark.parametrize("size", [1, 50])
def test_the_city_of_a_later_row_is_not_lost(
    app: Flask, desk: FlaskClient, city: City, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    admin = signed_in(app.test_client(), a_person(roles=(Role.ADMINISTRATOR,)))
    waits = a_person(email="waits@else.example", state=PersonState.WAITING)
    monkeypatch.setattr(services, "AT_ONCE", 0)
    answer = send(
        admin,
        "name,e-mail,city,course\n"
        "Amina,amina@else.example,,streets\nAmina,amina@else.example,Ghent,\n"
        ",waits@else.example,,streets\n,waits@else.example,Ghent,\n",
    )
    shown = admin.get(answer.location).text
    assert shown.count("Is placed in the city.") == 1
    admin.post(f"{answer.location}/confirmation")
    db.session.rollback()
    really = services.do_some
    monkeypatch.setattr(services, "do_some", lambda **values: really(**values, limit=size))
    jobs.import_people(1)
    assert figures(admin.get(answer.location).text) == figures(shown)
    places = db.session.execute(sa.select(Affiliation.person_id, Affiliation.city_id)).all()
    assert [row.city_id for row in places if row.person_id == waits.id] == [city.id]
    assert set(db.session.scalars(sa.select(Enrolment.city_id))) == {city.id}
    assert db.session.scalar(sa.select(Person.city_id).where(Person.email == "amina@else.example")) == city.id


def test_a_second_page_knows_what_the_rows_of_the_first_do(desk: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "PAGE_SIZE", 2)
    answer = send(
        desk,
        "name,e-mail,course\n"
        "Amina,amina@ghent.example,streets\nJonas,jonas@ghent.example,\nAmina,amina@ghent.example,/streets\n",
    )
    page = desk.get(f"{answer.location}?page=2").text
    assert "Nothing changes" in page and "New: is invited by mail." not in page


def test_an_address_that_somebody_took_in_this_very_moment(app: Flask, coordinator: Person) -> None:
    a_person("Quick", email="quick@ghent.example")
    with unit_of_work():
        giver = db.session.get_one(Person, coordinator.id)
        new = [auth.Invited(f"{name}@ghent.example", name, "fr", None) for name in ("quick", "late")]
        assert list(auth.invite_many(new, by=giver)) == ["late@ghent.example"]
    assert db.session.scalar(sa.select(Person.name).where(Person.email == "quick@ghent.example")) == "Quick"
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Outbox)) == 1


def test_whom_a_course_no_longer_admits_is_left_out_and_who_is_in_it_stays(app: Flask, city: City) -> None:
    course, giver = a_course("closed"), a_person("Giver", roles=(Role.ADMINISTRATOR,))
    inside, resident, stranger = a_person(), a_person(city=city), a_person()
    with unit_of_work():
        progress.enrol(person=inside, course_id=course.id)
        db.session.get_one(Course, course.id).audience = Audience(admits=Admits.SOME, cities=(city.id,))
    due = clock.now() + timedelta(days=9)
    with unit_of_work():
        people = {inside.id: due, resident.id: None, stranger.id: None}
        refused = enrol_many(course_id=course.id, people=people, by_id=giver.id)
        assert refused == {stranger.id}
    rows = {row.person_id: row.due_at for row in db.session.scalars(sa.select(Enrolment))}
    assert rows == {inside.id: due, resident.id: None}


def test_a_file_goes_no_further_once_its_sender_is_erased(app: Flask, desk: FlaskClient, coordinator: Person) -> None:
    """Before it is confirmed, and in the midst of it: what is done stays, and nobody else is invited."""
    many = "name;e-mail\n" + "".join(f"Person {n};p{n}@ghent.example\n" for n in range(120))
    shown, running = send(desk, FILE).location, send(desk, many).location
    assert desk.post(f"{running}/confirmation").status_code == 303
    db.session.rollback()
    import_id, sender_id = int(running.rpartition("/")[2]), coordinator.id
    row = db.session.get_one(PeopleImport, import_id)
    rows, frame = jobs.read(many.encode()).rows, services.queries.get_frame(identity_of(sender_id), ())
    assert row.state == ImportState.RUNNING
    db.session.rollback()
    with unit_of_work():
        auth.erase(person_id=sender_id, keeps_name=True, reason="Asked.", by=None)
    with pytest.raises(services.NothingToConfirm), unit_of_work():
        services.do_some(import_id=import_id, rows=rows, frame=frame)
    jobs.import_people(import_id=import_id)
    states = dict(db.session.execute(sa.select(PeopleImport.id, PeopleImport.state)).all())
    assert states == {int(shown.rpartition("/")[2]): ImportState.DROPPED, import_id: ImportState.DONE}
    assert set(db.session.scalars(sa.select(PeopleImport.file_hash))) == {None}
    assert set(db.session.scalars(sa.select(PeopleImport.file_name))) == {""}
    assert db.session.scalar(sa.select(sa.func.count()).where(Person.state == PersonState.INVITED)) == 0


def test_what_was_sent_is_let_go_with_an_erased_address_or_sender(
    app: Flask, desk: FlaskClient, coordinator: Person, city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "MOST_TOLD", 1)
    sender_id, gone = coordinator.id, a_person("Ana", email="ana@x.example", state=PersonState.LEFT, city=city)
    with_her = bring_in(desk, "name,e-mail\nNobody,none\nAna,ana@x.example\n")
    without = bring_in(desk, "name,e-mail\nNobody,none\nNobody,nothing\n")
    ids = {one.id for one in (with_her, without) if one.report.file_hash}
    assert ids == {with_her.id, without.id}

    def kept() -> set[int]:
        db.session.rollback()
        every = db.session.scalars(sa.select(PeopleImport).execution_options(populate_existing=True))
        return {one.id for one in every if one.report.file_hash}

    with unit_of_work():
        auth.erase(person_id=gone.id, keeps_name=True, reason="Asked.", by=None)
    [arguments] = [said for name, said in app.extensions["enqueued"] if name == "exchange.forget_address"]
    jobs.forget_address(**arguments)
    assert kept() == {without.id}
    with unit_of_work():
        auth.erase(person_id=sender_id, keeps_name=True, reason="Asked.", by=None)
    assert kept() == set()


def test_an_erased_address_leaves_refusals_as_a_whole_and_files_that_are_only_shown(
    app: Flask, desk: FlaskClient, city: City
) -> None:
    gone = a_person("Ana", email="ana@x.example", state=PersonState.LEFT, city=city)
    a_person("Jo", email="joe.ana@x.example", state=PersonState.LEFT, city=city)
    done = bring_in(desk, "name,e-mail\nAna,ANA@x.example\nJo,joe.ana@x.example\n")
    assert {one.about for one in done.report.refusals} == {"ana@x.example", "joe.ana@x.example"}
    counts, done_id = done.report.refused, done.id
    shown, other = send(desk, "name,e-mail\nAna,ana@x.example\n").location, send(desk, FILE).location
    with unit_of_work():
        auth.erase(person_id=gone.id, keeps_name=True, reason="Asked.", by=None)
    [arguments] = [said for name, said in app.extensions["enqueued"] if name == "exchange.forget_address"]
    assert "ana" not in str(arguments["address"])
    jobs.forget_address(**arguments)
    db.session.rollback()
    report = db.session.get_one(PeopleImport, done_id, populate_existing=True).report
    assert (report.refused, {one.about for one in report.refusals}) == (counts, {"…", "joe.ana@x.example"})
    states = dict(db.session.execute(sa.select(PeopleImport.id, PeopleImport.state)).all())
    assert states[int(shown.rpartition("/")[2])] == ImportState.DROPPED
    assert states[int(other.rpartition("/")[2])] == ImportState.SHOWN
