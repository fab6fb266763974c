"""Drafts, versions and the second person's word."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
import sqlalchemy as sa
from flask import Flask

from app.auth.models import Person, Role
from app.core import clock
from app.core.models import AuditEvent
from app.core.transactions import unit_of_work
from app.extensions import db
from app.grants.calls import services as call_services
from app.grants.editor import queries, services, shaping
from app.grants.editor.errors import (
    AlreadyDecided,
    CallHasClosed,
    CallHasOpened,
    DraftChanged,
    NothingNew,
    NothingToUndo,
    NotYourProposal,
    OwnProposal,
    ProposalWaits,
    ReasonNeeded,
    RuleHasFaults,
)
from app.grants.editor.versions import Ruled, VersionState
from app.grants.models import CallChange, ChangeKind, GrantCall, Rule, RuleDraft
from app.grants.rules import All, Any_, Certified, Completed, Node
from app.messages.models import Notice
from tests.at_once import at_once
from tests.factories import a_course, a_person
from tests.grants.factories import DAY, NOW, a_call


@dataclass(frozen=True)
class Desk:
    """A call with the rule `all(first)`; Ada and Omar are administrators."""

    call: GrantCall
    ada: Person
    omar: Person
    first: Node
    second: Node

    def seen(self) -> str:
        return self.ruled().seen

    def ruled(self) -> Ruled:
        return queries.get_ruled("local")

    def add(self, part: Node | None = None) -> None:
        """Ada adds the second requirement to the draft."""
        with unit_of_work():
            services.change_draft(
                call_id=self.call.id,
                seen=self.seen(),
                alter=lambda rule: shaping.add(rule, (), part or self.second),
                by=self.ada.id,
                what="add",
            )

    def propose(self) -> int:
        self.add()
        with unit_of_work():
            version = services.propose(call_id=self.call.id, seen=self.seen(), by=self.ada.id, reason="Cities asked.")
        return version.number


@pytest.fixture(params=["coming", "open"])
def desk(app: Flask, request: pytest.FixtureRequest) -> Iterator[Desk]:
    course, other = a_course(), a_course()
    first, second = Completed(course.id), Certified(other.id)
    opens_at = NOW + 5 * DAY if request.param == "coming" else NOW - 5 * DAY
    call = a_call(All(of=(first,)), slug="local", opens_at=opens_at)
    ada, omar = (a_person(name, roles=(Role.ADMINISTRATOR,)) for name in ("Ada Okafor", "Omar Haddad"))
    with clock.at(NOW):
        yield Desk(call, ada, omar, first, second)


coming = pytest.mark.parametrize("desk", ["coming"], indirect=True)
opened = pytest.mark.parametrize("desk", ["open"], indirect=True)


@coming
def test_the_first_change_begins_a_draft_and_the_rule_in_force_stays(desk: Desk) -> None:
    desk.add()
    call = desk.ruled()
    assert call.rule == All(of=(desk.first, desk.second))
    assert call.in_force and call.in_force.rule == All(of=(desk.first,))
    assert call.draft and (call.draft.saved_by, call.draft.version_id) == ("Ada Okafor", 1)
    assert call.changed


@coming
def test_of_two_who_change_the_same_draft_the_second_is_told(desk: Desk) -> None:
    seen = desk.seen()
    desk.add()
    with unit_of_work(), pytest.raises(DraftChanged):
        services.change_draft(
            call_id=desk.call.id, seen=seen, alter=lambda _rule: All(of=()), by=desk.omar.id, what="remove"
        )
    assert desk.ruled().rule == All(of=(desk.first, desk.second))


@coming
def test_a_page_from_before_a_draft_was_given_up_changes_nothing_of_the_next(desk: Desk) -> None:
    """Its number of saves is that of the new draft, what it says is not."""
    desk.add()
    seen = desk.seen()
    with unit_of_work():
        services.discard(call_id=desk.call.id, seen=seen, by=desk.omar.id)
    desk.add(desk.first)
    call = desk.ruled()
    assert call.draft and call.draft.version_id == 1
    with unit_of_work(), pytest.raises(DraftChanged):
        services.undo(call_id=desk.call.id, seen=seen, by=desk.ada.id)


@coming
def test_undo_takes_the_last_change_back_and_once_more_brings_it_again(desk: Desk) -> None:
    with unit_of_work(), pytest.raises(NothingToUndo):
        services.undo(call_id=desk.call.id, seen=desk.seen(), by=desk.ada.id)
    desk.add()
    both = desk.ruled().rule
    for expected in (All(of=(desk.first,)), both):
        with unit_of_work():
            services.undo(call_id=desk.call.id, seen=desk.seen(), by=desk.ada.id)
        assert desk.ruled().rule == expected
    with unit_of_work():
        services.discard(call_id=desk.call.id, seen=desk.seen(), by=desk.ada.id)
    assert desk.ruled().draft is None
    with unit_of_work():
        services.undo(call_id=desk.call.id, seen=desk.seen(), by=desk.ada.id)
    assert desk.ruled().rule == both


@coming
def test_before_the_call_opens_its_author_puts_a_version_in_force(desk: Desk) -> None:
    desk.add()
    version_before = db.session.get_one(GrantCall, desk.call.id).version_id
    with unit_of_work():
        services.put_in_force(call_id=desk.call.id, seen=desk.seen(), by=desk.ada.id, reason="Safer.")
    call = desk.ruled()
    assert call.in_force and (call.in_force.number, call.in_force.rule) == (2, All(of=(desk.first, desk.second)))
    assert call.draft is None
    states = [(v.number, v.state, v.written_by) for v in queries.list_versions(call)]
    assert states == [(2, VersionState.IN_FORCE, "Ada Okafor"), (1, VersionState.FORMER, None)]
    change = db.session.scalars(sa.select(CallChange)).one()
    assert (change.kind, change.why, change.values) == ("rule", "Safer.", {"number": 2, "former": 1})
    db.session.expire_all()
    assert db.session.get_one(GrantCall, desk.call.id).version_id == version_before
    actions = db.session.scalars(sa.select(AuditEvent.action).order_by(AuditEvent.id.desc()).limit(1)).all()
    assert actions == ["rule.put_in_force"]
    with unit_of_work(), pytest.raises(NothingToUndo):
        services.undo(call_id=desk.call.id, seen=desk.seen(), by=desk.ada.id)


def test_what_is_in_force_word_for_word_is_no_new_version(desk: Desk) -> None:
    with unit_of_work(), pytest.raises(NothingNew):
        services.propose(call_id=desk.call.id, seen=desk.seen(), by=desk.ada.id, reason="Why not?")


def test_a_rule_with_a_fault_is_neither_put_in_force_nor_proposed(desk: Desk) -> None:
    desk.add(Any_(of=()))
    for save in (services.put_in_force, services.propose):
        with unit_of_work(), pytest.raises(RuleHasFaults):
            save(call_id=desk.call.id, seen=desk.seen(), by=desk.ada.id, reason="A try")


@coming
def test_a_call_that_opens_while_its_rule_is_written_needs_a_second_person(desk: Desk) -> None:
    desk.add()
    with clock.at(desk.call.opens_at), unit_of_work(), pytest.raises(CallHasOpened):
        services.put_in_force(call_id=desk.call.id, seen=desk.seen(), by=desk.ada.id, reason="Too late")
    assert db.session.get(RuleDraft, desk.call.id) is not None


@coming
def test_a_change_of_a_call_that_everybody_can_read_says_why(desk: Desk) -> None:
    desk.add()
    with unit_of_work(), pytest.raises(ReasonNeeded):
        services.put_in_force(call_id=desk.call.id, seen=desk.seen(), by=desk.ada.id, reason=" ")
    assert db.session.scalars(sa.select(CallChange)).all() == []


@coming
def test_a_rule_that_changes_while_its_call_is_withdrawn_says_why_too(desk: Desk) -> None:
    with unit_of_work():
        call_services.withdraw(call_id=desk.call.id, why="The fund is late", by=desk.ada.id)
    desk.add()
    with unit_of_work(), pytest.raises(ReasonNeeded):
        services.put_in_force(call_id=desk.call.id, seen=desk.seen(), by=desk.ada.id, reason=" ")
    with unit_of_work():
        services.put_in_force(call_id=desk.call.id, seen=desk.seen(), by=desk.ada.id, reason="Too narrow")
    log = db.session.scalars(sa.select(CallChange).order_by(CallChange.id)).all()
    assert [(change.kind, change.why) for change in log] == [
        (ChangeKind.PUBLISHED, "The fund is late"),
        (ChangeKind.RULE, "Too narrow"),
    ]


@coming
def test_a_call_that_nobody_can_read_yet_has_not_opened_and_its_log_says_nothing(desk: Desk) -> None:
    with unit_of_work():
        db.session.get_one(GrantCall, desk.call.id).published_at = None
    desk.add()
    with clock.at(desk.call.opens_at + DAY), unit_of_work():
        services.put_in_force(call_id=desk.call.id, seen=desk.seen(), by=desk.ada.id, reason="")
    assert db.session.scalars(sa.select(CallChange)).all() == []


@opened
def test_after_opening_a_rule_waits_and_the_other_administrators_are_told(desk: Desk) -> None:
    number = desk.propose()
    call = desk.ruled()
    assert (call.waiting, call.draft) == (number, None)
    assert call.in_force and call.in_force.number == 1
    told = db.session.scalars(sa.select(Notice).where(Notice.kind == "rule_waits")).all()
    assert [notice.person_id for notice in told] == [desk.omar.id]
    assert told[0].values["number"] == number
    assert db.session.scalars(sa.select(CallChange)).all() == []


@opened
def test_a_change_after_opening_says_why(desk: Desk) -> None:
    desk.add()
    with unit_of_work(), pytest.raises(ReasonNeeded):
        services.propose(call_id=desk.call.id, seen=desk.seen(), by=desk.ada.id, reason="  ")


@opened
def test_of_one_call_one_rule_waits_at_a_time(desk: Desk) -> None:
    desk.propose()
    desk.add()
    with unit_of_work(), pytest.raises(ProposalWaits):
        services.propose(call_id=desk.call.id, seen=desk.seen(), by=desk.omar.id, reason="Mine too")
    assert desk.ruled().draft is not None


@opened
def test_the_second_person_puts_it_in_force_and_the_log_says_why(desk: Desk) -> None:
    number = desk.propose()
    later = NOW + DAY
    with clock.at(later), unit_of_work():
        services.approve(call_id=desk.call.id, number=number, by=desk.omar.id)
    call = desk.ruled()
    version = queries.get_version(call, number)
    assert (version.state, version.approved_by_name, version.in_force_at) == (
        VersionState.IN_FORCE, "Omar Haddad", later,
    )  # fmt: skip
    change = db.session.scalars(sa.select(CallChange)).one()
    assert (change.at, change.why, change.person_id) == (later, "Cities asked.", desk.ada.id)


@opened
def test_nobody_decides_on_what_they_wrote(desk: Desk) -> None:
    number = desk.propose()
    with unit_of_work(), pytest.raises(OwnProposal):
        services.approve(call_id=desk.call.id, number=number, by=desk.ada.id)
    with unit_of_work(), pytest.raises(OwnProposal):
        services.dismiss(call_id=desk.call.id, number=number, by=desk.ada.id, why="On second thoughts")
    assert desk.ruled().waiting == number


@opened
def test_what_is_dismissed_stays_on_record_and_is_approved_no_more(desk: Desk) -> None:
    number = desk.propose()
    with unit_of_work(), pytest.raises(ReasonNeeded):
        services.dismiss(call_id=desk.call.id, number=number, by=desk.omar.id, why=" ")
    with unit_of_work():
        services.dismiss(call_id=desk.call.id, number=number, by=desk.omar.id, why="It shuts small cities out.")
    with unit_of_work(), pytest.raises(AlreadyDecided):
        services.approve(call_id=desk.call.id, number=number, by=desk.omar.id)
    version = queries.get_version(desk.ruled(), number)
    assert (version.state, version.dismissed_by, version.dismissed_why) == (
        VersionState.DISMISSED, "Omar Haddad", "It shuts small cities out.",
    )  # fmt: skip
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Rule)) == 2
    assert desk.propose() == number + 1


@opened
def test_two_approvals_are_one(desk: Desk) -> None:
    number = desk.propose()
    third = a_person("Mei Lin", roles=(Role.ADMINISTRATOR,))
    with unit_of_work():
        services.approve(call_id=desk.call.id, number=number, by=desk.omar.id)
    with unit_of_work(), pytest.raises(AlreadyDecided):
        services.approve(call_id=desk.call.id, number=number, by=third.id)
    assert queries.get_version(desk.ruled(), number).approved_by_name == "Omar Haddad"
    assert len(db.session.scalars(sa.select(CallChange)).all()) == 1


@opened
def test_of_an_approval_and_a_dismissal_in_the_same_moment_one_holds(app: Flask, desk: Desk) -> None:
    number, call_id = desk.propose(), desk.call.id
    omar, mei = desk.omar.id, a_person("Mei Lin", roles=(Role.ADMINISTRATOR,)).id
    db.session.remove()

    def decide(decision: Callable[[], object]) -> bool:
        with app.app_context(), clock.at(NOW):
            try:
                with unit_of_work():
                    decision()
            except AlreadyDecided:
                return False
            return True

    done = at_once(
        [
            lambda: decide(lambda: services.approve(call_id=call_id, number=number, by=omar)),
            lambda: decide(lambda: services.dismiss(call_id=call_id, number=number, by=mei, why="Too hard.")),
        ]
    )
    assert sorted(done) == [False, True]
    version = queries.get_version(desk.ruled(), number)
    assert (version.in_force_at is None) is not (version.dismissed_at is None)
    assert (version.approved_by_name is None) is not (version.dismissed_by is None)
    changes = db.session.scalar(sa.select(sa.func.count()).select_from(CallChange))
    assert changes == (1 if done[0] else 0)


@coming
def test_a_draft_starts_from_an_old_version(desk: Desk) -> None:
    desk.add()
    with unit_of_work():
        services.put_in_force(call_id=desk.call.id, seen=desk.seen(), by=desk.ada.id, reason="Safer.")
    with unit_of_work():
        services.start_from(call_id=desk.call.id, number=1, seen=desk.seen(), by=desk.omar.id)
    call = desk.ruled()
    assert call.rule == All(of=(desk.first,))
    assert call.changed


@opened
def test_once_the_call_has_closed_its_rule_stays(desk: Desk) -> None:
    desk.add()
    with clock.at(desk.call.closes_at):
        for save in (services.put_in_force, services.propose):
            with unit_of_work(), pytest.raises(CallHasClosed):
                save(call_id=desk.call.id, seen=desk.seen(), by=desk.ada.id, reason="Too late")
    call = desk.ruled()
    assert call.draft is not None
    assert (call.in_force.number if call.in_force else None, call.waiting) == (1, None)


@opened
def test_what_waits_when_the_call_closes_can_only_be_let_go(desk: Desk) -> None:
    number = desk.propose()
    with clock.at(desk.call.closes_at):
        with unit_of_work(), pytest.raises(CallHasClosed):
            services.approve(call_id=desk.call.id, number=number, by=desk.omar.id)
        with unit_of_work():
            services.dismiss(call_id=desk.call.id, number=number, by=desk.omar.id, why="Too late.")
    call = desk.ruled()
    assert call.waiting is None
    assert call.in_force and call.in_force.number == 1


@opened
@pytest.mark.parametrize("outcome", ["approved", "dismissed"])
def test_who_proposed_a_rule_is_told_what_became_of_it(desk: Desk, outcome: str) -> None:
    number = desk.propose()
    with unit_of_work():
        if outcome == "approved":
            services.approve(call_id=desk.call.id, number=number, by=desk.omar.id)
        else:
            services.dismiss(call_id=desk.call.id, number=number, by=desk.omar.id, why="It shuts small cities out.")
    told = db.session.scalars(sa.select(Notice).where(Notice.kind == "rule_decided")).one()
    assert told.person_id == desk.ada.id
    assert (told.values["number"], told.values["outcome"]) == (number, outcome)
    assert told.values["why"] == ("" if outcome == "approved" else "It shuts small cities out.")


@opened
def test_who_proposed_a_rule_takes_it_back_and_nobody_else(desk: Desk) -> None:
    number = desk.propose()
    with unit_of_work(), pytest.raises(NotYourProposal):
        services.take_back(call_id=desk.call.id, number=number, by=desk.omar.id)
    with unit_of_work():
        services.take_back(call_id=desk.call.id, number=number, by=desk.ada.id)
    with unit_of_work(), pytest.raises(AlreadyDecided):
        services.take_back(call_id=desk.call.id, number=number, by=desk.ada.id)
    with unit_of_work(), pytest.raises(AlreadyDecided):
        services.approve(call_id=desk.call.id, number=number, by=desk.omar.id)
    version = queries.get_version(desk.ruled(), number)
    assert (version.state, version.is_taken_back, version.decided_by) == (VersionState.DISMISSED, True, None)
    assert db.session.scalars(sa.select(Notice).where(Notice.kind == "rule_decided")).all() == []
    assert desk.propose() == number + 1
