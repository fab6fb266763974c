"""A city's case: the verdict as of any moment with every fact, waivers, what was frozen, files for the committee."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.auth.models import Person, PersonRole, Role
from app.core import audit, clock
from app.core.formats import speaking_to
from app.core.models import AuditEvent
from app.core.transactions import unit_of_work
from app.extensions import db
from app.grants import queries, rules
from app.grants.errors import NotWaivable
from app.grants.models import Application, ApplicationAnswer, Frozen, GrantCall, ReviewState, Waiver
from app.grants.rules import All, CityIn, Completed, MemberFor, Not
from app.grants.trace import dossier
from app.grants.trace.dossier_queries import get_dossier
from app.grants.trace.waiver_services import grant
from app.network.models import City
from tests.factories import a_city, a_course, a_person, signed_in
from tests.grants.decided import a_decided_application
from tests.grants.factories import DAY, NOW, a_call, a_completion, a_new_rule, a_review, moved
from tests.pages import check_page


@pytest.fixture
def application(app: Flask) -> Iterator[Application]:
    row = a_decided_application()
    with clock.at(NOW + timedelta(days=5)):
        yield row


@pytest.fixture
def client(app: Flask, application: Application) -> FlaskClient:
    chair = db.session.scalars(sa.select(Person).where(Person.name == "Ada Okafor")).one()
    return signed_in(app.test_client(), chair)


@pytest.fixture(autouse=True)
def tokens_apart(app: Flask) -> Iterator[None]:
    app.config["WTF_CSRF_ENABLED"] = False
    yield
    app.config["WTF_CSRF_ENABLED"] = True


def _address(application: Application) -> str:
    slug = db.session.get_one(GrantCall, application.call_id).slug
    return f"/administration/grants/{slug}/cities/{application.city_id}"


def test_a_case_names_every_fact_and_what_was_frozen(application: Application, client: FlaskClient) -> None:
    said = client.get(_address(application)).text
    assert check_page(said) == []
    assert "Amina Trabelsi meets the rule" in said
    assert "Completed on 20 November 2026, 10:00:00 UTC, score 86%" in said
    assert "Amina Trabelsi completed it on 20 November 2026, 10:00:00 UTC" in said
    assert "The course was not held in 2026" in said
    assert said.count("Hash checked") == 2
    with unit_of_work():
        row = db.session.scalars(sa.select(Frozen).order_by(Frozen.id)).first()
        assert row is not None
        row.document = {**row.document, "practitioners": 9}
    said = client.get(_address(application)).text
    assert "Changed after it was frozen" in said


def test_a_case_is_told_as_of_any_day_by_the_rule_of_that_day(application: Application, client: FlaskClient) -> None:
    with clock.at(NOW + 2 * DAY):
        a_new_rule(application.call_id, Completed(a_course("later").id))
    now = client.get(_address(application)).text
    assert "Decided by rule 2" in now
    then = client.get(_address(application) + "?at=2026-11-21").text
    assert "Decided by rule 1" in then
    assert "21 November 2026, 23:59:59 UTC" in then
    before = client.get(_address(application) + "?at=2020-01-01")
    assert before.status_code == 404, before.text
    assert "no rule in force" in before.text
    for odd in ("yesterday", "2026-13-45", "9999-12-31", "2026-11-21T00:00"):
        assert client.get(_address(application) + f"?at={odd}").status_code == 200


def test_the_same_call_is_explained_as_of_last_year(app: Flask) -> None:
    course, city = a_course("safer-streets"), a_city("Sfax")
    amina = a_person("Amina Trabelsi", city=city)
    a_completion(amina, course, at=NOW - 2 * DAY, score=0.86)
    call = a_call(Completed(course.id, within_months=12), slug="garden", closes_at=NOW + 800 * DAY)
    client = signed_in(app.test_client(), a_person("Ada Okafor", roles=(Role.ADMINISTRATOR,)))
    address, shell = f"/administration/grants/garden/cities/{city.id}", app.test_cli_runner()
    explain = ["grants", "explain", "--call", call.slug, "--city", "sfax"]
    with clock.at(NOW + 400 * DAY):
        a_new_rule(call.id, Completed(a_course("newer").id))
        moved(amina, a_city("Gabès"), NOW + 390 * DAY)
        assert "Amina Trabelsi" not in client.get(address).text
        assert "by rule 2" in shell.invoke(args=explain).output
        then = client.get(f"{address}?at=2026-11-22").text
        assert "Amina Trabelsi meets the rule" in then and "Decided by rule 1" in then
        said = shell.invoke(args=[*explain, "--at", "2026-11-22"]).output
        assert "Sfax, as of 22 November 2026, 23:59:59 UTC, by rule 1" in said and "1 of 1 practitioners" in said
        assert "- Completed on 19 November 2026, 10:00:00 UTC, score 86%" in said
        late = shell.invoke(args=[*explain, "--at", "2027-11-30"]).output  # still of Sfax, and longer ago than a year
        assert "0 of 1 practitioners" in late and "by rule 1" in late


def test_who_moved_counts_where_they_were_that_day(application: Application, client: FlaskClient) -> None:
    amina = db.session.scalars(sa.select(Person).where(Person.name == "Amina Trabelsi")).one()
    moved(amina, a_city("Gabès"), NOW + 4 * DAY)
    assert "judged on its own facts" in client.get(_address(application)).text
    then = client.get(_address(application) + "?at=2026-11-22").text
    assert "Amina Trabelsi meets the rule" in then


def test_a_day_at_which_the_person_was_elsewhere_is_told_of_who_was_nearest(
    application: Application, client: FlaskClient, app: Flask
) -> None:
    """The form asks for a day and a person together."""
    city = db.session.get_one(City, application.city_id)
    hedi = a_person("Hedi Jaziri", city=city, since=NOW + 3 * DAY)
    address, absent = _address(application), "Hedi Jaziri was no practitioner of Sfax at that moment."
    now = client.get(f"{address}?person={hedi.id}").text
    assert "Hedi Jaziri does not meet the rule" in now and absent not in now
    then = client.get(f"{address}?at=2026-11-22&person={hedi.id}")
    assert then.status_code == 200 and check_page(then.text) == []
    assert absent in then.text and "Amina Trabelsi meets the rule" in then.text
    for odd in ("999999", "99999999999999999999", "-1", "who"):
        assert "Amina Trabelsi meets the rule" in client.get(f"{address}?person={odd}").text
    nobody = client.get(f"{address}?at=2020-01-01&person={hedi.id}")
    assert nobody.status_code == 404 and "no rule in force" in nobody.text
    explain = ["grants", "explain", "--call", "garden", "--city", "Sfax", "--at", "2026-11-22"]
    said = app.test_cli_runner().invoke(args=[*explain, "--person", str(hedi.id)])
    assert said.exit_code == 1 and "nobody of that number" in said.output


def test_what_was_frozen_can_be_taken_and_hashed_again(application: Application, client: FlaskClient) -> None:
    for row in db.session.scalars(sa.select(Frozen)).all():
        answer = client.get(f"{_address(application)}/frozen/{row.id}.json")
        assert hashlib.sha256(answer.data).hexdigest() == row.hash
    other = a_city("Gabès")
    elsewhere = _address(application).rpartition("/")[0] + f"/{other.id}"
    assert client.get(f"{elsewhere}/frozen/1.json").status_code == 404
    assert client.get(f"{elsewhere}/dossier.pdf").status_code == 404


def test_a_dossier_is_downloaded_and_that_is_written_down(application: Application, client: FlaskClient) -> None:
    answer = client.get(f"{_address(application)}/dossier.pdf")
    assert answer.data.startswith(b"%PDF-")
    db.session.rollback()
    assert db.session.scalar(sa.select(AuditEvent.subject).where(AuditEvent.action == "application.dossier"))


def test_applications_are_a_file_whose_cells_are_never_formulas(application: Application, client: FlaskClient) -> None:
    with unit_of_work():
        plan = db.session.get_one(ApplicationAnswer, (application.id, "plan"))
        plan.value = "=cmd|' /C calc'!A0"
    base = _address(application).partition("/cities")[0]
    heading, row = csv.reader(io.StringIO(client.get(f"{base}/applications.csv").data.decode("utf-8-sig")))
    said = dict(zip(heading, row, strict=True))
    assert (said["City"], said["State"], said["Reviews"], said["Mean (of 100)"]) == ("Sfax", "Refused", "1", "70.0")
    assert said["What will you do?"] == "'=cmd|' /C calc'!A0"
    assert said["What will it cost?"] == "Trees: 900; Spades: 100"
    assert said["Letters of support"] == "mayor.pdf"
    assert len(said["SHA-256"]) == 64
    assert client.get(f"{base}/applications.xlsx").data.startswith(b"PK")
    assert client.get(f"{base}/applications.exe").status_code == 404


def test_a_requirement_is_waived_until_a_day_and_the_waiver_ended(
    application: Application, client: FlaskClient, app: Flask
) -> None:
    tree = rules.read(db.session.scalars(sa.select(Frozen)).first().document["rule"])  # type: ignore[union-attr]
    first = rules.mark_of(next(iter(tree.leaves())))
    sent = {"leaf": first, "reason": "A flood closed the office", "until": "2026-12-31"}
    answer = client.post(f"{_address(application)}/waivers", data=sent)
    assert answer.status_code == 303
    db.session.rollback()
    waiver = db.session.scalars(sa.select(Waiver).where(Waiver.leaf == first)).one()
    assert waiver.expires_at == datetime(2026, 12, 31, 23, tzinfo=UTC)  # not included: the day after, in Tunis
    assert "until the end of 31 December 2026" in client.get(_address(application)).text
    twice = client.post(f"{_address(application)}/waivers", data=sent)
    assert twice.status_code == 422
    assert "waived for this city already" in twice.text
    ended = client.post(
        f"{_address(application)}/waivers/{waiver.id}/end", data={f"end-{waiver.id}-why": "The office is open"}
    )
    assert ended.status_code == 303
    assert "The office is open" in client.get(_address(application)).text
    db.session.rollback()
    slug = db.session.get_one(GrantCall, application.call_id).slug
    told = app.test_cli_runner().invoke(args=["grants", "explain", "--call", slug, "--city", "sfax"]).output
    assert "31 December 2026 (Africa/Tunis), ended early on 26 November 2026, 10:00:00 UTC: A flood closed" in told
    assert client.post(f"{_address(application)}/waivers", data=sent).status_code == 303


def test_what_a_not_denies_is_waived_with_it_as_a_whole(application: Application, client: FlaskClient) -> None:
    elsewhere = CityIn(countries=("TN",))
    both = All(of=(Not(elsewhere), MemberFor(1)))
    a_new_rule(application.call_id, both)
    offered = re.findall(r'<option[^>]* value="([0-9a-f]{64})">([^<]*)', client.get(_address(application)).text)
    assert dict(offered) == {
        rules.mark_of(both.of[0]): "Not this: Your city is in Tunisia",
        rules.mark_of(both.of[1]): "Your city has been a member of the network for at least 1 month",
    }
    ada = db.session.scalars(sa.select(Person.id).where(Person.name == "Ada Okafor")).one()
    given = {"call_id": application.call_id, "city_id": application.city_id, "reason": "An error", "by": ada}
    with unit_of_work(), pytest.raises(NotWaivable):
        grant(**given, leaf=rules.mark_of(elsewhere), expires_at=NOW + 90 * DAY)
    sent = {"leaf": rules.mark_of(both.of[0]), "reason": "A flood closed the office", "until": "2026-12-31"}
    assert client.post(f"{_address(application)}/waivers", data=sent).status_code == 303
    case = client.get(_address(application)).text
    assert "<strong>Not this: Your city is in Tunisia</strong>" in case
    db.session.rollback()
    slug = db.session.get_one(GrantCall, application.call_id).slug
    call = queries.get_call(slug, clock.now())
    assert queries.is_eligible_city(call, clock.now(), application.city_id)


@pytest.mark.parametrize(
    ("zone", "day", "end", "said"),
    [
        ("Africa/Tunis", "2026-12-31", "2026-12-31T23:00", "31 December 2026"),
        ("Pacific/Auckland", "2027-01-15", "2027-01-15T11:00", "15 January 2027"),
        ("America/Lima", "2027-01-15", "2027-01-16T05:00", "15 January 2027"),
        ("Europe/Brussels", "2027-03-27", "2027-03-27T23:00", "27 March 2027"),  # the clocks go on the night after
        ("Europe/Brussels", "2027-03-28", "2027-03-28T22:00", "28 March 2027"),
        ("Africa/Cairo", "2027-04-29", "2027-04-29T22:00", "29 April 2027"),  # the day after begins at one
        ("America/Havana", "2027-11-06", "2027-11-07T04:00", "6 November 2027"),  # the day after has two midnights
    ],
)
def test_a_waiver_holds_through_the_day_that_was_typed_and_every_page_says_that_day(
    application: Application, client: FlaskClient, app: Flask, zone: str, day: str, end: str, said: str
) -> None:
    reader = db.session.scalars(sa.select(Person).where(Person.name == "Ada Okafor")).one()
    with unit_of_work():
        call = db.session.get_one(GrantCall, application.call_id)
        call.time_zone = zone
        db.session.get_one(Person, reader.id).time_zone = "Pacific/Kiritimati"  # by the call's clocks, not the reader's
        db.session.execute(sa.delete(Waiver))
        slug, closes = call.slug, call.closes_at
    tree = rules.read(db.session.scalars(sa.select(Frozen)).first().document["rule"])  # type: ignore[union-attr]
    lacking = rules.mark_of(list(tree.leaves())[1])
    sent = {"leaf": lacking, "reason": "A flood", "until": day}
    typed = client.post(f"{_address(application)}/waivers", data={**sent, "reason": ""})
    assert typed.status_code == 422 and f'value="{day}"' in typed.text
    assert client.post(f"{_address(application)}/waivers", data=sent).status_code == 303
    db.session.rollback()
    expires_at = datetime.fromisoformat(f"{end}+00:00")
    assert db.session.scalars(sa.select(Waiver.expires_at)).one() == expires_at
    case = client.get(_address(application)).text
    assert f"until the end of {said}</span>" in case
    assert f"Waived for Sfax until the end of {said}: A flood" in case
    shell = app.test_cli_runner()
    told = shell.invoke(args=["grants", "explain", "--call", slug, "--city", "sfax"]).output
    assert f" until the end of {said} ({zone}): A flood" in told
    assert f"- Waived for Sfax until the end of {said}: A flood" in told
    with speaking_to("en", "UTC"):
        about = dossier.data(get_dossier(application.id, reader_id=reader.id), language="en")
    waived = next(section for section in about["sections"] if section["title"] == "Waivers")
    assert ["Until the end of", said] in waived["blocks"][0]["rows"]
    amina = db.session.scalars(sa.select(Person).where(Person.name == "Amina Trabelsi")).one()
    shown = signed_in(app.test_client(), amina).get(f"/grants/{slug}").text
    assert f"Waived for Sfax until the end of {said}: A flood" in shown
    soon = f"This is waived until the end of {said} only, before the call closes."
    assert (soon in shown) == (expires_at <= closes)


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({}, "Choose what is waived."),
        ({"leaf": "f" * 64, "reason": "x", "until": "2026-12-31"}, "Not a valid choice"),
        ({"reason": "x", "until": "2026-01-01"}, "This day is over."),
        ({"reason": "x", "until": "9999-12-31"}, "within the next 20 years"),
        ({"reason": "x", "until": "2046-12-31"}, "within the next 20 years"),
        ({"reason": "x", "until": "soon"}, "Write the day as year-month-day"),
        ({"reason": "", "until": "2026-12-31"}, "Say why"),
    ],
)
def test_what_cannot_be_waived_is_said_and_kept(
    application: Application, client: FlaskClient, sent: dict[str, str], words: str
) -> None:
    tree = rules.read(db.session.scalars(sa.select(Frozen)).first().document["rule"])  # type: ignore[union-attr]
    first = rules.mark_of(next(iter(tree.leaves())))
    before = db.session.scalar(sa.select(sa.func.count()).select_from(Waiver))
    answer = client.post(f"{_address(application)}/waivers", data={"leaf": first, **sent} if sent else {})
    assert answer.status_code == 422
    assert words in answer.text
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Waiver)) == before


@pytest.mark.parametrize("tie", ["belongs", "belonged", "coordinates"])
def test_nobody_waives_for_their_own_city(application: Application, client: FlaskClient, tie: str) -> None:
    chair = db.session.scalars(sa.select(Person).where(Person.name == "Ada Okafor")).one()
    city, elsewhere = db.session.get_one(City, application.city_id), a_city()
    if tie == "coordinates":
        with unit_of_work():
            db.session.add(PersonRole(person_id=chair.id, role=Role.COORDINATOR, city_id=city.id, from_at=NOW))
    else:
        moved(chair, city, NOW - DAY)
    if tie == "belonged":
        moved(chair, elsewhere, NOW)
    tree = rules.read(db.session.scalars(sa.select(Frozen)).first().document["rule"])  # type: ignore[union-attr]
    waiver = db.session.scalars(sa.select(Waiver)).one()
    sent = {"leaf": rules.mark_of(next(iter(tree.leaves()))), "reason": "A flood", "until": "2026-12-31"}
    said = client.get(_address(application)).text
    assert check_page(said) == []
    assert "another administrator grants and ends its waivers" in said
    assert f"{_address(application)}/waivers" not in said  # neither form is offered
    refused = client.post(f"{_address(application)}/waivers", data=sent)
    assert refused.status_code == 403 and "another administrator has to do this" in " ".join(refused.text.split())
    assert "<h1>You have an interest in this application</h1>" in refused.text
    assert "Not for your role" not in refused.text
    ending = {f"end-{waiver.id}-why": "Not needed"}
    assert client.post(f"{_address(application)}/waivers/{waiver.id}/end", data=ending).status_code == 403
    db.session.rollback()
    assert [one.revoked_at for one in db.session.scalars(sa.select(Waiver))] == [None]


@pytest.mark.parametrize("why", ["worked", "declared"])
def test_nobody_waives_for_a_city_whose_application_they_may_not_judge(
    application: Application, client: FlaskClient, why: str
) -> None:
    chair = db.session.scalars(sa.select(Person).where(Person.name == "Ada Okafor")).one()
    if why == "worked":
        with unit_of_work():
            audit.record("application.write", f"application:{application.id}", actor_id=chair.id)
    else:
        a_review(application, chair, chair, state=ReviewState.DECLINED, declined_why="My sister.")
    tree = rules.read(db.session.scalars(sa.select(Frozen)).first().document["rule"])  # type: ignore[union-attr]
    waiver = db.session.scalars(sa.select(Waiver)).one()
    sent = {"leaf": rules.mark_of(next(iter(tree.leaves()))), "reason": "A flood", "until": "2026-12-31"}
    said = client.get(_address(application)).text
    assert "You worked on the application of Sfax or declared a conflict of interest in it" in said
    assert f"{_address(application)}/waivers" not in said  # neither form is offered
    assert client.post(f"{_address(application)}/waivers", data=sent).status_code == 403
    ending = {f"end-{waiver.id}-why": "Not needed"}
    assert client.post(f"{_address(application)}/waivers/{waiver.id}/end", data=ending).status_code == 403
    db.session.rollback()
    assert [one.revoked_at for one in db.session.scalars(sa.select(Waiver))] == [None]


def test_nothing_more_is_waived_once_the_call_has_closed(application: Application, client: FlaskClient) -> None:
    tree = rules.read(db.session.scalars(sa.select(Frozen)).first().document["rule"])  # type: ignore[union-attr]
    waiver = db.session.scalars(sa.select(Waiver)).one()
    sent = {"leaf": rules.mark_of(next(iter(tree.leaves()))), "reason": "A flood", "until": "2027-12-31"}
    closes_at = db.session.get_one(GrantCall, application.call_id).closes_at
    with clock.at(closes_at):
        refused = client.post(f"{_address(application)}/waivers", data=sent)
        assert refused.status_code == 409
        for said in (refused.text, client.get(_address(application)).text):
            assert "The call has closed, so nothing more can be waived." in " ".join(said.split())
            assert "Waive a requirement" not in said
        ending = {f"end-{waiver.id}-why": "The office is open"}
        assert client.post(f"{_address(application)}/waivers/{waiver.id}/end", data=ending).status_code == 303
    with clock.at(closes_at - timedelta(seconds=1)):
        assert client.post(f"{_address(application)}/waivers", data=sent).status_code == 303


def test_a_coordinator_sees_no_case(application: Application, app: Flask) -> None:
    city = db.session.get_one(City, application.city_id)
    client = signed_in(app.test_client(), a_person(city=city, roles=(Role.COORDINATOR,)))
    for address in ("", "/dossier.pdf", "/frozen/1.json"):
        assert client.get(_address(application) + address).status_code in (403, 404)


def test_a_case_is_explained_in_a_shell(application: Application, app: Flask) -> None:
    slug = db.session.get_one(GrantCall, application.call_id).slug
    shell = app.test_cli_runner()
    said = shell.invoke(args=["grants", "explain", "--call", slug, "--city", "sfax", "--at", "2026-11-21"]).output
    assert "Sfax, as of 21 November 2026, 23:59:59 UTC, by rule 1" in said
    assert "Met: Complete “The city’s part” with at least 70%" in said
    assert "- Completed on 20 November 2026, 10:00:00 UTC, score 86%" in said
    assert "The course was not held in 2026" in said
    assert said.count("(intact)") == 2
    french = shell.invoke(
        args=["grants", "explain", "--call", slug, "--city", str(application.city_id), "--language", "fr"]
    )
    assert french.exit_code == 0
    for wrong in (["--city", "Atlantis"], ["--city", "sfax", "--person", "0"]):
        failed = shell.invoke(args=["grants", "explain", "--call", slug, *wrong])
        assert failed.exit_code == 1
        assert failed.output.startswith("Error: ")


def test_what_was_frozen_is_checked_in_a_shell(application: Application, app: Flask) -> None:
    shell = app.test_cli_runner()
    assert shell.invoke(args=["grants", "check"]).output == "2 frozen, 0 changed\n"
    with unit_of_work():
        row = db.session.scalars(sa.select(Frozen).order_by(Frozen.id)).first()
        assert row is not None
        row.document = {**row.document, "eligible": [1, 2]}
    found = shell.invoke(args=["grants", "check"])
    assert found.exit_code == 1
    assert f"frozen:{row.id} of application:{application.id} does not match its hash" in found.output
