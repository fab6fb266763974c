"""Everything that progress counts, counted anew from what it was counted from; what differs, in words.

Enrolments are looked at in batches by id, so memory does not grow with them. What differs in a batch is looked at once
more under the lock of its enrolment: what was only being written meanwhile is no difference.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from app.auth.models import Person
from app.core.transactions import reading, unit_of_work
from app.courses.editions import list_editions
from app.courses.kinds import Recorded, list_kinds
from app.courses.models import Course
from app.extensions import db

from . import holding
from .counting import counted
from .models import ActivityProgress, ActivityState, Certificate, Completion, Enrolment, EnrolmentState

BATCH = 500

_enrolment, _progress = Enrolment.__table__, ActivityProgress.__table__
_completion, _certificate = Completion.__table__, Certificate.__table__


@dataclass(frozen=True, slots=True)
class Difference:
    """What differs in an enrolment, in words. `outcome`: what its activity's own records make of it, to be recorded."""

    enrolment_id: int
    words: str
    outcome: tuple[int, int, Recorded] | None = None  # cycle and activity


@dataclass(slots=True)
class _Batch:
    """The rows of a batch of enrolments, each kind by enrolment id."""

    enrolments: list[Any]
    rows: dict[int, list[Any]] = field(default_factory=lambda: defaultdict(list))
    completions: dict[int, list[Any]] = field(default_factory=lambda: defaultdict(list))
    recorded: dict[int, dict[tuple[int, int], Sequence[Recorded]]] = field(default_factory=lambda: defaultdict(dict))


def check() -> Iterator[tuple[int, list[Difference]]]:
    """After each batch, how many enrolments were looked at by now, and what differs in it."""
    seen = last = 0
    while True:
        with reading():
            ids = db.session.scalars(
                sa.select(Enrolment.id).where(Enrolment.id > last).order_by(Enrolment.id).limit(BATCH)
            ).all()
            suspects = {difference.enrolment_id for difference in find(ids)}
        if not ids:
            return
        seen, last = seen + len(ids), ids[-1]
        found = []
        for enrolment_id in sorted(suspects):
            with unit_of_work():
                holding.lock(enrolment_id)
                found += find([enrolment_id])
        yield seen, found


def find(ids: Collection[int]) -> list[Difference]:
    """What differs in these enrolments. Four statements, and what each kind asks for."""
    if not ids:
        return []
    batch = _read(ids)
    return [
        Difference(enrolment.id, words, outcome)
        for enrolment in batch.enrolments
        for words, outcome in (
            *_activities(enrolment, batch),
            *((words, None) for words in _counts(enrolment, batch.rows[enrolment.id])),
            *((words, None) for words in _facts(enrolment, batch.completions[enrolment.id])),
        )
    ]


def _read(ids: Collection[int]) -> _Batch:
    run = db.session.connection().execute
    batch = _Batch(
        list(
            run(
                sa.select(_enrolment, Course.edition_id, Person.city_id.label("home_id"))
                .join(Course, Course.id == _enrolment.c.course_id)
                .join(Person, Person.id == _enrolment.c.person_id)
                .where(_enrolment.c.id.in_(ids))
                .order_by(_enrolment.c.id)
            )
        )
    )
    for row in run(sa.select(_progress).where(_progress.c.enrolment_id.in_(ids))):
        batch.rows[row.enrolment_id].append(row)
    certified = sa.select(
        _completion,
        sa.select(sa.func.count())
        .where(_certificate.c.completion_id == _completion.c.id)
        .scalar_subquery()
        .label("certificates"),
    ).where(_completion.c.enrolment_id.in_(ids))
    for row in run(certified.order_by(_completion.c.cycle)):
        batch.completions[row.enrolment_id].append(row)
    for kind in list_kinds():
        for (enrolment_id, cycle, activity_id), recorded in kind.recorded(ids).items():
            batch.recorded[enrolment_id][cycle, activity_id] = recorded
    list_editions(
        {edition_id for e in batch.enrolments for edition_id in (e.counted_edition_id, e.edition_id) if edition_id}
    )
    return batch


def _activities(enrolment: Any, batch: _Batch) -> Iterator[tuple[str, tuple[int, int, Recorded] | None]]:
    """Each activity against its kind's own records, such as the attempts at a quiz."""
    rows = {(row.cycle, row.activity_id): row for row in batch.rows[enrolment.id]}
    for (cycle, activity_id), recorded in batch.recorded[enrolment.id].items():
        row = rows.get((cycle, activity_id))
        outcome = cycle, activity_id, recorded[0]
        if row is None:
            yield f"activity {activity_id}, cycle {cycle}: nothing is written down of its attempts", outcome
            continue
        scores = [one.score for one in recorded if one.score is not None]
        if scores and not any(_alike(row.score, score) for score in scores):
            yield f"activity {activity_id}, cycle {cycle}: score {row.score}, its attempts make {scores[0]}", outcome
        own = row.own_state if row.by_id is not None else row.state
        if own != ActivityState.COMPLETE and own not in {one.state for one in recorded}:
            words = (
                f"activity {activity_id}, cycle {cycle}: {own or 'not begun'}, its attempts make {recorded[0].state}"
            )
            yield words, outcome
    for row in rows.values():
        if row.state in (ActivityState.COMPLETE, ActivityState.EXCUSED) and row.completed_at is None:
            yield f"activity {row.activity_id}, cycle {row.cycle}: {row.state} without a moment", None
        if row.cycle > enrolment.cycle:
            yield f"activity {row.activity_id}: cycle {row.cycle} has not begun", None


def _counts(enrolment: Any, rows: Sequence[Any]) -> Iterator[str]:
    """What the enrolment carries against its activities, on the edition that it says it was counted on."""
    now = [row for row in rows if row.cycle == enrolment.cycle]
    states = {row.activity_id: ActivityState(row.state) for row in now}
    edition = list_editions([enrolment.counted_edition_id])[0]
    if edition.course_id != enrolment.course_id:
        yield f"counted on edition {edition.id}, which is of another course"
        return
    if enrolment.state == EnrolmentState.OPEN and enrolment.edition_id not in (None, edition.id):
        in_force = list_editions([enrolment.edition_id])[0]
        yield f"counted on edition {edition.number}, {in_force.number} is in force"
    count = counted(edition, states, {row.activity_id: row.score for row in now})
    if enrolment.states != states:
        yield f"states {_said(enrolment.states)}, its activities {_said(states)}"
    if (enrolment.done, enrolment.total) != (count.standing.done, count.standing.total):
        yield f"{enrolment.done} of {enrolment.total} done, counted {count.standing.done} of {count.standing.total}"
    if not _alike(enrolment.score, count.score):
        yield f"score {enrolment.score}, counted {count.score}"
    if enrolment.completed_at is None and enrolment.city_id != enrolment.home_id:
        yield f"of city {enrolment.city_id}, the person is of city {enrolment.home_id}"
    if enrolment.state == EnrolmentState.OPEN and count.standing.complete:
        yield "everything is done, and the course is not completed"


def _facts(enrolment: Any, completions: Sequence[Any]) -> Iterator[str]:
    """Whether the course is completed against the completions, and these against their certificates."""
    by_cycle = {completion.cycle: completion for completion in completions}
    if len(by_cycle) < len(completions):
        yield "more than one completion of a cycle"
    for cycle in range(1, enrolment.cycle):
        if cycle not in by_cycle:
            yield f"cycle {cycle} is over and has no completion"
    for cycle, completion in by_cycle.items():
        if cycle > enrolment.cycle:
            yield f"a completion of cycle {cycle}, which has not begun"
        if (completion.person_id, completion.course_id) != (enrolment.person_id, enrolment.course_id):
            yield f"the completion of cycle {cycle} is of another person or course"
        if completion.certificates != 1:
            yield f"the completion of cycle {cycle} has {completion.certificates} certificates"
    completed = by_cycle.get(enrolment.cycle)
    if completed is None and enrolment.completed_at is not None:
        yield "completed, and has no completion"
    if completed is not None and enrolment.completed_at != completed.completed_at:
        yield f"completed at {enrolment.completed_at}, its completion says {completed.completed_at}"
    if enrolment.state != EnrolmentState.WITHDRAWN:
        expected = EnrolmentState.OPEN if enrolment.completed_at is None else EnrolmentState.COMPLETED
        if enrolment.state != expected:
            yield f"is {enrolment.state}, and should be {expected}"


def _alike(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return math.isclose(one, other, abs_tol=1e-9)


def _said(states: Mapping[int, str]) -> str:
    return ", ".join(f"{activity_id} {state}" for activity_id, state in sorted(states.items())) or "none"
