"""What is wrong with a rule is said at saving, in words, with the place."""

from __future__ import annotations

import msgspec
import pytest
import sqlalchemy as sa
from flask import Flask

from app.auth.models import Role
from app.core.transactions import unit_of_work
from app.courses.archiving import services as archiving
from app.courses.models import Course
from app.courses.outline import Admits, Audience
from app.extensions import db
from app.grants import queries, services
from app.grants.eligibility.wording import Wording
from app.grants.errors import InvalidRule
from app.grants.judging.facts import facts
from app.grants.rules import (
    All,
    Any_,
    AtLeast,
    Certified,
    CityIn,
    CityTrained,
    Completed,
    HasRole,
    MemberFor,
    Node,
    Not,
    Passed,
    at,
    depth,
    mark_of,
    read,
    replace,
    satisfying,
    walk,
    write,
)
from app.network.models import Region, SizeBand
from tests.factories import a_choice_question, a_city, a_course, a_draft, a_person
from tests.grants.factories import NOW, a_call

EUROPE, AFRICA = CityIn(regions=(Region.EUROPE,)), CityIn(regions=(Region.AFRICA,))


def blockers(rule: Node) -> list[tuple[tuple[int, ...], str]]:
    return [(problem.path, problem.words) for problem in queries.list_problems(rule) if problem.blocks]


def warnings(rule: Node) -> list[tuple[tuple[int, ...], str]]:
    return [(problem.path, problem.words) for problem in queries.list_problems(rule) if not problem.blocks]


def nested(levels: int, leaf: Node) -> Node:
    rule = leaf
    for level in range(levels):
        rule = (All(of=(rule,)), Any_(of=(rule,)), AtLeast(of=(rule,), n=1))[level % 3]
    return rule


def test_what_lacks_something_is_said_where_it_stands(app: Flask) -> None:
    course = a_course().id
    rule = All(of=(Completed(course), Any_(of=()), AtLeast(of=(Completed(course),), n=2), CityTrained(course)))
    assert blockers(rule) == [
        ((1,), "Nothing stands here yet. Add a requirement, or take this part out."),
        ((2,), "This part asks for 2 of 1 requirement. Ask for fewer, or add some."),
        ((3,), "Say how many people, or which share of the city’s practitioners."),
    ]
    both = CityTrained(course, 3, share=20.0)
    assert blockers(both) == [((), "Ask either for a number of people or for a share, not for both.")]


def test_only_facts_about_a_city_can_be_excluded(app: Flask) -> None:
    rule = All(of=(Not(Any_(of=(EUROPE, Completed(a_course().id)))),))
    assert [path for path, _words in blockers(rule)] == [(0, 0, 1)]


def test_courses_and_quizzes_must_be_there_to_be_taken(app: Flask) -> None:
    a_city()
    draft, course = a_draft(), a_course(questions=[a_choice_question()])
    quiz = next(a for m in course.modules for a in m.activities if a.kind == "quiz")
    lesson = next(a for m in course.modules for a in m.activities if a.kind == "lesson")
    said = dict(blockers(All(of=(Completed(draft.id), Completed(999), Passed(lesson.id, 70.0), Passed(999)))))
    assert "is not published" in said[0,]
    assert said[1,] == "This course does not exist. Choose another."
    assert said[2,] == said[3,] == "This quiz does not exist. Choose another."
    assert blockers(Passed(quiz.id, 70.0)) == []
    with unit_of_work():
        db.session.execute(sa.update(Course).where(Course.id == course.id).values(edition_id=None))
    assert "The course of" in blockers(Passed(quiz.id, 70.0))[0][1]


def test_an_archived_course_is_refused_where_it_stands_also_by_a_quiz_of_it(app: Flask) -> None:
    a_city()
    course, other = a_course(questions=[a_choice_question()]), a_course()
    quiz = next(a for m in course.modules for a in m.activities if a.kind == "quiz")
    rule = Any_(of=(Completed(other.id), Certified(course.id), CityTrained(course.id, 2), Passed(quiz.id, 70.0)))
    assert blockers(rule) == []
    by = a_person().id
    with unit_of_work():
        archiving.archive(course_id=course.id, by=by)
    said = dict(blockers(rule))
    assert sorted(said) == [(1,), (2,), (3,)]
    assert "“The city’s part” was archived on" in said[1,] and said[1,] == said[2,]
    assert "The course of “Test” was archived on" in said[3,]
    with unit_of_work():
        archiving.bring_back(course_id=course.id, by=by)
    assert blockers(rule) == []


@pytest.mark.parametrize(
    ("rule", "place"),
    [
        (All(of=(EUROPE, AFRICA)), ()),
        (All(of=(MemberFor(24), Not(MemberFor(12)))), ()),
        (All(of=(CityIn(sizes=(SizeBand.SMALL,)), CityIn(sizes=(SizeBand.LARGE,)))), ()),
        (Any_(of=(EUROPE, All(of=(AFRICA, Not(AFRICA))))), (1,)),
        (AtLeast(of=(EUROPE, AFRICA, CityIn(regions=(Region.AMERICAS,))), n=2), ()),
        (Not(Any_(of=(EUROPE, Not(EUROPE)))), ()),
        (Not(CityIn(sizes=tuple(SizeBand))), ()),
    ],
)
def test_what_can_never_be_met_is_named_by_its_smallest_part(app: Flask, rule: Node, place: tuple[int, ...]) -> None:
    found = blockers(rule)
    assert [path for path, _words in found] == [place]
    assert "ever" in found[0][1]


def test_more_people_imply_fewer(app: Flask) -> None:
    course, other = a_course().id, a_course().id
    a_city()

    def without(*parts: Node) -> bool:
        return blockers(All(of=parts)) == []

    assert not without(CityTrained(course, 5), Not(CityTrained(course, 3)))
    assert not without(CityTrained(course, 3, 12), Not(CityTrained(course, 3, 24)))
    assert not without(CityTrained(course, share=50.0), Not(CityTrained(course, 1)))
    assert without(CityTrained(course, 3), Not(CityTrained(course, 5)))
    assert without(CityTrained(course, 3, 24), Not(CityTrained(course, 3, 12)))
    assert without(CityTrained(course, 5), Not(CityTrained(other, 3)))
    assert without(EUROPE, Not(CityIn(countries=("NO",))), MemberFor(12), Not(MemberFor(24)))


def test_a_contradiction_names_the_parts(app: Flask) -> None:
    rule = All(of=(Completed(a_course().id), EUROPE, MemberFor(3), AFRICA))
    assert blockers(rule)[0][1] == (
        "No city can ever meet all of these at once: Your city is in Europe; Your city is in Africa. "
        "Change one of them."
    )


def test_what_is_too_much_to_find_out_is_not_said(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    course, other = a_course().id, a_course().id
    core: Node = All(
        of=(
            *(Any_(of=(Not(CityTrained(course, n)), Not(CityTrained(other, n)))) for n in range(1, 5)),
            *(Any_(of=(CityIn(countries=(code,)), MemberFor(n))) for n, code in enumerate(("NO", "KE", "FR"), 1)),
            CityTrained(course, 9),
            CityTrained(other, 9),
        )
    )
    for _level in range(4):
        core = All(of=(core, HasRole(Role.TRAINER)))
    looked = 0

    def counted(rule: Node, truth: satisfying.Truth) -> bool:
        nonlocal looked
        looked += rule == core
        return holds(rule, truth)

    holds = satisfying._holds
    monkeypatch.setattr(satisfying, "_holds", counted)
    assert [path for path, _words in blockers(core)] == [(0, 0, 0, 0)]
    assert looked > 100
    # The whole rule and its parts share what may be tried.
    monkeypatch.setattr(satisfying, "MOST_STEPS", 1500)
    assert blockers(core) == []


def test_a_country_is_where_the_network_has_it(app: Flask) -> None:
    a_city(country="NO", region=Region.EUROPE)
    assert blockers(All(of=(CityIn(countries=("NO",)), AFRICA))) != []
    # No city of Kenya is known, so it may be anywhere.
    assert blockers(All(of=(CityIn(countries=("KE",)), AFRICA))) == []


def test_what_says_nothing_or_finds_nobody_is_said_and_stops_nothing(app: Flask) -> None:
    a_city(region=Region.EUROPE, country="NO", size_band=SizeBand.MEDIUM)
    course = a_course().id
    assert warnings(All(of=(Completed(course), CityIn()))) == [
        ((1,), "Every city meets this, so it says nothing. It can be taken out.")
    ]
    assert warnings(Any_(of=(EUROPE, Not(EUROPE)))) == [
        ((), "Every city meets this, so it says nothing. It can be taken out.")
    ]
    assert warnings(AFRICA) == [((), "The network has no city like this today: Africa.")]
    assert warnings(CityIn(regions=(Region.EUROPE,), sizes=(SizeBand.SMALL,)))
    assert warnings(Completed(course, 70.0)) == [
        ((), "“The city’s part” gives no score today, so nobody can reach one.")
    ]
    assert warnings(All(of=(Completed(course), EUROPE))) == []


@pytest.mark.parametrize("whom", [Audience(Admits.INVITED), Audience(Admits.SOME, roles=("trainer",))])
def test_a_course_that_is_not_for_everybody_is_said(app: Flask, whom: Audience) -> None:
    course = a_course()
    with unit_of_work():
        db.session.get_one(Course, course.id).audience = whom
    said = "“The city’s part” does not take in everybody. Who may not enrol cannot meet this."
    assert warnings(All(of=(Completed(course.id), Certified(a_course().id)))) == [((0,), said)]


def test_fifty_levels_crash_nothing_and_are_refused_in_words(app: Flask) -> None:
    course, person = a_course(), a_person(city=a_city())
    rule = nested(49, Completed(course.id))
    assert depth(rule) == 50
    assert read(write(rule)) == rule
    assert len(mark_of(rule)) == 64
    assert rule.check(facts([person.id], NOW, rule)[person.id], NOW).steps == 1
    assert queries.count_network(nested(7, Completed(course.id)), NOW) == (0, 0)
    with app.test_request_context():
        say = Wording({}, "en")
        assert all(say.requirement(node) for _path, node in walk(rule))
    path, words = blockers(rule)[0]
    assert (len(path), words[:29]) == (8, "This rule is 50 levels deep. ")
    call = a_call(Completed(course.id))
    with unit_of_work(), pytest.raises(InvalidRule, match="50 levels deep"):
        services.set_rule(call_id=call.id, rule=rule, by=None)
    assert blockers(nested(7, Completed(course.id))) == []
    tree = write(Completed(course.id))
    for _level in range(50_000):
        tree = {"type": "all", "of": [tree]}
    with pytest.raises(msgspec.ValidationError, match="nested deeper"):
        read(tree)
    while tree.get("of"):  # taken apart piece by piece, as Python would do it by recursion
        tree = tree.pop("of")[0]


def test_places_in_a_rule() -> None:
    one, two, three = Completed(1), Completed(2), Completed(3)
    rule = All(of=(one, Any_(of=(two, Not(EUROPE)))))
    assert at(rule, ()) == rule
    assert at(rule, (1, 1, 0)) == EUROPE
    assert replace(rule, (1, 0), three) == All(of=(one, Any_(of=(three, Not(EUROPE)))))
    assert replace(rule, (0,), None) == All(of=(Any_(of=(two, Not(EUROPE))),))
    assert replace(rule, (1, 1, 0), None) == All(of=(one, Any_(of=(two,))))
    assert replace(rule, (), None) is None
    for path in ((2,), (-1,), (0, 0), (1, 1, 1)):
        with pytest.raises(LookupError):
            at(rule, path)
        with pytest.raises(LookupError):
            replace(rule, path, one)


def test_a_mark_identifies_a_requirement() -> None:
    assert mark_of(Completed(1, 70)) == mark_of(read(write(Completed(1, 70.0))))
    assert mark_of(Completed(1)) != mark_of(Completed(2))
    assert mark_of(Completed(1, 70.0)) != mark_of(Completed(1, 71.0))
