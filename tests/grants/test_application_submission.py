"""Submitting: the word, the deadline to the second, all faults at once, the receipt, withdrawing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.auth.models import Person, PersonState, Role
from app.core import clock
from app.core.models import AuditEvent, Outbox
from app.core.transactions import unit_of_work
from app.extensions import db
from app.grants.models import (
    ApplicationAnswer,
    ApplicationFile,
    ApplicationState,
    DecisionDraft,
    Frozen,
    GrantCall,
    Review,
    ReviewState,
    Rule,
)
from app.grants.rules import CityIn, write
from app.grants.trace import freezing
from app.messages.jobs import mail_notices
from app.messages.models import Notice
from tests.factories import a_city, a_person
from tests.grants.applying import Town, a_file, a_town, answered, application, everything, typed
from tests.grants.factories import DAY, NOW, a_completion, a_review, moved
from tests.pages import check_page

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


@pytest.fixture(autouse=True)
def tokens_apart(app: Flask) -> Iterator[None]:
    app.config["WTF_CSRF_ENABLED"] = False
    yield
    app.config["WTF_CSRF_ENABLED"] = True


@pytest.fixture
def town(app: Flask) -> Iterator[Town]:
    with clock.at(NOW):
        yield a_town(app)


def plain(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def submit(town: Town, client: FlaskClient, status: int = 303) -> str:
    answer = client.post(f"{town.address}/submission")
    html = answer.get_data(as_text=True)
    assert answer.status_code == status, html
    if status in (409, 422):
        assert check_page(html) == []
    return html


def count(model: type) -> int:
    db.session.rollback()
    return db.session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


def told(kind: str) -> dict[int, dict[str, object]]:
    db.session.rollback()
    return {row.person_id: row.values for row in db.session.scalars(sa.select(Notice).where(Notice.kind == kind))}


# --- submitting -------------------------------------------------------


def test_what_is_submitted_is_frozen_and_can_be_read_and_printed(town: Town) -> None:
    client = town.begun()
    answered(town, client)
    submit(town, client)
    row, frozen = application(), db.session.scalars(sa.select(Frozen)).one()
    assert (row.state, row.submitted_at, row.submitted_by_id) == ("submitted", NOW, town.amina.id)
    assert freezing.is_intact(frozen)
    assert freezing.read(frozen).answers["sum"] == 12000
    page = client.get(town.address).get_data(as_text=True)
    assert check_page(page) == []
    receipt = "-".join(frozen.hash[start : start + 4].upper() for start in (0, 4, 8))
    said = f"Receipt {receipt} Submitted on 21 November, 11:00 Tunis time by Amina Trabelsi, for Sfax."
    assert said in plain(page)
    for shown in ("We open the school in the evening.", "€12,000", "Schools", "letter.pdf"):
        assert shown in page
    assert "<textarea" not in page
    late = client.post(town.address, data=typed("plan", version=1, seen="x", text="Other."))
    assert late.status_code == 409
    assert "was submitted meanwhile" in late.get_data(as_text=True)


def test_what_was_submitted_stands_whatever_becomes_of_the_questions(town: Town) -> None:
    client = town.begun()
    answered(town, client)
    submit(town, client)
    with unit_of_work():
        call = db.session.get_one(GrantCall, town.call.id)
        call.questionnaire = type(call.questionnaire)()
    assert "We open the school in the evening." in client.get(town.address).get_data(as_text=True)


def test_all_faults_are_told_at_once_each_beside_its_question(town: Town) -> None:
    client = town.begun()
    client.post(town.address, data={**typed("sum", amount="5"), **typed("plan", text="word " * 101)})
    html = submit(town, client, 422)
    for words in ("Take out 1 word.", "Choose an answer.", "The least is €1,000.", "Add a line", "Add a file."):
        assert words in html
    for key in ("plan", "reach", "sum", "budget", "papers"):
        assert f'href="{town.address}?missing=1#q-{key}"' in html
    assert "#q-more" not in html
    assert (application().state, count(Frozen)) == ("draft", 0)


def test_the_city_must_be_eligible_at_that_moment(town: Town) -> None:
    client = town.begun()
    answered(town, client)
    with unit_of_work():
        moved(town.hedi, a_city(), NOW - SECOND)
    html = submit(town, client, 409)
    assert "Nobody in your city meets the rule at this moment" in html
    assert (application().state, count(Frozen), count(Notice)) == ("draft", 0, 0)
    assert db.session.get(ApplicationAnswer, (1, "plan")) is not None


def test_a_rule_that_changed_since_is_the_one_that_judges(town: Town) -> None:
    client = town.begun()
    answered(town, client)
    with unit_of_work():
        rule = db.session.scalars(sa.select(Rule)).one()
        rule.tree = {**rule.tree, "min_score": 90.0}
    submit(town, client, 409)


def test_a_city_that_is_eligible_by_itself_needs_nobody_who_is(town: Town) -> None:
    client = town.begun()
    answered(town, client)
    with unit_of_work():
        db.session.scalars(sa.select(Rule)).one().tree = write(CityIn(countries=("TN",)))
        db.session.execute(sa.text("DELETE FROM completion"))
    submit(town, client)
    assert application().state == "submitted"


@pytest.mark.parametrize(
    ("zone", "closes_at"),
    [
        # Clocks go forward on 28 March 2027 at 2 in Brussels: 3:00 there is one second after 1:59:59.
        ("Europe/Brussels", datetime(2027, 3, 28, 1, 0, tzinfo=UTC)),
        # They go back on 25 October 2026: the second 2:30 in the night is an hour after the first.
        ("Europe/Brussels", datetime(2027, 10, 31, 1, 30, tzinfo=UTC)),
        ("Africa/Tunis", datetime(2027, 1, 31, 17, 0, tzinfo=UTC)),
    ],
)
def test_the_deadline_is_kept_to_the_second(app: Flask, zone: str, closes_at: datetime) -> None:
    with clock.at(NOW):
        town = a_town(app, closes_at=closes_at)
        with unit_of_work():
            db.session.get_one(GrantCall, town.call.id).time_zone = zone
        client = town.begun()
        answered(town, client)
    with clock.at(closes_at):
        client = town.browser(town.amina)
        html = submit(town, client, 409)
        assert "This call has closed." in html
        assert application().state == "draft"
    with clock.at(closes_at - SECOND):
        client = town.browser(town.amina)
        submit(town, client)
        assert application().submitted_at == closes_at - SECOND
    with clock.at(closes_at):
        assert client.post(f"{town.address}/withdrawal").status_code == 409
        assert application().state == "submitted"


def test_the_page_says_the_deadline_in_the_calls_time_and_in_the_readers(app: Flask) -> None:
    with clock.at(NOW):
        town = a_town(app, closes_at=datetime(2027, 3, 28, 1, 0, tzinfo=UTC))
        with unit_of_work():
            db.session.get_one(GrantCall, town.call.id).time_zone = "Europe/Brussels"
        page = plain(town.begun().get(town.address).get_data(as_text=True))
    assert "28 March 2027, 03:00 Brussels time" in page
    assert "28 March 2027, 01:00 in your time zone" in page
    assert "126 days left" in page
    with clock.at(datetime(2027, 3, 27, 23, 30, tzinfo=UTC)):
        page = plain(town.browser(town.amina).get(town.address).get_data(as_text=True))
    assert "1 h 30 min left" in page


# --- the coordinator's word -------------------------------------------


def test_an_eligible_practitioner_submits_with_the_coordinators_word(town: Town) -> None:
    hedi, amina = town.begun(town.hedi), town.browser(town.amina)
    answered(town, hedi)
    html = submit(town, hedi, 409)
    assert "A coordinator of your city gives the word first." in html
    assert hedi.post(f"{town.address}/word").status_code == 403
    for _again in range(2):
        assert hedi.post(f"{town.address}/word/request").status_code == 303
    assert list(told("application_word")) == [town.amina.id]
    page = amina.get(f"{town.address}/submission").get_data(as_text=True)
    assert "Give your word" in page
    assert amina.post(f"{town.address}/word").status_code == 303
    row = application()
    assert (row.endorsed_at, row.endorsed_by_id) == (NOW, town.amina.id)
    submit(town, hedi)
    assert application().submitted_by_id == town.hedi.id


def test_the_word_stays_when_answers_change_and_the_coordinator_is_told(town: Town) -> None:
    hedi, amina = town.begun(town.hedi), town.browser(town.amina)
    answered(town, hedi)
    amina.post(f"{town.address}/word")
    with clock.at(NOW + DAY):
        hedi = town.browser(town.hedi)
        page = hedi.get(town.address).get_data(as_text=True)
        assert "Changed after the word" not in page
        seen = "We open the school in the evening."
        hedi.post(town.address, data=typed("plan", version=1, seen=seen, text="Something else."))
        page = hedi.get(town.address).get_data(as_text=True)
        assert page.count("Changed after the word") == 1
        assert "1 answer changed since." in hedi.get(f"{town.address}/submission").get_data(as_text=True)
        submit(town, hedi)
    received = told("application_received")
    assert (received[town.amina.id]["changed"], received[town.hedi.id]["changed"]) == (1, 0)
    notices = town.browser(town.amina).get("/notices").get_data(as_text=True)
    assert "1 answer changed after the word of a coordinator." in notices


@pytest.mark.parametrize("how", ["put back", "added again"])
def test_a_file_that_comes_back_after_the_word_is_changed_since(town: Town, how: str) -> None:
    hedi, amina = town.begun(town.hedi), town.browser(town.amina)
    answered(town, hedi)
    db.session.rollback()
    file_id = db.session.scalars(sa.select(ApplicationFile.id)).one()
    with clock.at(NOW + MINUTE):
        hedi.post(town.address, data={"go": f"unfile:papers:{file_id}"})
    with clock.at(NOW + 2 * MINUTE):
        amina.post(f"{town.address}/word")
        assert "Changed after the word" not in amina.get(town.address).get_data(as_text=True)
    with clock.at(NOW + 3 * MINUTE):
        again = {"go": f"refile:papers:{file_id}"} if how == "put back" else a_file()
        assert amina.post(town.address, data=again, content_type="multipart/form-data").status_code == 303
        assert amina.get(town.address).get_data(as_text=True).count("Changed after the word") == 1
    db.session.rollback()
    [row] = db.session.scalars(sa.select(ApplicationFile).execution_options(populate_existing=True))
    assert (row.removed_at, row.added_at, row.added_by_id) == (None, NOW + 3 * MINUTE, town.amina.id)


def test_the_word_can_be_taken_back(town: Town) -> None:
    hedi, amina = town.begun(town.hedi), town.browser(town.amina)
    answered(town, hedi)
    amina.post(f"{town.address}/word")
    assert hedi.post(f"{town.address}/word/removal").status_code == 403
    assert amina.post(f"{town.address}/word/removal").status_code == 303
    submit(town, hedi, 409)


def test_who_is_not_eligible_asks_for_no_word_and_submits_nothing(town: Town) -> None:
    hedi = town.begun(town.hedi)
    answered(town, hedi)
    town.browser(town.amina).post(f"{town.address}/word")
    other = town.browser(town.nadia)
    for what in ("submission", "word", "word/request", "word/removal", "withdrawal"):
        assert other.post(f"{town.address}/{what}").status_code == 404
    with unit_of_work():
        db.session.execute(sa.text("DELETE FROM completion"))
    assert hedi.post(f"{town.address}/word/request").status_code == 403
    assert hedi.post(f"{town.address}/submission").status_code == 403


def test_a_city_without_a_coordinator_is_told_so(town: Town) -> None:
    hedi = town.begun(town.hedi)
    with unit_of_work():
        db.session.execute(sa.update(Person).where(Person.id == town.amina.id).values(state=PersonState.LEFT))
    answer = hedi.post(f"{town.address}/word/request")
    assert answer.status_code == 409
    assert "no coordinator yet" in answer.get_data(as_text=True)


def test_administrators_read_and_do_not_submit(town: Town) -> None:
    answered(town, town.begun())
    administrator = town.browser(a_person("Ada", roles=(Role.ADMINISTRATOR,)))
    for what in ("word", "word/request", "withdrawal"):
        assert administrator.post(f"{town.address}/{what}").status_code == 404
    assert administrator.post(f"{town.address}/submission").status_code == 403
    assert application().state == ApplicationState.DRAFT


# --- the receipt ------------------------------------------------------


def test_the_receipt_goes_by_mail_and_notice_to_all_who_worked_on_it(town: Town) -> None:
    hedi, amina = town.begun(town.hedi), town.browser(town.amina)
    hedi.post(town.address, data=typed("plan", text="Hedi’s."))
    amina.post(town.address, data=everything() | typed("plan", version=1, seen="Hedi’s.", text="Amina’s."))
    amina.post(town.address, data=a_file(), content_type="multipart/form-data")
    submit(town, amina)
    received = told("application_received")
    digest = db.session.scalars(sa.select(Frozen.hash)).one()
    receipt = f"{digest[:4]}-{digest[4:8]}-{digest[8:12]}".upper()
    assert set(received) == {town.amina.id, town.hedi.id}
    assert {values["number"] for values in received.values()} == {receipt}
    assert mail_notices() == 2
    mails = list(db.session.scalars(sa.select(Outbox)))
    assert {mail.person_id for mail in mails} == {town.amina.id, town.hedi.id}
    for mail in mails:
        said = mail.values["groups"][0]["notices"][0]
        assert said["path"] == town.address
        assert f"on 21 November, 11:00 Tunis time. Receipt {receipt}:" in said["words"]


def test_who_left_the_city_gets_no_receipt(town: Town) -> None:
    hedi = town.begun(town.hedi)
    hedi.post(town.address, data=typed("plan", text="Hedi’s."))
    other = a_person("Rim", city=town.city)
    with unit_of_work():
        moved(town.hedi, a_city(), NOW)
        a_completion(other, town.course, at=NOW - DAY)
    amina = town.browser(town.amina)
    amina.post(town.address, data=everything() | typed("plan", version=1, seen="Hedi’s.", text="Ours."))
    amina.post(town.address, data=a_file(), content_type="multipart/form-data")
    submit(town, amina)
    assert set(told("application_received")) == {town.amina.id}


# --- withdrawing ------------------------------------------------------


def test_what_could_not_be_submitted_again_is_withdrawn_only_by_who_is_sure(town: Town) -> None:
    """The only one who meets the rule has left the city since."""
    client = town.begun()
    answered(town, client)
    submit(town, client)
    with unit_of_work():
        moved(town.hedi, a_city(), NOW)
    refused = client.post(f"{town.address}/withdrawal")
    assert (refused.status_code, application().state) == (409, "submitted")
    assert check_page(refused.text) == []
    assert "could not be submitted again" in refused.text and 'name="sure"' in refused.text
    assert client.post(f"{town.address}/withdrawal", data={"sure": "y"}).status_code == 303
    assert application().state == "withdrawn"


def test_what_was_submitted_can_be_withdrawn_changed_and_submitted_again(town: Town) -> None:
    client = town.begun()
    answered(town, client)
    submit(town, client)
    assert client.post(f"{town.address}/withdrawal").status_code == 303
    assert (application().state, application().submitted_at) == ("withdrawn", None)
    seen = "We open the school in the evening."
    with clock.at(NOW + DAY):
        client = town.browser(town.amina)
        page = client.get(town.address).get_data(as_text=True)
        assert "submitted and withdrawn" in page
        client.post(town.address, data=typed("plan", version=1, seen=seen, text="Better."))
        submit(town, client)
        assert "Better." in client.get(town.address).get_data(as_text=True)
    assert count(Frozen) == 2
    actions = db.session.scalars(
        sa.select(AuditEvent.action)
        .where(AuditEvent.subject == "application:1", AuditEvent.actor_id == town.amina.id)
        .order_by(AuditEvent.id)
    )
    assert list(actions) == ["application.create", "application.submit", "application.withdraw", "application.submit"]


def test_what_was_judged_of_an_earlier_submission_is_judged_again(town: Town) -> None:
    client = town.begun()
    answered(town, client)
    submit(town, client)
    administrator = a_person(roles=(Role.ADMINISTRATOR,))
    row = application()
    given = a_review(row, a_person(), administrator, comment="Begun.")
    done = a_review(row, a_person(), administrator, scores={"need": 4}, comment="Good.")
    declined = a_review(row, a_person(), administrator, state=ReviewState.DECLINED, declined_why="My sister.")
    with unit_of_work():
        db.session.add(
            DecisionDraft(
                application_id=row.id, outcome="refused", reason="No.", saved_by_id=administrator.id, saved_at=NOW
            )
        )
    assert client.post(f"{town.address}/withdrawal").status_code == 303
    submit(town, client)
    assert count(DecisionDraft) == 0
    stand = {r.id: (r.state, r.submitted_at, r.comment, r.version_id) for r in db.session.scalars(sa.select(Review))}
    assert stand == {
        given.id: ("assigned", None, "Begun.", 2),
        done.id: ("assigned", None, "Good.", 2),
        declined.id: ("declined", None, "", 1),
    }
    assert db.session.get_one(Review, done.id).scores == {"need": 4}


def test_reviewers_are_told_of_what_is_submitted_anew(town: Town) -> None:
    client = town.begun()
    answered(town, client)
    submit(town, client)
    assert told("review_again") == {}
    administrator, row = a_person(roles=(Role.ADMINISTRATOR,)), application()
    given, begun, moved_in, left = a_person(language="fr"), a_person(), a_person(city=a_city()), a_person()
    one = a_review(row, given, administrator)
    two = a_review(row, begun, administrator, comment="Begun.", saved_at=NOW)
    a_review(row, a_person(), administrator, state=ReviewState.DECLINED, declined_why="My sister.")
    a_review(row, moved_in, administrator)
    a_review(row, left, administrator)
    moved(moved_in, town.city, NOW)
    with unit_of_work():
        db.session.get_one(Person, left.id).state = PersonState.LEFT
    for times in (1, 2):
        assert client.post(f"{town.address}/withdrawal").status_code == 303
        submit(town, client)
        submit(town, client)  # a second press is no second submission
        assert count(Notice) == 2 * times + times + 1  # and a receipt each to Amina, the first time too
    about = {"titles": {"en": "Local Innovation Grant 2027"}, "city": "Sfax"}
    assert told("review_again") == {
        given.id: {**about, "review_id": one.id, "begun": False},
        begun.id: {**about, "review_id": two.id, "begun": True},
    }
    said = plain(town.browser(begun).get("/notices").get_data(as_text=True))
    assert said.count("submitted it anew. What you wrote about it is kept: open it") == 2
    mail_notices()
    mailed = {row.person_id: row.language for row in db.session.execute(sa.select(Outbox.person_id, Outbox.language))}
    assert (mailed[begun.id], mailed[given.id]) == ("en", "fr")
    assert not {moved_in.id, left.id} & mailed.keys()


def test_a_draft_is_not_withdrawn(town: Town) -> None:
    client = town.begun()
    assert client.post(f"{town.address}/withdrawal").status_code == 409


def test_a_second_press_gives_the_same_submission(town: Town) -> None:
    client = town.begun()
    answered(town, client)
    submit(town, client)
    submit(town, client)
    assert "submitted already, once" in client.get(town.address).get_data(as_text=True)
    assert (count(Frozen), len(told("application_received"))) == (1, 1)
