"""What would be if people of a city finished courses: their facts changed, and judged by the rule itself. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeVar

from app.core import clock

from ..calls.call import Call, CityJudgement, Standing
from ..judging.effort import effort
from ..judging.findings import CertificateEvidence, Finding, Met
from ..judging.shapes import AttemptFact, ColleagueFact, CompletionFact, DeclarationFact, Facts, PassFact
from ..rules.steps import closed

FULL = 1.0  # the score of who does what is asked: all of it

K = TypeVar("K")
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Choice:
    """What is imagined: that each of `people` finished each of `courses`, and stated what the rule asks them to.

    `months`: for how many months a certificate is valid, by course; none where it never expires.
    """

    people: frozenset[int] = frozenset()
    courses: frozenset[int] = frozenset()
    states: bool = False
    months: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Imagined:
    """One practitioner as they stand, and as they would."""

    person_id: int
    now: Finding
    then: Finding
    is_chosen: bool
    is_out_of_reach: bool = False  # the call is not open to the city, whatever is finished
    closed: tuple[int, ...] = ()  # of the courses chosen, those that they cannot begin, by id

    @property
    def becomes_eligible(self) -> bool:
        return isinstance(self.then, Met) and not isinstance(self.now, Met)


@dataclass(frozen=True, slots=True)
class WhatIf:
    """All practitioners of a city, the nearest to eligible first, and whether the city could apply, now and then."""

    people: tuple[Imagined, ...]
    is_eligible_now: bool
    is_eligible_then: bool

    @property
    def eligible_now(self) -> int:
        return sum(isinstance(one.now, Met) for one in self.people)

    @property
    def eligible_then(self) -> int:
        return sum(isinstance(one.then, Met) for one in self.people)


def imagine(call: Call, city: CityJudgement, choice: Choice, names: Mapping[int, str]) -> WhatIf:
    """How a city and its practitioners would stand; a choice means those of its people who belong to the city."""
    finished = {i: _finished(city.facts[i], choice.courses) for i in sorted(choice.people & set(city.facts))}
    changed = {i: as_if(call, facts, choice, finished, city.at) for i, facts in city.facts.items()}
    found = [
        Imagined(
            i,
            city.findings[i],
            call.judged.check(facts, city.at),
            i in finished,
            Standing(call, city.at, city.facts[i], city.findings[i]).is_out_of_reach,
            tuple(sorted(choice.courses - finished[i])) if i in finished else (),
        )
        for i, facts in changed.items()
    ]
    alone = call.judged.check(as_if(call, city.facts_alone, choice, finished, city.at), city.at)
    return WhatIf(
        tuple(sorted(found, key=lambda one: (*_distance(one), names.get(one.person_id, ""), one.person_id))),
        is_eligible_now=city.is_eligible,
        is_eligible_then=isinstance(alone, Met) or any(isinstance(one.then, Met) for one in found),
    )


def _distance(one: Imagined) -> tuple[int, ...]:
    """How far somebody is from eligible, to compare: out of reach, then what has to be waited for, then steps."""
    left = effort(one.now)
    return int(one.is_out_of_reach), left.never, left.waits, left.barred, left.steps


def _finished(facts: Facts, courses: Collection[int]) -> frozenset[int]:
    """Those of the courses that a person can finish: not one that is closed to them, unless they have completed it."""
    return frozenset(i for i in courses if facts.completions.get(i) or closed(facts, i) is None)


def as_if(call: Call, facts: Facts, choice: Choice, finished: Mapping[int, Collection[int]], at: datetime) -> Facts:
    """The facts of one subject as they would be if people had `finished` courses; each counts for the whole city."""
    trained = {
        course_id: [ColleagueFact(person_id, at) for person_id, theirs in finished.items() if course_id in theirs]
        for course_id in choice.courses
    }
    colleagues = {**facts.colleagues, **{i: (*facts.colleagues.get(i, ()), *more) for i, more in trained.items()}}
    facts = replace(facts, colleagues=colleagues)
    if facts.person_id is None or facts.person_id not in finished:
        return facts
    courses = finished[facts.person_id]
    quizzes = [quiz.id for quiz in facts.quizzes.values() if quiz.course_id in courses]
    stated = {key for leaf in call.rule.leaves() for key in leaf.declaration_keys} if choice.states else ()
    return replace(
        facts,
        completions=_with(facts.completions, courses, [CompletionFact(at, FULL)]),
        certificates={
            **facts.certificates,
            **{i: (*facts.certificates.get(i, ()), _certificate(i, at, choice)) for i in courses},
        },
        attempts=_with(facts.attempts, quizzes, [AttemptFact(at, FULL)]),
        passes=_with(facts.passes, quizzes, [PassFact(at, FULL)]),
        declarations={**facts.declarations, **{key: DeclarationFact(True, at) for key in stated}},
    )


def _certificate(course_id: int, at: datetime, choice: Choice) -> CertificateEvidence:
    """The certificate of who finishes a course at a moment."""
    months = choice.months.get(course_id)
    return CertificateEvidence(course_id, "", at, clock.months_after(at, months) if months else None)


def _with(known: Mapping[K, Collection[V]], keys: Iterable[K], more: Iterable[V]) -> dict[K, tuple[V, ...]]:
    """What is known, and more of it under each of `keys`."""
    more = tuple(more)
    return {**{key: tuple(found) for key, found in known.items()}, **{k: (*known.get(k, ()), *more) for k in keys}}
