"""What tallies answer: figures of everybody, at a cost that does not grow with the number of enrolments.

Tallies count by whole months. What a period has besides, at either end, and what time decides (who is late) is counted
from the enrolments themselves, in the same statement, by indexes that hold no more than that. Each function gives None
where the filters, or what the person may see, ask for more than tallies know.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.auth.identity import Identity
from app.auth.models import PersonRole
from app.core.moments import whole_days
from app.extensions import db
from app.network.models import City
from app.progress.models import Enrolment, EnrolmentState, Learner, Tally, TallyDone, TallyStand, TallySubject

from . import whole_months
from .scope import NO_CITY, NO_ROLE, Basis, Filters, State, cohort, states_at

Sums = list[tuple[int, int, int, int]]
Stands = list[tuple[str, int | None, str, int]]
Part = sa.Select[*tuple[Any, ...]]

_nothing: Any = sa.literal_column("0")
_one: Any = sa.literal_column("1")
_less: Any = sa.literal_column("-1")
_done: Any = sa.case((Enrolment.state == EnrolmentState.COMPLETED, 1), else_=0)


def list_sums(person: Identity, filters: Filters, subject: TallySubject, *, late: bool = True) -> Sums | None:
    """(id of the course or city, enrolled, completed, late) of each that has any; 0 is no city. One statement.

    Without `late`, which costs most, nobody is.
    """
    by = Enrolment.course_id if subject is TallySubject.COURSE else sa.func.coalesce(Enrolment.city_id, NO_CITY)
    parts = _parts(person, filters, subject, _tally(filters).number, by, late=late)
    return None if parts is None else _in_state(_added(parts), filters.state)


def list_months(person: Identity, filters: Filters, begins: Sequence[datetime]) -> Sums | None:
    """(place of the month, enrolled, completed, late) of each that has any, as `begins` part them. One statement."""
    moment, first = whole_months.moment_of(filters), [whole_months.nearest(begin) for begin in begins]
    place, counted_at = _place(moment, begins), _place(moment, first)
    tallied_at = _place(_tally(filters).month, [whole_months.named(month) for month in first])
    parts = _parts(person, filters, _subject(filters), tallied_at, place)
    if parts is None:
        return None
    for here, there in zip(begins[1:], first[1:], strict=True):  # a month begins elsewhere at another moment
        if here != there and whole_months.has(filters, min(here, there)):
            gap = (*_everyone(person, filters), moment >= min(here, there), moment < max(here, there))
            parts += [
                sa.select(place, _one, _done, _nothing).where(*gap),
                sa.select(counted_at, _less, -_done, _nothing).where(*gap),
            ]
    return sorted(_in_state(_added(parts), filters.state))


def list_days_to_complete(person: Identity, filters: Filters) -> list[tuple[int, int]] | None:
    """Whole days from enrolment to completion, each with how many took so long, shortest first. One statement."""
    if filters.course_id is not None or filters.state is State.OPEN:
        return None
    tally = _tally(filters)
    months = _months(person, filters, TallySubject.COURSE, tally.month)
    if months is None:
        return None
    days = whole_days(Enrolment.enrolled_at, Enrolment.completed_at)
    conditions = (*_everyone(person, filters), Enrolment.state == EnrolmentState.COMPLETED)
    parts: list[Part] = [
        sa.select(tally.number.label("days"), tally.completed.label("times")).where(
            tally.subject == TallySubject.DAYS, *months
        ),
        *(sa.select(days, _one).where(*conditions, *within) for within in whole_months.besides(filters)),
    ]
    if filters.role == NO_ROLE:
        parts.append(sa.select(days, _less).where(*conditions, _of_holders()))
    every = sa.union_all(*parts).subquery()
    times = sa.func.sum(every.c.times)
    statement = sa.select(every.c.days, times).group_by(every.c.days).having(times > 0).order_by(every.c.days)
    return [(row[0], int(row[1])) for row in db.session.execute(statement)]


def list_stands(person: Identity, filters: Filters, course_id: int) -> Stands | None:
    """(state, last activity, states as JSON, people) of those who stand alike in a course. One statement."""
    if filters.basis is Basis.COMPLETED or filters.course_id not in (None, course_id):
        return None
    months = _months(person, filters, TallySubject.COURSE, TallyStand.month)
    if months is None:
        return None
    states = sa.cast(Enrolment.states, sa.Text)  # PostgreSQL does not compare JSON
    columns: tuple[Any, ...] = (Enrolment.state, Enrolment.last_activity_id, states)
    conditions = (*_everyone(person, filters), Enrolment.course_id == course_id)
    parts: list[Part] = [
        sa.select(
            TallyStand.state.label("state"),
            TallyStand.last_activity.label("last"),
            TallyStand.states.label("states"),
            TallyStand.people.label("people"),
        ).where(TallyStand.course == course_id, *months),
        *(sa.select(*columns, _one).where(*conditions, *within) for within in whole_months.besides(filters)),
    ]
    if filters.role == NO_ROLE:
        parts.append(sa.select(*columns, _less).where(*conditions, _of_holders()))
    every = sa.union_all(*parts).subquery()
    *stand, people = every.c
    statement = sa.select(*stand, sa.func.sum(people)).group_by(*stand).having(sa.func.sum(people) > 0)
    if filters.state is not None:
        statement = statement.where(every.c.state == filters.state)
    return [(row[0], row[1], row[2], int(row[3])) for row in db.session.execute(statement)]


def count_practitioners(person: Identity, filters: Filters) -> int | None:
    """How many people: those whose newest enrolment is in the period, where it ends now. One statement."""
    newest = _newest(filters)
    if newest is None or filters.course_id is not None or filters.before is not None:
        return None
    if not answers(person, replace(filters, state=None), TallySubject.CITY):
        return None
    in_time = newest.is_not(None) if filters.since is None else newest >= filters.since
    people = sa.select(sa.func.count()).select_from(Learner).where(in_time)
    count: Any = _in_place(people, filters).scalar_subquery()
    if filters.role == NO_ROLE:
        holders = _in_place(people, filters).where(Learner.person_id.in_(_holders()))
        count -= holders.scalar_subquery()
    if _is_placed(filters):  # who was in several cities
        others = (
            sa.select(sa.func.count(Learner.person_id.distinct()))
            .join(Enrolment, Enrolment.person_id == Learner.person_id)
            .where(Learner.city_id.is_(None), in_time, *cohort(person, filters))
        )
        count += others.scalar_subquery()
    return db.session.scalar(sa.select(count)) or 0


def answers(person: Identity, filters: Filters, subject: TallySubject) -> bool:
    """Whether tallies of `subject` know what is asked, the period aside."""
    if not person.is_administrator or filters.role not in (None, NO_ROLE):
        return False
    if filters.cohort or filters.state or filters.stand or filters.due is not None or filters.idle is not None:
        return False
    return not _is_placed(filters) if subject is TallySubject.COURSE else filters.course_id is None


def _is_placed(filters: Filters) -> bool:
    return filters.city_id is not None or filters.region is not None or filters.country is not None


def _subject(filters: Filters) -> TallySubject:
    return TallySubject.CITY if _is_placed(filters) else TallySubject.COURSE


def _tally(filters: Filters) -> Any:
    return TallyDone if filters.basis is Basis.COMPLETED else Tally


def _months(person: Identity, filters: Filters, subject: TallySubject, month: Any) -> list[Any] | None:
    """The whole months that tallies answer for; None if they cannot, or there are none."""
    if filters.state not in (None, State.OPEN, State.COMPLETED):
        return None
    if not answers(person, replace(filters, state=None), subject):
        return None
    return whole_months.within(filters, month)


def _parts(
    person: Identity, filters: Filters, subject: TallySubject, tallied: Any, counted: Any, *, late: bool = True
) -> list[Part] | None:
    """What adds up to the sums: a key (`tallied` of a tally, `counted` of an enrolment), enrolled, completed, late."""
    tally = _tally(filters)
    months = _months(person, filters, subject, tally.month)
    if months is None:
        return None
    enrolled = tally.completed if tally is TallyDone else tally.enrolled
    everyone, is_late = _everyone(person, filters), sa.and_(*states_at(filters.at)[State.LATE])
    parts: list[Part] = [
        sa.select(tallied.label("key"), enrolled.label("enrolled"), tally.completed, _nothing.label("late")).where(
            tally.subject == subject, *months, *_places(filters, subject, tally.number)
        ),
        *(sa.select(counted, _one, _done, _nothing).where(*everyone, *some) for some in whole_months.besides(filters)),
    ]
    if late and tally is Tally:
        parts.append(sa.select(counted, _nothing, _nothing, _one).where(*everyone, is_late))
    if filters.role == NO_ROLE:
        less_late = sa.case((is_late, -1), else_=0) if late else _nothing
        parts.append(sa.select(counted, _less, -_done, less_late).where(*everyone, _of_holders()))
    return parts


def _added(parts: Sequence[Part]) -> Sums:
    key, *figures = sa.union_all(*parts).subquery().c
    enrolled, completed, late = (sa.func.sum(column) for column in figures)
    statement = sa.select(key, enrolled, completed, late).group_by(key).having(enrolled > 0)
    return [(row[0], int(row[1]), int(row[2]), int(row[3])) for row in db.session.execute(statement)]


def _in_state(sums: Sums, state: State | None) -> Sums:
    if state is State.COMPLETED:
        return [(key, completed, completed, 0) for key, _all, completed, _late in sums if completed]
    if state is State.OPEN:
        return [(key, every - completed, 0, late) for key, every, completed, late in sums if every > completed]
    return sums


def _everyone(person: Identity, filters: Filters) -> Any:
    """The enrolments that tallies have counted, whatever role and state."""
    return cohort(person, replace(filters, role=None, state=None))


def _newest(filters: Filters) -> Any:
    """What the period must have within it of a learner; None if nothing says."""
    if filters.basis is Basis.COMPLETED:
        return Learner.completed_at if filters.state in (None, State.COMPLETED) else None
    newest: dict[State | None, Any] = {
        None: Learner.newest_at,
        State.OPEN: Learner.newest_open_at,
        State.COMPLETED: Learner.newest_done_at,
    }
    return newest.get(filters.state)


def _places(filters: Filters, subject: TallySubject, number: Any) -> list[sa.ColumnElement[bool]]:
    """What the filters ask of a course's or a city's id."""
    if subject is TallySubject.COURSE:
        return [] if filters.course_id is None else [number == filters.course_id]
    conditions: list[sa.ColumnElement[bool]] = []
    if filters.city_id is not None:
        conditions.append(number == filters.city_id)
    for column, value in ((City.region, filters.region), (City.country, filters.country)):
        if value is not None:
            conditions.append(number.in_(sa.select(City.id).where(column == value)))
    return conditions


def _in_place(people: sa.Select[int], filters: Filters) -> sa.Select[int]:
    return people.where(*_places(filters, TallySubject.CITY, Learner.city_id))


def _place(moment: Any, begins: Sequence[Any]) -> Any:
    """Which of the spans that `begins` part a moment is in, from 0; what was earlier is in the first."""
    ends = list(enumerate(begins[1:]))
    return sa.case(*((moment < end, place) for place, end in ends), else_=len(ends)) if ends else _nothing


def _holders() -> sa.Select[int]:
    return sa.select(PersonRole.person_id).where(PersonRole.to_at.is_(None))


def _of_holders() -> sa.ColumnElement[bool]:
    return Enrolment.person_id.in_(_holders())
