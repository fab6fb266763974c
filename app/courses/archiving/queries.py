"""What is read of courses that were archived, and of what can replace one."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.core.folding import folded
from app.core.text import Text
from app.extensions import db

from .. import editions
from ..models import Course
from ..outline import Admits


@dataclass(frozen=True, slots=True)
class Successor:
    """A course that takes the place of an archived one, and that can be begun."""

    id: int
    slug: str
    title: Text
    source_language: str


@dataclass(frozen=True, slots=True)
class Archiving:
    """How a course stands. `replaced_by_id`: the course named when it was archived, whatever became of that since."""

    archived_at: datetime | None
    replaced_by_id: int | None
    is_published: bool

    @property
    def mark(self) -> str:
        """What a form carries, to tell whether somebody else archived the course or brought it back meanwhile."""
        return f"{self.archived_at.isoformat()} {self.replaced_by_id or ''}" if self.archived_at else ""


def get_archiving(course_id: int) -> Archiving:
    """How a course that exists stands."""
    row = db.session.execute(
        sa.select(Course.archived_at, Course.replaced_by_id, Course.edition_id).where(Course.id == course_id)
    ).one()
    return Archiving(row.archived_at, row.replaced_by_id, row.edition_id is not None)


def find_successor(course_id: int) -> Successor | None:
    """What replaces an archived course. One statement, and one for an edition not read yet.

    What replaces it may have been archived since and be replaced in turn: the line is followed to its end. None where
    it ends at a course that cannot be begun.
    """
    return find_successors([course_id]).get(course_id)


def find_successors(course_ids: Collection[int]) -> dict[int, Successor]:
    """As `find_successor`, of several courses; those without one are left out. Statements as there."""
    if not course_ids:
        return {}
    first = sa.select(Course.id.label("begun"), Course.replaced_by_id.label("reached"))
    line = first.where(Course.id.in_(course_ids), Course.replaced_by_id.is_not(None)).cte("line", recursive=True)
    line = line.union(
        sa.select(line.c.begun, Course.replaced_by_id)
        .join(Course, Course.id == line.c.reached)
        .where(Course.replaced_by_id.is_not(None))
    )
    rows = db.session.execute(
        sa.select(line.c.begun, Course.slug, Course.edition_id)
        .join(Course, Course.id == line.c.reached)
        .where(Course.archived_at.is_(None), Course.edition_id.is_not(None))
    ).all()
    found = editions.list_editions(row.edition_id for row in rows)
    return {
        row.begun: Successor(edition.course_id, row.slug, edition.outline.title, edition.outline.source_language)
        for row, edition in zip(rows, found, strict=True)
    }


def list_archived(course_ids: Collection[int]) -> set[int]:
    """The ids of those of the courses that were archived."""
    found = sa.select(Course.id).where(Course.id.in_(course_ids), Course.archived_at.is_not(None))
    return set(db.session.scalars(found))


def can_replace(replaced_by_id: int, course_id: int) -> bool:
    """Whether people can be sent on from one course to another. One statement.

    So no line of replacements comes back on itself: what stands in one is archived, and an archived course takes
    nobody's place.
    """
    return bool(_open_to_people(Course.id == replaced_by_id, Course.id != course_id))


def _open_to_people(*which: sa.ColumnElement[bool]) -> list[Any]:
    """Those of the courses that are published, not archived, and not for the invited alone."""
    rows = db.session.execute(
        sa.select(Course.slug, Course.edition_id, Course.audience).where(
            Course.edition_id.is_not(None), Course.archived_at.is_(None), *which
        )
    )
    return [row for row in rows if row.audience.admits is not Admits.INVITED]


def list_replacements(course_id: int, *, language: str) -> list[tuple[str, str]]:
    """Id and title, by title in `language`, of the courses that can replace this one, as `can_replace` has it.

    Those with the same title say their address besides. Statements as `queries.list_cards`.
    """
    rows = _open_to_people(Course.id != course_id)
    found = editions.list_editions(row.edition_id for row in rows)
    titles = [edition.outline.title.best(language, edition.outline.source_language) for edition in found]
    known = [folded(title) for title in titles]
    named = [
        (str(edition.course_id), title if known.count(folded(title)) == 1 else f"{title} ({row.slug})")
        for row, edition, title in zip(rows, found, titles, strict=True)
    ]
    return sorted(named, key=lambda pair: (folded(pair[1]), pair[0]))
