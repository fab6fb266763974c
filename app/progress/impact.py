"""What publishing an outline would do to those under way, foretold by what counts them once it is published. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from app.courses.editions import PublishedEdition
from app.courses.outline import OutlineActivity

from .counting import counted
from .models import ActivityState


@dataclass(frozen=True, slots=True)
class Alike:
    """How many people under way stand alike: the states of their activities, and their scores in graded ones."""

    people: int
    states: Mapping[int, ActivityState]
    scores: Mapping[int, float | None]


@dataclass(frozen=True)
class Impact:
    """What happens to the people in the middle of a course when `proposed` is published over `in_force`.

    `before` and `after` are their progress on average, 0 to 1. `completing`: how many will complete the course by it.
    `losing`: how many have completed an activity that goes; it stays in their record.
    """

    in_force: PublishedEdition
    proposed: PublishedEdition
    people: int
    before: float
    after: float
    completing: int
    losing: int

    @cached_property
    def gained(self) -> tuple[OutlineActivity, ...]:
        """What counts towards completion that did not before."""
        counts = {a.id for a in self.in_force.counted}
        return tuple(a for a in self.proposed.counted if a.id not in counts)

    @cached_property
    def dropped(self) -> tuple[OutlineActivity, ...]:
        """What counts towards completion no longer."""
        counts = {a.id for a in self.proposed.counted}
        return tuple(a for a in self.in_force.counted if a.id not in counts)

    @property
    def some_are_enough(self) -> bool:
        """Whether either edition asks for some activities of those that count, and not for all of them."""
        return any(e.outline.settings.enough or e.quotas for e in (self.in_force, self.proposed))


def foresee(groups: Sequence[Alike], *, in_force: PublishedEdition, proposed: PublishedEdition) -> Impact:
    """Count everyone under way on both editions, by what `record` and `recount` count with."""
    going = in_force.by_id.keys() - proposed.by_id.keys()
    people = completing = losing = 0
    before = after = 0.0
    for group in groups:
        now = counted(in_force, group.states, group.scores).standing
        then = counted(proposed, group.states, group.scores).standing
        people += group.people
        before += now.share * group.people
        after += then.share * group.people
        completing += group.people * then.complete
        losing += group.people * any(group.states.get(i) == ActivityState.COMPLETE for i in going)
    whole = people or 1
    return Impact(in_force, proposed, people, before / whole, after / whole, completing, losing)
