"""How much of the time that a page says it was read is counted. Pure.

A page is a sitting with an id of its own; it numbers its reports, and each says the seconds since the one before. No
report counts for more than the time since the sitting's last by the server's clock, nor for time that any other
window of the same person has been counted for, so two windows side by side count once. A report that was lost is
lost; one that comes again, or late, counts nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from .models import Sitting

MOST_A_DAY = 12 * 3600  # seconds, in UTC
MOST_SITTINGS = 8


@dataclass(frozen=True, slots=True)
class Sheet:
    """Until when a person's time is counted, how many seconds of `day` are, and the sittings that reported last."""

    counted_until: datetime
    day: date
    seconds: int
    sittings: dict[str, Sitting]


@dataclass(frozen=True, slots=True)
class Claim:
    """A report: seconds visible, and of these in use, since the sitting's last. Number 0 opens a sitting."""

    sitting: str
    sequence: int
    visible: int
    used: int


@dataclass(frozen=True, slots=True)
class Credit:
    """What is counted, in seconds; `used` is never more than `visible`."""

    visible: int = 0
    used: int = 0


def open_sheet(now: datetime) -> Sheet:
    """The sheet of who has never reported."""
    return Sheet(now, now.date(), 0, {})


def count(sheet: Sheet, claim: Claim, now: datetime) -> tuple[Sheet, Credit]:
    """The sheet after a report, and what of it is counted."""
    before = sheet.sittings.get(claim.sitting)
    if before is not None and claim.sequence <= before.sequence:
        return sheet, Credit()
    counted_today = sheet.seconds if sheet.day == now.date() else 0
    credit = Credit()
    if before is not None:
        passed = int((now - max(before.at, sheet.counted_until)).total_seconds())
        visible = max(0, min(claim.visible, passed, MOST_A_DAY - counted_today))
        credit = Credit(visible, max(0, min(claim.used, visible)))
    others = {key: sitting for key, sitting in sheet.sittings.items() if key != claim.sitting}
    while len(others) >= MOST_SITTINGS:
        del others[min(others, key=lambda key: others[key].at)]
    sittings = {**others, claim.sitting: Sitting(now, claim.sequence)}
    until = max(sheet.counted_until, now) if credit.visible else sheet.counted_until
    return Sheet(until, now.date(), counted_today + credit.visible, sittings), credit
