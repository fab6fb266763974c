"""What is read of moves: each person's own, and all for administrators."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from app.auth.identity import Identity
from app.auth.models import Person
from app.core.errors import NotFound
from app.core.text import Text
from app.courses.models import Course, CourseMove, MoveKind, MoveState
from app.courses.queries import editable_by
from app.extensions import db

from . import story
from .fates import Fate
from .moves import KEPT
from .story import Story, Told

MOST_LISTED = 50


@dataclass(frozen=True, slots=True)
class Move:
    """A move as its person sees it. `title` is the course's, None before there is one; `by` whose it is."""

    id: int
    kind: MoveKind
    state: MoveState
    person_id: int
    by: str
    course_id: int | None
    title: Text | None
    source_language: str | None
    file_name: str
    file_hash: str | None
    done: int
    total: int
    told: Story
    created_at: datetime
    finished_at: datetime | None

    @property
    def asks(self) -> bool:
        return self.state == MoveState.WAITING and self.told.question is not None

    @property
    def under_way(self) -> bool:
        return self.state == MoveState.RUNNING or (self.state == MoveState.WAITING and not self.asks)

    @property
    def kept_until(self) -> datetime | None:
        """Until when its file can be fetched."""
        return self.finished_at + KEPT if self.finished_at and self.file_hash else None

    @property
    def waits_until(self) -> datetime:
        """Until when what it asks can be answered."""
        return self.created_at + KEPT

    def fates(self) -> list[tuple[Fate, list[Told]]]:
        """What came in, or would, by what became of it."""
        told = [(fate, [thing for thing in self.told.things if thing.fate == fate]) for fate in Fate]
        return [(fate, things) for fate, things in told if things]

    @property
    def changes(self) -> int:
        return sum(thing.fate != Fate.UNCHANGED for thing in self.told.things)


def _moves(person: Identity) -> sa.Select[CourseMove, str, Text, str]:
    """Those of `person`, or all for an administrator; not those of a course that is theirs no longer."""
    mine = sa.true() if person.is_administrator else CourseMove.person_id == person.id
    return (
        sa.select(CourseMove, Person.name, Course.title, Course.source_language)
        .join(Person, Person.id == CourseMove.person_id)
        .outerjoin(Course, Course.id == CourseMove.course_id)
        .where(mine, sa.or_(CourseMove.course_id.is_(None), editable_by(person)))
    )


def get_move(move_id: int, person: Identity) -> Move:
    """One move. One statement. Raises `NotFound`."""
    row = db.session.execute(_moves(person).where(CourseMove.id == move_id)).one_or_none()
    if row is None:
        raise NotFound
    return _move(row)


def list_moves(
    person: Identity, course_id: int | None = None, kinds: Sequence[MoveKind] = tuple(MoveKind)
) -> list[Move]:
    """The newest moves first, of one course if it is given. One statement."""
    wanted = _moves(person).where(CourseMove.kind.in_(kinds))
    if course_id is not None:
        wanted = wanted.where(CourseMove.course_id == course_id)
    rows = db.session.execute(wanted.order_by(CourseMove.id.desc()).limit(MOST_LISTED))
    return [_move(row) for row in rows]


def _move(found: sa.Row[CourseMove, str, Text, str]) -> Move:
    row, by, title, source_language = found
    return Move(
        id=row.id,
        kind=MoveKind(row.kind),
        state=MoveState(row.state),
        person_id=row.person_id,
        by=by,
        course_id=row.course_id,
        title=title,
        source_language=source_language,
        file_name=row.file_name,
        file_hash=row.file_hash,
        done=row.done,
        total=row.total,
        told=story.read(row.report),
        created_at=row.created_at,
        finished_at=row.finished_at,
    )
