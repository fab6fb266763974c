"""What is read of the attempts at a quiz for its statistics: counted by the database, so many cost little."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec
import sqlalchemy as sa

from app.core.errors import NotFound
from app.courses import editions
from app.courses.models import Edition
from app.extensions import db

from ..kind import data_of
from ..models import Attempt, AttemptState, Question, QuestionVersion, Response
from ..types import Answer, Content, type_name
from . import figures as statistics
from .figures import ItemFigures, Pair, QuizFigures, Weighted

MOST_TYPED = 20  # other answers shown of a part, the most frequent


class Which(StrEnum):
    """Which attempts of each practitioner are looked at."""

    FIRST = "first"
    ALL = "all"
    BEST = "best"
    LAST = "last"


@dataclass(frozen=True, slots=True)
class Chosen:
    """The attempts that statistics are of: submitted and marked in whole, of one edition or of all.

    Somebody whose first attempt waits for marks is left out of the first ones until it is marked.
    """

    activity_id: int
    which: Which = Which.FIRST
    edition_id: int | None = None

    def attempts(self) -> sa.Subquery:
        """Their id, edition, language and score."""
        table = Attempt.__table__
        c = table.c
        whole = sa.select(c.id, c.edition_id, c.language, c.score).where(
            c.activity_id == self.activity_id, c.state == AttemptState.SUBMITTED
        )
        if self.edition_id is not None:
            whole = whole.where(c.edition_id == self.edition_id)
        if self.which in (Which.ALL, Which.BEST):
            whole = whole.where(c.score.is_not(None))
        if self.which is Which.ALL:
            return whole.subquery()
        order = {
            Which.FIRST: (c.cycle, c.number),
            Which.LAST: (c.cycle.desc(), c.number.desc()),
            Which.BEST: (c.score.desc(), c.cycle, c.number),
        }[self.which]
        place = sa.func.row_number().over(partition_by=c.enrolment_id, order_by=order).label("place")
        ranked = whole.add_columns(place).subquery()
        return (
            sa.select(ranked.c.id, ranked.c.edition_id, ranked.c.language, ranked.c.score)
            .where(ranked.c.place == 1, ranked.c.score.is_not(None))
            .subquery()
        )


@dataclass(frozen=True, slots=True)
class Item:
    """A question in the versions that are graded alike, in the newest of them; `versions` by number."""

    version_id: int
    question_id: int
    key: str
    source_language: str
    content: Content
    numbers: tuple[int, ...]
    version_ids: tuple[int, ...]
    figures: ItemFigures

    @property
    def type(self) -> str:
        return type_name(self.content)


@dataclass(frozen=True, slots=True)
class QuizStatistics:
    """A quiz, its items in order, how many attempts scored what (in percent), and where the thirds begin."""

    figures: QuizFigures
    items: tuple[Item, ...]
    totals: Weighted

    def item(self, version_id: int) -> Item:
        """The item of which `version_id` is a version. Raises `NotFound`."""
        for item in self.items:
            if version_id in item.version_ids:
                return item
        raise NotFound


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """An answer, what it earns of the mark (None: not foreseen, and so by the question's rules), who gave it.

    `thirds`: how many gave it of the attempts with the least, the middle and the best results. `scored`: what those who
    gave it scored in the quiz, 0 to 1.
    """

    words: Any
    fraction: float | None
    count: int
    scored: float | None
    thirds: tuple[int, int, int]
    feedback: Any = None


@dataclass(frozen=True, slots=True)
class PartLines:
    """The answers to a part of a question, those foreseen first; `open_answers` counts the other ones given."""

    words: Any
    lines: tuple[AnswerLine, ...]
    others: tuple[AnswerLine, ...]
    unanswered: AnswerLine


@dataclass(frozen=True, slots=True)
class EditionLine:
    id: int
    number: int
    published_at: datetime
    attempts: int


def list_editions(activity_id: int) -> list[EditionLine]:
    """The editions at which a quiz was submitted, the newest first, with how often."""
    rows = db.session.execute(
        sa.select(Edition.id, Edition.number, Edition.published_at, sa.func.count())
        .join(Attempt, Attempt.edition_id == Edition.id)
        .where(Attempt.activity_id == activity_id, Attempt.state == AttemptState.SUBMITTED)
        .group_by(Edition.id, Edition.number, Edition.published_at)
        .order_by(Edition.number.desc())
    )
    return [EditionLine(*row) for row in rows]


def count_unmarked(activity_id: int) -> int:
    """How many submitted attempts wait for marks, and so are in no figure."""
    waiting = sa.select(sa.func.count()).where(
        Attempt.activity_id == activity_id, Attempt.state == AttemptState.SUBMITTED, Attempt.score.is_(None)
    )
    return db.session.scalar(waiting) or 0


def compute(chosen: Chosen) -> QuizStatistics:
    """The statistics of a quiz and of each of its items. Four statements at most."""
    attempts = chosen.attempts()
    totals = [
        (row.score * 100, row.times)
        for row in db.session.execute(
            sa.select(attempts.c.score, sa.func.count().label("times")).group_by(attempts.c.score)
        )
    ]
    response = Response.__table__.c
    graded_by = sa.func.coalesce(response.graded_version_id, response.version_id).label("version_id")
    rows = db.session.execute(
        sa.select(
            graded_by, attempts.c.edition_id, response.marks, response.fraction, attempts.c.score,
            sa.func.count().label("times"), sa.func.min(response.slot).label("slot"),
        )
        .join(attempts, attempts.c.id == response.attempt_id)
        .group_by(graded_by, attempts.c.edition_id, response.marks, response.fraction, attempts.c.score)
    ).all()  # fmt: skip
    whole = _marks_of(chosen.activity_id, {row.edition_id for row in rows})
    versions = _versions({row.version_id for row in rows})
    pairs: dict[tuple[int, str], list[Pair]] = defaultdict(list)
    worth: dict[tuple[int, str], float] = defaultdict(float)
    slots: dict[tuple[int, str], int] = {}
    for row in rows:
        version = versions[row.version_id]
        name = (version.question_id, version.marks_hash)
        share = 100 * row.marks / whole[row.edition_id]
        pairs[name].append(Pair((row.fraction or 0.0) * share, row.score * 100, row.times))
        worth[name] += share * row.times
        slots[name] = min(slots.get(name, row.slot), row.slot)
    effective = statistics.effective_weights({_named(name): found for name, found in pairs.items()})
    items = []
    for name in sorted(pairs, key=lambda name: (slots[name], name)):
        of_it = sorted((v for v in versions.values() if (v.question_id, v.marks_hash) == name), key=lambda v: v.number)
        newest = of_it[-1]
        figures = statistics.item_figures(pairs[name], worth[name] / sum(pair.count for pair in pairs[name]))
        items.append(
            Item(
                version_id=newest.id, question_id=newest.question_id, key=newest.key,
                source_language=newest.source_language, content=newest.content,
                numbers=tuple(v.number for v in of_it), version_ids=tuple(v.id for v in of_it),
                figures=replace(figures, effective=effective[_named(name)]),
            )
        )  # fmt: skip
    return QuizStatistics(statistics.quiz_figures(totals, _places(pairs.values(), totals)), tuple(items), totals)


def _named(name: tuple[int, str]) -> str:
    return f"{name[0]} {name[1]}"


def _places(items: Iterable[Sequence[Pair]], totals: Weighted) -> list[Weighted]:
    """What each place of the quiz earned. Items that only some attempts met share the places left, as one pool."""
    count = sum(n for _value, n in totals)
    places: list[Weighted] = []
    pool: list[tuple[float, int]] = []
    for pairs in items:
        earned = [(pair.x, pair.count) for pair in pairs]
        if sum(n for _x, n in earned) == count:
            places.append(earned)
        else:
            pool += earned
    drawn = round(sum(n for _x, n in pool) / count) if count else 0
    return [*places, *([pool] * drawn)]


def _marks_of(activity_id: int, edition_ids: set[int]) -> dict[int, float]:
    """What the whole quiz is worth in each edition."""
    return {
        edition.id: sum(slot.marks for slot in data_of(edition.by_id[activity_id]).slots)
        for edition in editions.list_editions(edition_ids)
    }


def _versions(ids: set[int]) -> dict[int, Any]:
    rows = db.session.execute(
        sa.select(
            QuestionVersion.id, QuestionVersion.question_id, QuestionVersion.number, QuestionVersion.marks_hash,
            QuestionVersion.content, Question.key, Question.source_language,
        )
        .join(Question, Question.id == QuestionVersion.question_id)
        .where(QuestionVersion.id.in_(ids))
    )  # fmt: skip
    return {row.id: row for row in rows}


def list_answers(chosen: Chosen, items: Sequence[Item], totals: Weighted) -> dict[int, list[PartLines]]:
    """What was answered to each part of each of the items, by whom; by the item's version. One statement.

    Not of questions that people mark: no two answers to them are alike.
    """
    attempts = chosen.attempts()
    response = Response.__table__.c
    low, high = (bound / 100 for bound in statistics.thirds(totals))
    third = sa.case((attempts.c.score < low - 1e-9, 0), (attempts.c.score < high - 1e-9, 1), else_=2).label("third")
    given = sa.cast(sa.type_coerce(response.answer, sa.JSON), sa.Text).label("given")
    graded_by = sa.func.coalesce(response.graded_version_id, response.version_id).label("version_id")
    tallies = {item.version_id: _Tally(item) for item in items if not item.content.marked_by_hand}
    of_version = {
        version: tallies[item.version_id]
        for item in items
        if item.version_id in tallies
        for version in item.version_ids
    }
    rows = db.session.execute(
        sa.select(graded_by, given, attempts.c.language, third, sa.func.count(), sa.func.sum(attempts.c.score))
        .join(attempts, attempts.c.id == response.attempt_id)
        .where(graded_by.in_(of_version))
        .group_by(graded_by, given, attempts.c.language, third)
    )
    for version_id, answer, language, of_third, count, scored in rows:
        of_version[version_id].add(answer, language, of_third, count, scored)
    return {version_id: tally.parts() for version_id, tally in tallies.items()}


class _Tally:
    """Counts who answered what, part by part."""

    def __init__(self, item: Item) -> None:
        self.item = item
        self.counts: dict[tuple[str, str, str], list[int]] = defaultdict(lambda: [0, 0, 0])
        self.scores: dict[tuple[str, str, str], float] = defaultdict(float)
        self.earned: dict[tuple[str, str, str], float] = {}
        self.foreseen = item.content.parts(item.source_language)

    def add(self, given: str | None, language: str, third: int, count: int, scored: float) -> None:
        """So many attempts of a third gave this answer, stored as JSON; their scores sum to `scored`."""
        answer = None if given in (None, "null") else msgspec.json.decode(given or "", type=Answer)
        said = self.item.content.said(answer, language) if answer is not None else ()
        answered = set()
        for one in said:
            answered.add(one.part)
            place = (one.part, one.key, "" if one.key else " ".join(one.words.split()))
            self.counts[place][third] += count
            self.scores[place] += scored
            self.earned.setdefault(place, one.fraction)
        for part in self.foreseen:
            if part.key not in answered:
                self.counts[part.key, "", ""][third] += count
                self.scores[part.key, "", ""] += scored

    def parts(self) -> list[PartLines]:
        found = []
        for part in self.foreseen:
            lines = tuple(
                self._line((part.key, one.key, ""), one.words, one.fraction, one.feedback) for one in part.foreseen
            )
            typed = [place for place in self.counts if place[0] == part.key and not place[1] and place[2]]
            typed.sort(key=lambda place: (-sum(self.counts[place]), place[2]))
            others = tuple(self._line(place, place[2], self.earned.get(place)) for place in typed[:MOST_TYPED])
            found.append(PartLines(part.words, lines, others, self._line((part.key, "", ""), "", None)))
        return found

    def _line(
        self, place: tuple[str, str, str], words: Any, fraction: float | None, feedback: Any = None
    ) -> AnswerLine:
        low, middle, high = self.counts.get(place, [0, 0, 0])
        count = low + middle + high
        scored = self.scores[place] / count if count else None
        return AnswerLine(words, fraction, count, scored, (low, middle, high), feedback)
