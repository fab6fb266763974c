"""Telling people, once, as they wish; and what they may change of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
import sqlalchemy as sa
from flask import Flask

from app.auth import services as accounts
from app.auth.models import Person, PersonState
from app.core import clock
from app.core.errors import NotFound
from app.core.transactions import unit_of_work
from app.extensions import db
from app.messages import kinds, queries, services
from app.messages.kinds import Kind
from app.messages.models import Notice, NoticeChoice, Way
from app.messages.services import Told
from tests.at_once import at_once
from tests.factories import a_city, a_person

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SEVEN = datetime(2026, 3, 3, 7, tzinfo=UTC)


def told() -> list[Notice]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(Notice).order_by(Notice.id)))


def tell(person: Person, key: str = "a", kind: str = "due_soon") -> None:
    with clock.at(NOON), unit_of_work():
        services.tell(key=key, kind=kind, person_id=person.id, slug="course")


def choose(person: Person, **ways: Way) -> None:
    with clock.at(NOON), unit_of_work():
        services.choose(person_id=person.id, ways=ways)


def test_a_notice_is_told_once_in_two_statements(app: Flask, statements: list[str]) -> None:
    person_id = a_person().id
    db.session.rollback()
    statements.clear()
    for _again in range(2):
        with clock.at(NOON), unit_of_work():
            services.tell(key="a", kind="due_soon", person_id=person_id, slug="course")
    assert len(statements) == 4
    [notice] = told()
    assert (notice.key, notice.kind, notice.values, notice.created_at) == ("a", "due_soon", {"slug": "course"}, NOON)
    assert (notice.mail_at, notice.mailed_at, notice.read_at) == (SEVEN, None, None)


def test_requests_at_the_same_moment_tell_once(app: Flask) -> None:
    person = a_person()
    person_id = person.id
    db.session.remove()

    def one() -> None:
        with app.app_context(), unit_of_work():
            services.tell(key="a", kind="late", person_id=person_id)

    at_once([one] * 6)
    assert len(told()) == 1


def test_many_are_told_in_two_statements(app: Flask, statements: list[str]) -> None:
    people = [a_person().id for _ in range(30)]
    gone = a_person(state=PersonState.LEFT).id
    db.session.rollback()
    statements.clear()
    with unit_of_work():
        services.tell_many("late", [Told(f"late:{id}", id, {"slug": "x"}) for id in [*people, gone]])
    assert len(statements) == 2
    assert [notice.person_id for notice in told()] == people


@pytest.mark.parametrize(
    ("state", "mailed"),
    [
        (PersonState.ACTIVE, ["due_soon", "always"]),
        (PersonState.WAITING, ["due_soon", "always"]),
        (PersonState.UNCONFIRMED, ["always"]),
        (PersonState.INVITED, ["always"]),
        (PersonState.LEFT, None),
        (PersonState.ERASED, None),
    ],
)
def test_who_has_left_is_told_nothing_and_who_has_not_come_gets_no_mail(
    app: Flask, monkeypatch: pytest.MonkeyPatch, state: PersonState, mailed: list[str] | None
) -> None:
    monkeypatch.setitem(kinds.KINDS, "always", Kind("always", "Always", fixed=True))
    person = a_person(state=state)
    tell(person, "a")
    tell(person, "b", "always")
    assert [notice.kind for notice in told()] == ([] if mailed is None else ["due_soon", "always"])
    assert [notice.kind for notice in told() if notice.mail_at] == (mailed or [])


def test_a_kind_that_nobody_registered_is_a_defect(app: Flask) -> None:
    with pytest.raises(LookupError):
        services.tell(key="a", kind="there_is_none", person_id=1)


@pytest.mark.parametrize(("way", "at"), [(Way.AT_ONCE, NOON), (Way.DIGEST, SEVEN), (Way.NOT, None)])
def test_a_choice_holds_for_what_comes_and_for_what_has_not_gone(app: Flask, way: Way, at: datetime | None) -> None:
    person, other = a_person(), a_person()
    tell(person, "before")
    tell(other, "other")
    choose(person, due_soon=way)
    tell(person, "after")
    assert {notice.key: notice.mail_at for notice in told()} == {"before": at, "after": at, "other": SEVEN}
    assert queries.get_ways(person.id)["due_soon"] is way
    assert queries.get_ways(other.id)["due_soon"] is Way.DIGEST


def test_what_is_mailed_at_once_waits_for_no_round(app: Flask) -> None:
    person = a_person()
    tell(person, "digest")
    assert "enqueued" not in app.extensions
    tell(person, "at once", "enrolled")
    assert app.extensions["enqueued"] == [("messages.mail", {})]


def test_what_stands_in_the_site_only_is_not_mailed_by_a_later_choice(app: Flask) -> None:
    person = a_person()
    choose(person, due_soon=Way.NOT)
    tell(person)
    choose(person, due_soon=Way.AT_ONCE)
    assert [notice.mail_at for notice in told()] == [None]


def test_a_choice_as_the_kind_comes_needs_no_row_and_a_fixed_kind_cannot_be_chosen(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(kinds.KINDS, "always", Kind("always", "Always", Way.AT_ONCE, fixed=True))
    person = a_person()
    choose(person, due_soon=Way.NOT, late=Way.DIGEST, always=Way.NOT)
    assert [(row.kind, row.way) for row in db.session.scalars(sa.select(NoticeChoice))] == [("due_soon", Way.NOT)]
    choose(person, due_soon=Way.DIGEST)
    assert db.session.scalars(sa.select(NoticeChoice)).all() == []
    assert "always" not in queries.get_ways(person.id)


def test_reading_is_of_ones_own(app: Flask) -> None:
    person, other = a_person(), a_person()
    for key in "abc":
        tell(person, key)
    first = told()[0].id
    with pytest.raises(NotFound), unit_of_work():
        services.mark_read(person_id=other.id, notice_id=first)
    with clock.at(NOON), unit_of_work():
        services.mark_read(person_id=person.id, notice_id=first)
    with clock.at(NOON + timedelta(hours=1)), unit_of_work():
        services.mark_all_read(person_id=person.id)
    assert [notice.read_at for notice in told()] == [NOON, NOON + timedelta(hours=1), NOON + timedelta(hours=1)]


def test_whose_account_becomes_active_is_welcomed_once(app: Flask) -> None:
    city, other = a_city(), a_city()
    person = a_person(state=PersonState.WAITING)
    move = partial(accounts.move_to_city, person_id=person.id, by=None)
    for city_id in (city.id, other.id, None, city.id):
        with unit_of_work():
            move(city_id=city_id)
    assert [notice.kind for notice in told()] == ["welcome"]


@pytest.mark.parametrize("times", range(3))
def test_one_stop_that_is_sent_several_times_at_once_stops_once(app: Flask, times: int) -> None:
    person_id = a_person().id
    db.session.remove()

    def stop() -> None:
        with app.app_context(), unit_of_work():
            services.stop(person_id=person_id, kinds=["late", "due_soon"])

    at_once([stop] * 6)
    assert sorted(db.session.scalars(sa.select(NoticeChoice.kind))) == ["due_soon", "late"]


def test_a_link_that_stops_mails_does_nothing_for_who_was_erased(app: Flask) -> None:
    person_id = a_person(state=PersonState.ERASED).id
    with pytest.raises(NotFound), unit_of_work():
        services.stop(person_id=person_id, kinds=["certificate"])
    assert db.session.scalars(sa.select(NoticeChoice)).all() == []
