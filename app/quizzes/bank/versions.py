"""The bank of a course: keys of questions, and their versions, which are only ever added to."""

from __future__ import annotations

import unicodedata

import sqlalchemy as sa

from app.core import clock
from app.extensions import db

from ..models import Question, QuestionVersion, VersionState
from ..types import Content, marks_hash

LONGEST_KEY = 60


def free_key(course_id: int, words: str) -> str:
    """A key for a question that says `words`: a slug of them that no question of the course has."""
    wanted = slug(words) or "question"
    taken = set(
        db.session.scalars(
            sa.select(Question.key).where(Question.course_id == course_id, Question.key.startswith(wanted[:50]))
        )
    )
    key, again = wanted, 2
    while key in taken:
        end = f"-{again}"
        key, again = wanted[: LONGEST_KEY - len(end)].rstrip("-") + end, again + 1
    return key


def slug(words: str) -> str:
    """`words` in small letters, digits and hyphens, whole words where possible; empty if they have none."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", words) if not unicodedata.combining(c))
    spaced = "".join(c if c.isascii() and c.isalnum() else " " for c in plain.casefold())
    key = "-".join(spaced.split())
    if len(key) > LONGEST_KEY:
        key = key[: LONGEST_KEY + 1].rpartition("-")[0] or key[:LONGEST_KEY]
    return key


def add_version(
    question: Question, content: Content, *, by: int | None, state: VersionState = VersionState.READY
) -> QuestionVersion:
    """A new version of a question, the next in number."""
    version = QuestionVersion(
        number=max((other.number for other in question.versions), default=0) + 1,
        state=state,
        content=content,
        marks_hash=marks_hash(content),
        created_at=clock.now(),
        saved_by_id=by,
    )
    question.versions.append(version)
    db.session.flush()
    return version
