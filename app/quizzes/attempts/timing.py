"""When an attempt ends, by the server's clock alone. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from ..models import AttemptState
from ..settings import Overdue, QuizSettings

SLACK = timedelta(seconds=60)  # after the deadline, to forgive the network, unless the site's settings say otherwise


@dataclass(frozen=True, slots=True)
class Allowance:
    """What extensions give one person at a quiz: seconds and attempts on top, and another closing time."""

    seconds: int = 0
    closes_at: datetime | None = None
    attempts: int = 0

    def closing(self, closes_at: datetime | None) -> datetime | None:
        """When a quiz that closes at `closes_at` (None: never) closes for the person; an extension takes nothing."""
        if closes_at is None or self.closes_at is None:
            return closes_at
        return max(closes_at, self.closes_at)

    def allowed(self, attempts: int | None) -> int | None:
        """How many attempts the person has of those that the quiz gives; None: as many as wanted."""
        return None if attempts is None else attempts + self.attempts


class Phase(StrEnum):
    """How an attempt stands at a moment. What `ENDED` and `LOST` call for is stored by whoever next may write.

    Open; overdue, while what was sent in time may still be on its way; in the grace period, when it may only be
    submitted; ended, so that what was saved counts as submitted at the deadline; lost, so that it is abandoned;
    and as it is stored: submitted, abandoned.
    """

    OPEN = "open"
    OVERDUE = "overdue"
    GRACE = "grace"
    ENDED = "ended"
    LOST = "lost"
    SUBMITTED = "submitted"
    ABANDONED = "abandoned"

    @property
    def takes_answers(self) -> bool:
        """Whether an answer that arrives now counts."""
        return self in (Phase.OPEN, Phase.OVERDUE)

    @property
    def under_way(self) -> bool:
        """Whether the person can still submit it."""
        return self in (Phase.OPEN, Phase.OVERDUE, Phase.GRACE)


def deadline(
    started_at: datetime, settings: QuizSettings, closes_at: datetime | None, allowance: Allowance
) -> datetime | None:
    """The earlier of the time limit's end and the closing time, each with what extensions give; None without both."""
    ends = []
    if settings.time_limit is not None:
        ends.append(started_at + timedelta(seconds=settings.time_limit + allowance.seconds))
    closing = allowance.closing(closes_at)
    if closing is not None:
        ends.append(closing)
    return min(ends, default=None)


def state_at(
    state: str, due_at: datetime | None, settings: QuizSettings, now: datetime, slack: timedelta = SLACK
) -> Phase:
    """How an attempt, stored as `state` and due at `due_at`, stands at `now`. Each end belongs to what ends there."""
    if state != AttemptState.OPEN:
        return Phase(state)
    if due_at is None or now <= due_at:
        return Phase.OPEN
    if now <= due_at + slack:
        return Phase.OVERDUE
    if settings.overdue is Overdue.SUBMIT:
        return Phase.ENDED
    if now <= last_moment(due_at, settings, slack):
        return Phase.GRACE
    return Phase.LOST


def last_moment(due_at: datetime, settings: QuizSettings, slack: timedelta = SLACK) -> datetime:
    """The last moment at which an attempt due at `due_at` can be submitted."""
    grace = settings.grace if settings.overdue is Overdue.GRACE else 0
    return due_at + max(timedelta(seconds=grace), slack)


def finished_at(due_at: datetime | None, now: datetime) -> datetime:
    """What is recorded as the end of an attempt that is closed at `now`: never after its deadline."""
    return now if due_at is None else min(due_at, now)
