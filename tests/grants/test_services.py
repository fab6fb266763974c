"""Calls and the versions of their rules."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa
from flask import Flask

from app.core import clock
from app.core.models import AuditEvent
from app.core.transactions import unit_of_work
from app.extensions import db
from app.grants import queries, services
from app.grants.errors import InvalidRule, NoRule, NotApproved
from app.grants.models import CallChange, ChangeKind, GrantCall, Rule
from app.grants.rules import All, AtLeast, Certified, CityTrained, Completed, Node
from tests.factories import a_course, a_person, text
from tests.grants.factories import DAY, NOW, a_call


def a_bare_call(by: int | None = None, time_zone: str = "Africa/Tunis") -> GrantCall:
    return services.create_call(
        slug="local", source_language="en", title=text("Local"), summary=text("For cities."), opens_at=NOW,
        closes_at=NOW + DAY, time_zone=time_zone, by=by,
    )  # fmt: skip


def test_a_call_is_published_with_a_rule_only(app: Flask) -> None:
    by, course = a_person().id, a_course()
    with clock.at(NOW), unit_of_work():
        call = a_bare_call(by)
        with pytest.raises(NoRule):
            services.publish_call(call_id=call.id, by=by)
        services.set_rule(call_id=call.id, rule=Completed(course.id), by=by)
        assert services.publish_call(call_id=call.id, by=by).published_at == NOW
        services.publish_call(call_id=call.id, by=by)
    said = db.session.scalars(
        sa.select(AuditEvent.action).where(AuditEvent.subject == f"grant_call:{call.id}").order_by(AuditEvent.id)
    )
    assert list(said) == ["grant_call.create", "grant_call.set_rule", "grant_call.publish"]


def test_a_time_zone_must_exist(app: Flask) -> None:
    with unit_of_work(), pytest.raises(ValueError, match="Atlantis"):
        a_bare_call(time_zone="Sea/Atlantis")


def test_a_rule_is_never_edited_a_new_version_takes_its_place(app: Flask) -> None:
    course = a_course()
    call = a_call(Completed(course.id), slug="local")
    with unit_of_work():
        services.set_rule(
            call_id=call.id, rule=Completed(course.id, 70.0), by=None, approved_by=text("the board"),
            approved_on=date(2026, 11, 1), reason="A minimum, as agreed in Oslo",
        )  # fmt: skip
    rows = db.session.execute(sa.select(Rule.number, Rule.tree).order_by(Rule.number)).all()
    assert [row.number for row in rows] == [1, 2]
    assert rows[0].tree["min_score"] is None
    now = queries.get_call("local", NOW)
    assert (now.rule, now.rule_number, now.approved_by) == (Completed(course.id, 70.0), 2, text("the board"))


@pytest.mark.parametrize(
    "broken",
    [
        lambda course: All(of=()),
        lambda course: AtLeast(of=(Certified(course),), n=2),
        lambda course: All(of=(AtLeast(of=(Certified(course),), n=2),)),
        lambda course: AtLeast(of=(Certified(course),), n=0),
        lambda course: Completed(course, min_score=101),
        lambda course: Completed(course, within_months=0),
        lambda course: CityTrained(course, people=0),
        lambda course: Certified(course + 100),
    ],
)
def test_a_rule_that_cannot_be_judged_is_refused(app: Flask, broken: object) -> None:
    course = a_course()
    call = a_call(Completed(course.id))
    rule: Node = broken(course.id)  # type: ignore[operator]
    with unit_of_work(), pytest.raises(InvalidRule):
        services.set_rule(call_id=call.id, rule=rule, by=None)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Rule)) == 1


def test_the_rule_of_a_published_call_changes_by_approval_and_for_a_reason_and_that_is_public(app: Flask) -> None:
    course = a_course()
    call = a_call(Completed(course.id))
    said = {"approved_by": text("the board"), "approved_on": date(2026, 11, 1), "reason": "A minimum"}
    for missing in said:
        with unit_of_work(), pytest.raises(NotApproved):
            services.set_rule(
                call_id=call.id, rule=Completed(course.id, 70.0), by=None,
                **{name: value for name, value in said.items() if name != missing},
            )  # fmt: skip
    with clock.at(NOW), unit_of_work():
        services.set_rule(call_id=call.id, rule=Completed(course.id, 70.0), by=None, **said)
    [change] = db.session.scalars(sa.select(CallChange).where(CallChange.call_id == call.id))
    assert (change.kind, change.at, change.why) == (ChangeKind.RULE, NOW, "A minimum")
    assert change.values == {"number": 2, "former": 1}
