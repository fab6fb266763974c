"""Keeping the tallies: adding up what triggers appended, and counting everything anew."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import sqlalchemy as sa

from app.extensions import db

from ..models import Learner, Tally, TallyDone, TallyStand
from .queries import FIGURES, KEYS, NEWEST, Kept, columns_of, counted_anew, newest_anew


def add_up() -> int:
    """Make one row of each sum that stands in several; how many rows fewer there are. Reads see the same as before.

    What is taken away is what comes back as a sum, whatever else is appended meanwhile.
    """
    repeated = [_add_up(kept, _repeated(kept)) for kept in (Tally, TallyDone)]
    return sum(repeated) + _add_up(TallyStand, _moved_on())


def _repeated(kept: Kept) -> sa.Select[int]:
    keys = [getattr(kept, name) for name in KEYS[kept]]
    several = sa.select(*keys).group_by(*keys).having(sa.func.count() > 1).subquery()
    same = sa.and_(*(getattr(kept, name) == several.c[name] for name in KEYS[kept]))
    return sa.select(kept.id).join(several, same)


def _moved_on() -> sa.Select[int]:
    """The stands of each course and month in which somebody moved on: few of so many."""
    moved = sa.select(TallyStand.course, TallyStand.month).where(TallyStand.people < 0).distinct().subquery()
    same = sa.and_(TallyStand.course == moved.c.course, TallyStand.month == moved.c.month)
    return sa.select(TallyStand.id).join(moved, same)


def _add_up(kept: Kept, which: sa.Select[int]) -> int:
    taken = db.session.execute(
        sa.delete(kept)
        .where(kept.id.in_(which))
        .returning(*(getattr(kept, name) for name in columns_of(kept)))
        .execution_options(synchronize_session=False)
    ).all()
    size = len(KEYS[kept])
    sums: dict[tuple[Any, ...], list[int]] = defaultdict(lambda: [0] * len(FIGURES[kept]))
    for row in taken:
        sums[tuple(row[:size])] = [have + more for have, more in zip(sums[tuple(row[:size])], row[size:], strict=True)]
    rows = [
        dict(zip(columns_of(kept), (*key, *figures), strict=True))
        for key, figures in sorted(sums.items(), key=str)
        if any(figures)
    ]
    if rows:
        db.session.execute(sa.insert(kept), rows)
    return len(taken) - len(rows)


def count_anew() -> None:
    """Write all tallies anew from the enrolments: after a load that went past the triggers.

    Meanwhile nobody changes an enrolment: they wait.
    """
    if db.session.connection().dialect.name == "postgresql":  # SQLite has one writer at a time
        db.session.execute(sa.text("LOCK TABLE enrolment IN SHARE ROW EXCLUSIVE MODE"))
    for kept in KEYS:
        db.session.execute(sa.delete(kept))
        db.session.execute(sa.insert(kept).from_select(columns_of(kept), counted_anew(kept)))
    db.session.execute(sa.delete(Learner))
    db.session.execute(sa.insert(Learner).from_select(["person_id", *NEWEST], newest_anew()))
