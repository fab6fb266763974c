"""What the tallies should be, and where they are not: counted from the enrolments themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app.core.moments import utc_month, whole_days
from app.extensions import db

from ..models import Enrolment, EnrolmentState, Learner, Tally, TallyDone, TallyStand, TallySubject

Kept = type[Tally] | type[TallyDone] | type[TallyStand]

# What each row says, and what it counts of it.
KEYS: dict[Kept, Sequence[str]] = {
    Tally: ("subject", "month", "number"),
    TallyDone: ("subject", "month", "number"),
    TallyStand: ("course", "month", "state", "last_activity", "states"),
}
FIGURES: dict[Kept, Sequence[str]] = {
    Tally: ("enrolled", "completed"),
    TallyDone: ("completed",),
    TallyStand: ("people",),
}
NEWEST = ("newest_at", "newest_open_at", "newest_done_at", "completed_at", "city_id")

_standing = Enrolment.state != EnrolmentState.WITHDRAWN
_completed = Enrolment.state == EnrolmentState.COMPLETED
_in_city: Any = sa.func.coalesce(Enrolment.city_id, sa.literal_column("0"))
_days = whole_days(Enrolment.enrolled_at, Enrolment.completed_at)


@dataclass(frozen=True, slots=True)
class Difference:
    """A tally that is not what the enrolments come to: its figures as kept, and as counted."""

    table: str
    key: tuple[Any, ...]
    kept: tuple[int, ...]
    counted: tuple[int, ...]


def columns_of(kept: Kept) -> list[str]:
    """What a row says and counts, in the order of `counted_anew`."""
    return [*KEYS[kept], *FIGURES[kept]]


def counted_anew(kept: Kept) -> sa.Select[Any] | sa.CompoundSelect[Any]:
    """Every row of a tally, each sum in one."""
    if kept is TallyStand:
        return _stands_anew()
    return _enrolled_anew() if kept is Tally else _done_anew()


def _enrolled_anew() -> sa.CompoundSelect[Any]:
    month = utc_month(Enrolment.enrolled_at)
    done = sa.func.sum(sa.case((_completed, 1), else_=0))
    each = [
        sa.select(sa.literal(subject.value), month, number, sa.func.count(), done)
        .where(_standing)
        .group_by(month, number)
        for subject, number in ((TallySubject.COURSE, Enrolment.course_id), (TallySubject.CITY, _in_city))
    ]
    by_days: Any = (
        sa.select(sa.literal(TallySubject.DAYS.value), month, _days, sa.literal_column("0"), sa.func.count())
        .where(_completed, Enrolment.completed_at.is_not(None))
        .group_by(month, _days)
    )
    return sa.union_all(*each, by_days)


def _done_anew() -> sa.CompoundSelect[Any]:
    month = utc_month(Enrolment.completed_at)
    subjects: dict[TallySubject, Any] = {
        TallySubject.COURSE: Enrolment.course_id,
        TallySubject.CITY: _in_city,
        TallySubject.DAYS: _days,
    }
    each: list[sa.Select[Any]] = [
        sa.select(sa.literal(subject.value), month, number, sa.func.count())
        .where(_completed, Enrolment.completed_at.is_not(None))
        .group_by(month, number)
        for subject, number in subjects.items()
    ]
    return sa.union_all(*each)


def _stands_anew() -> sa.Select[Any]:
    month, states = utc_month(Enrolment.enrolled_at), sa.cast(Enrolment.states, sa.Text)
    stands: tuple[Any, ...] = (Enrolment.course_id, month, Enrolment.state, Enrolment.last_activity_id, states)
    return sa.select(*stands, sa.func.count()).where(_standing).group_by(*stands)


def newest_anew() -> sa.Select[Any]:
    """Every learner who stands in a course: their id, and what `NEWEST` names."""
    is_open = Enrolment.state == EnrolmentState.OPEN
    one_city = sa.func.min(_in_city) == sa.func.max(_in_city)
    figures: tuple[Any, ...] = (
        sa.func.max(Enrolment.enrolled_at),
        sa.func.max(sa.case((is_open, Enrolment.enrolled_at))),
        sa.func.max(sa.case((_completed, Enrolment.enrolled_at))),
        sa.func.max(sa.case((_completed, Enrolment.completed_at))),
        sa.case((one_city, sa.func.min(_in_city))),
    )
    named = (figure.label(name) for name, figure in zip(NEWEST, figures, strict=True))
    return sa.select(Enrolment.person_id, *named).where(_standing).group_by(Enrolment.person_id)


def list_differences() -> list[Difference]:
    """Where the tallies differ from the enrolments: a statement for each, over everything. None while all is well."""
    return [difference for kept in KEYS for difference in _differences(kept)]


def _differences(kept: Kept) -> list[Difference]:
    size = len(KEYS[kept])
    nothing: list[Any] = [sa.literal_column("0").label(f"no_{name}") for name in FIGURES[kept]]
    counted = list(counted_anew(kept).subquery().c)
    named = [getattr(kept, name) for name in columns_of(kept)]
    both = sa.union_all(sa.select(*named, *nothing), sa.select(*counted[:size], *nothing, *counted[size:])).subquery()
    keys, figures = list(both.c)[:size], [sa.func.sum(column) for column in list(both.c)[size:]]
    half = len(figures) // 2
    differs = sa.or_(*(one != other for one, other in zip(figures[:half], figures[half:], strict=True)))
    rows = db.session.execute(sa.select(*keys, *figures).group_by(*keys).having(differs).order_by(*keys))
    return [
        Difference(
            kept.__tablename__,
            row[:size],
            tuple(map(int, row[size : size + half])),
            tuple(map(int, row[size + half :])),
        )
        for row in rows
    ]


def list_wrong_learners() -> list[int]:
    """The people whose newest enrolments are not those that are kept. One statement."""
    newest = newest_anew().subquery()
    differs = sa.or_(*(getattr(Learner, name).is_distinct_from(newest.c[name]) for name in NEWEST))
    missing = sa.select(newest.c.person_id).outerjoin(Learner, Learner.person_id == newest.c.person_id).where(differs)
    gone = (
        sa.select(Learner.person_id)
        .outerjoin(newest, newest.c.person_id == Learner.person_id)
        .where(newest.c.person_id.is_(None), Learner.newest_at.is_not(None))
    )
    return sorted(db.session.scalars(sa.union_all(missing, gone)))
