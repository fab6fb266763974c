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

DONE_WITH = (ActivityState.COMPLETE, ActivityState.EXCUSED)
ROUNDING = 1e-9  # 0.7 of a whole may be a hair under 70 percent


class Mark(StrEnum):
    """What an outline shows beside an activity."""

    DONE = "done"
    NOW = "now"
    FAILED = "failed"
    LOCK = "lock"
    TODO = "none"


@dataclass(frozen=True)
class Standing:
    """One cycle of an enrolment against one edition. `last` is the activity the person was at, if any.

    `score` is that of the course so far, 0 to 1. `settled` says that the cycle was completed, on this edition or on
    an older one: no score is asked for any more.
    """

    edition: PublishedEdition
    states: Mapping[int, ActivityState]
    last: int | None = None
    score: float | None = None
    settled: bool = False

    @cached_property
    def key(self) -> tuple[int, int | None, bool, frozenset[tuple[int, ActivityState]]]:
        """Equal for any two people who stand alike: for keeping what pages show of it."""
        return self.edition.id, self.last, self.lacks_score, frozenset(self.states.items())

    @cached_property
    def done(self) -> int:
        """How many of the activities that count are complete; of none of `edition.asks` more than it asks for."""
        return sum(min(sum(self.is_complete(a) for a in group), needed) for group, needed in self.edition.asks)

    @property
    def total(self) -> int:
        """How many activities completion asks for: those required and what modules ask for, or enough of any."""
        return self.edition.needed

    @property
    def share(self) -> float:
        """`done` of `total`, 0 to 1. A course that asks for no activity is never complete by itself."""
        return self.done / self.total if self.total else 0.0

    @property
    def all_done(self) -> bool:
        """Whether nothing is left to do but, perhaps, to reach the score."""
        return self.total > 0 and self.done == self.total

    @cached_property
    def lacks_score(self) -> bool:
        """Whether the course asks for a score that is not reached yet."""
        wanted = self.edition.outline.settings.min_score
        if wanted is None or self.settled:
            return False
        if self.edition.graded and all(self.is_excused(a) for a in self.edition.graded):
            return False
        return self.score is None or self.score * 100 < wanted - ROUNDING

    @property
    def complete(self) -> bool:
        """Whether the rule of the edition holds: enough is done, and the score is reached where one is asked for."""
        return self.all_done and not self.lacks_score

    @cached_property
    def minutes_left(self) -> int:
        """The lengths of what is still to do, in minutes; where any activities are enough, of the next ones."""
        return round(
            sum(a.minutes for group, needed in self.edition.asks for a in self._left(group, needed)) * self.edition.pace
        )

    def _left(self, group: tuple[OutlineActivity, ...], needed: int) -> list[OutlineActivity]:
        """As many of a group as are still asked for: the first that are not complete."""
        left = [a for a in group if not self.is_complete(a)]
        return left[: max(needed - (len(group) - len(left)), 0)]

    def lacking(self, module: OutlineModule) -> int:
        """How many more activities a module asks for by its number; 0 for one without, or where it is reached."""
        return max(self.edition.quotas.get(module.id, 0) - sum(self.is_complete(a) for a in module.activities), 0)

    @cached_property
    def to_raise_score(self) -> tuple[OutlineActivity, ...]:
        """Where the score that is still missing can be had: what is graded and open, first what is not passed."""
        if not self.lacks_score:
            return ()
        return tuple(
            sorted(
                (a for a in self.edition.graded if not self.waits_for(a) and not self.is_excused(a)),
                key=self.is_complete,
            )
        )

    def is_complete(self, activity: OutlineActivity) -> bool:
        """Whether it is done with: completed, or the person is excused from it."""
        return self.states.get(activity.id) in DONE_WITH

    def is_excused(self, activity: OutlineActivity) -> bool:
        return self.states.get(activity.id) == ActivityState.EXCUSED

    def waits_for(self, activity: OutlineActivity) -> tuple[OutlineActivity, ...]:
        """What must be complete before `activity` opens, in order; empty if it is open.

        What was once begun stays open, whatever a later edition puts before it. Of a module that asks for a number
        of its activities, whichever, the first ones that would reach it.
        """
        if activity.id in self.states:
            return ()
        return tuple(a for a in self._before(activity) if not self.is_complete(a))

    def waits_for_modules(self, activity: OutlineActivity) -> tuple[OutlineModule, ...]:
        """The modules with a number that must be reached before `activity` opens, in order; empty if it is open."""
        if activity.id in self.states or self.edition.outline.settings.order is not Order.SEQUENTIAL:
            return ()
        modules = self.edition.outline.modules
        above = modules[: modules.index(self.edition.module_of[activity.id])]
        return tuple(module for module in above if self.lacking(module))

    def _before(self, activity: OutlineActivity) -> list[OutlineActivity]:
        place = self.edition.position(activity.id)
        before: set[int] = set()
        if self.edition.outline.settings.order is Order.SEQUENTIAL:
            before.update(a.id for a in self.edition.required if self.edition.position(a.id) < place)
            for module in self.waits_for_modules(activity):
                before.update(a.id for a in self._left(module.activities, self.edition.quotas[module.id]))
        if activity.opens:
            if activity.opens.above:
                above = {a.id for a in self.edition.module_of[activity.id].activities}
                required = (a.id for a in self.edition.required if self.edition.position(a.id) < place)
                before.update(i for i in required if i in above)
            before.update(self.edition.by_key[key].id for key in activity.opens.after if key in self.edition.by_key)
        return [a for a in self.edition.activities if a.id in before]

    def mark(self, activity: OutlineActivity) -> Mark:
        """The state of an activity as an outline shows it."""
        state = self.states.get(activity.id)
        if state in DONE_WITH:
            return Mark.DONE
        if state == ActivityState.FAILED:
            return Mark.FAILED
        if activity.id == (self.next.id if self.next else None) and self.states:
            return Mark.NOW
        if state == ActivityState.STARTED:
            return Mark.NOW
        return Mark.LOCK if self.waits_for(activity) else Mark.TODO

    def module_mark(self, module: OutlineModule) -> Mark:
        if module.id in self.edition.quotas and not self.lacking(module):
            return Mark.DONE
        marks = {self.mark(a) for a in module.activities if a.required} or {self.mark(a) for a in module.activities}
        if marks == {Mark.DONE}:
            return Mark.DONE
        return Mark.NOW if marks & {Mark.DONE, Mark.NOW, Mark.FAILED} else Mark.TODO

    def module_done(self, module: OutlineModule) -> tuple[int, int]:
        """How many of a module's activities are complete, of how many; of those it asks for, where it says a number."""
        total = self.edition.quotas.get(module.id, len(module.activities))
        return min(sum(self.is_complete(a) for a in module.activities), total), total

    @cached_property
    def next(self) -> OutlineActivity | None:
        """Where to go on: the activity last open if it is not complete, else the first open one after it, or before.

        Once only the score is missing: where it can be raised. A module whose number is reached is passed over, but
        for the activity last open, until nothing else is left.
        """
        if self.all_done and self.to_raise_score:
            return self.to_raise_score[0]
        activities = self.edition.activities
        start = 0
        if self.last is not None and self.last in self.edition.by_id:
            start = self.edition.position(self.last)
        left = [
            activity
            for activity in (*activities[start:], *activities[:start])
            if not self.is_complete(activity) and not self.waits_for(activity)
        ]
        return next((a for a in left if a.id == self.last or not self._passed_over(a)), left[0] if left else None)

    def _passed_over(self, activity: OutlineActivity) -> bool:
        module = self.edition.module_of[activity.id]
        return module.id in self.edition.quotas and not self.lacking(module)

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
