"""What administrators do with a call, before and after it is published."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa
from flask import Flask

from app.core import clock
from app.core.models import AuditEvent
from app.core.transactions import unit_of_work
from app.extensions import db
from app.grants import services
from app.grants.calls import queries as call_queries
from app.grants.calls import services as call_services
from app.grants.calls.checks import Lack
from app.grants.calls.errors import (
    AddressStays,
    AddressTaken,
    ChangedMeanwhile,
    ClosedForGood,
    ClosesTooEarly,
    ClosingOnlyLater,
    CurrencyNeeded,
    CurrencyStays,
    Disputed,
    NotReady,
    OpenAlready,
    OpeningStays,
    OpensInThePast,
    ReasonNeeded,
    RuleOutOfTime,
    ZoneStays,
)
from app.grants.calls.facts import facts_of
from app.grants.calls.queries import Stage
from app.grants.calls.questionnaire import Question, QuestionKind, Questionnaire
from app.grants.models import CallChange, ChangeKind, GrantCall
from app.grants.rules import Certified
from tests.factories import a_course, a_person, text
from tests.grants.calls import FACTS, drafted, published
from tests.grants.factories import DAY, NOW


def change(call: GrantCall, by: int, why: str = "Asked for by cities", **changes: Any) -> None:
    with unit_of_work():
        stands = facts_of(db.session.get_one(GrantCall, call.id))
        call_services.change_settings(
            call_id=call.id, facts=msgspec.structs.replace(stands, **changes), before=stands, why=why, by=by
        )


def logged(call: GrantCall) -> list[tuple[str, str, dict[str, Any]]]:
    return [(change.kind, change.why, change.values) for change in call_queries.list_changes(call.id)]


@pytest.fixture
def by(app: Flask) -> int:
    return a_person().id


def test_a_call_begins_as_a_draft_at_an_address_of_its_own(by: int) -> None:
    with clock.at(NOW), unit_of_work():
        first = call_services.begin_call(facts=FACTS, source_language="fr", by=by)
        assert call_queries.get_desk("safer-streets", NOW).stage is Stage.DRAFT
        assert (first.title.best("fr", "fr"), first.source_language) == ("Safer streets", "fr")
        with pytest.raises(AddressTaken):
            call_services.begin_call(facts=FACTS, source_language="en", by=by)
        bare = msgspec.structs.replace(FACTS, slug="")
        assert call_services.begin_call(facts=bare, source_language="en", by=by).slug == "safer-streets-2"
        new = msgspec.structs.replace(FACTS, slug="", title="New")
        assert call_services.begin_call(facts=new, source_language="en", by=by).slug == "new-2"
        with pytest.raises(AddressTaken):
            call_services.begin_call(facts=msgspec.structs.replace(new, slug="new"), source_language="en", by=by)


def test_a_draft_changes_freely_and_nothing_of_it_is_public(by: int) -> None:
    with clock.at(NOW):
        call = drafted(by)
        change(call, by, why="", slug="streets", opens_at=NOW - DAY, currency=None, title="Streets", ceiling=None)
        desk = call_queries.get_desk("streets", NOW)
        assert desk.call.title == text("Streets")
        assert (desk.call.currency, desk.call.ceiling, desk.call.opens_at) == (None, None, NOW - DAY)
        assert logged(call) == []
    said = db.session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "grant_call.settings")).one()
    assert said.details["changed"] == ["ceiling", "currency", "opens_at", "slug", "title"]


def test_two_administrators_who_change_different_things_both_have_it(by: int) -> None:
    with clock.at(NOW):
        call = drafted(by)
        seen = FACTS
        change(call, by, title="Streets for all")
        with unit_of_work():
            mine = msgspec.structs.replace(seen, grants=7)
            call_services.change_settings(call_id=call.id, facts=mine, before=seen, why="", by=by)
        db.session.expire_all()
        stands = facts_of(db.session.get_one(GrantCall, call.id))
        assert (stands.title, stands.grants) == ("Streets for all", 7)


def test_two_administrators_who_change_the_same_see_both_values(by: int) -> None:
    with clock.at(NOW):
        call = drafted(by)
        change(call, by, title="Streets for all", grants=4)
        mine = msgspec.structs.replace(FACTS, title="Streets", ceiling=1)
        with pytest.raises(Disputed) as disputed, unit_of_work():
            call_services.change_settings(call_id=call.id, facts=mine, before=FACTS, why="", by=by)
        assert disputed.value.fields == {"title"}
        assert disputed.value.theirs.title == "Streets for all"
        assert (disputed.value.mine.title, disputed.value.mine.grants, disputed.value.mine.ceiling) == ("Streets", 4, 1)


def test_two_administrators_whose_dates_do_not_go_together_are_told_so(by: int) -> None:
    """Each alone is in order: one moves the opening to later, the other the closing to earlier."""
    with clock.at(NOW):
        call = drafted(by)
        change(call, by, opens_at=NOW + 30 * DAY)
        mine = msgspec.structs.replace(FACTS, closes_at=NOW + 20 * DAY)
        with (
            pytest.raises(ClosesTooEarly, match=r"Somebody else moved a date meanwhile: .*21 December"),
            unit_of_work(),
        ):
            call_services.change_settings(call_id=call.id, facts=mine, before=FACTS, why="", by=by)
        db.session.rollback()
        assert facts_of(db.session.get_one(GrantCall, call.id)).closes_at == FACTS.closes_at


LACKING: list[tuple[Lack, Callable[[GrantCall], None]]] = [
    (Lack.SUMMARY, lambda call: setattr(call, "summary", text(" "))),
    (Lack.RULE, lambda call: setattr(call, "rule_id", None)),
    (Lack.QUESTIONS, lambda call: setattr(call, "questionnaire", Questionnaire())),
    (Lack.OPENED, lambda call: setattr(call, "opens_at", NOW)),
    (Lack.CLOSED, lambda call: (setattr(call, "opens_at", NOW - DAY), setattr(call, "closes_at", NOW))[0]),  # type: ignore[func-returns-value]
    (Lack.CURRENCY, lambda call: _asks_for_money(call)),
]


def _asks_for_money(call: GrantCall) -> None:
    call.currency = None
    call.questionnaire = Questionnaire(questions=(Question("sum", QuestionKind.AMOUNT, text("How much?")),))


@pytest.mark.parametrize(("lack", "spoil"), LACKING, ids=[lack.value for lack, _spoil in LACKING])
def test_what_is_missing_keeps_a_call_from_being_published(
    by: int, lack: Lack, spoil: Callable[[GrantCall], None]
) -> None:
    with clock.at(NOW):
        call = drafted(by)
        with unit_of_work():
            row = db.session.get_one(GrantCall, call.id)
            spoil(row)
            db.session.flush()
            version, rule_id = row.version_id, row.rule_id
        with pytest.raises(NotReady) as refused, unit_of_work():
            call_services.publish(call_id=call.id, seen=version, rule_id=rule_id, by=by)
        assert refused.value.lacks == [lack]
        assert call_queries.get_desk("safer-streets", NOW).lacks == [lack]


def test_the_days_of_a_rule_are_asked_again_where_the_dates_of_its_call_have_moved(by: int) -> None:
    course = a_course()  # whose certificates are valid for two years
    with clock.at(NOW):
        call = drafted(by)
        with unit_of_work():
            dated = Certified(course.id, valid_on=date(2028, 12, 30))
            services.set_rule(call_id=call.id, rule=dated, by=by, reason="A day")
        change(call, by, closes_at=FACTS.closes_at - 2 * DAY)

        def publish() -> None:
            with unit_of_work():
                row = db.session.get_one(GrantCall, call.id, populate_existing=True)
                call_services.publish(call_id=call.id, seen=row.version_id, rule_id=row.rule_id, by=by)

        with pytest.raises(NotReady) as refused:
            publish()
        assert refused.value.lacks == [Lack.DAYS]
        change(call, by, closes_at=FACTS.closes_at)
        publish()
        with pytest.raises(RuleOutOfTime) as early:
            change(call, by, closes_at=FACTS.closes_at - 2 * DAY)
        assert str(early.value).startswith(
            "With this closing nobody could meet the rule. A certificate in “The city’s part” is valid for 24 months."
        )
        change(call, by, closes_at=FACTS.closes_at + DAY)
        change(call, by, closes_at=FACTS.closes_at)


def test_what_was_not_seen_is_not_published_and_twice_is_once(by: int) -> None:
    with clock.at(NOW):
        call = drafted(by)
        seen, rule_id = call.version_id, call.rule_id
        change(call, by, title="Another title")
        with pytest.raises(ChangedMeanwhile), unit_of_work():
            call_services.publish(call_id=call.id, seen=seen, rule_id=rule_id, by=by)
        for _press in range(2):
            with unit_of_work():
                seen = db.session.get_one(GrantCall, call.id, populate_existing=True).version_id
                call_services.publish(call_id=call.id, seen=seen, rule_id=rule_id, by=by)
        assert logged(call) == [(ChangeKind.PUBLISHED, "", {})]
        assert call_queries.get_desk("safer-streets", NOW).stage is Stage.COMING


def test_it_is_withdrawn_before_it_opens_only_and_says_why(by: int) -> None:
    with clock.at(NOW):
        call = published(by)
        with pytest.raises(ReasonNeeded), unit_of_work():
            call_services.withdraw(call_id=call.id, why="", by=by)
        with unit_of_work():
            call_services.withdraw(call_id=call.id, why="The fund is late", by=by)
            call_services.withdraw(call_id=call.id, why="Once more", by=by)
        assert call_queries.get_desk("safer-streets", NOW).stage is Stage.DRAFT
        assert logged(call)[1:] == [(ChangeKind.PUBLISHED, "The fund is late", {"withdrawn": True})]
        with unit_of_work():
            row = db.session.get_one(GrantCall, call.id, populate_existing=True)
            call_services.publish(call_id=call.id, seen=row.version_id, rule_id=row.rule_id, by=by)
    with clock.at(FACTS.opens_at), pytest.raises(OpenAlready), unit_of_work():
        call_services.withdraw(call_id=call.id, why="Too late", by=by)


def test_a_published_call_changes_with_a_reason_that_everyone_reads(by: int) -> None:
    with clock.at(NOW):
        call = published(by)
        with pytest.raises(ReasonNeeded):
            change(call, by, why="", grants=4)
        change(call, by, why="Asked for", grants=4, closes_at=FACTS.closes_at + DAY, summary="For what comes second.")
        assert logged(call)[1:] == [
            (ChangeKind.DATES, "Asked for", {
                "zone": "Africa/Tunis",
                "closes_at": [FACTS.closes_at.isoformat(), (FACTS.closes_at + DAY).isoformat()],
            }),
            (ChangeKind.TEXTS, "Asked for", {
                "summary": ["For what comes first.", "For what comes second."], "grants": [3, 4],
            }),
        ]  # fmt: skip
        change(call, by, why="", grants=4)  # nothing changed, so there is nothing to say
        assert len(logged(call)) == 3


def test_what_changes_while_a_call_is_withdrawn_stands_in_its_log_too(by: int) -> None:
    with clock.at(NOW):
        call = published(by)
        with unit_of_work():
            call_services.withdraw(call_id=call.id, why="The fund is late", by=by)
        with pytest.raises(ReasonNeeded):
            change(call, by, why="", closes_at=FACTS.closes_at - DAY)
        change(call, by, why="Less time", closes_at=FACTS.closes_at - DAY, slug="streets")
        with unit_of_work():
            row = db.session.get_one(GrantCall, call.id, populate_existing=True)
            call_services.publish(call_id=call.id, seen=row.version_id, rule_id=row.rule_id, by=by)
        assert [(kind, why) for kind, why, _values in logged(call)] == [
            (ChangeKind.PUBLISHED, ""),
            (ChangeKind.PUBLISHED, "The fund is late"),
            (ChangeKind.DATES, "Less time"),
            (ChangeKind.TEXTS, "Less time"),
            (ChangeKind.PUBLISHED, ""),
        ]
        assert logged(call)[3][2] == {"slug": ["safer-streets", "streets"]}


@pytest.mark.parametrize("kind", [QuestionKind.AMOUNT, QuestionKind.BUDGET])
def test_a_published_call_that_asks_for_amounts_keeps_a_currency(by: int, kind: QuestionKind) -> None:
    with clock.at(NOW):
        call = drafted(by)
        with unit_of_work():
            row = db.session.get_one(GrantCall, call.id)
            row.questionnaire = Questionnaire(questions=(Question("sum", kind, text("How much?")),))
            db.session.flush()
            call_services.publish(call_id=call.id, seen=row.version_id, rule_id=row.rule_id, by=by)
        with pytest.raises(CurrencyNeeded):
            change(call, by, currency=None, ceiling=None)
        db.session.rollback()
        change(call, by, currency="TND")
        with unit_of_work():
            call_services.withdraw(call_id=call.id, why="The fund is late", by=by)
        change(call, by, currency=None, ceiling=None)  # a draft again: publishing asks for it


BEFORE_OPENING = NOW + 5 * DAY
OPEN = FACTS.opens_at
CLOSED = FACTS.closes_at
REFUSED: list[tuple[str, datetime, dict[str, Any], type[Exception] | None]] = [
    ("address", BEFORE_OPENING, {"slug": "streets"}, AddressStays),
    ("closes earlier before opening", BEFORE_OPENING, {"closes_at": CLOSED - DAY}, None),
    ("opens in the past", BEFORE_OPENING, {"opens_at": NOW + DAY}, OpensInThePast),
    ("opens this moment", BEFORE_OPENING, {"opens_at": BEFORE_OPENING}, OpensInThePast),
    ("opens earlier", BEFORE_OPENING, {"opens_at": NOW + 6 * DAY}, None),
    ("zone before opening", BEFORE_OPENING, {"time_zone": "Europe/Brussels"}, None),
    ("currency before opening", BEFORE_OPENING, {"currency": "TND"}, None),
    ("opening a second before it opens", OPEN - timedelta(seconds=1), {"opens_at": OPEN + DAY}, None),
    ("opening the second it opens", OPEN, {"opens_at": OPEN + DAY}, OpeningStays),
    ("zone once open", OPEN, {"time_zone": "Europe/Brussels"}, ZoneStays),
    ("currency once open", OPEN, {"currency": "TND"}, CurrencyStays),
    ("closes a second earlier once open", OPEN, {"closes_at": CLOSED - timedelta(seconds=1)}, ClosingOnlyLater),
    ("closes a second later once open", OPEN, {"closes_at": CLOSED + timedelta(seconds=1)}, None),
    ("closes later in the last second", CLOSED - timedelta(seconds=1), {"closes_at": CLOSED + DAY}, None),
    ("closes later the second it closed", CLOSED, {"closes_at": CLOSED + DAY}, ClosedForGood),
    ("title once closed", CLOSED, {"title": "Streets"}, None),
]


@pytest.mark.parametrize(("at", "wanted", "error"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_what_may_change_when(by: int, at: datetime, wanted: dict[str, Any], error: type[Exception] | None) -> None:
    with clock.at(NOW):
        call = published(by)
    with clock.at(at):
        if error is None:
            change(call, by, **wanted)
        else:
            with pytest.raises(error):
                change(call, by, **wanted)
    db.session.expire_all()
    stands = facts_of(db.session.get_one(GrantCall, call.id))
    assert stands == (FACTS if error else msgspec.structs.replace(FACTS, **wanted))
    assert db.session.scalar(sa.select(sa.func.count()).select_from(CallChange)) == (1 if error else 2)


@pytest.mark.parametrize("at", [OPEN, CLOSED])
def test_a_call_without_a_currency_gets_one_once_also_while_it_is_open(by: int, at: datetime) -> None:
    with clock.at(NOW):
        call = published(by)
        change(call, by, currency=None, ceiling=None)
    with clock.at(at):
        change(call, by, currency="EUR")
        for other in ("TND", None):
            with pytest.raises(CurrencyStays):
                change(call, by, currency=other)
            db.session.rollback()
