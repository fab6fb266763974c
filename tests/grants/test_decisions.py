"""What the committee decides: drafts, sending, once, with the facts frozen and the city told."""

from __future__ import annotations

import re
from functools import partial

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.auth.identity import identity_of
from app.auth.models import Person, PersonRole, PersonState, Role
from app.core import clock
from app.core.models import AuditEvent
from app.core.transactions import unit_of_work
from app.courses.models import Course
from app.extensions import db
from app.grants.decisions import lists
from app.grants.decisions import services as decision_services
from app.grants.models import (
    Application,
    ApplicationState,
    DecisionDraft,
    Duty,
    Frozen,
    GrantCall,
    Occasion,
    ReviewState,
)
from app.grants.reviews import assigning_queries
from app.grants.reviews import services as review_services
from app.grants.reviews.ranking import Place
from app.grants.trace import freezing
from app.messages.jobs import mail_notices
from app.messages.models import Notice
from tests.at_once import at_once
from tests.factories import a_city, a_person
from tests.grants.committee import LIST, OF_CITY, Committee, browser, words
from tests.grants.factories import DAY, NOW, a_completion, a_review, an_application, moved

AWARD = {"outcome": "awarded", "amount": "40000", "reason": "A sound plan.", "action": "send"}
REFUSE = {"outcome": "refused", "amount": "", "reason": "Too dear for what it does.", "action": "send"}


def application(row: Application) -> Application:
    db.session.rollback()
    return db.session.get_one(Application, row.id, populate_existing=True)


def count(model: type, *conditions: sa.ColumnElement[bool]) -> int:
    db.session.rollback()
    return db.session.scalar(sa.select(sa.func.count()).select_from(model).where(*conditions)) or 0


def told(kind: str) -> set[int]:
    db.session.rollback()
    return set(db.session.scalars(sa.select(Notice.person_id).where(Notice.kind == kind)))


def test_the_list_shows_the_ranking_with_its_ties(app: Flask, committee: Committee) -> None:
    for reviewer, need in ((committee.rosa, 5), (committee.theo, 3)):
        a_review(committee.of_sfax, reviewer, committee.ada, scores={"need": need, "idea": 10})
    a_review(committee.of_ghent, committee.rosa, committee.ada, scores={"need": 4, "idea": 10})
    a_review(committee.of_kumasi, committee.rosa, committee.ada, scores={"need": 1, "idea": 0})
    a_review(committee.of_kumasi, committee.theo, committee.ada)
    said = words(browser(app, committee.ada).get(LIST))
    assert "Sfax 1, tied 85.0% ± 15.0 (70.0% to 100.0%) 2 of 2 Submitted Eligible: 1 of 2 practitioners" in said
    assert "Ghent 1, tied 85.0% – 1 of 1 Submitted Nobody eligible" in said
    assert "Kumasi 3 15.0% – 1 of 2" in said
    assert "standard deviation" in said and "they are tied" in said


def test_pages_have_the_places_of_the_whole_list_at_the_same_number_of_statements(
    app: Flask, committee: Committee, monkeypatch: pytest.MonkeyPatch, statements: list[str]
) -> None:
    """Eleven applications two to a page: one without a review, one of the reader's city, one that they review."""
    reader = identity_of(committee.ada.id)
    rows = [committee.of_sfax, committee.of_ghent, committee.of_kumasi]
    rows += [an_application(committee.call, a_city(f"City {n}"), committee.mona) for n in range(8)]
    points = [5, 3, 3, 1, 4, 4, 4, 0, 2, None, 5]
    for row, need in zip(rows, points, strict=True):
        if need is not None:
            a_review(row, committee.rosa, committee.ada, scores={"need": need, "idea": 2 * need})
            a_review(row, committee.theo, committee.ada, scores={"need": need, "idea": 0})
    a_review(rows[3], committee.ada, committee.ada)
    a_review(rows[6], committee.ada, committee.ada, state=ReviewState.DECLINED, declined_why="My sister.")
    with unit_of_work():
        db.session.get_one(Application, rows[7].id).state = ApplicationState.AWARDED
        db.session.get_one(Application, rows[8].id).state = ApplicationState.WITHDRAWN
        db.session.add(
            DecisionDraft(application_id=rows[1].id, outcome="refused", saved_by_id=committee.ada.id, saved_at=NOW)
        )

    def page(**asked: object) -> lists.Found:
        db.session.rollback()
        call = db.session.get_one(GrantCall, committee.call.id)
        statements.clear()
        return lists.page_of(call, reader, lists.Filters(**asked))  # type: ignore[arg-type]

    whole = page()
    cost = len(statements)
    assert cost == 4
    stands = {one.id: one.place for one in whole.rows}
    kept = dict.fromkeys((rows[3].id, rows[6].id, rows[8].id, rows[9].id))  # the withdrawn and the unread have none
    first, third = Place(1, True), Place(3, True)
    assert stands == {
        rows[0].id: first, rows[10].id: first, rows[4].id: third, rows[5].id: third,
        rows[1].id: Place(5, True), rows[2].id: Place(5, True), rows[7].id: Place(7, False), **kept,
    }  # fmt: skip
    monkeypatch.setattr(lists, "PAGE_SIZE", 2)
    pages = [page(page=number) for number in range(1, 7)]
    assert len(statements) == cost
    assert [(found.total, found.pages, found.counts, found.drafts) for found in pages] == [(11, 6, whole.counts, 1)] * 6
    assert [one for found in pages for one in found.rows] == whole.rows
    drafted = page(show=lists.Show.DRAFTED)
    assert [(one.id, one.place) for one in drafted.rows] == [(rows[1].id, Place(5, True))]
    found = page(search="kum")
    assert [(one.id, one.place) for one in found.rows] == [(rows[2].id, Place(5, True))]
    said = words(browser(app, committee.ada).get(f"{LIST}?show=waiting&page=2"))
    assert "City 1 3, tied" in said
    links = browser(app, committee.ada).get(f"{LIST}?show=waiting&page=2").text
    assert "show=waiting&amp;page=3" in links or "page=3&amp;show=waiting" in links
    alone = words(browser(app, committee.ada).get(f"{LIST}/{rows[2].id}"))
    assert "5, tied" in alone


def test_a_draft_is_seen_by_administrators_alone(app: Flask, committee: Committee) -> None:
    client, address = browser(app, committee.ada), f"{LIST}/{committee.of_sfax.id}/decision"
    assert client.post(address, data={**AWARD, "action": "draft"}).status_code == 303
    assert "Drafted by Ada Okafor" in words(client.get(f"{LIST}/{committee.of_sfax.id}"))
    assert application(committee.of_sfax).state == ApplicationState.SUBMITTED
    city = browser(app, committee.salma)
    for page in (f"{OF_CITY}/letter", f"{OF_CITY}/letter.pdf", f"{OF_CITY}/appeal", f"{OF_CITY}/reports"):
        assert city.get(page).status_code == 404
    for page in ("/grants", "/grants/local", "/notices", "/learn"):
        said = city.get(page).get_data(as_text=True)
        assert "40,000" not in said and "A sound plan." not in said
    assert count(Notice) == 0


def test_an_award_is_sent_with_everything_that_follows(app: Flask, committee: Committee) -> None:
    client = browser(app, committee.ada)
    assert client.post(f"{LIST}/{committee.of_sfax.id}/decision", data=AWARD).status_code == 303
    row = application(committee.of_sfax)
    assert (row.state, row.amount, row.decision_reason) == ("awarded", 40_000, "A sound plan.")
    assert (row.decided_at, row.decided_by_id) == (NOW, committee.ada.id)
    frozen = db.session.scalars(sa.select(Frozen).where(Frozen.occasion == Occasion.DECISION)).one()
    assert frozen.at == NOW and freezing.is_intact(frozen)
    (duty,) = db.session.scalars(sa.select(Duty)).all()
    assert (duty.key, duty.due_on.isoformat()) == ("midway", "2027-05-21")
    event = db.session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "application.decide")).one()
    assert (event.actor_id, event.details["amount"]) == (committee.ada.id, 40_000)
    assert told("grant_decided") == {committee.amina.id, committee.salma.id}


def test_what_an_amount_may_be(app: Flask, committee: Committee) -> None:
    client, address = browser(app, committee.ada), f"{LIST}/{committee.of_sfax.id}/decision"
    for amount, words_of in (
        ("50001", "The call gives at most €50,000 to one city."),
        ("", "Write how much the city gets."),
        ("0", "at least 1"),
        ("-5", "whole amount in figures"),
        ("1,5", "whole amount in figures"),
        ("9" * 500, "in figures"),
    ):
        assert words_of in words(client.post(address, data={**AWARD, "amount": amount}), 422), amount
    assert application(committee.of_sfax).state == ApplicationState.SUBMITTED
    assert client.post(address, data={**AWARD, "amount": "50,000"}).status_code == 303
    assert application(committee.of_sfax).amount == 50_000


@pytest.mark.parametrize(
    ("typed", "language"),
    [
        ("€ 25,000", "en"), ("25,000.00", "en"), ("EUR 25,000", "en"), ("25 000", "en"), ("٢٥٠٠٠", "en"),
        ("25 000,00 €", "fr"), ("25\u202f000", "fr"), ("25’000", "fr"),
    ],
)  # fmt: skip
def test_the_committee_writes_an_amount_as_cities_do(
    app: Flask, committee: Committee, typed: str, language: str
) -> None:
    with unit_of_work():
        db.session.get_one(Person, committee.ada.id).language = language
    address = f"{LIST}/{committee.of_sfax.id}/decision"
    assert browser(app, committee.ada).post(address, data={**AWARD, "amount": typed}).status_code == 303
    assert application(committee.of_sfax).amount == 25_000


def test_a_refusal_says_why(app: Flask, committee: Committee) -> None:
    client, address = browser(app, committee.ada), f"{LIST}/{committee.of_sfax.id}/decision"
    assert "Say why the city gets no grant." in words(client.post(address, data={**REFUSE, "reason": " \n"}), 422)
    assert client.post(address, data={**REFUSE, "amount": "7"}).status_code == 303
    row = application(committee.of_sfax)
    assert (row.state, row.amount) == ("refused", None)
    assert db.session.scalars(sa.select(Duty)).all() == []


def test_more_grants_than_announced_are_given_only_by_saying_so(app: Flask, committee: Committee) -> None:
    with unit_of_work():
        db.session.get_one(GrantCall, committee.call.id).grants = 1
    client = browser(app, committee.ada)
    client.post(f"{LIST}/{committee.of_sfax.id}/decision", data=AWARD)
    address = f"{LIST}/{committee.of_ghent.id}/decision"
    refused = words(client.post(address, data=AWARD), 422)
    assert "The call announced 1 grant. This would be 1 more. Nothing was sent." in refused
    assert application(committee.of_ghent).state == ApplicationState.SUBMITTED
    assert client.post(address, data={**AWARD, "beyond": "y"}).status_code == 303
    db.session.rollback()
    events = db.session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "application.decide")).all()
    assert [event.details["beyond"] for event in events] == [False, True]


def test_many_are_drafted_and_sent_in_one_go(app: Flask, committee: Committee) -> None:
    client = browser(app, committee.ada)
    ids = (committee.of_sfax.id, committee.of_ghent.id)
    ticks = {"application": [f"{one}:0" for one in ids]}
    assert client.post(f"{LIST}/drafts", data={**REFUSE, **ticks}).status_code == 303
    assert "Tick applications whose decision is drafted" in words(client.post(f"{LIST}/sent", data=ticks), 422)
    ticks = {"application": [f"{one}:1" for one in ids]}
    looked_over = client.post(
        f"{LIST}/sending", data={"application": [*ticks["application"], "9:9", "x"]}, follow_redirects=True
    )
    said = words(looked_over)
    assert "Send these decisions?" in said and "Send 2 decisions" in said
    assert "Ghent Refuse – Too dear for what it does. Sfax Refuse – Too dear for what it does." in said
    assert "Grants to award 0 Applications to refuse 2" in said and "beyond" not in looked_over.text
    assert re.findall(r'name="application" value="([0-9:]+)"', looked_over.text) == sorted(
        ticks["application"], key=lambda one: one != f"{committee.of_ghent.id}:1"
    )
    assert application(committee.of_sfax).state == "submitted"
    assert client.post(f"{LIST}/sent", data=ticks).status_code == 303
    assert application(committee.of_sfax).state == application(committee.of_ghent).state == "refused"
    assert application(committee.of_kumasi).state == "submitted"
    assert db.session.scalars(sa.select(DecisionDraft)).all() == []


def test_a_draft_that_changed_meanwhile_is_not_sent(app: Flask, committee: Committee) -> None:
    one, other = browser(app, committee.ada), browser(app, committee.abel)
    address = f"{LIST}/{committee.of_sfax.id}/decision"
    one.post(address, data={**REFUSE, "action": "draft"})
    other.post(address, data={**AWARD, "action": "draft", "version": "1"})
    answer = one.post(f"{LIST}/sent", data={"application": [f"{committee.of_sfax.id}:1"]})
    said = words(answer, 409)
    assert "A draft was changed or taken back since you opened this page. Nothing was sent." in said
    assert "Award €40,000 A sound plan." in said and f'value="{committee.of_sfax.id}:2"' in answer.text
    assert application(committee.of_sfax).state == ApplicationState.SUBMITTED


def test_a_draft_that_was_taken_back_meanwhile_keeps_the_others_from_being_sent(
    app: Flask, committee: Committee
) -> None:
    one, other = browser(app, committee.ada), browser(app, committee.abel)
    ids = (committee.of_sfax.id, committee.of_ghent.id)
    one.post(f"{LIST}/drafts", data={**REFUSE, "application": [f"{i}:0" for i in ids]})
    both = {"application": [f"{i}:1" for i in ids]}
    other.post(f"{LIST}/{ids[0]}/decision/removal", data={"version": "1"})
    said = words(one.post(f"{LIST}/sent", data=both), 409)
    assert "changed or taken back since you opened this page. Nothing was sent." in said
    assert "Send 1 decision" in said and "Sfax" not in said
    assert "1 application that you ticked is not among these" in said
    assert application(committee.of_ghent).state == ApplicationState.SUBMITTED
    other.post(f"{LIST}/{ids[1]}/decision/removal", data={"version": "1"})
    said = words(one.post(f"{LIST}/sent", data=both), 409)  # nothing is drafted any more: the list
    assert "changed or taken back since you opened this page. Nothing was sent." in said
    assert "Send these decisions?" not in said and "Look over those ticked" in said
    assert drafted() == []


def test_what_another_sent_meanwhile_is_neither_sent_nor_told_again(app: Flask, committee: Committee) -> None:
    moved(committee.amina, committee.kumasi, NOW - DAY)
    with unit_of_work():  # nobody of Sfax could be told, and that was said to who sent it
        db.session.execute(sa.delete(PersonRole).where(PersonRole.city_id == committee.sfax.id))
    moved(committee.salma, committee.kumasi, NOW - DAY)
    one, other = browser(app, committee.ada), browser(app, committee.abel)
    ids = (committee.of_sfax.id, committee.of_ghent.id)
    one.post(f"{LIST}/drafts", data={**REFUSE, "application": [f"{i}:0" for i in ids]})
    other.post(f"{LIST}/sent", data={"application": f"{ids[0]}:1"})
    both = {"application": [f"{i}:1" for i in ids]}
    assert one.post(f"{LIST}/sent", data=both).status_code == 303
    said = words(one.get(LIST))
    assert "1 decision is sent. The city is told." in said and "could be told" not in said
    again = words(one.post(f"{LIST}/sent", data=both), 409)
    assert "None of these applications waits for a decision any more. Nothing was changed." in again


def test_more_grants_than_announced_are_asked_about_before_they_are_sent(app: Flask, committee: Committee) -> None:
    with unit_of_work():
        db.session.get_one(GrantCall, committee.call.id).grants = 1
    client = browser(app, committee.ada)
    ids = (committee.of_sfax.id, committee.of_ghent.id)
    client.post(f"{LIST}/drafts", data={**AWARD, "application": [f"{one}:0" for one in ids]})
    one, both = [f"{ids[0]}:1"], [f"{one}:1" for one in ids]
    assert 'name="beyond"' not in client.get(f"{LIST}/sending?application={one[0]}").text
    looked_over = client.post(f"{LIST}/sending", data={"application": both}, follow_redirects=True)
    assert 'name="beyond"' in looked_over.text and "Grants to award 2 To give in all €80,000" in words(looked_over)
    assert "This would be 1 more." in words(client.post(f"{LIST}/sent", data={"application": both}), 422)
    assert application(committee.of_sfax).state == "submitted"
    assert client.post(f"{LIST}/sent", data={"application": both, "beyond": "y"}).status_code == 303
    assert application(committee.of_sfax).state == application(committee.of_ghent).state == "awarded"


def test_nothing_drafted_is_nothing_to_look_over(app: Flask, committee: Committee) -> None:
    answer = browser(app, committee.ada).post(f"{LIST}/sending", data={"application": f"{committee.of_sfax.id}:0"})
    assert "Nothing was sent. Tick applications whose decision is drafted" in words(answer, 422)


def test_what_is_looked_over_has_an_address_that_leads_to_the_list_once_it_is_sent(
    app: Flask, committee: Committee
) -> None:
    client, tick = browser(app, committee.ada), {"application": f"{committee.of_sfax.id}:1"}
    client.post(f"{LIST}/{committee.of_sfax.id}/decision", data={**REFUSE, "action": "draft"})
    address = client.post(f"{LIST}/sending?show=drafted", data=tick).location
    for _again in range(2):
        assert "Send 1 decision" in words(client.get(address))
    client.post(f"{LIST}/sent", data=tick)
    assert client.get(address).location == f"{LIST}?show=drafted"


def test_a_draft_that_the_call_no_longer_gives_is_named_when_it_is_sent(app: Flask, committee: Committee) -> None:
    client, tick = browser(app, committee.ada), {"application": f"{committee.of_sfax.id}:1"}
    client.post(f"{LIST}/{committee.of_sfax.id}/decision", data={**AWARD, "action": "draft"})
    with unit_of_work():
        db.session.get_one(GrantCall, committee.call.id).ceiling = 30_000
    said = words(client.post(f"{LIST}/sent", data=tick), 422)
    assert "Nothing was sent. Sfax: The call gives at most €30,000 to one city." in said


def test_a_drafted_decision_can_be_taken_back(app: Flask, committee: Committee) -> None:
    client, address = browser(app, committee.ada), f"{LIST}/{committee.of_sfax.id}/decision"
    client.post(address, data={**REFUSE, "action": "draft"})
    shown = client.get(f"{LIST}/{committee.of_sfax.id}").get_data(as_text=True)
    form = re.search(r'(?s)action="[^"]+/decision/removal">(.*?)</form>', shown)
    assert form and 'name="version" value="1"' in form[1]
    for _twice in range(2):
        assert client.post(f"{address}/removal", data={"version": "1"}).status_code == 303
        assert count(DecisionDraft) == 0


def test_a_draft_that_another_changed_meanwhile_is_not_taken_back(app: Flask, committee: Committee) -> None:
    one, other = browser(app, committee.ada), browser(app, committee.abel)
    address = f"{LIST}/{committee.of_sfax.id}/decision"
    one.post(address, data={**REFUSE, "action": "draft"})
    other.post(address, data={**AWARD, "action": "draft", "version": "1"})
    refused = words(one.post(f"{address}/removal", data={"version": "1"}), 409)
    assert f"{committee.abel.name} changed this draft at" in refused
    assert "It was not taken back." in refused
    assert "A sound plan." in refused
    assert words(other.post(f"{address}/removal", data={"version": "1"}), 409).count("You changed this draft") == 1
    for nonsense in ({}, {"version": "two"}):
        assert one.post(f"{address}/removal", data=nonsense).status_code == 409
    assert count(DecisionDraft, DecisionDraft.outcome == "awarded") == 1
    assert one.post(f"{address}/removal", data={"version": "2"}).status_code == 303
    assert count(DecisionDraft) == 0


def test_what_was_sent_meanwhile_is_not_said_to_be_taken_back(app: Flask, committee: Committee) -> None:
    one, other = browser(app, committee.ada), browser(app, committee.abel)
    address = f"{LIST}/{committee.of_sfax.id}/decision"
    one.post(address, data={**REFUSE, "action": "draft"})
    other.post(f"{LIST}/sent", data={"application": [f"{committee.of_sfax.id}:1"]})
    assert "This application is decided already" in words(one.post(f"{address}/removal", data={"version": "1"}), 409)
    assert application(committee.of_sfax).state == ApplicationState.REFUSED


def post(client: FlaskClient, address: str, data: dict[str, str]) -> int:
    return client.post(address, data=data).status_code


@pytest.mark.parametrize("times", range(3))
def test_deciding_twice_at_once_gives_one_decision(app: Flask, committee: Committee, times: int) -> None:
    address = f"{LIST}/{committee.of_sfax.id}/decision"
    clients = [browser(app, person) for person in (committee.ada, committee.abel, committee.ada, committee.abel)]
    calls = [partial(post, client, address, said) for client, said in zip(clients, (AWARD, REFUSE) * 2, strict=True)]
    assert sorted(at_once(calls)) == [303, 409, 409, 409]
    assert count(Frozen, Frozen.occasion == Occasion.DECISION) == 1
    assert count(AuditEvent, AuditEvent.action == "application.decide") == 1
    assert count(Notice, Notice.kind == "grant_decided") == 2
    assert count(Duty) == int(application(committee.of_sfax).state == ApplicationState.AWARDED)


@pytest.mark.parametrize("times", range(3))
def test_the_last_grant_is_given_once(app: Flask, committee: Committee, times: int) -> None:
    with unit_of_work():
        db.session.get_one(GrantCall, committee.call.id).grants = 1
    ids = [row.id for row in (committee.of_sfax, committee.of_ghent, committee.of_kumasi)]
    clients = [browser(app, committee.ada) for _one in ids]
    calls = [partial(post, client, f"{LIST}/{one}/decision", AWARD) for client, one in zip(clients, ids, strict=True)]
    assert sorted(at_once(calls)) == [303, 422, 422]
    assert count(Application, Application.state == ApplicationState.AWARDED) == 1


def test_an_administrator_of_the_city_sees_no_reviews_and_does_not_decide(app: Flask, committee: Committee) -> None:
    a_review(
        committee.of_ghent, committee.rosa, committee.ada, scores={"need": 1, "idea": 1}, comment="Rosa doubts it."
    )
    moved(committee.ada, committee.ghent, NOW - DAY)
    client = browser(app, committee.ada)
    for page in (LIST, f"{LIST}/{committee.of_ghent.id}"):
        said = words(client.get(page))
        assert "Rosa" not in said and "17.5%" not in said
        assert "You have to do with this city" in said
    for action in ("send", "draft"):
        answer = client.post(f"{LIST}/{committee.of_ghent.id}/decision", data={**AWARD, "action": action})
        assert answer.status_code == 403
    assert application(committee.of_ghent).state == ApplicationState.SUBMITTED


def test_who_reads_the_letter(app: Flask, committee: Committee) -> None:
    bystander = a_person("Somebody Else", city=committee.sfax)
    browser(app, committee.ada).post(f"{LIST}/{committee.of_sfax.id}/decision", data=AWARD)
    for reader in (committee.salma, committee.amina):
        said = words(browser(app, reader).get(f"{OF_CITY}/letter"))
        assert "The committee awards Sfax a grant of €40,000." in said
        assert "A sound plan." in said and "Midway report 21 May 2027" in said
        assert "appeal on this site until the end of 21 December 2026" in said
    assert "awards Sfax" in words(browser(app, committee.abel).get(f"{OF_CITY}/letter?city={committee.sfax.id}"))
    strangers = (bystander, committee.lena, committee.rosa, a_person(roles=(Role.TRAINER,)))
    for stranger in strangers:
        client = browser(app, stranger)
        assert client.get(f"{OF_CITY}/letter?city={committee.sfax.id}").status_code == 404
        assert client.get(f"{OF_CITY}/letter.pdf?city={committee.sfax.id}").status_code == 404


def test_who_was_eligible_elsewhere_when_the_call_closed_reads_no_letter_here(app: Flask, committee: Committee) -> None:
    comer, settled = a_person("Ines Karoui", city=committee.kumasi), a_person("Hedi Jaziri", city=committee.sfax)
    course = db.session.scalars(sa.select(Course).where(Course.slug == "prevention")).one()
    for person in (comer, settled):
        a_completion(person, course, at=NOW - 40 * DAY)
    moved(comer, committee.sfax, NOW - 5 * DAY)
    browser(app, committee.ada).post(f"{LIST}/{committee.of_sfax.id}/decision", data=AWARD)
    letter = f"{OF_CITY}/letter?city={committee.sfax.id}"
    assert [browser(app, one).get(letter).status_code for one in (settled, comer)] == [200, 404]


def test_the_letter_comes_as_a_tagged_pdf(app: Flask, committee: Committee) -> None:
    browser(app, committee.ada).post(f"{LIST}/{committee.of_sfax.id}/decision", data=AWARD)
    answer = browser(app, committee.salma).get(f"{OF_CITY}/letter.pdf")
    assert answer.status_code == 200 and answer.data.startswith(b"%PDF")
    assert b"/MarkInfo" in answer.data and b"pdfuaid" in answer.data
    assert b"/Lang" in answer.data


def test_who_left_the_city_is_told_nothing_and_reads_nothing(app: Flask, committee: Committee) -> None:
    moved(committee.amina, committee.kumasi, NOW - DAY)
    browser(app, committee.ada).post(f"{LIST}/{committee.of_sfax.id}/decision", data=AWARD)
    assert told("grant_decided") == {committee.salma.id}
    client = browser(app, committee.amina)
    assert client.get(f"{OF_CITY}/letter?city={committee.sfax.id}").status_code == 404


def test_a_city_that_nobody_is_left_of_is_named(app: Flask, committee: Committee) -> None:
    for person in (committee.amina, committee.salma):
        moved(person, committee.kumasi, NOW - DAY)
    with unit_of_work():
        db.session.execute(sa.update(PersonRole).where(PersonRole.city_id == committee.sfax.id).values(to_at=NOW - DAY))
    client = browser(app, committee.ada)
    client.post(f"{LIST}/{committee.of_sfax.id}/decision", data=AWARD)
    said = words(client.get(LIST))
    assert told("grant_decided") == set()
    assert "Nobody of Sfax could be told" in said and "The city is told." not in said
    client.post(f"{LIST}/{committee.of_ghent.id}/decision", data=REFUSE)
    assert "The city is told." in words(client.get(LIST))


def test_applicants_see_nothing_of_reviewers(app: Flask, committee: Committee) -> None:
    """On no page, in no file, no notice and no mail of theirs: no name, no score, no word."""
    mine = a_review(
        committee.of_sfax, committee.rosa, committee.ada, scores={"need": 4, "idea": 5}, comment="Rosa’s word.",
        remarks={"need": "Rosa’s remark."},
    )  # fmt: skip
    a_review(committee.of_sfax, committee.theo, committee.ada)
    browser(app, committee.ada).post(f"{LIST}/{committee.of_sfax.id}/decision", data=AWARD)
    mail_notices()
    client = browser(app, committee.salma)
    pages = ("/grants", "/grants/local", f"{OF_CITY}/letter", f"{OF_CITY}/letter.pdf", f"{OF_CITY}/appeal",
             f"{OF_CITY}/reports", f"{OF_CITY}/reports/midway", "/notices", "/reviews", "/my/record")  # fmt: skip
    said = "".join(client.get(page).get_data().decode("utf-8", "replace") for page in pages)
    with db.engine.connect() as connection:
        mails = connection.execute(sa.text('SELECT kind, recipient, "values" FROM outbox')).all()
    assert {committee.salma.email, committee.amina.email} <= {mail.recipient for mail in mails}
    said += "".join(str(mail) for mail in mails if mail.recipient in (committee.salma.email, committee.amina.email))
    for secret in ("Rosa", "Theo", "72.5", "Ada Okafor", committee.rosa.email or "-"):
        assert secret not in said, secret
    for page in (LIST, f"{LIST}/{committee.of_sfax.id}", f"{LIST}/reviewers"):
        assert client.get(page).status_code == 403
    assert client.get(f"/reviews/{mine.id}").status_code == 404
    assert client.get(f"/reviews/{mine.id}/files/1").status_code == 404


def test_a_withdrawn_application_is_not_decided(app: Flask, committee: Committee) -> None:
    with unit_of_work():
        db.session.get_one(Application, committee.of_sfax.id).state = ApplicationState.WITHDRAWN
    client = browser(app, committee.ada)
    assert client.post(f"{LIST}/{committee.of_sfax.id}/decision", data=AWARD).status_code == 409
    assert "Taken back" in words(client.get(LIST))


def test_a_draft_of_a_city_is_not_there(app: Flask, committee: Committee) -> None:
    with unit_of_work():
        db.session.get_one(Application, committee.of_sfax.id).state = ApplicationState.DRAFT
    client = browser(app, committee.ada)
    assert "Sfax" not in words(client.get(LIST))
    assert client.get(f"{LIST}/{committee.of_sfax.id}").status_code == 404


def drafted() -> list[tuple[str, str, int]]:
    db.session.rollback()
    return [(d.outcome, d.reason, d.version_id) for d in db.session.scalars(sa.select(DecisionDraft))]


def test_a_draft_takes_the_place_of_no_draft_that_was_not_seen(app: Flask, committee: Committee) -> None:
    one, other = browser(app, committee.ada), browser(app, committee.abel)
    address = f"{LIST}/{committee.of_sfax.id}/decision"
    assert 'name="version" type="hidden" value="0"' in one.get(f"{LIST}/{committee.of_sfax.id}").text
    other.post(address, data={**AWARD, "action": "draft", "version": "0"})
    for action in ("draft", "send"):
        answer = one.post(address, data={**REFUSE, "action": action, "version": "0"})
        said = words(answer, 409)
        assert "Another administrator changed the draft" in said
        assert "Drafted: award €40,000 A sound plan." in said and "Too dear for what it does." in said
        assert 'name="version" type="hidden" value="1"' in answer.text
    bulk = one.post(f"{LIST}/drafts", data={**REFUSE, "application": [f"{committee.of_sfax.id}:0"]})
    said = words(bulk, 409)
    assert "Another administrator changed a draft" in said and "Too dear for what it does." in said
    assert drafted() == [("awarded", "A sound plan.", 1)]
    assert application(committee.of_sfax).state == ApplicationState.SUBMITTED
    assert one.post(address, data={**REFUSE, "action": "draft", "version": "1"}).status_code == 303
    assert drafted() == [("refused", "Too dear for what it does.", 2)]


def test_a_form_that_is_sent_back_for_a_fault_stays_made_from_the_draft_it_was(
    app: Flask, committee: Committee
) -> None:
    client, address = browser(app, committee.ada), f"{LIST}/{committee.of_sfax.id}/decision"
    client.post(address, data={**REFUSE, "action": "draft"})
    answer = client.post(address, data={**AWARD, "amount": "x", "version": "0"})
    assert answer.status_code == 422 and 'name="version" type="hidden" value="0"' in answer.text


def test_drafts_are_read_in_one_statement(app: Flask, committee: Committee, statements: list[str]) -> None:
    ids = [row.id for row in (committee.of_sfax, committee.of_ghent, committee.of_kumasi)]
    decisions = {one: decision_services.Decision(decision_services.REFUSED, None, "No.") for one in ids}
    for seen in ({}, dict.fromkeys(ids, 1)):
        statements.clear()
        with unit_of_work():
            decision_services.save_drafts(
                call_id=committee.call.id, decisions=decisions, by=committee.ada.id, seen=seen
            )
        assert sum(one.startswith("SELECT decision_draft") for one in statements) == 1, statements


@pytest.mark.parametrize("action", ["draft", "send"])
def test_what_was_decided_meanwhile_is_said_and_nothing_typed_is_lost(
    app: Flask, committee: Committee, action: str
) -> None:
    browser(app, committee.abel).post(f"{LIST}/{committee.of_sfax.id}/decision", data=AWARD)
    client = browser(app, committee.ada)
    typed = {**REFUSE, "action": action, "version": "0"}
    said = words(client.post(f"{LIST}/{committee.of_sfax.id}/decision", data=typed), 409)
    assert "This application was decided meanwhile, or withdrawn. What you typed was not saved." in said
    assert "Refuse Too dear for what it does." in said and "Awarded €40,000" in said
    assert drafted() == []


def test_drafting_for_many_says_how_many_were_left_out(app: Flask, committee: Committee) -> None:
    client = browser(app, committee.ada)
    browser(app, committee.abel).post(f"{LIST}/{committee.of_sfax.id}/decision", data=AWARD)
    both = [f"{committee.of_sfax.id}:0", f"{committee.of_ghent.id}:0"]
    refused = words(client.post(f"{LIST}/drafts", data={**REFUSE, "application": both[:1]}), 409)
    assert "This application is decided already" in refused and "Too dear for what it does." in refused
    assert client.post(f"{LIST}/drafts", data={**REFUSE, "application": both}).status_code == 303
    said = words(client.get(LIST))
    assert "1 decision is drafted." in said
    assert "1 application was left out: it no longer waits for a decision" in said
    moved(committee.ada, committee.kumasi, NOW - DAY)
    own = client.post(f"{LIST}/drafts", data={**REFUSE, "application": f"{committee.of_kumasi.id}:0"})
    said = words(own, 403)
    assert "another administrator has to do this" in said and "Too dear for what it does." in said
    assert "are drafted." not in said and len(drafted()) == 1


def test_the_list_stays_at_its_page_with_its_filters(
    app: Flask, committee: Committee, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "PAGE_SIZE", 1)
    client, asked = browser(app, committee.ada), "?show=waiting&q=a&page=2"  # Kumasi, then Sfax
    html = client.get(f"{LIST}{asked}").text
    for name in ("action", "formaction"):
        assert re.search(rf' {name}="{LIST}/(drafts|sending)\?[^"]*show=waiting[^"]*"', html), name
    tick = f"{committee.of_sfax.id}:0"
    refused = client.post(f"{LIST}/drafts{asked}", data={**AWARD, "amount": "x", "application": tick})
    assert "Page 2 of 2" in words(refused, 422) and f'value="{tick}" aria-label="Tick Sfax" checked' in refused.text
    (previous,) = re.findall(r'rel="prev" href="([^"]+)"', refused.text)
    assert "Kumasi" in words(client.get(previous.replace("&amp;", "&")))
    assert f'<form class="filters" method="get" action="{LIST}">' in refused.text
    done = client.post(f"{LIST}/drafts{asked}", data={**REFUSE, "application": tick})
    assert done.status_code == 303 and all(one in done.location for one in ("show=waiting", "q=a", "page=2"))
    tick = {"application": f"{committee.of_sfax.id}:1"}
    looked_over = client.post(f"{LIST}/sending{asked}", data=tick, follow_redirects=True).text
    assert looked_over.count("show=waiting") == 2 and looked_over.count("page=2") == 2  # on to sending, and back
    sent = client.post(f"{LIST}/sent{asked}", data=tick)
    assert sent.status_code == 303 and "show=waiting" in sent.location and "page=2" in sent.location


def test_an_award_without_an_amount_is_said_in_whole_sentences(app: Flask, committee: Committee) -> None:
    with unit_of_work():
        call = db.session.get_one(GrantCall, committee.call.id)
        call.currency = call.ceiling = None
    client, page = browser(app, committee.ada), f"{LIST}/{committee.of_sfax.id}"
    award = {**AWARD, "amount": ""}
    client.post(f"{page}/decision", data={**award, "action": "draft"})
    assert "Drafted: award a grant" in words(client.get(LIST))
    other = words(client.post(f"{page}/decision", data={**REFUSE, "action": "draft", "version": "0"}), 409)
    assert "Drafted: award a grant" in other
    client.post(f"{page}/decision", data={**award, "version": "1"})
    said = words(client.get(page))
    assert "Awarded a grant" in said and ": awarded a grant" in said
    appeal = words(browser(app, committee.salma).get(f"{OF_CITY}/appeal"))
    assert "Sfax was awarded a grant on 21 November 2026." in appeal


@pytest.mark.parametrize("action", ["draft", "send"])
def test_nothing_is_decided_as_long_as_the_call_is_open(app: Flask, committee: Committee, action: str) -> None:
    with unit_of_work():
        db.session.get_one(GrantCall, committee.call.id).closes_at = NOW + DAY
    client, page = browser(app, committee.ada), f"{LIST}/{committee.of_sfax.id}"
    for shown in (page, LIST):
        said = words(client.get(shown))
        assert "a city may yet change its application. Decide after 22 November, 11:00 Tunis time." in said
        assert "Refuse" not in said.replace("Refused", "")
    refused = client.post(f"{page}/decision", data={**REFUSE, "action": action})
    assert "Decide after 22 November, 11:00 Tunis time." in words(refused, 409)
    bulk = {"application": [f"{committee.of_sfax.id}:0"]}
    assert client.post(f"{LIST}/drafts", data={**REFUSE, **bulk}).status_code == 409
    assert drafted() == [] and application(committee.of_sfax).state == ApplicationState.SUBMITTED
    with clock.at(NOW + DAY):
        assert (
            browser(app, committee.ada).post(f"{page}/decision", data={**REFUSE, "action": action}).status_code == 303
        )


def test_a_mean_of_nothing_has_a_place_too(app: Flask, committee: Committee) -> None:
    a_review(committee.of_kumasi, committee.rosa, committee.ada, scores={"need": 0, "idea": 0})
    assert "Kumasi 1 0.0% – 1 of 1" in words(browser(app, committee.ada).get(LIST))


def test_reviewers_who_can_no_longer_review_are_not_counted(app: Flask, committee: Committee) -> None:
    gone = a_person("Gone Since", state=PersonState.LEFT)
    for person in (committee.rosa, committee.theo, gone):
        a_review(committee.of_sfax, person, committee.ada)
    moved(committee.theo, committee.sfax, NOW - DAY)
    reader = identity_of(committee.ada.id)
    counts = {one.city: one.reviewers for one in assigning_queries.list_open(committee.call, reader)}
    assert counts == {"Sfax": 1, "Ghent": 0, "Kumasi": 0}
    assert "Sfax – – – 0 of 1" in words(browser(app, committee.ada).get(LIST))


def test_an_administrator_who_reviews_sees_no_draft_and_no_gap_before_handing_in(
    app: Flask, committee: Committee
) -> None:
    for row, need in ((committee.of_sfax, 5), (committee.of_ghent, 3), (committee.of_kumasi, 1)):
        a_review(row, committee.rosa, committee.ada, scores={"need": need, "idea": 5})
    mine = a_review(committee.of_sfax, committee.ada, committee.abel)
    page = f"{LIST}/{committee.of_sfax.id}"
    browser(app, committee.abel).post(f"{page}/decision", data={**AWARD, "action": "draft"})
    client = browser(app, committee.ada)
    for shown in (LIST, page, f"{LIST}?show=drafted"):
        said = words(client.get(shown))
        assert "€40,000" not in said and "A sound plan." not in said and "Drafted by" not in said
    assert "Hand in your review first." in words(client.get(page))
    assert f'value="{committee.of_sfax.id}:' not in client.get(LIST).text
    assert "Ghent 1 57.5%" in words(client.get(LIST)) and "Kumasi 2 27.5%" in words(client.get(LIST))
    for action in ("draft", "send"):
        answer = client.post(f"{page}/decision", data={**REFUSE, "action": action, "version": "1"})
        assert "Hand in your review first" in words(answer, 403)
    with unit_of_work():
        review_services.save(
            review_id=mine.id, by=committee.ada.id, version=1, scores={"need": 1, "idea": 1}, remarks={}, comment="",
            hand_in=True,
        )  # fmt: skip
    assert "Drafted by Abel Norton" in words(client.get(page))
