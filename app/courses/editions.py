"""Editions as they are read: immutable, so kept in each process by id without ever going stale."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from threading import Lock

import sqlalchemy as sa

from app.core import clock
from app.extensions import db

from .models import Edition
from .outline import Outline, OutlineActivity, OutlineModule

MOST_KEPT = 512


@dataclass(frozen=True)
class PublishedEdition:
    """An edition with its ways in. Safe to share between requests: nothing in it changes."""

    id: int
    course_id: int
    number: int
    published_at: datetime
    outline: Outline
    activities: tuple[OutlineActivity, ...] = field(repr=False)
    by_key: dict[str, OutlineActivity] = field(repr=False)
    by_id: dict[int, OutlineActivity] = field(repr=False)
    module_of: dict[int, OutlineModule] = field(repr=False)

    @cached_property
    def quotas(self) -> dict[int, int]:
        """Module id to how many of its activities complete it, for modules that say so.

        None where the course itself says how many of any are enough: then that holds instead.
        """
        if self.outline.settings.enough:
            return {}
        return {module.id: module.enough for module in self.outline.modules if module.enough}

    @cached_property
    def required(self) -> tuple[OutlineActivity, ...]:
        """The activities that are required by themselves, in order: those marked so, but in modules with a number."""
        return tuple(a for a in self.activities if a.required and self.module_of[a.id].id not in self.quotas)

    @cached_property
    def graded(self) -> tuple[OutlineActivity, ...]:
        """The activities that the course's score is made of, in order: the required ones that give marks."""
        return tuple(a for a in self.required if a.marks)

    @cached_property
    def asks(self) -> tuple[tuple[tuple[OutlineActivity, ...], int], ...]:
        """What completion asks for: of each of these groups of activities, so many. No activity is in two."""
        if enough := self.outline.settings.enough:
            return ((self.activities, enough),)
        groups = [(m.activities, self.quotas[m.id]) for m in self.outline.modules if m.id in self.quotas]
        return ((self.required, len(self.required)), *groups)

    @cached_property
    def counted(self) -> tuple[OutlineActivity, ...]:
        """The activities that count towards completion, in order: the required ones, or any where some are enough."""
        ids = {activity.id for group, _needed in self.asks for activity in group}
        return tuple(a for a in self.activities if a.id in ids)

    @cached_property
    def needed(self) -> int:
        """How many of `counted` must be complete, each group by its own number."""
        return sum(needed for _group, needed in self.asks)

    @cached_property
    def minutes(self) -> int:
        """How long the whole course takes."""
        return self.outline.minutes

    @cached_property
    def pace(self) -> float:
        """By what a trainer's own word on the course's length stretches the lengths of its activities."""
        together = sum(a.minutes for a in self.activities)
        return self.minutes / together if together else 1.0

    def offered(self, language: str) -> str:
        """`language` if this edition is offered in it, else the one that the course is written in."""
        return language if language in self.outline.languages else self.outline.source_language

    def position(self, activity_id: int) -> int:
        """Where an activity stands in the course, from 0."""
        return self._positions[activity_id]

    @cached_property
    def _positions(self) -> dict[int, int]:
        return {a.id: i for i, a in enumerate(self.activities)}


@dataclass(frozen=True, slots=True)
class Proposal:
    """An outline that might be published, and the edition it would take the place of (None: the first)."""

    outline: Outline
    in_force: PublishedEdition | None

    def as_edition(self, course_id: int) -> PublishedEdition:
        """The outline as the next edition would be read; it has no id yet, so it is 0."""
        number = self.in_force.number + 1 if self.in_force else 1
        return of_outline(0, course_id, number, clock.now(), self.outline)


_kept: dict[int, PublishedEdition] = {}
_lock = Lock()


def get_edition(edition_id: int) -> PublishedEdition:
    """The edition `edition_id`; no statement if this process has read it before. Raises `LookupError`."""
    return list_editions([edition_id])[0]


def list_editions(ids: Iterable[int]) -> list[PublishedEdition]:
    """The editions with these ids, in their order; at most one statement. Raises `LookupError` for a missing one."""
    wanted = list(ids)
    found = {i: kept for i in wanted if (kept := _kept.get(i))}
    missing = set(wanted) - found.keys()
    if missing:
        rows = db.session.execute(
            sa.select(Edition.id, Edition.course_id, Edition.number, Edition.published_at, Edition.outline).where(
                Edition.id.in_(missing)
            )
        ).all()
        read = {row.id: of_outline(row.id, row.course_id, row.number, row.published_at, row.outline) for row in rows}
        if missing - read.keys():
            raise LookupError(f"no editions {sorted(missing - read.keys())}")
        with _lock:
            if len(_kept) > MOST_KEPT:
                _kept.clear()
            _kept.update(read)
        found |= read
    return [found[i] for i in wanted]


def of_outline(
    edition_id: int, course_id: int, number: int, published_at: datetime, outline: Outline
) -> PublishedEdition:
    """An outline with its ways in."""
    activities: Sequence[OutlineActivity] = tuple(outline.activities())
    return PublishedEdition(
        id=edition_id,
        course_id=course_id,
        number=number,
        published_at=published_at,
        outline=outline,
        activities=tuple(activities),
        by_key={a.key: a for a in activities},
        by_id={a.id: a for a in activities},
        module_of={a.id: module for module in outline.modules for a in module.activities},
    )


def forget() -> None:
    """Empty the cache: for tests, whose databases begin their ids anew."""
    _kept.clear()
