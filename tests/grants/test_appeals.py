"""Appeals: in time, one at a time, answered by somebody who did not decide."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
import sqlalchemy as sa
from flask import Flask

from app.auth.models import Person, PersonRole, PersonState, Role
from app.core import clock
from app.core.models import AuditEvent
from app.core.transactions import unit_of_work
from app.extensions import db
from app.grants.appeals import services as appeal_services
from app.grants.appeals.jobs import remind_appeals
from app.grants.appeals.terms import answer_until, appeal_until
from app.grants.decisions import services as decision_services
from app.grants.decisions.services import AWARDED, REFUSED, Decision
from app.grants.models import Appeal, AppealState, Application, Duty, Frozen, GrantCall, Occasion
from app.grants.trace import freezing
from app.messages.jobs import mail_notices
from app.messages.models import Notice
from tests.at_once import at_once
from tests.factories import a_person
from tests.grants.committee import LIST, OF_CITY, Committee, browser, words
from tests.grants.factories import DAY, NOW, mailed, moved

APPEAL = {"reason": "You read the wrong budget."}
UPHOLD = {"outcome": "upheld", "amount": "20000", "answer": "The budget was the right one after all."}
DISMISS = {"outcome": "dismissed", "amount": "", "answer": "The budget stays too high."}


def decide(committee: Committee, decision: Decision, row: Application | None = None) -> None:
    with unit_of_work():
        decision_services.decide(
            call_id=committee.call.id, decisions={(row or committee.of_sfax).id: decision}, by=committee.ada.id
        )


def appeals() -> list[Appeal]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(Appeal).order_by(Appeal.id)))


def told(kind: str) -> set[int]:
    db.session.rollback()
    return set(db.session.scalars(sa.select(Notice.person_id).where(Notice.kind == kind)))


@pytest.fixture
def refused(committee: Committee) -> Committee:
    decide(committee, Decision(REFUSED, None, "Too dear."))
    return committee


def test_a_coordinator_appeals_and_somebody_else_answers(app: Flask, refused: Committee) -> None:
    client = browser(app, refused.salma)
    said = words(client.get(f"{OF_CITY}/appeal"))
    assert "You can appeal within 30 days of the decision: until the end of 21 December 2026" in said
    assert client.post(f"{OF_CITY}/appeal", data=APPEAL).status_code == 303
    (appeal,) = appeals()
    assert (appeal.owner_id, appeal.state, appeal.made_by_id) == (refused.abel.id, AppealState.OPEN, refused.salma.id)
    assert appeal.due_at == answer_until(NOW, "Africa/Tunis")
    assert told("appeal_made") == {refused.abel.id}
    said = words(client.get(f"{OF_CITY}/appeal"))
    assert "Somebody who did not decide answers it by the end of 21 December 2026." in said
    assert "Abel" not in said and "Ada" not in said


def test_only_coordinators_appeal(app: Flask, refused: Committee) -> None:
    client = browser(app, refused.amina)
    assert "A coordinator of Sfax can appeal" in words(client.get(f"{OF_CITY}/appeal"))
    assert client.post(f"{OF_CITY}/appeal", data=APPEAL).status_code == 404
    assert browser(app, refused.lena).post(f"{OF_CITY}/appeal?city={refused.sfax.id}", data=APPEAL).status_code == 404
    assert appeals() == []


def test_an_appeal_needs_a_reason(app: Flask, refused: Committee) -> None:
    answer = browser(app, refused.salma).post(f"{OF_CITY}/appeal", data={"reason": " "})
    assert "Write what the committee overlooked" in words(answer, 422)
    assert appeals() == []


def test_an_appeal_has_thirty_days_by_the_clocks_of_the_call(app: Flask, refused: Committee) -> None:
    """Tunis is an hour ahead of UTC: 21 December ends at 23:00."""
    client = browser(app, refused.salma)
    with clock.at(datetime(2026, 12, 21, 23, 0, tzinfo=UTC)):
        assert "The time to appeal ended with 21 December 2026." in words(client.get(f"{OF_CITY}/appeal"))
        assert client.post(f"{OF_CITY}/appeal", data=APPEAL).status_code == 409
    with clock.at(datetime(2026, 12, 21, 22, 59, 59, tzinfo=UTC)):
        assert client.post(f"{OF_CITY}/appeal", data=APPEAL).status_code == 303
    assert len(appeals()) == 1


def test_the_days_of_an_appeal_are_whole_over_a_change_of_clocks() -> None:
    """Brussels goes to winter time on 25 October 2026, so the last day ends an hour later by UTC."""
    decided = datetime(2026, 10, 1, 12, tzinfo=UTC)
    assert appeal_until(decided, "Europe/Brussels") == datetime(2026, 10, 31, 23, tzinfo=UTC)
    assert appeal_until(decided, "UTC") == datetime(2026, 11, 1, tzinfo=UTC)
    late = datetime(2026, 9, 30, 22, 30, tzinfo=UTC)  # already 1 October in Brussels
    assert appeal_until(late, "Europe/Brussels") == datetime(2026, 10, 31, 23, tzinfo=UTC)


def test_an_appeal_that_comes_too_late_or_second_is_given_back(app: Flask, refused: Committee) -> None:
    late = {"reason": "You read the wrong budget, and the wrong year."}
    address = f"{OF_CITY}/appeal"
    with clock.at(datetime(2026, 12, 21, 23, 0, tzinfo=UTC)):
        said = words(browser(app, refused.salma).post(address, data=late), 409)
        assert "The time to appeal ended meanwhile." in said and late["reason"] in said
    client = browser(app, refused.salma)
    assert client.post(address, data=APPEAL).status_code == 303
    said = words(client.post(address, data=late), 409)
    assert "An appeal was made meanwhile" in said and late["reason"] in said and APPEAL["reason"] in said
    too_long = "x" * 10_001
    assert too_long in words(client.post(address, data={"reason": too_long}), 422)
    assert "meanwhile" not in words(client.post(address, data=APPEAL), 409)  # pressed twice: nothing is lost
    assert [appeal.reason for appeal in appeals()] == [APPEAL["reason"]]


@pytest.mark.parametrize("times", range(2))
def test_one_appeal_is_open_at_a_time(app: Flask, refused: Committee, times: int) -> None:
    clients = [browser(app, refused.salma) for _window in range(3)]

    def make(client: object) -> int:
        return client.post(f"{OF_CITY}/appeal", data=APPEAL).status_code  # type: ignore[attr-defined]

    assert sorted(at_once([partial(make, client) for client in clients])) == [303, 409, 409]
    assert len(appeals()) == 1


def test_who_has_to_do_with_the_city_does_not_answer(app: Flask, refused: Committee) -> None:
    moved(refused.abel, refused.sfax, NOW - DAY)
    browser(app, refused.salma).post(f"{OF_CITY}/appeal", data=APPEAL)
    (appeal,) = appeals()
    assert appeal.owner_id is None
    assert told("appeal_made") == {refused.ada.id}  # who decided, and can ask somebody else


def test_an_appeal_that_nobody_is_free_to_answer_reaches_all_administrators(app: Flask, refused: Committee) -> None:
    for person in (refused.abel, refused.ada):
        moved(person, refused.sfax, NOW - DAY)
    browser(app, refused.salma).post(f"{OF_CITY}/appeal", data=APPEAL)
    assert told("appeal_made") == {refused.ada.id, refused.abel.id}


def test_who_gets_an_appeal_back_is_told_again(app: Flask, refused: Committee) -> None:
    third = a_person("Third", roles=(Role.ADMINISTRATOR,))
    browser(app, refused.salma).post(f"{OF_CITY}/appeal", data=APPEAL)
    (appeal,) = appeals()
    assert appeal.owner_id == refused.abel.id
    for hours, owner in ((1, third), (2, refused.abel)):
        with clock.at(NOW + timedelta(hours=hours)), unit_of_work():
            appeal_services.pass_on(
                appeal_id=appeal.id, application_id=refused.of_sfax.id, owner_id=owner.id, due_at=None,
                by=refused.ada.id,
            )  # fmt: skip
    db.session.rollback()
    people = db.session.scalars(sa.select(Notice.person_id).where(Notice.kind == "appeal_made").order_by(Notice.id))
    assert list(people) == [refused.abel.id, third.id, refused.abel.id]


def test_an_appeal_is_passed_on(app: Flask, refused: Committee) -> None:
    browser(app, refused.salma).post(f"{OF_CITY}/appeal", data=APPEAL)
    client, address = browser(app, refused.abel), f"{LIST}/{refused.of_sfax.id}/appeal/owner"
    seen = appeal_services.mark_of(appeals()[0])
    for owner in (refused.ada.id, refused.salma.id, "", "x", "9" * 30):
        assert client.post(address, data={"owner": owner, "day": "2026-12-01"}).status_code == 422
    for day in ("", "x", "2026-11-20", "2028-01-01", "9999-12-31"):
        assert client.post(address, data={"owner": refused.abel.id, "day": day}).status_code == 422
    sent = {"owner": refused.abel.id, "day": "2026-12-01", "seen": seen}
    assert client.post(address, data=sent).status_code == 303
    assert appeals()[0].due_at == datetime(2026, 12, 1, 23, 0, tzinfo=UTC)
    said = words(client.get(f"{LIST}/{refused.of_sfax.id}"))
    assert "Saved." in said and "is told" not in said  # the same person answers, by another day
    assert client.post(address, data=sent).status_code == 303  # once more: it stands already


def shown(html: str) -> str:
    (mark,) = re.findall(r'name="seen" type="hidden" value="([^"]*)"', html)
    return str(mark)


def test_an_older_page_undoes_nobodys_passing_on(app: Flask, refused: Committee) -> None:
    third = a_person("Third Person", roles=(Role.ADMINISTRATOR,))
    browser(app, refused.salma).post(f"{OF_CITY}/appeal", data=APPEAL)
    page = f"{LIST}/{refused.of_sfax.id}"
    one, other = browser(app, refused.ada), browser(app, refused.abel)
    seen = shown(one.get(page).text)
    passed = {"owner": third.id, "day": "2026-12-21", "seen": seen}
    assert other.post(f"{page}/appeal/owner", data=passed).status_code == 303
    assert "Saved. Whoever answers now is told." in words(other.get(page))
    typed = {"owner": refused.abel.id, "day": "2026-12-10"}
    for mark in (seen, "", "x"):
        answer = one.post(f"{page}/appeal/owner", data={**typed, "seen": mark})
        said = words(answer, 409)
        assert "Third Person answers for it now, by the end of 21 December 2026. Nothing was saved." in said
        assert 'value="2026-12-10"' in answer.text
        assert f'<option selected value="{refused.abel.id}">' in answer.text
        assert appeals()[0].owner_id == third.id
    assert one.post(f"{page}/appeal/owner", data={**typed, "seen": shown(answer.text)}).status_code == 303
    assert appeals()[0].owner_id == refused.abel.id


def test_who_decided_does_not_answer(app: Flask, refused: Committee) -> None:
    browser(app, refused.salma).post(f"{OF_CITY}/appeal", data=APPEAL)
    answer = browser(app, refused.ada).post(f"{LIST}/{refused.of_sfax.id}/appeal/answer", data=UPHOLD)
    assert answer.status_code == 403
    assert appeals()[0].state == AppealState.OPEN


def test_an_appeal_that_is_upheld_changes_the_decision(app: Flask, refused: Committee) -> None:
    browser(app, refused.salma).post(f"{OF_CITY}/appeal", data=APPEAL)
    client, address = browser(app, refused.abel), f"{LIST}/{refused.of_sfax.id}/appeal/answer"
    for amount, why in (("", "Write how much"), ("60000", "at most €50,000")):
        assert why in words(client.post(address, data={**UPHOLD, "amount": amount}), 422)
    assert client.post(address, data=UPHOLD).status_code == 303
    (appeal,) = appeals()
    row = db.session.get_one(Application, refused.of_sfax.id, populate_existing=True)
    assert (appeal.state, appeal.answered_by_id) == (AppealState.UPHELD, refused.abel.id)
    assert (row.state, row.amount, row.decided_by_id) == ("awarded", 20_000, refused.abel.id)
    frozen = db.session.scalars(sa.select(Frozen).where(Frozen.occasion == Occasion.APPEAL)).one()
    assert freezing.is_intact(frozen)
    assert len(db.session.scalars(sa.select(Duty)).all()) == 1
    event = db.session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "appeal.uphold")).one()
    assert event.details["before"] == {
        "outcome": "refused", "amount": None, "reason": "Too dear.", "by": refused.ada.id, "at": NOW.isoformat()
    }  # fmt: skip
    assert event.details["hash"] == frozen.hash
    assert told("appeal_answered") == {refused.salma.id, refused.amina.id}
    city = browser(app, refused.salma)
    assert "Decided again after your appeal of 21 November 2026." in words(city.get(f"{OF_CITY}/letter"))
    assert "is upheld, and the decision changed" in words(city.get("/notices"))
    assert client.post(address, data=DISMISS).status_code == 409  # nothing is open any more


def test_an_appeal_that_is_dismissed_leaves_the_decision(app: Flask, refused: Committee) -> None:
    city = browser(app, refused.salma)
    city.post(f"{OF_CITY}/appeal", data=APPEAL)
    client, address = browser(app, refused.abel), f"{LIST}/{refused.of_sfax.id}/appeal/answer"
    assert "Give the reasons." in words(client.post(address, data={**DISMISS, "answer": ""}), 422)
    assert client.post(address, data=DISMISS).status_code == 303
    row = db.session.get_one(Application, refused.of_sfax.id, populate_existing=True)
    assert (row.state, row.decision_reason) == ("refused", "Too dear.")
    said = words(city.get(f"{OF_CITY}/appeal"))
    assert "Dismissed The decision stays." in said and "The budget stays too high." in said
    assert db.session.scalars(sa.select(Frozen).where(Frozen.occasion == Occasion.APPEAL)).all() == []


def test_an_answer_that_comes_after_the_appeal_was_passed_on_or_answered_is_given_back(
    app: Flask, refused: Committee
) -> None:
    third = a_person("Third Person", roles=(Role.ADMINISTRATOR,))
    address, client = f"{LIST}/{refused.of_sfax.id}/appeal/answer", browser(app, refused.abel)
    assert client.post(address, data=DISMISS).status_code == 404  # the city never appealed
    browser(app, refused.salma).post(f"{OF_CITY}/appeal", data=APPEAL)
    with unit_of_work():
        appeal_services.pass_on(
            appeal_id=appeals()[0].id, application_id=refused.of_sfax.id, owner_id=third.id, due_at=None,
            by=refused.ada.id,
        )  # fmt: skip
    for sent, status in ((UPHOLD, 403), ({**UPHOLD, "amount": "lots"}, 422)):
        said = words(client.post(address, data=sent), status)
        assert "Another administrator answers for this appeal. What you typed was not saved." in said
        assert f"Uphold: the decision changes {sent['amount']} {UPHOLD['answer']}" in said
    other = browser(app, third)
    assert other.post(address, data=DISMISS).status_code == 303
    said = words(client.post(address, data=UPHOLD), 409)
    assert "This appeal was answered meanwhile." in said and UPHOLD["answer"] in said and DISMISS["answer"] in said
    assert "meanwhile" not in words(other.post(address, data=DISMISS), 409)  # pressed twice: nothing is lost
    assert appeals()[0].state == AppealState.DISMISSED


def test_the_amount_of_an_award_can_be_appealed(app: Flask, committee: Committee) -> None:
    decide(committee, Decision(AWARDED, 10_000, ""))
    browser(app, committee.salma).post(f"{OF_CITY}/appeal", data=APPEAL)
    client, address = browser(app, committee.abel), f"{LIST}/{committee.of_sfax.id}/appeal/answer"
    same = client.post(address, data={**UPHOLD, "amount": "10000"})
    assert "The city was awarded this amount before." in words(same, 422)
    with unit_of_work():
        db.session.get_one(GrantCall, committee.call.id).grants = 1  # another amount is no further grant
    assert client.post(address, data=UPHOLD).status_code == 303
    db.session.rollback()
    assert db.session.get_one(Application, committee.of_sfax.id).amount == 20_000
    assert len(db.session.scalars(sa.select(Duty)).all()) == 1


def test_an_upheld_appeal_beyond_the_number_of_grants_is_said(app: Flask, refused: Committee) -> None:
    decide(refused, Decision(AWARDED, 10_000, ""), refused.of_ghent)
    with unit_of_work():
        db.session.get_one(GrantCall, refused.call.id).grants = 1
    browser(app, refused.salma).post(f"{OF_CITY}/appeal", data=APPEAL)
    client, address = browser(app, refused.abel), f"{LIST}/{refused.of_sfax.id}/appeal/answer"
    assert "This would be 1 more." in words(client.post(address, data=UPHOLD), 422)
    assert client.post(address, data={**UPHOLD, "beyond": "y"}).status_code == 303


def test_a_late_answer_is_said_so(app: Flask, refused: Committee) -> None:
    browser(app, refused.salma).post(f"{OF_CITY}/appeal", data=APPEAL)
    with clock.at(NOW + timedelta(days=40)):
        html = browser(app, refused.abel).get(f"{LIST}/{refused.of_sfax.id}").get_data(as_text=True)
    assert '<span class="tag late">To be answered by the end of 21 December 2026' in html


# --- reminders ---------------------------------------------------------------------------------


def reminders() -> list[tuple[int, bool]]:
    db.session.rollback()
    rows = db.session.scalars(sa.select(Notice).where(Notice.kind == "appeal_due").order_by(Notice.id))
    return [(row.person_id, row.values["late"]) for row in rows]


def test_who_answers_is_reminded_a_week_before_and_all_who_could_once_it_is_late(
    app: Flask, refused: Committee
) -> None:
    other = a_person("Ola Other", roles=(Role.ADMINISTRATOR,))
    browser(app, refused.salma).post(f"{OF_CITY}/appeal", data=APPEAL)
    (appeal,) = appeals()
    assert appeal.owner_id == refused.abel.id
    due, owner = appeal.due_at, refused.abel.id
    soon, late = [(owner, False)], [(owner, True), (other.id, True)]
    for moment, told_so_far in (
        (due - 7 * DAY - timedelta(seconds=1), []),
        (due - 7 * DAY, soon),
        (due - timedelta(seconds=1), soon),
        (due, soon + late),
        (due + 29 * DAY, soon + late),
    ):
        with clock.at(moment):
            remind_appeals()
        assert reminders() == told_so_far
    with clock.at(due):
        said = words(browser(app, refused.abel).get("/notices"))
        assert "The appeal of Sfax about “Local Innovation Grant 2027” is to be answered by the end of" in said
        assert "Your answer to the appeal of Sfax about “Local Innovation Grant 2027” is late" in said
        assert "and you may give it: open it" in words(browser(app, other).get("/notices"))
        assert "The administrators of the network are reminded of it." in words(
            browser(app, refused.salma).get(f"{OF_CITY}/appeal")
        )


def test_a_day_that_is_put_off_reminds_anew_and_an_answer_ends_it(app: Flask, refused: Committee) -> None:
    browser(app, refused.salma).post(f"{OF_CITY}/appeal", data=APPEAL)
    (appeal,) = appeals()
    due, owner = appeal.due_at, refused.abel.id
    with clock.at(due - DAY):
        assert remind_appeals() == 1
    with unit_of_work():
        appeal_services.pass_on(
            appeal_id=appeal.id, application_id=refused.of_sfax.id, owner_id=owner, due_at=due + 9 * DAY, by=owner
        )
    with clock.at(due):
        assert remind_appeals() == 0
    with clock.at(due + 8 * DAY):
        assert remind_appeals() == 1
    assert reminders() == [(owner, False)] * 2
    with clock.at(due + 8 * DAY), unit_of_work():
        answer = appeal_services.Answer(AppealState.DISMISSED, "It stays.")
        appeal_services.answer(appeal_id=appeal.id, application_id=refused.of_sfax.id, given=answer, by=owner)
    with clock.at(due + 10 * DAY):
        assert remind_appeals() == 0


def test_an_appeal_that_nobody_answers_for_is_told_to_who_can_change_that(app: Flask, refused: Committee) -> None:
    moved(refused.abel, refused.sfax, NOW - DAY)
    browser(app, refused.salma).post(f"{OF_CITY}/appeal", data=APPEAL)
    (appeal,) = appeals()
    assert appeal.owner_id is None
    with clock.at(appeal.due_at - DAY):
        remind_appeals()
    assert reminders() == [(refused.ada.id, False)]


@pytest.mark.parametrize("why", ["moved", "left", "ended"])
def test_an_owner_who_can_no_longer_answer_is_marked_and_the_others_are_told_at_once(
    app: Flask, refused: Committee, why: str
) -> None:
    browser(app, refused.salma).post(f"{OF_CITY}/appeal", data=APPEAL)
    (appeal,) = appeals()
    due = appeal.due_at
    other = a_person("Ola Other", roles=(Role.ADMINISTRATOR,))
    with clock.at(NOW + DAY):
        assert remind_appeals() == 0
    if why == "moved":
        moved(refused.abel, refused.sfax, NOW)
    else:
        with unit_of_work():
            if why == "left":
                db.session.get_one(Person, refused.abel.id).state = PersonState.LEFT
            else:
                of_abel = PersonRole.person_id == refused.abel.id
                db.session.execute(sa.update(PersonRole).where(of_abel).values(to_at=NOW))
    said = words(browser(app, refused.ada).get(f"{LIST}/{refused.of_sfax.id}"))
    assert "Answered for by Abel Norton can no longer answer; pass it on" in said
    told_so_far = []
    for moment, late in ((NOW + DAY, False), (due - DAY, False), (due, True)):
        with clock.at(moment):
            assert remind_appeals() == 1
            assert remind_appeals() == 1  # told before
        told_so_far.append((other.id, late))
        assert reminders() == told_so_far
    with clock.at(due):
        said = words(browser(app, other).get("/notices"))
    assert said.count("Whoever answered for the appeal of Sfax") == 2 and "Your answer" not in said


def test_who_decided_is_not_told_that_they_may_answer(app: Flask, refused: Committee) -> None:
    browser(app, refused.salma).post(f"{OF_CITY}/appeal", data=APPEAL)
    moved(refused.abel, refused.sfax, NOW)
    (appeal,) = appeals()
    with clock.at(appeal.due_at):
        remind_appeals()
        assert reminders() == [(refused.ada.id, True)]
        said = words(browser(app, refused.ada).get("/notices"))
    assert "and it takes another administrator to give it: open it" in said and "you may give it" not in said


def answer_it(refused: Committee, appeal: Appeal) -> None:
    given = appeal_services.Answer(AppealState.DISMISSED, "It stays.")
    appeal_services.answer(appeal_id=appeal.id, application_id=refused.of_sfax.id, given=given, by=refused.abel.id)


def pass_it_on(refused: Committee, appeal: Appeal) -> None:
    other = a_person("Ola Other", roles=(Role.ADMINISTRATOR,))
    appeal_services.pass_on(
        appeal_id=appeal.id, application_id=refused.of_sfax.id, owner_id=other.id, due_at=None, by=refused.ada.id
    )


def put_it_off(refused: Committee, appeal: Appeal) -> None:
    appeal_services.pass_on(
        appeal_id=appeal.id, application_id=refused.of_sfax.id, owner_id=refused.abel.id,
        due_at=appeal.due_at + 20 * DAY, by=refused.abel.id,
    )  # fmt: skip


def move_there(refused: Committee, _appeal: Appeal) -> None:
    moved(refused.abel, refused.sfax, NOW)


@pytest.mark.parametrize("change", [answer_it, pass_it_on, put_it_off, move_there])
@pytest.mark.parametrize("before", [6 * DAY, -DAY])
def test_what_somebody_has_no_longer_to_answer_is_not_mailed(
    app: Flask, refused: Committee, change: Callable[[Committee, Appeal], None], before: timedelta
) -> None:
    browser(app, refused.salma).post(f"{OF_CITY}/appeal", data=APPEAL)
    (appeal,) = appeals()
    due = appeal.due_at
    with clock.at(due - before):
        mail_notices()
        assert remind_appeals() == 1
    with clock.at(due - before), unit_of_work():
        change(refused, appeal)
        db.session.execute(sa.delete(Notice).where(Notice.kind != "appeal_due"))
    assert mailed(due - before + DAY) == 0


def test_an_appeal_that_still_waits_is_mailed_of(app: Flask, refused: Committee) -> None:
    browser(app, refused.salma).post(f"{OF_CITY}/appeal", data=APPEAL)
    (appeal,) = appeals()
    due = appeal.due_at
    for moment in (due - 6 * DAY, due + DAY):
        with clock.at(moment):
            mail_notices()
            remind_appeals()
        assert mailed(moment + DAY) == 1
