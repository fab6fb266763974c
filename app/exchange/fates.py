"""What an import does to rows, and how it is told."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm.attributes import set_committed_value

from app.courses.models import Activity, Module
from app.extensions import db


class Fate(StrEnum):
    """What an import did to a thing."""

    NEW = "new"
    CHANGED = "changed"
    REMOVED = "removed"
    BROUGHT_BACK = "brought back"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Came:
    """One thing of an import: `what` it is (course, module, lesson, quiz, question, file), its key, its fate.

    `title` is in the course's own language, `id` that of an activity.
    """

    what: str
    key: str
    fate: Fate
    title: str = ""
    id: int | None = None


@dataclass(frozen=True, slots=True)
class Imported:
    """What came in."""

    course_id: int
    slug: str
    things: tuple[Came, ...]

    def count(self) -> Counter[Fate]:
        return Counter(thing.fate for thing in self.things)

    def with_fate(self, fate: Fate) -> list[Came]:
        return [thing for thing in self.things if thing.fate is fate]


@dataclass(slots=True)
class Place:
    """A row that may be new, where it is to stand, and what has happened to it."""

    row: Any
    fate: Fate

    def change(self) -> None:
        if self.fate is Fate.UNCHANGED:
            self.fate = Fate.CHANGED

    def set(self, **values: object) -> None:
        """Set what differs, so that a row that stays the same keeps its version."""
        for name, value in values.items():
            if getattr(self.row, name) != value:
                setattr(self.row, name, value)
                self.change()

    def bring_back(self) -> None:
        if self.row.removed_at is not None:
            self.row.removed_at = None
            self.fate = Fate.BROUGHT_BACK

    def move(self, **values: object) -> None:
        """Write where the row stands. It leaves the version alone: moving is no conflict with editing."""
        moved = {name: value for name, value in values.items() if getattr(self.row, name) != value}
        if not moved:
            return
        table = Module.__table__ if isinstance(self.row, Module) else Activity.__table__
        db.session.execute(sa.update(table).where(table.c.id == self.row.id).values(**moved))  # type: ignore[arg-type]
        for name, value in moved.items():
            set_committed_value(self.row, name, value)
        self.change()
