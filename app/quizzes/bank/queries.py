"""What is read of a course's bank as a whole.

A bank is read as light entries, one statement for all of it, from which come its tree, its tags, what fits the
filters and the order; the questions themselves are read for the page that is shown, and where words are looked for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from app.core.folding import folded
from app.extensions import db

from ..kind import untranslated
from ..models import Question, QuestionVersion, VersionState
from ..types import Content
from .categories import Branch, is_within, place_of, tree
from .usage import AskingQuiz, BankUsage, Usage, usage_in
from .words import holds

PAGE_SIZE = 50
MOST_PICKED = 20
LAST_PAGE = 100_000


class QuestionState(StrEnum):
    """How a question of the bank stands: only drafts; ready; ready, and somebody is at a newer draft; hidden."""

    DRAFT = "draft"
    READY = "ready"
    NEWER_DRAFT = "newer_draft"
    HIDDEN = "hidden"


class Used(StrEnum):
    """Asked or drawn by a quiz of the draft; by no quiz of it; in an edition; in neither."""

    DRAFT = "draft"
    NOT_IN_DRAFT = "not_in_draft"
    EDITION = "edition"
    NOWHERE = "nowhere"


class Order(StrEnum):
    """The newest change first; by key; by category, then key."""

    CHANGED = "changed"
    KEY = "key"
    CATEGORY = "category"


@dataclass(frozen=True, slots=True)
class Filters:
    """What a bank is narrowed to. `category` holds those below it; "" is of questions in none, None of all.

    Without a state, hidden questions are left out. `page` counts from 1.
    """

    words: str = ""
    category: str | None = None
    tag: str = ""
    type: str = ""
    state: QuestionState | None = None
    used: Used | None = None
    order: Order = Order.CHANGED
    page: int = 1

    @property
    def narrowed(self) -> bool:
        return bool(self.words or self.category is not None or self.tag or self.type or self.state or self.used)

    def hold(self, entry: Entry) -> bool:
        """Whether an entry is of those asked for, but for words and use."""
        if self.state != entry.state and (self.state or entry.state is QuestionState.HIDDEN):
            return False
        if self.category is not None:
            inside = is_within(entry.category, self.category) if self.category else not entry.category
            if not inside:
                return False
        return (not self.tag or self.tag in entry.tags) and (not self.type or self.type == entry.type)


@dataclass(frozen=True, slots=True)
class Entry:
    """A question of the bank without what it asks. `version_id` and `number` are of its latest version, of a hidden
    question's too; `ready` is the number of the latest that is ready."""

    id: int
    key: str
    source_language: str
    category: str
    tags: tuple[str, ...]
    state: QuestionState
    type: str
    version_id: int
    number: int
    ready: int | None
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class QuestionLine:
    """A question as the bank lists it. `behind`: languages of the course it is not, or no longer, translated into."""

    entry: Entry
    content: Content
    usage: Usage
    behind: tuple[str, ...]

    @property
    def id(self) -> int:
        return self.entry.id


@dataclass(frozen=True, slots=True)
class BankPage:
    """A page of the bank: `total` fit the filters; the tree and the tags are of all that are not hidden."""

    lines: list[QuestionLine]
    total: int
    everything: int
    hidden: int
    page: int
    categories: list[Branch]
    unfiled: int
    tags: list[tuple[str, int]]
    quizzes: tuple[AskingQuiz, ...]

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE_SIZE))


@dataclass(frozen=True, slots=True)
class Bank:
    """The entries of a course's bank, by key."""

    course_id: int
    entries: list[Entry]
    usage: BankUsage = field(default_factory=BankUsage)

    @property
    def offered(self) -> list[Entry]:
        return [entry for entry in self.entries if entry.state is not QuestionState.HIDDEN]

    @property
    def categories(self) -> list[Branch]:
        return tree(entry.category for entry in self.offered)

    @property
    def tags(self) -> list[tuple[str, int]]:
        """Each tag with how many questions have it, by name."""
        counts = Counter(tag for entry in self.offered for tag in entry.tags)
        return sorted(counts.items(), key=lambda item: (folded(item[0]), item[0]))

    def use_of(self, entry: Entry) -> Usage:
        return self.usage.of(entry.id, entry.category, entry.tags)

    def matching(self, filters: Filters) -> list[Entry]:
        """The entries that fit, in the order asked for. One statement where words are looked for."""
        found = [entry for entry in self.entries if filters.hold(entry) and self._used(entry, filters.used)]
        if asked := folded(filters.words).split():
            said = _documents(self.course_id)
            found = [e for e in found if holds(said[e.version_id], asked, (e.key, e.category, *e.tags))]
        if filters.order is Order.CHANGED:
            return sorted(found, key=lambda entry: (entry.changed_at, entry.id), reverse=True)
        if filters.order is Order.CATEGORY:
            return sorted(found, key=lambda entry: (place_of(entry.category), entry.key))
        return found

    def _used(self, entry: Entry, wanted: Used | None) -> bool:
        if wanted is None:
            return True
        usage = self.use_of(entry)
        match wanted:
            case Used.DRAFT:
                return usage.in_draft
            case Used.NOT_IN_DRAFT:
                return not usage.in_draft
            case Used.EDITION:
                return bool(usage.editions)
            case Used.NOWHERE:
                return not (usage.in_draft or usage.editions)


def read_bank(course_id: int, *, with_editions: bool = True) -> Bank:
    """The bank of a course and where it is used. At most six statements; three without its use in editions."""
    rows = db.session.execute(_ENTRIES, {"course": course_id}).all()
    usage = usage_in(course_id, among=None if with_editions else ())
    return Bank(course_id, [_entry(row) for row in rows], usage)


def open_bank(course_id: int, filters: Filters, languages: Sequence[str]) -> BankPage:
    """A page of what fits the filters; beyond the last one, the first. At most eight statements, however much it is."""
    bank = read_bank(course_id)
    found = bank.matching(filters)
    page = max(1, min(filters.page, LAST_PAGE))
    shown = found[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    if not shown:
        page, shown = 1, found[:PAGE_SIZE]
    contents = get_contents(entry.version_id for entry in shown)
    offered = bank.offered
    return BankPage(
        [_line(bank, entry, contents[entry.version_id], languages) for entry in shown], len(found), len(offered),
        len(bank.entries) - len(offered), page, bank.categories, sum(not entry.category for entry in offered),
        bank.tags, bank.usage.quizzes,
    )  # fmt: skip


def pick(course_id: int, filters: Filters, *, without: Collection[int] = ()) -> tuple[list[QuestionLine], int, Bank]:
    """What a quiz that has the questions `without` may take: the first `MOST_PICKED` that fit and are not hidden, by
    key; how many there are, and the bank, without its use in editions. At most five statements."""
    bank = read_bank(course_id, with_editions=False)
    found = [e for e in bank.matching(replace(filters, state=None, order=Order.KEY)) if e.id not in without]
    contents = get_contents(entry.version_id for entry in found[:MOST_PICKED])
    return [_line(bank, e, contents[e.version_id], ()) for e in found[:MOST_PICKED]], len(found), bank


def list_matching(course_id: int, filters: Filters) -> list[int]:
    """The ids of the questions that fit the filters, in their order, on all pages. At most seven statements."""
    return [entry.id for entry in read_bank(course_id).matching(filters)]


def get_contents(version_ids: Iterable[int]) -> dict[int, Content]:
    """Version id to content. Never kept: a version that was not published may go, and its id come again."""
    rows = db.session.execute(
        sa.select(QuestionVersion.id, QuestionVersion.content).where(QuestionVersion.id.in_(set(version_ids)))
    )
    return {row.id: row.content for row in rows}


def _line(bank: Bank, entry: Entry, content: Content, languages: Sequence[str]) -> QuestionLine:
    source = entry.source_language
    behind = tuple(tag for tag in languages if tag != source and untranslated(content, source, tag))
    return QuestionLine(entry, content, bank.use_of(entry), behind)


_numbers = (
    sa.select(
        QuestionVersion.question_id,
        sa.func.max(QuestionVersion.number).label("newest"),
        sa.func.max(sa.case((QuestionVersion.state != VersionState.HIDDEN, QuestionVersion.number))).label("shown"),
        sa.func.max(sa.case((QuestionVersion.state == VersionState.READY, QuestionVersion.number))).label("ready"),
    )
    .join(Question, Question.id == QuestionVersion.question_id)
    .where(Question.course_id == sa.bindparam("course"))
    .group_by(QuestionVersion.question_id)
    .subquery()
)
_LATEST = sa.and_(
    QuestionVersion.question_id == _numbers.c.question_id,
    QuestionVersion.number == sa.func.coalesce(_numbers.c.shown, _numbers.c.newest),
)
_ENTRIES = (
    sa.select(
        Question.id, Question.key, Question.source_language, Question.category, Question.tags,
        QuestionVersion.id.label("version_id"), QuestionVersion.number, QuestionVersion.created_at,
        sa.type_coerce(QuestionVersion.content, sa.JSON)["type"].as_string().label("type"),
        _numbers.c.shown, _numbers.c.ready,
    )
    .join(_numbers, _numbers.c.question_id == Question.id)
    .join(QuestionVersion, _LATEST)
    .order_by(Question.key)
)  # fmt: skip
_DOCUMENTS = sa.select(QuestionVersion.id, sa.cast(QuestionVersion.content, sa.Text).label("document")).join(
    _numbers, _LATEST
)


def _documents(course_id: int) -> dict[int, str]:
    """The latest version of each question as it is stored, by its id."""
    return {row.id: row.document for row in db.session.execute(_DOCUMENTS, {"course": course_id})}


def _entry(row: Any) -> Entry:
    if row.shown is None:
        state = QuestionState.HIDDEN
    elif row.ready is None:
        state = QuestionState.DRAFT
    else:
        state = QuestionState.READY if row.ready == row.shown else QuestionState.NEWER_DRAFT
    return Entry(
        row.id, row.key, row.source_language, row.category, tuple(row.tags), state, row.type, row.version_id,
        row.number, row.ready, row.created_at,
    )  # fmt: skip
