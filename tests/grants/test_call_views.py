"""The pages on which administrators write calls, and what everyone reads of their changes."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from html import unescape

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.auth.models import Role
from app.core import audit, clock
from app.core.merging import encode
from app.core.models import AuditEvent
from app.core.transactions import unit_of_work
from app.extensions import db
from app.grants import services
from app.grants.calls import queries as call_queries
from app.grants.calls import services as call_services
from app.grants.calls.facts import facts_of
from app.grants.editor import queries
from app.grants.editor import services as editor
from app.grants.models import GrantCall, Rule, RuleDraft
from app.grants.rules import Certified, Completed, write
from tests.factories import a_course, a_person, signed_in, text
from tests.grants.calls import FACTS, drafted, published, read, stands, words
from tests.grants.factories import DAY, NOW, a_call

NEW = {
    "title": "Safer streets", "summary": "For what comes first.", "source_language": "en", "slug": "",
    "time_zone": "Europe/Brussels", "opens_at": "2027-01-04T09:00", "closes_at": "2027-03-31T18:00:00",
    "grants": "12", "currency": "eur", "ceiling": "50000",
}  # fmt: skip


def settings(call: GrantCall, **changes: str) -> dict[str, str]:
    """The settings form of a call as its page shows it, with changes."""
    facts = facts_of(db.session.get_one(GrantCall, call.id))
    return {
        "before": encode(facts), "title": facts.title, "summary": facts.summary, "slug": facts.slug,
        "time_zone": facts.time_zone, "opens_at": "2026-12-01T11:00:00", "closes_at": "2026-12-31T11:00:00",
        "grants": "3", "currency": "EUR", "ceiling": "50000", **changes,
    }  # fmt: skip


def test_the_list_says_what_each_draft_lacks(desk: FlaskClient) -> None:
    assert "No call yet" in read(desk, "/administration/grants")
    desk.post("/administration/grants/new", data=NEW)
    a_call(Completed(a_course().id), slug="local", opens_at=NOW + 3 * DAY)
    said = read(desk, "/administration/grants")
    assert said.index("Drafts") < said.index("2 things are missing") < said.index("Coming")
    assert (
        "It asks nothing yet. Write at least one question. It has no rule yet, so nobody knows who may apply." in said
    )


def test_the_list_is_one_statement_however_many_calls(desk: FlaskClient, statements: list[str]) -> None:
    drafted(1)
    published_later = [drafted(1, slug=f"call-{n}") for n in range(8)]
    desk.get("/administration/grants")
    statements.clear()
    assert len(published_later) == 8
    desk.get("/administration/grants")
    assert len(statements) == 2, statements  # who asks, and all calls


@pytest.mark.parametrize(
    ("address", "most"),
    [
        ("", 4),
        ("/questions", 2),
        ("/questions/preview", 2),
        ("/publishing", 5),
        ("/languages", 3),
        ("/languages/fr", 3),
    ],
)
def test_a_page_of_a_call_keeps_its_budget(desk: FlaskClient, statements: list[str], address: str, most: int) -> None:
    drafted(1)
    desk.get(f"/administration/grants/safer-streets{address}")
    statements.clear()
    assert desk.get(f"/administration/grants/safer-streets{address}").status_code == 200
    assert len(statements) <= most, "\n\n".join(statements)


def test_a_new_call_is_typed_by_the_clocks_of_its_time_zone(desk: FlaskClient) -> None:
    answer = desk.post("/administration/grants/new", data=NEW)
    assert (answer.status_code, answer.location) == (303, "/administration/grants/safer-streets")
    call = call_queries.get_desk("safer-streets", NOW).call
    assert call.opens_at == datetime(2027, 1, 4, 8, tzinfo=UTC)
    assert call.closes_at == datetime(2027, 3, 31, 16, tzinfo=UTC)  # in summer time
    assert (call.grants, call.currency, call.ceiling, call.version_id > 0) == (12, "EUR", 50_000, True)
    said = read(desk, "/administration/grants/safer-streets")
    assert "Draft Opens 4 January 2027, 09:00 Brussels time Closes 31 March 2027, 18:00 Brussels time" in said
    assert desk.get("/grants/safer-streets").status_code == 404


@pytest.mark.parametrize(
    ("field", "value", "error"),
    [
        ("title", " ", "Write the title."),
        ("title", "x" * 201, "At most 200 characters."),
        ("slug", "Mairie à Lyon", "Use small letters without accents"),
        ("slug", "new", "Another call has this address."),
        ("source_language", "tlh", "Choose one from the list."),
        ("time_zone", "Atlantis", "Choose a time zone from the list"),
        ("opens_at", "soon", "Write a date and a time"),
        ("opens_at", "2027-03-31T18:00:00", "It would close before it opens."),
        ("closes_at", "2027-03-28T02:30", "Clocks jump over this time on that day, so it never comes."),
        ("closes_at", "2027-10-31T02:30", "Clocks go back on that day and show this time twice."),
        ("grants", "0", "Write a whole number from 1 to 10000."),
        ("grants", "1.5", "Write a whole number from 1 to 10000."),
        ("currency", "XYZ", "Choose a currency from the list"),
        ("ceiling", "99999999999", "Write a whole number from 1 to 2000000000."),
    ],
)
def test_what_cannot_be_is_said_beside_its_field_and_nothing_is_lost(
    desk: FlaskClient, field: str, value: str, error: str
) -> None:
    answer = desk.post("/administration/grants/new", data={**NEW, field: value})
    assert answer.status_code in (409, 422)
    assert error in words(answer.text)
    assert 'value="2027-01-04T09:00"' in answer.text or field == "opens_at"
    assert "For what comes first." in answer.text
    assert call_queries.list_desk(NOW)["draft"] == []  # type: ignore[index]


@pytest.mark.parametrize(("which", "hour"), [("first", 0), ("second", 1)])
def test_a_time_that_comes_twice_is_asked_about(desk: FlaskClient, which: str, hour: int) -> None:
    sent = {**NEW, "closes_at": "2027-10-31T02:30:15"}
    asked = words(desk.post("/administration/grants/new", data=sent).text)
    assert "the first time (UTC+02:00) the second time (UTC+01:00)" in asked
    desk.post("/administration/grants/new", data={**sent, "closes_at_which": which})
    assert call_queries.get_desk("safer-streets", NOW).call.closes_at == datetime(
        2027, 10, 31, hour, 30, 15, tzinfo=UTC
    )
    page = desk.get("/administration/grants/safer-streets").text
    assert f'value="{which}" checked' in page
    assert 'value="2027-10-31T02:30:15"' in page
    assert f"(15 seconds past, UTC+0{2 - hour}:00)" in words(page)


def test_a_time_zone_is_found_by_its_place(desk: FlaskClient) -> None:
    desk.post("/administration/grants/new", data={**NEW, "time_zone": "new york"})
    assert call_queries.get_desk("safer-streets", NOW).call.time_zone == "America/New_York"


def test_saving_what_the_page_shows_changes_nothing(desk: FlaskClient) -> None:
    call = drafted(1, closes_at=FACTS.closes_at.replace(microsecond=250_000))
    version = call.version_id
    assert desk.post("/administration/grants/safer-streets", data=settings(call)).status_code == 303
    assert stands(call).version_id == version


def test_of_two_who_change_the_same_the_second_chooses(desk: FlaskClient) -> None:
    call = drafted(1)
    mine, theirs = settings(call, title="Mine", why="Because"), settings(call, title="Theirs", grants="4")
    assert desk.post("/administration/grants/safer-streets", data=theirs).status_code == 303
    answer = desk.post("/administration/grants/safer-streets", data=mine)
    assert answer.status_code == 409
    said = words(answer.text)
    assert "Nothing of yours is lost" in said
    assert "Saved meanwhile: Theirs" in said
    assert 'value="Mine"' in answer.text
    assert 'name="grants"' in answer.text and 'value="4"' in answer.text
    before = unescape(re.findall(r'name="before"[^>]* value="([^"]*)"', answer.text)[0])
    again = {**mine, "before": before, "grants": "4"}
    assert desk.post("/administration/grants/safer-streets", data=again).status_code == 303
    assert stands(call).title == text("Mine")
    late = desk.post("/administration/grants/safer-streets", data={**theirs, "title": "Third"})
    before = unescape(re.findall(r'name="before"[^>]* value="([^"]*)"', late.text)[0])
    take = {**theirs, "title": "Third", "ceiling": "7", "before": before, "take": "title"}
    assert desk.post("/administration/grants/safer-streets", data=take).status_code == 303
    assert (stands(call).title, stands(call).ceiling) == (text("Mine"), 7)


def test_what_was_chosen_of_a_colleague_is_still_chosen_when_the_form_is_refused(desk: FlaskClient) -> None:
    call = drafted(1)
    address = "/administration/grants/safer-streets"
    mine, theirs = settings(call, title="Mine", grants="5"), settings(call, title="Theirs", grants="4")
    desk.post(address, data=theirs)
    answer = desk.post(address, data=mine)
    assert re.findall(r'name="take" value="(\w+)"( checked)?', answer.text) == [("title", ""), ("grants", "")]
    again = {**mine, "before": carried(answer.text), "take": "title"}
    refused = desk.post(address, data={**again, "ceiling": "lots"})
    assert refused.status_code == 422
    assert re.findall(r'name="take" value="(\w+)"( checked)?', refused.text) == [("title", " checked")]
    assert "Saved meanwhile: Theirs" in words(refused.text) and 'value="Mine"' in refused.text
    assert desk.post(address, data={**again, "before": carried(refused.text)}).status_code == 303
    assert (stands(call).title, stands(call).grants) == (text("Theirs"), 5)


@pytest.mark.parametrize("made_up", [{"time_zone": "Atlantis"}, {"opens_at": "0001-01-01T00:00:00Z"}])
def test_a_form_that_carries_what_no_page_showed_takes_nothing(desk: FlaskClient, made_up: dict[str, str]) -> None:
    call = drafted(1)
    sent = settings(call, take="opens_at", ceiling="lots")
    sent["before"] = json.dumps(json.loads(sent["before"]) | made_up)
    refused = desk.post("/administration/grants/safer-streets", data=sent)
    assert refused.status_code == 422
    assert 'name="take"' not in refused.text


def carried(page: str) -> str:
    """What the settings form of a page carries of what it showed."""
    return unescape(re.findall(r'name="before"[^>]* value="([^"]*)"', page)[0])


def test_publishing_says_what_is_missing_and_then_publishes(desk: FlaskClient) -> None:
    desk.post("/administration/grants/new", data=NEW)
    said = read(desk, "/administration/grants/safer-streets/publishing")
    assert "It asks nothing yet" in said and "It has no rule yet" in said
    assert "Publish the call" not in said
    refused = desk.post("/administration/grants/safer-streets/publishing", data={"seen": "1"})
    assert refused.status_code == 409
    course = a_course()
    desk.post("/administration/grants/safer-streets/questions/new/text", data={"title": "Your plan", "action": "save"})
    with unit_of_work():
        call_id = call_queries.get_desk("safer-streets", NOW).call.id
        services.set_rule(call_id=call_id, rule=Completed(course.id), by=None)
    page = desk.get("/administration/grants/safer-streets/publishing").text
    said = words(page)
    assert "Complete “The city’s part”" in said and "Your plan" in said and "At most €50,000 each" in said
    assert "Some texts have no translation yet" in said and "There are no criteria" in said
    shown = published_as(page)
    for old in ({"seen": "0"}, {"rule": ""}):
        assert desk.post("/administration/grants/safer-streets/publishing", data=shown | old).status_code == 409
    assert desk.post("/administration/grants/safer-streets/publishing", data=shown).status_code == 303
    assert "Safer streets" in read(desk, "/grants/safer-streets")
    assert "Withdraw from publication" in read(desk, "/administration/grants/safer-streets/publishing")
    kept = desk.post("/administration/grants/safer-streets/withdrawal", data={"why": " "})
    assert kept.status_code == 422
    assert desk.post("/administration/grants/safer-streets/withdrawal", data={"why": "Later"}).status_code == 303
    assert desk.get("/grants/safer-streets").status_code == 404
    assert desk.get("/grants/safer-streets/changes").status_code == 404


def published_as(page: str) -> dict[str, str]:
    """What the page of publishing sends of what it showed."""
    return {name: re.findall(rf'name="{name}"[^>]* value="(\d+)"', page)[0] for name in ("seen", "rule")}


def test_a_rule_that_its_publisher_never_saw_is_not_published(desk: FlaskClient) -> None:
    call, address, other = drafted(1), "/administration/grants/safer-streets/publishing", a_course()
    shown = published_as(desk.get(address).text)
    with unit_of_work():
        ruled, bob = queries.get_ruled("safer-streets"), a_person("Bob Obi", roles=(Role.ADMINISTRATOR,)).id
        ruled = editor.change_draft(
            call_id=call.id, seen=ruled.seen, alter=lambda _rule: Certified(other.id), by=bob, what="change"
        )
        editor.put_in_force(call_id=call.id, seen=ruled.seen, by=bob, reason="")
    refused = desk.post(address, data=shown)
    assert refused.status_code == 409
    said = words(refused.text)
    assert "Somebody else changed this" in said and "Hold a valid certificate in “The city’s part”" in said
    assert stands(call).published_at is None
    assert desk.post(address, data=published_as(refused.text)).status_code == 303
    assert stands(call).published_at == NOW


def test_a_published_call_asks_why(desk: FlaskClient) -> None:
    call = published(1)
    refused = desk.post("/administration/grants/safer-streets", data=settings(call, grants="4"))
    assert refused.status_code == 422
    assert "say why you change it" in words(refused.text)
    assert 'value="4"' in refused.text
    moved = desk.post("/administration/grants/safer-streets", data=settings(call, slug="streets", why="Shorter"))
    assert moved.status_code == 409
    assert "people have its address. It stays." in words(moved.text)


def test_the_page_says_which_day_of_its_rule_no_certificate_can_reach(desk: FlaskClient) -> None:
    call, course = drafted(1), a_course()
    with unit_of_work():
        dated = Certified(course.id, valid_on=datetime(2028, 12, 31).date())
        services.set_rule(call_id=call.id, rule=dated, by=1, reason="A day")
    said = read(desk, "/administration/grants/safer-streets/publishing")
    assert "A certificate in “The city’s part” is valid for 24 months." in said
    assert "expires before 31 December 2028 is over, so nobody can meet this. Choose an earlier day, or none." in said
    assert "Publish the call" not in said
    row = stands(call)
    seen = {"seen": str(row.version_id), "rule": str(row.rule_id)}
    assert desk.post("/administration/grants/safer-streets/publishing", data=seen).status_code == 409


def test_everyone_reads_what_changed_and_why_and_nobodys_name(desk: FlaskClient, app: Flask) -> None:
    call, course = published(1), a_course()
    with clock.at(NOW.replace(hour=12)):
        desk.post(
            "/administration/grants/safer-streets",
            data=settings(call, closes_at="2027-01-05T11:00:30", grants="4", why="Cities asked for more time"),
        )
    with clock.at(NOW.replace(hour=13)):
        with unit_of_work():
            services.set_rule(
                call_id=call.id, rule=Completed(course.id, 70.0), by=1, reason="A minimum",
                approved_by=text("the board"), approved_on=datetime(2026, 11, 20).date(),
            )  # fmt: skip
        said = read(app.test_client(), "/grants/safer-streets/changes")
    assert "Ada" not in said
    expected = [
        "Rule 2 took effect", "Approved by the board on 20 November 2026. It is in force. Why A minimum",
        "The dates changed",
        "It closes 5 January 2027, 11:00 Tunis time (30 seconds past). "
        "Before, it was to close 31 December, 11:00 Tunis time. Why Cities asked for more time",
        "What the call says changed", "Number of grants: “4”. Before: “3”.",
        "Rule 1, from the start", "It was in force until 21 November 2026, 13:00.",
        "Published",
    ]  # fmt: skip
    places = [said.index(words) for words in expected[:4]]
    assert places == sorted(places)
    assert all(line in said for line in expected), said


def test_a_call_without_a_log_says_when_it_was_published(desk: FlaskClient) -> None:
    """As those that the demonstration brings."""
    a_call(Completed(a_course().id), slug="local")
    said = read(desk, "/grants/local/changes")
    assert "Published" in said and "Rule 1, from the start Approved by the steering committee" in said


def test_nobody_else_finds_these_pages(app: Flask, desk: FlaskClient) -> None:
    drafted(1)
    for roles in ((), (Role.TRAINER,)):
        client = signed_in(app.test_client(), a_person(roles=roles))
        for address in ("", "/new", "/safer-streets", "/safer-streets/questions", "/safer-streets/publishing"):
            assert client.get(f"/administration/grants{address}").status_code == 403
    assert "Write and keep calls" in read(desk, "/grants")


def test_a_draft_that_was_never_published_is_deleted_with_all_of_it(desk: FlaskClient) -> None:
    call_id = drafted(1).id
    with unit_of_work():
        db.session.add(RuleDraft(call_id=call_id, tree=write(Completed(1)), saved_by_id=1, saved_at=NOW))
        audit.record("rule_draft.discard", f"grant_call:{call_id}", actor_id=1, what="discard", before={}, version=0)
    assert "Delete this draft" in read(desk, "/administration/grants/safer-streets")
    answer = desk.post("/administration/grants/safer-streets/removal")
    assert (answer.status_code, answer.location) == (303, "/administration/grants")
    assert "Safer streets" not in read(desk, answer.location)
    assert desk.post("/administration/grants/safer-streets/removal").status_code == 404
    db.session.rollback()
    assert not any(db.session.scalar(sa.select(sa.func.count()).select_from(table)) for table in (Rule, RuleDraft))
    event = db.session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "grant_call.delete")).one()
    assert (event.subject, event.actor_id, event.details) == (f"grant_call:{call_id}", 1, {"slug": "safer-streets"})
    db.session.rollback()
    again = drafted(1)
    assert "Undo" not in read(desk, f"/administration/grants/{again.slug}/rule")  # what the other one's rule said


@pytest.mark.parametrize("withdrawn", [False, True])
def test_a_call_that_was_ever_published_is_not_deleted(desk: FlaskClient, withdrawn: bool) -> None:
    call = published(1)
    if withdrawn:
        with unit_of_work():
            call_services.withdraw(call_id=call.id, why="Too early", by=1)
    assert "Delete this draft" not in read(desk, "/administration/grants/safer-streets")
    answer = desk.post("/administration/grants/safer-streets/removal")
    assert answer.status_code == 409 and "It stays." in answer.text
    assert stands(call).id == call.id
