"""Where a thing stands among its like: ranks, written by plain updates that leave every version alone.

So moving one thing never makes a conflict of a colleague's edit, and two people may move at once.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from app.core import rank
from app.extensions import db

from .models import Activity, Module

LONGEST = Activity.__table__.c.rank.type.length or 40  # type: ignore[attr-defined]


def modules_of(course_id: int) -> sa.ColumnElement[bool]:
    """The siblings of a module."""
    return Module.course_id == course_id


def activities_of(module_id: int) -> sa.ColumnElement[bool]:
    """The siblings of an activity."""
    return Activity.module_id == module_id


def rank_before(
    table: type[Module] | type[Activity],
    siblings: sa.ColumnElement[bool],
    before: int | None,
    *,
    without: int | None = None,
) -> str:
    """A rank for a thing that is to stand before the sibling `before`, or last where that is not among them.

    `without` is the thing itself, where it stands there already. Removed siblings keep their places too. Where there
    is no room left between two, all are spread anew.
    """
    standing = sa.select(table.id, table.rank).where(siblings).order_by(table.rank, table.id)
    rows = [row for row in db.session.execute(standing) if row.id != without]
    place = next((place for place, row in enumerate(rows) if row.id == before), len(rows))
    low = rows[place - 1].rank if place else None
    high = rows[place].rank if place < len(rows) else None
    if low is None or high is None or low < high:
        found = rank.between(low, high)
        if len(found) <= LONGEST:
            return found
    ranks = rank.spread(len(rows) + 1)
    own = ranks.pop(place)
    for row, new in zip(rows, ranks, strict=True):
        stand(table, row.id, rank=new)
    return own


def stand(table: type[Module] | type[Activity], row_id: int, **values: Any) -> None:
    """Write where a thing stands (`rank`, `module_id`, `removed_at`); rows in the session follow."""
    db.session.execute(
        sa.update(table).where(table.id == row_id).values(**values).execution_options(synchronize_session="evaluate")
    )
