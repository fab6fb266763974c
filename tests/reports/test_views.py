"""The completion page and its file, as a browser gets them."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.auth.models import Person, PersonState, Role
from app.core import clock
from app.core.models import AuditEvent
from app.core.sheets import harmless
from app.core.transactions import unit_of_work
from app.courses import editions
from app.extensions import db
from app.network.models import City, Region
from app.progress.models import EnrolmentState
from tests.factories import a_choice_question, a_city, a_course, a_person, signed_in

from .factories import NOW, an_attempt, an_enrolment, edition_of


@pytest.fixture(autouse=True)
def _today(app: Flask) -> Iterator[None]:
    with clock.at(NOW):
        yield


@pytest.fixture
def administrator(app: Flask) -> Person:
    return a_person("Ingrid Solberg", roles=(Role.ADMINISTRATOR,))


def page(client: FlaskClient, **asked: str) -> str:
    answer = client.get("/reports/completion", query_string=asked, follow_redirects=True)
    assert answer.status_code == 200, answer.status
    return answer.text


def words(html: str) -> str:
    """The text of a page, spaces made one."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def rows(client: FlaskClient, **asked: str) -> list[list[str]]:
    answer = client.get("/reports/people.csv", query_string=asked)
    assert answer.status_code == 200, answer.status
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))


def two_cities() -> tuple[City, City]:
    """Six in Oslo, three of whom are through and two stopped at 1.2; two in Dakar, one of them late."""
    oslo, dakar, course = a_city("Oslo"), a_city("Dakar", country="SN", region=Region.AFRICA), a_course("part")
    for days in (3, 5, 10):
        an_enrolment(a_person("Through", city=oslo), course, days=days, score=0.875)
    for _ in range(2):
        an_enrolment(a_person("Stopped", city=oslo), course, done=1)
    an_enrolment(a_person("Fresh", city=oslo), course)
    an_enrolment(a_person("Late", city=dakar), course, done=2, due_at=NOW - timedelta(days=2))
    an_enrolment(a_person("Long ago", city=dakar), course, at=NOW - timedelta(days=500), days=100)
    return oslo, dakar


def test_the_page_says_what_happened(client: FlaskClient, administrator: Person) -> None:
    two_cities()
    html = page(signed_in(client, administrator), period="all")
    said = words(html)
    assert "In “ The city’s part ”, most people stop at 1.2 Lesson 1.2 : 2 of 7 (28%)" in said.replace(
        "“The city’s part”", "“ The city’s part ”"
    )
    assert "Practitioners 8 Enrolments 8 Completed 4 50% Late 1 12% Median time to complete 7.5 days" in said
    assert "Dakar 50% 1 of 2 50% 1 of 2 Oslo 50% 3 of 6 50% 3 of 6" in said
    assert (
        "1.1 Lesson 1.1 7 7 0 (0%) 1.2 Lesson 1.2 7 5 2 (28%) 2.1 Lesson 2.1 5 4 1 (20%) 2.2 Lesson 2.2 4 4 0" in said
    )


@pytest.mark.parametrize(
    ("done", "said"),
    [
        ((1, 2, 3), "no activity stands out as the one where people stop"),  # one person at each
        ((1,), "no activity stands out as the one where people stop"),
        ((1, 1, 2, 2), "no activity stands out as the one where people stop"),
        ((1, 1, 2), "most people stop at 1.2 Lesson 1.2 : 2 of 3 (66%)"),
    ],
)
def test_the_sentence_names_only_an_activity_that_stands_out(
    client: FlaskClient, administrator: Person, done: tuple[int, ...], said: str
) -> None:
    course = a_course("part")
    for number in done:
        an_enrolment(a_person(), course, done=number)
    assert said in words(page(signed_in(client, administrator), period="all"))


def test_the_sentence_leads_to_the_row(client: FlaskClient, administrator: Person) -> None:
    two_cities()
    html = page(signed_in(client, administrator), course="part")
    sentence = re.search(r'Most people stop at <a href="#(activity-\d+)">1\.2', html)
    assert sentence and html.count(f'<tr id="{sentence[1]}">') == 1


def test_the_period_is_of_enrolment_and_a_year_by_default(client: FlaskClient, administrator: Person) -> None:
    two_cities()
    signed_in(client, administrator)
    assert "Enrolments 7 " in words(page(client))
    assert "Enrolments 8 " in words(page(client, period="all"))


def test_a_row_leads_to_the_report_of_its_city_with_the_other_filters(
    client: FlaskClient, administrator: Person
) -> None:
    two_cities()
    html = page(signed_in(client, administrator), period="all", course="part")
    link = re.search(r'<a href="([^"]+)">Dakar</a>', html)
    assert link
    followed = client.get(link[1].replace("&amp;", "&")).text
    assert "Enrolments 2 " in words(followed) and "course=part" in link[1] and "period=all" in link[1]
    assert "Oslo 50%" not in words(followed)


def test_one_page_costs_at_most_12_statements(
    client: FlaskClient, administrator: Person, statements: list[str]
) -> None:
    two_cities()
    for slug in ("second", "third"):
        an_enrolment(a_person(city=a_city()), a_course(slug), done=1)
    signed_in(client, administrator)
    for asked in (
        {},
        {"course": "part"},
        {"region": "africa", "period": "all"},
        {"course": "third", "region": "africa"},
    ):
        editions.forget()
        statements.clear()
        page(client, **asked)
        assert len(statements) <= 12, statements


def test_a_coordinator_sees_their_city_only(client: FlaskClient) -> None:
    oslo, dakar = two_cities()
    forgeries = [{"city": str(oslo.id)}, {"city": "none"}, {"region": "europe"}, {"city": f"{dakar.id} OR 1=1"}]
    signed_in(client, a_person("Aminata", city=dakar, roles=(Role.COORDINATOR,)))
    html = page(client, period="all")
    assert "Dakar" in html and "Oslo" not in html and "Enrolments 2 " in words(html)
    assert [row[0] for row in rows(client, period="all")[1:]] == ["Long ago", "Late"]
    for forged in forgeries:
        answer = client.get("/reports/completion", query_string={"period": "all", **forged})
        assert answer.status_code == 422
        assert "Oslo" not in answer.text and "Enrolments" not in answer.text
        assert "not among your choices" in answer.text
        assert client.get("/reports/people.csv", query_string={"period": "all", **forged}).status_code == 404


@pytest.mark.parametrize("asked", [{"period": "9999999999"}, {"period": ""}, {"course": "no-such"}, {"city": "\x00"}])
def test_a_filter_that_is_none_is_refused_beside_its_field(
    client: FlaskClient, administrator: Person, asked: dict[str, str]
) -> None:
    two_cities()
    answer = signed_in(client, administrator).get("/reports/completion", query_string=asked)
    assert answer.status_code == 422
    [name] = asked
    assert f'id="{name}-error"' in answer.text and "Enrolments" not in answer.text


def test_nothing_yet(client: FlaskClient, administrator: Person) -> None:
    html = page(signed_in(client, administrator))
    assert "No enrolments yet" in html and "Open the catalogue" in html and "Download CSV" not in html


def test_nothing_that_matches(client: FlaskClient, administrator: Person) -> None:
    city = a_city("Sfax")
    two_cities()
    html = page(signed_in(client, administrator), city=str(city.id))
    assert "Nothing matches these filters" in html and "Show everything" in html
    assert "No enrolments yet" not in html


def test_people_without_a_city_are_counted_for_administrators(client: FlaskClient, administrator: Person) -> None:
    an_enrolment(a_person("Nowhere"), a_course(), days=1)
    html = page(signed_in(client, administrator))
    assert re.search(r'<a href="/reports/completion\?city=none">No city</a>', html)
    assert "Enrolments 1 " in words(page(client, city="none"))


def test_nobody_else_may_look(client: FlaskClient) -> None:
    signed_in(client, a_person(roles=(Role.TRANSLATOR,), city=a_city()))
    assert client.get("/reports/completion").status_code == 403
    assert client.get("/reports/people.csv").status_code == 403


def test_a_visitor_signs_in_first(client: FlaskClient) -> None:
    answer = client.get("/reports/people.csv?course=part")
    assert answer.status_code == 302 and "sign" in answer.headers["Location"]


def test_the_file_has_the_rows_that_the_page_counts(client: FlaskClient, administrator: Person) -> None:
    two_cities()
    withdrawn = a_person("Withdrawn", city=a_city())
    an_enrolment(withdrawn, a_course(), state=EnrolmentState.WITHDRAWN)
    signed_in(client, administrator)
    for asked in ({}, {"period": "all"}, {"region": "africa"}, {"course": "part", "period": "all"}):
        counted = re.search(r"Enrolments (\d+) ", words(page(client, **asked)))
        assert counted and len(rows(client, **asked)) == int(counted[1]) + 1
    found = rows(client, period="all")
    assert found[0] == [
        "Name", "City", "Course", "State", "Enrolled", "Completed", "Due", "Last activity", "Progress (%)", "Score (%)",
    ]  # fmt: skip
    assert found[2] == [
        "Late", "Dakar", "The city’s part", "Late", "2026-09-01", "", "2026-11-19", "2026-09-01", "50", "",
    ]  # fmt: skip
    assert found[-1] == [
        "Through", "Oslo", "The city’s part", "Completed", "2026-09-01", "2026-09-04", "", "2026-09-01", "100", "87",
    ]  # fmt: skip


def test_who_never_started_has_no_last_activity(client: FlaskClient, administrator: Person) -> None:
    course = a_course("part")
    never, begun = a_person("Never"), a_person("Begun")
    an_enrolment(never, course)
    an_enrolment(begun, course, done=1)
    signed_in(client, administrator)
    assert {row[0]: row[7] for row in rows(client)[1:]} == {"Never": "", "Begun": "2026-09-01"}
    listed = words(client.get("/reports/people").text)
    assert (listed.count("1 September – – –"), listed.count("1 September – – 1 September")) == (1, 1)
    assert "No activity yet" in words(client.get(f"/reports/people/{never.id}").text)
    assert "Last activity 1 September 2026" in words(client.get(f"/reports/people/{begun.id}").text)


def test_the_file_is_one_for_spreadsheets_and_says_its_day(client: FlaskClient, administrator: Person) -> None:
    two_cities()
    answer = signed_in(client, administrator).get("/reports/people.csv")
    assert answer.is_streamed
    assert answer.data.startswith(b"\xef\xbb\xbfName,")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="people-2026-11-21.csv"'
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_more_rows_than_one_chunk(client: FlaskClient, administrator: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.reports.export.ROWS_A_CHUNK", 2)
    monkeypatch.setattr("app.reports.people_queries.ROWS_AT_ONCE", 3)
    two_cities()
    signed_in(client, administrator)
    assert len(rows(client, period="all")) == 9


@pytest.mark.parametrize(("language", "called"), [("fr", "(nom effacé)"), ("en", "(erased)")])
@pytest.mark.parametrize("file", ["people", "practitioners", "attempts"])
def test_files_call_the_erased_as_pages_do(
    client: FlaskClient, administrator: Person, file: str, language: str, called: str
) -> None:
    """Rows are read after the request has ended, and with it its language."""
    an_attempt(an_enrolment(a_person("Amina"), a_course(questions=[a_choice_question()])))
    with unit_of_work():
        db.session.execute(sa.update(Person).where(Person.name == "Amina").values(name="", state=PersonState.ERASED))
        db.session.execute(sa.update(Person).where(Person.id == administrator.id).values(language=language))
    signed_in(client, administrator)
    assert called in client.get(f"/reports/{file}", headers={"Accept-Language": language}).text
    answer = client.get(f"/reports/{file}.csv", headers={"Accept-Language": language})
    [_heading, row] = csv.reader(io.StringIO(answer.data.decode("utf-8-sig")))
    assert row[0] == called


def test_no_cell_is_taken_for_a_formula(client: FlaskClient, administrator: Person) -> None:
    city = a_city("+Sum")
    an_enrolment(a_person('=HYPERLINK("http://example.com")', city=city), a_course())
    [_heading, row] = rows(signed_in(client, administrator))
    assert row[:2] == ['\'=HYPERLINK("http://example.com")', "'+Sum"]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_harmless(start: str) -> None:
    assert harmless(f"{start}1") == f"'{start}1"
    assert harmless(f"1{start}") == f"1{start}" and harmless("") == ""


def test_taking_the_file_is_written_down(client: FlaskClient, administrator: Person) -> None:
    two_cities()
    taker = administrator.id
    signed_in(client, administrator)
    page(client)
    count = sa.select(sa.func.count()).select_from(AuditEvent).where(AuditEvent.action == "report.export")
    assert db.session.scalar(count) == 0
    db.session.rollback()
    rows(client, course="part")
    event = db.session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "report.export")).one()
    assert event.actor_id == taker and event.details == {"filters": {"course": "part"}, "format": "csv"}


def test_titles_are_in_the_language_of_the_page_and_marked_if_not(client: FlaskClient, app: Flask) -> None:
    course = a_course()
    an_enrolment(a_person(city=a_city()), course, done=1)
    edition_of(course)
    francophone = a_person(roles=(Role.ADMINISTRATOR,), language="fr")
    html = page(signed_in(client, francophone))
    assert '<span lang="en">The city’s part</span>' in html
