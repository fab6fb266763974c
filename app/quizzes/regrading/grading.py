"""What a corrected key changes: answers graded again, attempts and grades counted again. Pure.

A mark that a person gave stays, one that waits for a person goes on waiting, and an answer that the corrected question
could not be given stays as it was graded.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import msgspec

from ..attempts import behaviour
from ..grading import grade_of, passed
from ..marking.marks import TINY
from ..models import Try
from ..settings import Behaviour, QuizSettings
from ..types import Answer, Content, Grade, fits, grade


@dataclass(frozen=True, slots=True)
class Answered:
    """What somebody answered: the last answer, those that were checked before, and how certain they were."""

    answer: Answer | None
    tries: tuple[Try, ...] = ()
    certainty: int | None = None


def earned(content: Content, answered: Answered, settings: QuizSettings, language: str) -> Grade | None:
    """What an answer earns by the key of `content`, -2 to 1; None if the question could not be answered so.

    With several tries the first that is right counts, else the last answer, less the penalty for each try before it.
    """
    tries = [attempt.answer for attempt in answered.tries]
    if not all(fits(content, answer) for answer in (*tries, answered.answer) if answer is not None):
        return None
    if settings.behaviour is not Behaviour.INTERACTIVE:
        return _certain(content, grade(content, answered.answer, language), answered, settings)
    for earlier, answer in enumerate(tries):
        result = grade(content, answer, language)
        if result.fraction >= 1:
            return _penalised(result, earlier, settings)
    # An answer that was checked last is no further try.
    earlier = len(tries) - (bool(tries) and tries[-1] == answered.answer)
    return _penalised(grade(content, answered.answer, language), earlier, settings)


def _penalised(result: Grade, earlier: int, settings: QuizSettings) -> Grade:
    fraction = behaviour.after_tries(result.fraction, earlier, settings.penalty)
    return msgspec.structs.replace(result, fraction=fraction)


def _certain(content: Content, result: Grade, answered: Answered, settings: QuizSettings) -> Grade:
    if not behaviour.asks_certainty(settings, content) or answered.answer is None:
        return result
    return msgspec.structs.replace(result, fraction=behaviour.sure(result.fraction, answered.certainty))


@dataclass(frozen=True, slots=True)
class Taken:
    """An answer to the question in a submitted attempt, as it is graded.

    `under` are the settings that the attempt was taken under, where they are not those in force.
    """

    attempt_id: int
    slot: int
    marks: float
    language: str
    answered: Answered
    fraction: float
    waits: bool
    by_hand: bool
    under: QuizSettings | None = None


@dataclass(frozen=True, slots=True)
class Tried:
    """A submitted attempt at the quiz: what its answers are worth and earn together, and its score, 0 to 1.

    `goer` is the enrolment and its cycle, whose attempts make one grade.
    """

    id: int
    goer: tuple[int, int]
    number: int
    whole: float
    earned: float
    score: float | None


@dataclass(frozen=True, slots=True)
class Change:
    """An attempt whose mark would be another: fractions of the question's `marks`, scores and grades 0 to 1.

    `goer` is as in `Tried`.
    """

    attempt_id: int
    goer: tuple[int, int]
    slot: int
    marks: float
    before: float
    after: float
    score_before: float | None
    score_after: float | None
    grade_before: float | None
    grade_after: float | None
    passed_before: bool
    passed_after: bool

    @property
    def would_pass(self) -> bool:
        return self.passed_after and not self.passed_before

    @property
    def would_no_longer_pass(self) -> bool:
        return self.passed_before and not self.passed_after


@dataclass(frozen=True)
class Plan:
    """What a regrade would do. `same`: answers whose mark stays; the others are left alone, and why."""

    version_id: int
    changes: tuple[Change, ...]
    same: int = 0
    by_hand: int = 0
    waiting: int = 0
    misfits: int = 0

    @cached_property
    def attempts(self) -> int:
        """How many attempts would have another score."""
        return len({c.attempt_id for c in self.changes if c.score_before != c.score_after})

    @cached_property
    def raised(self) -> int:
        return sum(change.after > change.before for change in self.changes)

    @property
    def lowered(self) -> int:
        return len(self.changes) - self.raised

    @cached_property
    def would_pass(self) -> int:
        """How many people would reach the pass mark."""
        return len({c.goer for c in self.changes if c.would_pass})

    @cached_property
    def would_no_longer_pass(self) -> int:
        """How many people would fall below the pass mark."""
        return len({c.goer for c in self.changes if c.would_no_longer_pass})

    @cached_property
    def seen(self) -> str:
        """What tells the changes of this plan from any others."""
        told = [
            (c.attempt_id, c.slot, _rounded(c.before, c.after), _rounded(c.score_before, c.score_after),
             _rounded(c.grade_before, c.grade_after), c.passed_before, c.passed_after)
            for c in self.changes
        ]  # fmt: skip
        return hashlib.sha256(msgspec.json.encode((self.version_id, told))).hexdigest()[:16]


def _rounded(*values: float | None) -> list[float | None]:
    return [None if value is None else round(value, 6) for value in values]


@dataclass(slots=True)
class _Counts:
    same: int = 0
    by_hand: int = 0
    waiting: int = 0
    misfits: int = 0
    after: dict[tuple[int, int], float] = field(default_factory=dict)


def plan(
    version_id: int, content: Content, settings: QuizSettings, taken: Sequence[Taken], tried: Iterable[Tried]
) -> Plan:
    """What grading `taken` by the key of `content` would change. `tried` are all submitted attempts of the quiz."""
    counts = _Counts()
    gained: defaultdict[int, float] = defaultdict(float)
    for one in taken:
        _judge(one, content, settings, counts)
        if (again := counts.after.get((one.attempt_id, one.slot))) is not None:
            gained[one.attempt_id] += (again - one.fraction) * one.marks
    goers: defaultdict[tuple[int, int], list[Tried]] = defaultdict(list)
    by_id: dict[int, Tried] = {}
    for attempt in sorted(tried, key=lambda attempt: attempt.number):
        goers[attempt.goer].append(attempt)
        by_id[attempt.id] = attempt
    scores = {attempt.id: attempt.score for attempt in by_id.values()}
    scores |= {i: _score(by_id[i], gain) for i, gain in gained.items()}
    before = {goer: grade_of([a.score for a in attempts], settings.grading) for goer, attempts in goers.items()}
    after = {goer: grade_of([scores[a.id] for a in attempts], settings.grading) for goer, attempts in goers.items()}
    changes = []
    for one in taken:
        fraction = counts.after.get((one.attempt_id, one.slot))
        if fraction is None:
            continue
        attempt = by_id[one.attempt_id]
        goer = attempt.goer
        changes.append(
            Change(
                attempt.id, goer, one.slot, one.marks, one.fraction, fraction, attempt.score, scores[attempt.id],
                before[goer], after[goer], passed(before[goer], settings), passed(after[goer], settings),
            )
        )  # fmt: skip
    return Plan(version_id, tuple(changes), counts.same, counts.by_hand, counts.waiting, counts.misfits)


def _judge(one: Taken, content: Content, settings: QuizSettings, counts: _Counts) -> None:
    if one.by_hand:
        counts.by_hand += 1
    elif one.waits:
        counts.waiting += 1
    elif (result := earned(content, one.answered, one.under or settings, one.language)) is None or result.waits:
        counts.misfits += 1
    elif abs(result.fraction - one.fraction) <= TINY:
        counts.same += 1
    else:
        counts.after[one.attempt_id, one.slot] = result.fraction


def _score(attempt: Tried, gain: float) -> float | None:
    """The score with so many more marks, as `services.settle` counts it; none while an answer waits."""
    if attempt.score is None:
        return None
    return min(1.0, max(0.0, (attempt.earned + gain) / attempt.whole)) if attempt.whole else 0.0
