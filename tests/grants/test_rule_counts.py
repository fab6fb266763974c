"""Who meets each part of a rule, and whom one can look at; also of a rule that still has faults."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask

from app.auth.models import Person, PersonState
from app.core import clock
from app.core.transactions import unit_of_work
from app.courses.models import Course
from app.extensions import db
from app.grants.editor import subjects
from app.grants.editor.counts import NetworkCount, count, count_parts
from app.grants.editor.subjects import Stand
from app.grants.judging.queries import compare, list_problems
from app.grants.rules import (
    All,
    Any_,
    AtLeast,
    Certified,
    CityIn,
    CityTrained,
    Completed,
    Declared,
    MemberFor,
    Node,
    Not,
    Pardon,
    mark_of,
    waive,
    walk,
)
from app.network.models import Region
from tests.factories import a_city, a_course, a_person, text
from tests.grants.factories import DAY, NOW, a_certificate, a_completion

FIRST, SECOND = Completed(1), Certified(2)


@pytest.fixture(autouse=True)
def network(app: Flask) -> None:
    """Sfax has Hedi, who has both courses, and Nadia, who has none; Ghent has Lena with one; in Turku is nobody."""
    first, second = a_course("prevention"), a_course("schools")
    assert (first.id, second.id) == (1, 2)
    sfax, ghent = a_city("Sfax", region=Region.MIDDLE_EAST_NORTH_AFRICA), a_city("Ghent")
    a_city("Turku")
    hedi, lena = a_person("Hedi Jaziri", city=sfax), a_person("Lena Maes", city=ghent)
    a_person("Nadia Ben Amor", city=sfax)
    a_person("Nobody’s Own")
    for person in (hedi, lena):
        a_completion(person, first, at=NOW - 3 * DAY)
    a_certificate(hedi, second, at=NOW - 3 * DAY)


RULES: list[tuple[Node, NetworkCount]] = [
    (FIRST, NetworkCount(2, 2)),
    (All(of=(FIRST, SECOND)), NetworkCount(1, 1)),
    (CityIn(regions=(Region.EUROPE,)), NetworkCount(1, 2)),
    (All(of=(MemberFor(12), Not(of=CityIn(regions=(Region.EUROPE,))))), NetworkCount(2, 1)),
    (AtLeast(of=(FIRST, SECOND, CityTrained(1, people=1)), n=2), NetworkCount(2, 2)),
    # as a draft may be on its way
    (All(of=()), NetworkCount(3, 3)),
    (Any_(of=()), NetworkCount(0, 0)),
    (AtLeast(of=(FIRST,), n=4), NetworkCount(0, 0)),
    (All(of=(Not(of=FIRST), Any_(of=()))), NetworkCount(0, 0)),
]


@pytest.mark.parametrize(("rule", "expected"), RULES, ids=[str(i) for i in range(len(RULES))])
def test_every_part_is_counted_as_if_it_stood_alone(rule: Node, expected: NetworkCount) -> None:
    assert count(rule, NOW) == expected
    assert count_parts(rule, NOW) == {path: count(part, NOW) for path, part in walk(rule) if path}


def test_a_city_that_has_left_is_in_no_count_of_an_empty_draft() -> None:
    a_person(city=a_city(left_on=(NOW - DAY).date()))
    assert count(All(of=()), NOW) == NetworkCount(3, 3)


def test_what_stands_twice_is_asked_once(statements: list[str]) -> None:
    statements.clear()
    twice = count_parts(All(of=(FIRST, SECOND, Any_(of=(FIRST, SECOND)))), NOW)
    assert twice[(0,)] == twice[2, 0] == NetworkCount(2, 2)
    assert len(statements) == 1 and statements[0].count("UNION ALL") == 2
    statements.clear()
    assert count_parts(FIRST, NOW) == {}
    assert statements == []


def test_each_part_counts_what_is_waived_of_it_as_the_call_judges_it() -> None:
    sfax, ghent = (subjects.find_cities(name)[0][0] for name in ("sfax", "ghent"))
    middle_east = CityIn(regions=(Region.MIDDLE_EAST_NORTH_AFRICA,))
    deny = Not(of=middle_east)
    rule = All(of=(SECOND, deny))
    pardons = [pardon(ghent, SECOND), pardon(sfax, deny), pardon(ghent, middle_east)]
    parts = count_parts(rule, NOW, pardons)
    assert parts[(0,)] == NetworkCount(2, 2)
    assert parts[(1,)] == NetworkCount(3, 3)
    # What a `not` denies is never waived by itself.
    assert parts[1, 0] == NetworkCount(2, 1)
    assert count(waive(rule, pardons), NOW) == NetworkCount(2, 2)
    assert count_parts(rule, NOW + 2 * DAY, pardons)[(0,)] == NetworkCount(1, 1)


def pardon(city_id: int, requirement: Node) -> Pardon:
    return Pardon(1, city_id, mark_of(requirement), "A flood", 1, NOW - DAY, NOW + DAY, None)


@pytest.mark.parametrize(("rule", "_expected"), RULES, ids=[str(i) for i in range(len(RULES))])
def test_people_and_cities_can_be_looked_at_whatever_the_draft_says(rule: Node, _expected: NetworkCount) -> None:
    list_problems(rule)
    compare(FIRST, rule, NOW)
    for former in (None, FIRST, SECOND):
        proposed = subjects.propose(rule, NOW, former)
        for stand, looked in proposed.items():
            assert (looked.finding.steps == 0) is (stand in (Stand.MEETS, Stand.GAINS))
        assert len({looked.subject for looked in proposed.values()}) == len(proposed)
    for city_id, _name, _country in subjects.find_cities(""):
        city = subjects.look_at_city(rule, city_id, NOW)
        assert city.eligible == sum(looked.finding.steps == 0 for looked in city.people)


def test_examples_are_somebody_who_meets_it_one_who_nearly_does_and_one_far_off() -> None:
    proposed = subjects.propose(All(of=(FIRST, SECOND)), NOW)
    names = {stand: looked.subject.name for stand, looked in proposed.items()}
    assert names == {Stand.MEETS: "Hedi Jaziri", Stand.ONE_STEP: "Lena Maes", Stand.FAR: "Nadia Ben Amor"}


def names_of(rule: Node, former: Node | None = None) -> dict[Stand, str]:
    return {stand: looked.subject.name for stand, looked in subjects.propose(rule, NOW, former).items()}


def test_of_a_draft_the_examples_show_who_gains_and_who_loses_and_nobody_twice(statements: list[str]) -> None:
    a_completion(a_person("Kofi Mensah", city=a_city("Kumasi")), db.session.get_one(Course, 2), at=NOW - DAY)
    statements.clear()
    loosened = names_of(Any_(of=(FIRST, Completed(2))), FIRST)
    assert len([one for one in statements if "row_number" in one]) == 1
    assert loosened == {Stand.MEETS: "Hedi Jaziri", Stand.GAINS: "Kofi Mensah", Stand.ONE_STEP: "Nadia Ben Amor"}
    tightened = names_of(All(of=(FIRST, SECOND)), FIRST)
    # Lena, who is one step away, is the one who loses: Kofi has the certificate’s course, and one step means another.
    assert tightened == {
        Stand.MEETS: "Hedi Jaziri", Stand.LOSES: "Lena Maes", Stand.FAR: "Nadia Ben Amor",
    }  # fmt: skip
    another = names_of(Completed(2), FIRST)
    assert another[Stand.GAINS] == "Kofi Mensah" and another[Stand.LOSES] == "Lena Maes"
    # Nothing was in force before, so nobody gains.
    assert Stand.GAINS not in names_of(FIRST)


def test_nobody_of_a_city_that_left_or_who_left_is_an_example() -> None:
    gone = a_city("Bergen", left_on=NOW.date())
    a_completion(a_person("Olav Dahl", city=gone), db.session.get_one(Course, 1), at=NOW - DAY)
    with unit_of_work():
        left = sa.update(Person).where(Person.name.in_(["Lena Maes", "Hedi Jaziri"]))
        db.session.execute(left.values(state=PersonState.LEFT))
    assert names_of(FIRST) == {Stand.ONE_STEP: "Nadia Ben Amor"}


def test_a_city_that_nobody_belongs_to_shows_a_rule_about_cities_where_no_person_does() -> None:
    a_city("Accra", region=Region.AFRICA)
    proposed = subjects.propose(CityIn(regions=(Region.AFRICA,)), NOW, CityIn(regions=(Region.EUROPE,)))
    assert (proposed[Stand.GAINS].subject.name, proposed[Stand.GAINS].subject.is_city) == ("Accra", True)
    assert (proposed[Stand.LOSES].subject.name, proposed[Stand.LOSES].subject.is_city) == ("Lena Maes", False)


def test_of_whom_a_thing_is_unknown_may_be_one_step_away_and_who_is_out_of_reach_is_not() -> None:
    stated = All(of=(FIRST, Declared("plan", text("We have a plan."), "en")))
    assert subjects.propose(stated, NOW)[Stand.ONE_STEP].subject.name == "Hedi Jaziri"
    rule = All(of=(CityIn(regions=(Region.MIDDLE_EAST_NORTH_AFRICA,)), FIRST))
    proposed = subjects.propose(rule, NOW)
    assert proposed[Stand.ONE_STEP].subject.name == "Nadia Ben Amor"
    elsewhere = subjects.propose(CityIn(regions=(Region.AFRICA,)), NOW)
    assert Stand.ONE_STEP not in elsewhere
    assert elsewhere[Stand.FAR].subject.name == "Hedi Jaziri"


def test_words_are_looked_for_in_names_and_addresses_as_they_are_typed() -> None:
    assert [found.name for found in subjects.find_people("JAZI")] == ["Hedi Jaziri"]
    assert subjects.find_people("%") == []
    assert [name for _id, name, _country in subjects.find_cities("tur")] == ["Turku"]


def test_a_count_of_the_past_is_of_those_who_were_there() -> None:
    with clock.at(NOW), unit_of_work():
        assert count_parts(All(of=(FIRST,)), NOW - 4 * DAY) == {(0,): NetworkCount(0, 0)}
