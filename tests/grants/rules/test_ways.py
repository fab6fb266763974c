"""The shortest way: done, it meets the rule, with nothing in it to spare, and no way is shorter. By facts alone."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import replace
from datetime import date
from itertools import product
from time import perf_counter

import pytest

from app.auth.models import Role
from app.grants.judging.effort import Effort, effort, effort_of, work_of
from app.grants.judging.findings import (
    CertificateEvidence,
    CityWork,
    Finding,
    Met,
    Missing,
    OutOfReach,
    OwnWord,
    OwnWork,
    Reason,
    Unknown,
    is_barred,
    shortest_way,
)
from app.grants.judging.shapes import (
    AttemptFact,
    CityFact,
    ColleagueFact,
    CompletionFact,
    CourseFact,
    DeclarationFact,
    EnrolmentFact,
    Facts,
    PassFact,
    QuizFact,
    RoleFact,
)
from app.grants.rules import (
    All,
    Any_,
    AtLeast,
    Certified,
    CityIn,
    CityTrained,
    Completed,
    Declared,
    HasRole,
    MemberFor,
    Node,
    Not,
    Passed,
)
from app.network.models import Region
from app.progress.models import EnrolmentState
from tests.factories import text
from tests.grants.factories import DAY, NOW

from .drawn import a_rule

A, B, C = 1, 2, 3
COURSES = (A, B, C)
QUIZ = 10  # of course A
ME = 7

LEAVES: list[Node] = [
    *(Completed(course) for course in COURSES),
    Completed(A, 70.0),
    Completed(A, None, 12),
    Completed(B, 70.0, 12),
    *(Certified(course) for course in COURSES),
    Passed(QUIZ),
    Passed(QUIZ, 60.0),
    CityTrained(A, 1),
    CityTrained(A, 2, 12),
    CityTrained(B, 3),
    CityTrained(B, None, None, 50.0),
    CityTrained(C, 2),
    MemberFor(12),
    MemberFor(24),
    CityIn(regions=(Region.AFRICA,)),
    Not(CityIn(regions=(Region.EUROPE,))),
    HasRole(Role.COORDINATOR),
    Declared("own", text("We have a plan."), "en"),
    Declared("vote", text("We have voted."), "en"),
]


def courses() -> dict[int, CourseFact]:
    """`C` is not published."""
    return {
        i: CourseFact(i, f"course-{i}", text(f"Course {i}"), "en", i != C, activities=i, minutes=10 * i)
        for i in COURSES
    }


def somebody(chance: random.Random) -> Facts:
    """One person of a city, with what they and their colleagues have done."""
    completions, certificates, enrolments, colleagues = {}, {}, {}, {}
    for course in COURSES:
        state = chance.choice((None, *EnrolmentState))
        if state is not None:
            enrolments[course] = EnrolmentFact(state, 0, course, chance.choice((5, 30)), None)
        done = [(chance.choice((3, 900)), chance.choice((None, 0.5, 0.9))) for _each in range(chance.choice((0, 0, 1)))]
        completions[course] = tuple(CompletionFact(NOW - days * DAY, score) for days, score in done)
        ends = [chance.choice((None, -1, 3, 300)) for _each in range(chance.randint(0, len(done)))]
        certificates[course] = tuple(
            CertificateEvidence(course, "x", at.completed_at, None if days is None else NOW + days * DAY)
            for at, days in zip(completions[course], ends, strict=False)
        )
        people = {*chance.sample((1, 2, 3), chance.randint(0, 2)), *((ME,) if done else ())}
        colleagues[course] = tuple(ColleagueFact(i, NOW - chance.choice((3, 900)) * DAY) for i in sorted(people))
    scores = [chance.choice((None, 0.2, 0.9)) for _each in range(chance.choice((0, 0, 1, 2)))]
    return Facts(
        person_id=ME,
        city=CityFact(1, "Sfax", Region.EUROPE, "TN", "small", chance.choice(JOINED), None, 5),
        courses=courses(),
        quizzes={QUIZ: QuizFact(QUIZ, A, text("Quiz"), "en", is_offered=chance.random() < 0.7, minutes=3)},
        completions=completions,
        certificates=certificates,
        enrolments=enrolments,
        colleagues=colleagues,
        attempts={QUIZ: tuple(AttemptFact(NOW - DAY, score) for score in scores)},
        passes={},
        roles=(),
        declarations={"own": DeclarationFact(holds=False, at=NOW)} if chance.random() < 0.3 else {},
    )


JOINED = (date(2010, 1, 1), date(2010, 1, 1), date(2026, 1, 1))


def done(things: Iterable[Hashable], facts: Facts) -> Facts:
    """The facts once these things are done."""
    for thing in things:
        match thing:
            case OwnWork(course_id=course):
                facts = replace(
                    facts,
                    completions=_more(facts.completions, course, CompletionFact(NOW, 1.0)),
                    certificates=_more(facts.certificates, course, CertificateEvidence(course, "z", NOW, None)),
                    colleagues=_more(facts.colleagues, course, ColleagueFact(ME, NOW)),
                )
                if course == A:
                    facts = replace(
                        facts,
                        attempts=_more(facts.attempts, QUIZ, AttemptFact(NOW, 1.0)),
                        passes=_more(facts.passes, QUIZ, PassFact(NOW, 1.0)),
                    )
            case CityWork(course_id=course):
                others = [ColleagueFact(100 + i, NOW) for i in range(5)]
                facts = replace(facts, colleagues=_more(facts.colleagues, course, *others))
            case OwnWord(key=key):
                facts = replace(facts, declarations={**facts.declarations, key: DeclarationFact(holds=True, at=NOW)})
            case HasRole(role=role):
                facts = replace(facts, roles=(*facts.roles, RoleFact(role, 1, NOW, None)))
            case OutOfReach(in_time=True):
                assert facts.city is not None
                facts = replace(facts, city=replace(facts.city, joined_on=date(1990, 1, 1)))
    return facts


def _more(known, key, *facts):  # type: ignore[no-untyped-def]
    return {**known, key: (*known.get(key, ()), *facts)}


def leaves_of(finding: Finding) -> Iterator[Missing | Unknown]:
    """Every leaf that is not met, by each thing that meets it."""
    if isinstance(finding, Met):
        return
    if finding.needs:
        for part in finding.parts:
            yield from leaves_of(part)
    else:
        yield finding
        if isinstance(finding, Missing) and finding.otherwise:
            yield finding.otherwise


def holds(finding: Finding, met: set[int]) -> bool:
    """Whether a rule is met once the leaves with these identities are."""
    if isinstance(finding, Met):
        return True
    if finding.needs:
        return sum(not isinstance(part, Met) and holds(part, met) for part in finding.parts) >= finding.needs
    other = finding.otherwise if isinstance(finding, Missing) else None
    return id(finding) in met or id(other) in met


def least(finding: Finding) -> Effort:
    """The least effort, by trying every choice of leaves."""
    leaves = list(leaves_of(finding))
    efforts = []
    for chosen in product((False, True), repeat=len(leaves)):
        taken = [leaf for leaf, is_taken in zip(leaves, chosen, strict=True) if is_taken]
        if holds(finding, {id(leaf) for leaf in taken}):
            efforts.append(effort_of(work_of(taken)))
    return min(efforts)


@pytest.mark.parametrize("seed", range(6))
def test_no_way_is_shorter_and_done_it_meets_the_rule(seed: int) -> None:
    chance = random.Random(seed)
    seen: Counter[str] = Counter()
    for _each in range(400):
        left = is_the_shortest(a_rule(chance, LEAVES, chance.randint(2, 8)), somebody(chance))
        seen.update(
            [f"{min(left.steps, 3)} steps", *(name for name in ("never", "waits", "barred") if getattr(left, name))]
        )
    assert len(seen) == 7 and min(seen.values()) > 8, seen


def is_the_shortest(rule: Node, facts: Facts) -> Effort:
    """Asserts it, and says how long it is."""
    finding = rule.check(facts, NOW)
    left = effort(finding)
    assert left.steps == finding.steps == len(finding.todo)
    assert left == least(finding)
    assert effort_of(work_of(shortest_way(finding))) == left
    if left.never:
        everything = {thing for leaf in leaves_of(finding) for thing in leaf.todo}
        assert not isinstance(rule.check(done(everything, facts), NOW), Met)
        return left
    assert isinstance(rule.check(done(finding.todo, facts), NOW), Met)
    if not any(is_barred(leaf) for leaf in leaves_of(finding)):  # else a thing done may meet what it cannot meet now
        for thing in finding.todo:
            assert not isinstance(rule.check(done(finding.todo - {thing}, facts), NOW), Met)
    if left.barred or left.waits:
        free = {id(leaf) for leaf in leaves_of(finding) if not is_barred(leaf) and not leaf.is_out_of_reach}
        assert not holds(finding, free)  # no way leads past what cannot be done
    return left


def nobody(**values: object) -> Facts:
    """Somebody of a city who has done nothing, nor has anybody else."""
    city = CityFact(1, "Sfax", Region.EUROPE, "TN", "small", JOINED[0], None, 5)
    facts = Facts(ME, city, courses(), {}, {}, {}, {}, {}, {}, {}, (), {})
    return replace(facts, **values)  # type: ignore[arg-type]


def test_a_course_that_meets_two_parts_is_nearer_than_one_for_each() -> None:
    finding = All(of=(Any_(of=(Completed(B), Completed(A))), Any_(of=(HasRole(Role.TRAINER), Certified(A))))).check(
        nobody(), NOW
    )
    assert finding.todo == {OwnWork(A)}
    assert [leaf.rule for leaf in shortest_way(finding)] == [Completed(A), Certified(A)]
    # Not even where each part for itself has a nearer way: B is under way.
    begun = nobody(enrolments={B: EnrolmentFact(EnrolmentState.OPEN, 1, 2, 1, None)})
    finding = All(of=(Completed(A), Any_(of=(Completed(B), Certified(A))))).check(begun, NOW)
    assert finding.todo == {OwnWork(A)}


def test_what_can_be_done_comes_before_what_cannot_however_long_it_is() -> None:
    long_ago = nobody(completions={A: (CompletionFact(NOW - 900 * DAY, None),)})
    words = (Declared("own", text("x"), "en"), Declared("vote", text("y"), "en"), Completed(B))
    finding = Any_(of=(Completed(A, None, 12), All(of=words))).check(long_ago, NOW)
    assert [leaf.rule for leaf in shortest_way(finding)] == list(words)
    # Of what is not published there is nothing to be done either, nor of what waits for its marks.
    finding = Any_(of=(Completed(C), All(of=words))).check(nobody(), NOW)
    assert [leaf.rule for leaf in shortest_way(finding)] == list(words)
    quiz = {QUIZ: QuizFact(QUIZ, A, text("Quiz"), "en", is_offered=True)}
    waiting = nobody(quizzes=quiz, attempts={QUIZ: (AttemptFact(NOW, None),)})
    finding = Any_(of=(Passed(QUIZ, 50.0), All(of=words))).check(waiting, NOW)
    assert [leaf.rule for leaf in shortest_way(finding)] == list(words)
    alone = Passed(QUIZ, 50.0).check(waiting, NOW)
    assert isinstance(alone, Missing) and alone.reason is Reason.WAITS_FOR_MARKS and is_barred(alone)


def test_people_of_the_city_are_trained_once_for_every_requirement() -> None:
    one = nobody(colleagues={A: (ColleagueFact(1, NOW),)})
    rule = All(of=(CityTrained(A, 4), CityTrained(A, 2)))
    finding = rule.check(one, NOW)
    assert finding.todo == {CityWork(A)}  # the last one of two may be the person, but need not
    assert CityTrained(A, 2).check(one, NOW).todo == {OwnWork(A)}


def test_who_cannot_take_it_again_is_not_the_last_one_missing() -> None:
    long_ago = nobody(completions={A: (CompletionFact(NOW - 900 * DAY, None),)})
    finding = CityTrained(A, 1, 12).check(long_ago, NOW)
    assert finding.todo == {CityWork(A)} and not is_barred(finding)


def test_to_wait_is_one_thing_for_every_membership() -> None:
    young = replace(nobody(), city=replace(nobody().city, joined_on=JOINED[-1]))  # type: ignore[type-var]
    finding = All(of=(MemberFor(12), MemberFor(24))).check(young, NOW)
    assert finding.steps == 1 and finding.is_out_of_reach
    waits = Any_(of=(CityIn(regions=(Region.AFRICA,)), All(of=(MemberFor(12), Completed(A))))).check(young, NOW)
    assert [leaf.rule for leaf in shortest_way(waits)] == [MemberFor(12), Completed(A)]


def test_a_rule_of_many_ways_is_read_in_a_moment() -> None:
    """Every part may be met by either of two of ten courses, and half of the parts are needed."""
    many = {i: CourseFact(i, f"c{i}", text("x"), "en", minutes=i % 7) for i in range(100, 110)}
    parts = tuple(Any_(of=(Completed(i), All(of=(Completed(j), Certified(i))))) for i in many for j in many if i < j)
    rule = AtLeast(of=parts[:24], n=12)
    began = perf_counter()
    finding = rule.check(nobody(courses=many), NOW)
    assert finding.steps == 2 and perf_counter() - began < 2
