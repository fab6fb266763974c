"""When an attempt ends, by the server's clock alone. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from .settings import QuizSettings


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
