"""How an enrolment stands in an edition: pure, from the outline and the states of its activities.

Everything a page says of progress comes from here, so that a card, a course page and a report never disagree.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from app.core.skyline import LIT, NOW, UNLIT
from app.courses.editions import PublishedEdition
from app.courses.outline import Order, OutlineActivity, OutlineModule

from .models import ActivityState


class Mark(StrEnum):
    """What an outline shows beside an activity."""

    DONE = "done"
    NOW = "now"
    FAILED = "failed"
    LOCK = "lock"
    TODO = "none"


@dataclass(frozen=True)
class Standing:
    """One cycle of an enrolment against one edition. `last` is the activity the person was at, if any."""

    edition: PublishedEdition
    states: Mapping[int, ActivityState]
    last: int | None = None

    @cached_property
    def key(self) -> tuple[int, int | None, frozenset[tuple[int, ActivityState]]]:
        """Equal for any two people who stand alike: for keeping what pages show of it."""
        return self.edition.id, self.last, frozenset(self.states.items())

    @cached_property
    def done(self) -> int:
        """How many required activities are complete."""
        return sum(self.is_complete(a) for a in self.edition.required)

    @property
    def total(self) -> int:
        return len(self.edition.required)

    @property
    def share(self) -> float:
        """`done` of `total`, 0 to 1. A course without required activities is never complete by itself."""
        return self.done / self.total if self.total else 0.0

    @property
    def complete(self) -> bool:
        return self.total > 0 and self.done == self.total

    @cached_property
    def minutes_left(self) -> int:
        """The lengths of the required activities still to do, in minutes."""
        return sum(a.minutes for a in self.edition.required if not self.is_complete(a))

    def is_complete(self, activity: OutlineActivity) -> bool:
        return self.states.get(activity.id) == ActivityState.COMPLETE

    def waits_for(self, activity: OutlineActivity) -> tuple[OutlineActivity, ...]:
        """What must be complete before `activity` opens, in order; empty if it is open.

        What was once begun stays open, whatever a later edition puts before it.
        """
        if activity.id in self.states:
            return ()
        return tuple(a for a in self._before(activity) if not self.is_complete(a))

    def _before(self, activity: OutlineActivity) -> list[OutlineActivity]:
        place = self.edition.position(activity.id)
        before: set[int] = set()
        if self.edition.outline.settings.order is Order.SEQUENTIAL:
            before.update(a.id for a in self.edition.activities[:place] if a.required)
        if activity.opens:
            if activity.opens.above:
                above = self.edition.module_of[activity.id].activities
                before.update(a.id for a in above if a.required and self.edition.position(a.id) < place)
            before.update(self.edition.by_key[key].id for key in activity.opens.after if key in self.edition.by_key)
        return [a for a in self.edition.activities if a.id in before]

    def mark(self, activity: OutlineActivity) -> Mark:
        """The state of an activity as an outline shows it."""
        state = self.states.get(activity.id)
        if state == ActivityState.COMPLETE:
            return Mark.DONE
        if state == ActivityState.FAILED:
            return Mark.FAILED
        if activity.id == (self.next.id if self.next else None) and self.states:
            return Mark.NOW
        if state == ActivityState.STARTED:
            return Mark.NOW
        return Mark.LOCK if self.waits_for(activity) else Mark.TODO

    def module_mark(self, module: OutlineModule) -> Mark:
        marks = {self.mark(a) for a in module.activities if a.required} or {self.mark(a) for a in module.activities}
        if marks == {Mark.DONE}:
            return Mark.DONE
        return Mark.NOW if marks & {Mark.DONE, Mark.NOW, Mark.FAILED} else Mark.TODO

    def module_done(self, module: OutlineModule) -> tuple[int, int]:
        """How many of a module's activities are complete, of how many."""
        return sum(self.is_complete(a) for a in module.activities), len(module.activities)

    @cached_property
    def next(self) -> OutlineActivity | None:
        """Where to go on: the activity last open if it is not complete, else the first open one after it, or before."""
        activities = self.edition.activities
        start = 0
        if self.last is not None and self.last in self.edition.by_id:
            start = self.edition.position(self.last)
        for activity in (*activities[start:], *activities[:start]):
            if not self.is_complete(activity) and not self.waits_for(activity):
                return activity
        return None

    def after(self, activity: OutlineActivity) -> OutlineActivity | None:
        """The activity that follows in the course's order."""
        place = self.edition.position(activity.id) + 1
        return self.edition.activities[place] if place < len(self.edition.activities) else None

    def before(self, activity: OutlineActivity) -> OutlineActivity | None:
        """The activity that precedes in the course's order."""
        place = self.edition.position(activity.id)
        return self.edition.activities[place - 1] if place else None

    @cached_property
    def towers(self) -> list[list[str]]:
        """The skyline: for each module, each activity lit, unlit, or where the person is."""
        here = self.next.id if self.next and self.states else None
        return [
            [LIT if self.is_complete(a) else NOW if a.id == here else UNLIT for a in module.activities]
            for module in self.edition.outline.modules
        ]

    @property
    def lit(self) -> tuple[int, int]:
        """How many windows are lit, of how many: all activities, also those not required."""
        return sum(self.is_complete(a) for a in self.edition.activities), len(self.edition.activities)
