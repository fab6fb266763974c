"""The leaves about cities and about people, by hand; dates worked out by hand. Both readings are asked every time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from app.auth.models import Person, PersonRole, PersonState, Role
from app.core.transactions import unit_of_work
from app.extensions import db
from app.grants import queries
from app.grants.calls.call import outlook
from app.grants.judging.facts import facts, load
from app.grants.judging.findings import (
    DeclarationEvidence,
    HowFar,
    MembershipEvidence,
    Met,
    Missing,
    OutOfReach,
    PeopleEvidence,
    Reason,
    Unit,
    Unknown,
    WaiverEvidence,
    shortest_way,
)
from app.grants.models import Declaration, Waiver
from app.grants.rules import (
    All,
    Any_,
    Certified,
    CityIn,
    CityTrained,
    Completed,
    Declared,
    HasRole,
    MemberFor,
    Node,
    Not,
    Pardon,
    mark_of,
    waive,
)
from app.network.models import City, Region
from tests.factories import a_city, a_course, a_person, text
from tests.grants.eligible import list_eligible
from tests.grants.factories import DAY, NOW, a_call, a_certificate, a_completion, a_new_rule
from tests.grants.rules.test_leaves import found

LONG_AGO = datetime(2015, 1, 1, tzinfo=UTC)
TICK = timedelta(microseconds=1)
EUROPE = CityIn(regions=(Region.EUROPE,))


def noon(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T12:00:00+00:00")


def alone(rule: Node, city: City, at: datetime = NOW) -> object:
    """What is found of a city without anybody, once the database has said the same."""
    finding = rule.check(load([], [city.id], at, rule).cities[city.id], at)
    nobody = sa.outerjoin(City, Person, Person.id == -1)
    said = db.session.scalar(sa.select(rule.clause(at)).select_from(nobody).where(City.id == city.id))
    assert said is {Met: True, Missing: False, Unknown: None}[type(finding)]
    return finding


@pytest.mark.parametrize(
    ("joined", "months", "first"),
    [
        ("2026-05-20", 6, "2026-11-20"),
        ("2026-01-31", 1, "2026-03-01"),  # 28 February less a month is 28 January
        ("2024-02-29", 12, "2025-03-01"),
        ("2024-02-29", 48, "2028-02-29"),
        ("2025-08-31", 6, "2026-03-01"),
        ("2025-12-31", 2, "2026-03-01"),
    ],
)
def test_the_first_day_of_a_membership_long_enough(app: Flask, joined: str, months: int, first: str) -> None:
    person = a_person(city=a_city(joined_on=date.fromisoformat(joined)), since=LONG_AGO)
    midnight = datetime.combine(date.fromisoformat(first), datetime.min.time(), UTC)
    rule = MemberFor(months)
    assert isinstance(found(rule, person, midnight), Met)
    finding = found(rule, person, midnight - TICK)
    assert isinstance(finding, Missing)
    assert isinstance(finding.evidence, MembershipEvidence)
    assert finding.evidence.enough_on == date.fromisoformat(first)


def test_nothing_counts_for_a_city_before_it_joins_and_from_the_day_it_leaves(app: Flask) -> None:
    city = a_city(joined_on=date(2026, 3, 1), left_on=date(2026, 10, 1))
    person, course = a_person(city=city, since=LONG_AGO), a_course()
    a_completion(person, course, at=noon("2026-01-01"))
    rules = (Completed(course.id), EUROPE, MemberFor(1), CityTrained(course.id, 1), Not(MemberFor(1200)))
    for rule in rules:
        for moment in (datetime(2026, 3, 1, tzinfo=UTC) - TICK, datetime(2026, 10, 1, tzinfo=UTC)):
            finding = found(rule, person, moment)
            assert isinstance(finding, Missing)
            assert finding.reason is Reason.NOT_MEMBER
        assert isinstance(found(rule, person, datetime(2026, 10, 1, tzinfo=UTC) - TICK), Met)


def test_who_belongs_nowhere_is_judged_for_what_asks_a_person(app: Flask) -> None:
    person, course = a_person(), a_course()
    a_completion(person, course, at=NOW - DAY)
    assert isinstance(found(Completed(course.id), person), Met)
    for rule in (EUROPE, MemberFor(1), Not(EUROPE), HasRole(Role.COORDINATOR)):
        assert isinstance(found(rule, person), Unknown)


def test_a_share_is_of_who_belongs_that_day_and_has_come(app: Flask) -> None:
    city, course = a_city(), a_course()
    people = [a_person(city=city) for _ in range(3)]
    a_person(city=city, state=PersonState.INVITED)
    a_completion(people[0], course, at=NOW - DAY)
    rule = CityTrained(course.id, share=100 / 3)
    evidence = PeopleEvidence(course.id, city.id, (people[0].id,), 3)
    assert found(rule, people[1]) == Met(rule, evidence)
    finding = found(CityTrained(course.id, share=34.0), people[1])
    assert isinstance(finding, Missing)
    assert (finding.how_far, finding.evidence) == (HowFar(1, 2, Unit.PEOPLE), evidence)


def test_a_city_without_practitioners_is_judged_by_what_asks_the_city(app: Flask) -> None:
    city, course = a_city("Oslo"), a_course()
    assert isinstance(alone(EUROPE, city), Met)
    assert isinstance(alone(Not(EUROPE), city), Missing)
    declared = Declared("fund", text("We pay"), "en")
    for rule in (Completed(course.id), Certified(course.id), HasRole(Role.COORDINATOR), declared):
        finding = alone(rule, city)
        assert isinstance(finding, Missing)
        assert finding.reason is Reason.NO_PRACTITIONER
    assert isinstance(alone(CityTrained(course.id, 1), city), Missing)
    a_call(Any_(of=(EUROPE, Completed(course.id))), slug="local")
    call = queries.get_call("local", NOW)
    assert list_eligible(call, NOW) == {"Oslo": []}
    assert queries.count_network(call.rule, NOW) == (0, 1)
    assert queries.is_eligible_city(call, NOW, city.id)
    assert queries.judge_city(call, NOW, city.id).is_eligible


def test_a_fact_about_the_city_is_in_nobodys_hands(app: Flask) -> None:
    course, other = a_course(), a_course()
    person = a_person(city=a_city(region=Region.AFRICA))
    way_around = All(of=(Completed(course.id), Completed(other.id)))
    finding = found(Any_(of=(EUROPE, way_around)), person)
    assert [leaf.rule for leaf in shortest_way(finding)] == list(way_around.of)
    finding = found(All(of=(EUROPE, Completed(course.id))), person)
    assert OutOfReach(EUROPE) in finding.todo


def test_the_last_word_counts(app: Flask) -> None:
    person = a_person(city=a_city())
    rule = Declared("fund", text("We pay a tenth"), "en")
    finding = found(rule, person)
    assert isinstance(finding, Unknown)
    assert finding.reason is Reason.NOT_STATED
    with unit_of_work():
        for holds, at in ((True, NOW - 2 * DAY), (False, NOW - DAY)):
            db.session.add(Declaration(person_id=person.id, key="fund", holds=holds, at=at))
            db.session.flush()
    assert found(rule, person, NOW - DAY - TICK) == Met(rule, DeclarationEvidence("fund", True, NOW - 2 * DAY))
    finding = found(rule, person)
    assert isinstance(finding, Missing)
    assert finding.reason is Reason.DENIED


def test_a_role_counts_while_it_is_held_and_a_coordinators_for_its_city(app: Flask) -> None:
    city, elsewhere = a_city(), a_city()
    person = a_person(city=city)
    with unit_of_work():
        for where in (city, elsewhere):
            db.session.add(
                PersonRole(
                    person_id=person.id, role=Role.COORDINATOR, city_id=where.id, from_at=NOW - 9 * DAY,
                    to_at=NOW if where is city else None,
                )
            )  # fmt: skip
    rule = HasRole(Role.COORDINATOR)
    assert isinstance(found(rule, person, NOW - TICK), Met)
    assert isinstance(found(rule, person, NOW), Missing)
    assert isinstance(found(HasRole(Role.TRAINER), person), Missing)


@pytest.mark.parametrize(
    ("expires", "holds"),
    [
        (datetime(2027, 1, 31, 23, 59, 59, 999999, tzinfo=UTC), False),
        (datetime(2027, 2, 1, tzinfo=UTC), True),
        (datetime(2027, 1, 31, tzinfo=UTC), False),
        (None, True),
    ],
)
def test_a_certificate_that_must_be_valid_on_a_day_is_so_to_its_end(
    app: Flask, expires: datetime | None, holds: bool
) -> None:
    course, person = a_course(), a_person()
    a_certificate(person, course, at=NOW - DAY, expires_at=expires)
    finding = found(Certified(course.id, date(2027, 1, 31)), person)
    assert isinstance(finding, Met) is holds
    if isinstance(finding, Missing):
        assert finding.reason is Reason.EXPIRES_TOO_SOON
    # Once that day is over it is asked as of the moment, like any other.
    after = datetime(2027, 3, 1, tzinfo=UTC)
    assert isinstance(found(Certified(course.id, date(2027, 1, 31)), person, after), Met) is (expires is None)


@pytest.mark.parametrize(
    ("done", "months", "lapses"),
    [
        (datetime(2026, 1, 31, 9, tzinfo=UTC), 1, datetime(2026, 3, 1, tzinfo=UTC)),
        (datetime(2024, 2, 29, 9, tzinfo=UTC), 12, datetime(2025, 3, 1, tzinfo=UTC)),
        (datetime(2026, 3, 28, 23, tzinfo=UTC), 6, datetime(2026, 9, 28, 23, tzinfo=UTC) + TICK),
        # Over the change to summer time in Tunis or Oslo nothing shifts: months are counted in UTC.
        (datetime(2026, 3, 29, 0, 30, tzinfo=UTC), 1, datetime(2026, 4, 29, 0, 30, tzinfo=UTC) + TICK),
    ],
)
def test_until_when_a_verdict_holds(app: Flask, done: datetime, months: int, lapses: datetime) -> None:
    course, person = a_course(), a_person(city=a_city(), since=LONG_AGO)
    a_completion(person, course, at=done)
    for rule in (Completed(course.id, within_months=months), CityTrained(course.id, 1, months)):
        known = facts([person.id], done + DAY, rule)[person.id]
        seen = outlook(rule, known, done + DAY, lapses - TICK)
        assert isinstance(seen.then, Met)
        assert seen.holds_until == lapses
        assert not isinstance(outlook(rule, known, done + DAY, lapses).then, Met)
        assert isinstance(found(rule, person, lapses - TICK), Met)
        assert isinstance(found(rule, person, lapses), Missing)


def test_what_is_waived_for_a_city_is_met_until_the_waiver_ends(app: Flask, statements: list[str]) -> None:
    city, course = a_city(), a_course()
    person, other = a_person(city=city), a_person(city=a_city())
    leaf = Completed(course.id)
    row = a_call(All(of=(leaf, EUROPE)), slug="local")
    with unit_of_work():
        waiver = Waiver(
            call_id=row.id, city_id=city.id, leaf=mark_of(leaf), reason="A flood", owner_id=other.id,
            granted_at=NOW - DAY, expires_at=NOW + DAY,
        )  # fmt: skip
        db.session.add(waiver)
        db.session.flush()
        waiver_id = waiver.id
    statements.clear()
    call = queries.get_call("local", NOW)
    assert len(statements) == 1
    judged = call.judged
    finding = found(judged, person)
    assert isinstance(finding, Met)
    assert finding.parts[0] == Met(leaf, WaiverEvidence(waiver_id, "A flood", other.id, NOW + DAY))
    assert isinstance(found(judged, other), Missing)
    assert isinstance(found(judged, person, NOW + DAY - TICK), Met)
    assert isinstance(found(judged, person, NOW + DAY), Missing)
    assert isinstance(found(judged, person, NOW - DAY - TICK), Missing)
    known = facts([person.id], NOW, call.rule)[person.id]
    assert outlook(judged, known, NOW, call.closes_at).holds_until == NOW + DAY
    assert list(list_eligible(call, NOW)) == [city.name]
    a_completion(person, course, at=NOW - 2 * DAY)
    finding = found(judged, person)
    assert isinstance(finding, Met)
    assert not isinstance(finding.parts[0].evidence, WaiverEvidence)  # met by itself


def test_a_not_is_waived_as_a_whole() -> None:
    pardon = Pardon(1, 7, mark_of(Not(EUROPE)), "A flood", 1, NOW - DAY, NOW + DAY, None)
    assert waive(All(of=(EUROPE,)), [pardon]) == All(of=(EUROPE,))
    assert waive(All(of=(Not(EUROPE),)), [pardon]) != All(of=(Not(EUROPE),))


def test_what_another_rule_changes_is_one_statement(app: Flask, statements: list[str]) -> None:
    oslo, sfax, course = a_city("Oslo"), a_city("Sfax", region=Region.AFRICA), a_course()
    anna, berit, chedli = a_person(city=oslo), a_person(city=oslo), a_person(city=sfax)
    for person in (anna, chedli):
        a_completion(person, course, at=NOW - DAY)
    old, new = Completed(course.id), All(of=(EUROPE, Any_(of=(Completed(course.id), CityTrained(course.id, 1)))))
    statements.clear()
    change = queries.compare(old, new, NOW)
    assert len(statements) == 1
    assert (change.gaining, [city.name for city in change.losing]) == ((), ["Sfax"])
    assert (change.people_before, change.people_after) == (2, 2)
    assert (change.people_gaining, change.people_losing) == (1, 1)
    assert berit.id != anna.id


def test_the_version_in_force_at_a_moment(app: Flask) -> None:
    from app.core import clock

    course = a_course()
    row = a_call(Completed(course.id), slug="local", opens_at=NOW - 20 * DAY)
    with clock.at(NOW - 5 * DAY):
        a_new_rule(row.id, Certified(course.id))
    assert queries.rule_at(row.id, NOW - 30 * DAY) is None
    first, second = queries.rule_at(row.id, NOW - 6 * DAY), queries.rule_at(row.id, NOW)
    assert first is not None and second is not None
    assert (first.rule, second.rule) == (Completed(course.id), Certified(course.id))
    assert queries.get_call("local", NOW).under(first).rule == Completed(course.id)


def test_of_a_city_where_nobody_has_come_nobody_is_trained(app: Flask) -> None:
    city, course = a_city(), a_course()
    invited = a_person(city=city, state=PersonState.INVITED)
    a_completion(invited, course, at=NOW - DAY)
    for rule in (CityTrained(course.id, share=50.0), CityTrained(course.id, people=1)):
        finding = found(rule, invited)
        assert isinstance(finding, Missing)
        assert finding.how_far == HowFar(0, 1, Unit.PEOPLE)
        assert isinstance(alone(rule, city), Missing)
