"""Every report, as each role sees it; and every number opens a list of as many."""

from __future__ import annotations

import csv
import html as markup
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.auth.cohorts.rules import CohortRule
from app.auth.models import Cohort, CohortMember, Person, Role
from app.core import clock
from app.core.models import AuditEvent
from app.core.transactions import unit_of_work
from app.courses.models import Course, CourseTrainer
from app.courses.settings.services import change_address
from app.extensions import db
from app.network.models import City, Region
from app.progress.models import ActivityProgress, ActivityState, EnrolmentState
from app.quizzes.models import Attempt, AttemptState
from app.reports.scope import State
from tests.factories import a_choice_question, a_city, a_course, a_person, signed_in

from .factories import NOW, RECENTLY, a_certificate, add_progress, an_enrolment, edition_of

REPORTS = ("completion", "people", "practitioners", "due", "inactive", "times", "quizzes", "attempts")


@pytest.fixture(autouse=True)
def _today(app: Flask) -> Iterator[None]:
    with clock.at(NOW):
        yield


@dataclass
class Network:
    administrator: Person
    coordinator: Person
    trainer: Person
    oslo: City
    dakar: City
    part: Course
    other: Course
    cohort_id: int
    through: Person
    secret: Person


@pytest.fixture
def network(app: Flask) -> Network:
    """Oslo with four people in two courses, Dakar with three; the trainer leads the course `part`."""
    oslo, dakar = a_city("Oslo"), a_city("Dakar", country="SN", region=Region.AFRICA)
    trainer = a_person("Tove Trainer", roles=(Role.TRAINER,))
    part, other = a_course("part", trainer=trainer, questions=[a_choice_question()]), a_course("other")
    through, quiet, secret = (
        a_person("Through", city=oslo),
        a_person("Quiet", city=oslo),
        a_person("Secret", city=dakar),
    )
    done = an_enrolment(through, part, days=4, score=0.9)
    an_enrolment(quiet, part, done=1, due_at=NOW - timedelta(days=3))
    an_enrolment(a_person("Soon", city=oslo), other, done=2, due_at=NOW + timedelta(days=10))
    an_enrolment(a_person("Fresh", city=oslo), other, at=NOW - timedelta(days=1))
    an_enrolment(secret, other, days=9)
    an_enrolment(a_person("Gone", city=dakar), part, state=EnrolmentState.WITHDRAWN)
    an_enrolment(a_person("Translates", city=dakar, roles=(Role.TRANSLATOR,)), part, done=2)
    a_certificate(done)
    edition = edition_of(part)
    with unit_of_work():
        for number, score in enumerate((0.5, 0.9), 1):
            db.session.add(
                Attempt(
                    enrolment_id=done.id, cycle=1, activity_id=edition.by_key["test"].id, number=number,
                    edition_id=edition.id, language="en", state=AttemptState.SUBMITTED, started_at=RECENTLY,
                    finished_at=RECENTLY, score=score, slots=[],
                )
            )  # fmt: skip
        cohort = Cohort(name="First cohort", created_by_id=trainer.id, created_at=RECENTLY)
        db.session.add(cohort)
        db.session.flush()
        db.session.add(CohortMember(cohort_id=cohort.id, person_id=quiet.id, added_by_id=trainer.id, added_at=NOW))
        db.session.execute(sa.update(ActivityProgress).values(seconds=600))
        cohort_id = cohort.id
    return Network(
        a_person("Ingrid Solberg", roles=(Role.ADMINISTRATOR,)),
        a_person("Kari Coordinator", city=oslo, roles=(Role.COORDINATOR,)),
        trainer, oslo, dakar, part, other, cohort_id, through, secret,
    )  # fmt: skip


def get(client: FlaskClient, address: str, **asked: str) -> str:
    answer = client.get(address, query_string=asked or None, follow_redirects=True)
    assert answer.status_code == 200, f"{address}: {answer.status}"
    return answer.text


def words(html: str) -> str:
    return " ".join(markup.unescape(re.sub(r"<[^>]+>", " ", html)).split())


def opened(client: FlaskClient, html: str, *, files: bool = True) -> int:
    """Follow every number of a page to its list, and see that it has as many rows; gives how many there were."""
    found = re.findall(r'<a href="(/reports/(?:people|practitioners|attempts)(?:\?[^"]*)?)"[^>]*>([\d,]+)</a>', html)
    for address, number in sorted(set(found)):
        path, _mark, asked = markup.unescape(address).partition("?")
        listed = re.search(r'<p class="lede">\s*([\d,]+) ', get(client, f"{path}?{asked}"))
        assert listed and listed[1] == number, f"{address}: {number}, listed {listed and listed[1]}"
        if files:
            file = client.get(f"{path}.csv?{asked}").data.decode("utf-8-sig")
            assert len(list(csv.reader(io.StringIO(file)))) - 1 == int(number), address
    return len(found)


@pytest.mark.parametrize("who", ["administrator", "coordinator", "trainer"])
def test_every_number_opens_the_list_behind_it(client: FlaskClient, network: Network, who: str) -> None:
    signed_in(client, getattr(network, who))
    seen = 0
    for report in REPORTS:
        seen += opened(client, get(client, f"/reports/{report}"))
    for by in ("city", "region", "country", "course", "cohort", "role", "month"):
        seen += opened(client, get(client, "/reports/completion", by=by))
    assert seen > 20
    assert opened(client, get(client, "/reports")) >= 3


@pytest.fixture
def doubled(network: Network) -> Network:
    """The same, with people who stand in two ways at once, of two roles and of two cohorts."""
    oslo, both = network.oslo, a_person("Both", city=network.oslo, roles=(Role.TRAINER, Role.TRANSLATOR))
    day = timedelta(days=1)
    an_enrolment(a_person("Late, never started", city=oslo), network.part, due_at=NOW - day)
    an_enrolment(a_person("Late, new", city=oslo), network.other, at=NOW - day, due_at=NOW - day / 2)
    an_enrolment(a_person("Due, never started", city=oslo), network.part, due_at=NOW + 5 * day)
    an_enrolment(a_person("Late, quiet", city=oslo), network.part, at=NOW - 100 * day, done=1, due_at=NOW - day)
    an_enrolment(a_person("Due, quiet", city=oslo), network.other, at=NOW - 40 * day, done=1, due_at=NOW + 12 * day)
    an_enrolment(network.trainer, network.other, done=1)
    an_enrolment(both, network.part, done=1, due_at=NOW - day)
    with unit_of_work():
        cohort = Cohort(name="Second cohort", created_by_id=network.trainer.id, created_at=RECENTLY)
        db.session.add(cohort)
        db.session.flush()
        for cohort_id, person_id in (
            (network.cohort_id, both.id),
            (cohort.id, both.id),
            (cohort.id, network.through.id),
        ):
            db.session.add(
                CohortMember(cohort_id=cohort_id, person_id=person_id, added_by_id=network.trainer.id, added_at=NOW)
            )
    return network


@pytest.mark.parametrize(
    "asked",
    [
        *({"state": state.value} for state in State),
        {"due": "7"},
        {"idle": "60"},
        {"state": "late", "idle": "30"},
        {"state": "unstarted", "due": "30"},
        {"role": "trainer"},
        {"cohort": "first cohort"},
        {"course": "part", "activity": "lesson-2-1", "came": "reached"},
    ],
    ids=lambda asked: "-".join(asked.values()),
)
def test_a_number_opens_as_many_rows_whatever_was_chosen(
    client: FlaskClient, doubled: Network, asked: dict[str, str]
) -> None:
    signed_in(client, doubled.administrator)
    for by in ("", "city", "cohort", "role"):
        opened(client, get(client, "/reports/completion", by=by, **asked), files=False)
    for report in ("due", "inactive"):
        page = get(client, f"/reports/{report}", **asked)
        assert opened(client, page, files=False) == len(re.findall(r"<(?:dd|td)>(?:<a [^>]*>)?[1-9]\d*<", page))
    assert opened(client, get(client, "/reports/times", **asked), files=False) <= 2


def figures(html: str) -> dict[str, str]:
    """The figures at the head of a page by their labels, as they stand there."""
    return dict(re.findall(r"<dt>([^<]+)</dt><dd>(.*?)</dd>", html))


def test_a_number_that_no_address_asks_opens_nothing(client: FlaskClient, doubled: Network) -> None:
    page = get(signed_in(client, doubled.administrator), "/reports/completion", state="unstarted")
    assert figures(page)["Late"].startswith("2 <")
    page = get(client, "/reports/completion", state="late", by="city")
    assert figures(page)["Late"] == '<a href="/reports/people?sort=due&amp;state=late">5</a> <small>100%</small>'
    city = re.search(r"<tr><th[^>]*><a [^>]*>Oslo, Norway</a></th>(.*?)</tr>", page, re.DOTALL)
    assert city
    not_completed = re.findall(r'href="([^"]*)">5</a>', city[1])[1]
    assert not_completed == f"/reports/people?city={doubled.oslo.id}&amp;state=late"


@pytest.mark.parametrize(
    ("report", "asked", "kept"),
    [
        ("due", "state=unstarted&due=7&idle=30&region=europe", "region=europe&idle=30"),
        ("inactive", "state=late&due=7&idle=60&region=europe", "region=europe&due=7"),
    ],
)
def test_what_a_report_asks_itself_is_neither_offered_nor_applied(
    client: FlaskClient, doubled: Network, report: str, asked: str, kept: str
) -> None:
    answer = signed_in(client, doubled.administrator).get(f"/reports/{report}?{asked}")
    assert answer.headers["Location"] == f"/reports/{report}?{kept}"
    page = get(client, f"/reports/{report}")
    offered = set(re.findall(r'<(?:select|input)[^>]* name="(state|due|idle)"', page))
    assert offered == ({"idle"} if report == "due" else {"due"})
    assert words(page) == words(get(client, f"/reports/{report}", state="asleep"))


def test_a_course_is_found_by_an_address_it_once_had(
    client: FlaskClient, network: Network, statements: list[str]
) -> None:
    lead = network.trainer.id
    for was, now in (("part", "city-part"), ("city-part", "role")):
        with unit_of_work():
            change_address(course_id=network.part.id, slug=now, before=was, by=lead)
    with unit_of_work():
        change_address(course_id=network.other.id, slug="another", before="other", by=lead)
    signed_in(client, network.trainer)
    for was in ("part", "city-part"):
        answer = client.get(f"/reports/attempts?course={was}&quiz=test")
        assert answer.headers["Location"] == "/reports/attempts?course=role&quiz=test"
        assert len(client.get(f"/reports/people.csv?course={was}").data.splitlines()) == 4
    for was in ("other", "no-such", "pa\0rt", "Part", "p" * 61):  # of another's course, or of none
        answer = client.get("/reports/people", query_string={"course": was})
        assert answer.status_code == 422 and "another" not in answer.text.lower().replace("choose another", "")
    statements.clear()
    get(client, "/reports/people", course="role")
    assert not any("course_slug_history" in statement for statement in statements)


def test_cohorts_of_the_same_name_are_told_apart_by_their_cities(client: FlaskClient, network: Network) -> None:
    tripolis = a_city("Tripoli", country="LB"), a_city("Tripoli", country="LY", region=Region.AFRICA)
    with unit_of_work():
        for city in (network.oslo, network.dakar, *tripolis, None):
            db.session.add(
                Cohort(
                    name="Spring", city_id=city.id if city else None, rule=CohortRule(),
                    created_by_id=network.trainer.id, created_at=RECENTLY,
                )
            )  # fmt: skip
        db.session.flush()
        ids = dict(db.session.execute(sa.select(Cohort.city_id, Cohort.id).where(Cohort.name == "Spring")).all())
    labels = ["First cohort", "Spring", "Spring (Dakar)", "Spring (Oslo)"]
    apart = ["Spring (Tripoli, Lebanon)", "Spring (Tripoli, Libya)"]
    page = get(signed_in(client, network.administrator), "/reports/completion", by="cohort")
    assert re.findall(r"<option[^>]*>((?:First|Spring)[^<]*)</option>", page) == labels + apart
    assert re.findall(r'<th scope="row"><a [^>]*>([^<]+)</a>', page) == labels
    with unit_of_work():
        for number in range(30):
            db.session.add(Cohort(name=f"Cohort {number}", created_by_id=network.trainer.id, created_at=RECENTLY))
    answer = client.get("/reports/people?cohort=spring+(oslo)")
    assert answer.headers["Location"] == f"/reports/people?cohort={ids[network.oslo.id]}"
    assert client.get("/reports/people?cohort=spring").headers["Location"] == f"/reports/people?cohort={ids[None]}"


def test_the_reports_say_what_is(client: FlaskClient, network: Network) -> None:
    signed_in(client, network.administrator)
    assert "Late 1 Due within 7 days 0 Due within 14 days 1 Due within 30 days 1" in words(get(client, "/reports/due"))
    inactive = words(get(client, "/reports/inactive"))
    assert "Never started 1 Untouched for 30 days 3 Untouched for 60 days 3 Untouched for 90 days 0" in inactive
    times = words(get(client, "/reports/times", course="part"))
    assert "The city’s part 1 4 4 4" in times and "spent 50 min in it or less" in times
    assert "2.3 Test The city’s part 2 1 (50%) 70% 0%" in words(get(client, "/reports/quizzes"))
    assert "Africa 2 1 50% 1 0 Europe 4 1 25% 3 1" in words(get(client, "/reports/completion", by="region"))
    assert "First cohort 1 0 0% 1 1" in words(get(client, "/reports/completion", by="cohort"))
    assert "Practitioner only 5 2" in words(get(client, "/reports/completion", by="role"))
    months = words(get(client, "/reports/completion", by="month"))
    assert "November 2026 1 0 0% 1 0 September 2026 5 2 40% 3 1" in months


def followed(client: FlaskClient, page: str, words_of_link: str, containing: str) -> str:
    """The page behind the link of a number whose address contains this."""
    for link, said in re.findall(r'<a href="([^"]+)"[^>]*>([^<]+)</a>', page):
        if containing in link and said == words_of_link:
            return get(client, link.replace("&amp;", "&"))
    raise AssertionError(f"no link {words_of_link} to {containing}")


def test_a_number_of_practitioners_opens_the_people(client: FlaskClient, network: Network) -> None:
    again = an_enrolment(network.through, network.other, done=1, due_at=NOW - timedelta(days=1))
    assert again.person_id == network.through.id
    page = get(signed_in(client, network.administrator), "/reports/completion", region="europe")
    people = followed(client, page, "4", "/reports/practitioners?region=europe")
    assert "4 people fit, each once" in words(people) and "Secret" not in people
    assert "Through Oslo 2 1 1" in words(people)
    file = client.get("/reports/practitioners.csv?region=europe&sort=name")
    assert file.headers["Content-Disposition"] == 'attachment; filename="practitioners-2026-11-21.csv"'
    rows = list(csv.reader(io.StringIO(file.data.decode("utf-8-sig"))))
    assert [row[:5] for row in rows] == [
        ["Name", "City", "Enrolments", "Completed", "Late"],
        ["Fresh", "Oslo", "1", "0", "0"],
        ["Quiet", "Oslo", "1", "0", "1"],
        ["Soon", "Oslo", "1", "0", "0"],
        ["Through", "Oslo", "2", "1", "1"],
    ]
    assert [bool(row[5]) for row in rows[1:]] == [name != "Fresh" for name, *_others in rows[1:]], "never here"


def test_the_figures_of_a_quiz_open_its_attempts(client: FlaskClient, network: Network) -> None:
    page = get(signed_in(client, network.administrator), "/reports/quizzes", period="all")
    attempts = words(followed(client, page, "2", "/reports/attempts"))
    assert "2 attempts at “2.3 Test” were handed in and marked." in attempts
    assert "Through Oslo The city’s part 2.3 Test 2 1 September 90% Yes" in attempts
    passed = words(followed(client, page, "1", "outcome=passed"))
    assert "1 attempt at “2.3 Test” passed." in passed and "50%" not in passed
    first = words(followed(client, page, "1", "outcome=first"))
    assert "1 first attempt at “2.3 Test”" in first and "90%" not in first
    file = client.get("/reports/attempts.csv?period=all&course=part&quiz=test&outcome=passed")
    rows = list(csv.reader(io.StringIO(file.data.decode("utf-8-sig"))))
    assert [(row[0], *row[3:5], *row[6:]) for row in rows[1:]] == [("Through", "2.3 Test", "2", "90", "Yes")]
    event = db.session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "report.export")).one()
    assert event.details["filters"] == {"period": "all", "course": "part", "quiz": "test", "outcome": "passed"}
    assert "No attempts here" in get(client, "/reports/attempts", course="part", quiz="test", country="SN")


def test_what_is_no_quiz_narrows_nothing(client: FlaskClient, network: Network) -> None:
    signed_in(client, network.administrator)
    for asked in ({"quiz": "lesson-1-1", "course": "part"}, {"quiz": "test"}, {"quiz": "\x00", "outcome": "passed"}):
        assert "2 attempts were handed in and marked." in words(get(client, "/reports/attempts", **asked))


def test_the_numbers_of_the_overview_open_their_lists(client: FlaskClient, network: Network) -> None:
    page = get(signed_in(client, network.administrator), "/reports")
    assert "6 enrolments fit." in words(followed(client, page, "6", "/reports/people?period=all"))
    assert "1 enrolment fits." in words(followed(client, page, "1", "state=late"))
    assert "2 attempts were handed in" in words(followed(client, page, "2", "/reports/attempts"))


def test_a_trainer_sees_the_courses_they_lead_or_write_and_nothing_else(client: FlaskClient, network: Network) -> None:
    signed_in(client, network.trainer)
    listed = words(get(client, "/reports/people"))
    assert "3 enrolments fit." in listed and "Through" in listed and "Translates" in listed
    assert "Secret" not in listed and "Soon" not in listed
    assert client.get("/reports/people?course=other").status_code == 422
    assert client.get(f"/reports/people?cohort={network.cohort_id}").status_code == 422
    assert client.get(f"/reports/people/{network.secret.id}").status_code == 404
    with unit_of_work():
        db.session.execute(sa.update(CourseTrainer).values(role="translator"))
    emptied = words(get(client, "/reports/people"))
    assert "Through" not in emptied and "Translates" not in emptied and "fit." not in emptied


def test_a_coordinator_sees_their_city_and_nothing_else(client: FlaskClient, network: Network) -> None:
    signed_in(client, network.coordinator)
    for report in REPORTS:
        shown = get(client, f"/reports/{report}")
        assert "Secret" not in shown and "Dakar" not in shown and "Translates" not in shown
    assert client.get(f"/reports/people/{network.secret.id}").status_code == 404
    assert client.get(f"/reports/people.csv?city={network.dakar.id}").status_code == 404
    assert client.get("/reports/choices/cities").json == ["Oslo, Norway"]


@pytest.mark.parametrize("role", [(), (Role.TRANSLATOR,)])
def test_nobody_else_sees_a_report(client: FlaskClient, network: Network, role: tuple[Role, ...]) -> None:
    signed_in(client, a_person("Someone", city=network.oslo, roles=role))
    files = ("people.xlsx", "practitioners.csv", "attempts.xlsx")
    for report in (*REPORTS, *files, "schedules", "choices/cities", f"people/{network.through.id}"):
        assert client.get(f"/reports/{report}").status_code == 403
    assert "Reports" not in words(get(client, "/my/record")).partition("My record")[0]


def test_filters_narrow_and_stand_in_the_address_only_if_chosen(client: FlaskClient, network: Network) -> None:
    signed_in(client, network.administrator)

    def count(**asked: str) -> int:
        fits = re.search(r"(\d+) enrolments? fits?\.", words(get(client, "/reports/people", **asked)))
        assert fits
        return int(fits[1])

    assert count() == 6
    assert count(city="oslo, norway") == 4 and count(city="dak") == 2
    assert count(country="SN") == 2 and count(region="africa") == 2
    assert count(cohort=str(network.cohort_id)) == 1 and count(cohort="first cohort") == 1
    assert count(role="translator") == 1 and count(role="none") == 5
    assert count(state="late") == 1 and count(state="completed") == 2 and count(state="unstarted") == 1
    assert count(basis="completed") == 2 and count(basis="completed", to="2026-09-05") == 1
    assert count(**{"from": "2026-11-20"}) == 1 and count(**{"from": "2026-09-01", "to": "2026-09-01"}) == 5
    answer = client.get("/reports/people?period=12&region=&city=Oslo%2C+Norway&course=&from=&page=2")
    assert answer.headers["Location"] == f"/reports/people?city={network.oslo.id}&page=2"


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("from", "yesterday", "Write the day"),
        ("to", "2026-13-01", "Write the day"),
        ("from", "1066-10-14", "from 2000 to 2100"),
        ("city", "o", "More than one fits: Oakland, United States; Oslo, Norway"),
        ("cohort", "99999999999999999999", "not among your choices"),
        ("state", "asleep", "not among your choices"),
        ("activity", "lesson-1-1", "not among your choices"),
    ],
)
def test_a_bad_filter_says_so_beside_the_field(
    client: FlaskClient, network: Network, name: str, value: str, said: str
) -> None:
    a_city("Oakland", country="US")
    answer = signed_in(client, network.administrator).get("/reports/people", query_string={name: value})
    assert answer.status_code == 422
    error = re.search(rf'id="{name}-error"[^>]*>([^<]*)<', answer.text)
    assert error and said in error[1]


def test_a_period_that_ends_before_it_begins(client: FlaskClient, network: Network) -> None:
    answer = signed_in(client, network.administrator).get("/reports/people?from=2026-03-01&to=2026-02-01")
    assert answer.status_code == 422 and "before the day it begins" in answer.text


def test_a_thousand_cities_do_not_weigh_on_the_page(client: FlaskClient, network: Network) -> None:
    with unit_of_work():
        db.session.add_all(
            City(name=f"City {n}", country="NO", region="europe", size_band="small", joined_on=NOW.date())
            for n in range(100)
        )
    shown = get(signed_in(client, network.administrator), "/reports/people")
    assert 'data-choices="cities"' in shown and "City 42" not in shown
    assert "City 42, Norway" in client.get("/reports/choices/cities").json
    assert "2.2 Lesson" not in get(client, "/reports/people", city="City 42")


def test_a_record_has_every_cycle_and_opening_it_is_written_down(client: FlaskClient, network: Network) -> None:
    """For its owner, nothing is written."""
    reader, person_id = network.administrator.id, network.through.id
    edition = edition_of(network.other)
    again = an_enrolment(network.through, network.other, done=1, cycle=2)
    add_progress(again, edition, 0, ActivityState.COMPLETE, cycle=1)
    signed_in(client, network.administrator)
    said = words(get(client, f"/reports/people/{person_id}"))
    assert "1 Completed 5 September 2026 90% 50 min 2 SC-0000" in said
    assert "1 of 4 activities" in said
    event = db.session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "record.read")).one()
    assert (event.actor_id, event.subject) == (reader, f"person:{person_id}")
    db.session.rollback()
    assert "My record" in words(get(signed_in(client, network.through), "/my/record"))
    assert db.session.scalar(sa.select(sa.func.count()).where(AuditEvent.action == "record.read")) == 1


def test_a_record_shows_no_more_than_its_reader_may_see(client: FlaskClient, network: Network) -> None:
    an_enrolment(network.through, a_course("hidden-course"), done=1)
    person_id = network.through.id
    assert get(signed_in(client, network.trainer), f"/reports/people/{person_id}").count("<section") == 1
    assert get(signed_in(client, network.coordinator), f"/reports/people/{person_id}").count("<section") == 2


def test_excused_counts_as_complete_where_people_stop(client: FlaskClient, network: Network) -> None:
    excused = an_enrolment(a_person("Excused", city=network.oslo), network.part, done=1)
    add_progress(excused, edition_of(network.part), 1, ActivityState.EXCUSED)
    signed_in(client, network.administrator)
    listed: dict[str, Any] = {"course": "part", "came": "completed", "activity": "lesson-1-2"}
    assert "Excused" in get(client, "/reports/people", **listed)


@pytest.mark.parametrize("report", ["", *(f"/{name}" for name in REPORTS), "/schedules"])
def test_an_empty_network_says_what_will_stand_there(client: FlaskClient, app: Flask, report: str) -> None:
    assert "<h1>" in get(signed_in(client, a_person(roles=(Role.ADMINISTRATOR,))), f"/reports{report}")
