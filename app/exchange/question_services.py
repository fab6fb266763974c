"""Questions of a file taken into a bank: all that were chosen, or none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from app.core import audit
from app.courses.errors import EditedMeanwhile
from app.courses.models import Course
from app.extensions import db
from app.quizzes.bank import categories, tags
from app.quizzes.bank.versions import add_version, free_key
from app.quizzes.models import Question

from .incoming import Incoming, Placing, Way, with_translations


@dataclass(frozen=True, slots=True)
class Taken:
    """How many became new questions, new versions, or are there already as they would have been."""

    new: int = 0
    versions: int = 0
    same: int = 0


def take_questions(
    *,
    course_id: int,
    questions: Sequence[Incoming],
    placing: Placing,
    ways: Mapping[str, Way],
    seen: Mapping[str, int],
    by: int,
    format: str,
) -> Taken:
    """Take questions into a course's bank, in one go.

    `ways` says by key what becomes of those whose key is taken; without a word it is a question beside it. `seen` is
    the number of the version that the person saw of each. Raises `EditedMeanwhile` where there is a newer one.
    """
    db.session.execute(sa.select(Course.id).where(Course.id == course_id).with_for_update())
    bank = _Bank(course_id, placing, by)
    counts = {"new": 0, "versions": 0, "same": 0}
    for incoming in questions:
        question = bank.rows.get(incoming.key)
        if question is not None and ways.get(incoming.key) is Way.VERSION:
            counts[bank.change(question, incoming, seen.get(incoming.key, 0))] += 1
        else:
            counts[bank.add(incoming)] += 1
    taken = Taken(**counts)
    if taken.new or taken.versions:
        audit.record("question.import", f"course:{course_id}", actor_id=by, format=format, new=taken.new,
                     versions=taken.versions)  # fmt: skip
    db.session.flush()
    return taken


class _Bank:
    """The bank of a course while questions are taken into it."""

    def __init__(self, course_id: int, placing: Placing, by: int) -> None:
        self.course_id = course_id
        self.placing = placing
        self.by = by
        rows = db.session.scalars(
            sa.select(Question)
            .where(Question.course_id == course_id)
            .options(selectinload(Question.versions))
            .execution_options(populate_existing=True)
        )
        self.rows = {row.key: row for row in rows}
        self.tags = [tag for row in self.rows.values() for tag in row.tags]

    def change(self, question: Question, incoming: Incoming, seen: int) -> str:
        """A new version of a question, unless it would say what the latest says."""
        latest = max(question.versions, key=lambda version: version.number, default=None)
        content = incoming.question.content
        if latest is not None:
            content = with_translations(content, latest.content, self.placing.language)
        if latest is None or content != latest.content or latest.state != self.placing.state:
            if (latest.number if latest else 0) != seen or question.source_language != self.placing.language:
                raise EditedMeanwhile
            add_version(question, content, by=self.by, state=self.placing.state)
            self.file(question, incoming, question.tags)
            return "versions"
        return "same"

    def add(self, incoming: Incoming) -> str:
        """A new question, with a key of its own; the very same one, from the button pressed twice, is that one."""
        read = incoming.question
        if any(self.is_same(row, incoming) for row in self.rows.values() if row.key.startswith(read.key[:50])):
            return "same"
        key = free_key(self.course_id, read.key) if read.key in self.rows else read.key
        question = Question(
            course_id=self.course_id, key=key, source_language=self.placing.language, category="", tags=[]
        )
        db.session.add(question)
        db.session.flush()
        add_version(question, read.content, by=self.by, state=self.placing.state)
        self.file(question, incoming, ())
        self.rows[key] = question
        return "new"

    def is_same(self, row: Question, incoming: Incoming) -> bool:
        newest = max(row.versions, key=lambda version: version.number, default=None)
        return (
            newest is not None
            and newest.content == incoming.question.content
            and newest.state == self.placing.state
            and row.source_language == self.placing.language
        )

    def file(self, question: Question, incoming: Incoming, had: Sequence[str]) -> None:
        """Put a question into its category, and add its tags."""
        question.category = categories.path_of(incoming.question.category) or question.category
        more = tags.spelled(incoming.question.tags, self.tags)
        question.tags = tags.with_tags(list(had), more)[: tags.MOST]
        self.tags += question.tags
