"""What a page of learning reports: that it is open, how long it was read, and where the person is in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.exc import IntegrityError

from app.core import clock
from app.courses.kinds import get_kind
from app.extensions import db

from . import holding, services
from .clocking import Claim, Credit, Sheet, count, open_sheet
from .models import ActivityProgress, ActivityState, Enrolment, EnrolmentState, Position, TimeSheet
from .services import Outcome

MOST_MEDIA = 50  # files whose position is kept
TOUCHED_FOR = timedelta(hours=1)  # in which time that is spent does not say again that the course was touched


@dataclass(frozen=True, slots=True)
class Moved:
    """Where in an activity the person is, and how many seconds ago they came there."""

    share: float
    media: dict[str, float]
    ago: int


def report(*, person_id: int, course_id: int, activity_id: int, claim: Claim | None, moved: Moved | None) -> None:
    """Keep which activity is open, count the time that is claimed, and keep the position if it is the newest.

    Whoever spends time in an activity touches the course, also where they opened nothing else for days; that is written
    once an hour.
    Of an activity that has not been begun, time begins it if its kind is done by reading; that of a quiz counts from
    its first attempt on. Raises `NotEnrolled`.
    """
    enrolment = holding.lock_of(person_id, course_id)
    edition = holding.edition_in_force(enrolment)
    activity = edition.by_id.get(activity_id)
    if activity is None or enrolment.state == EnrolmentState.WITHDRAWN:
        return
    now = clock.now()
    if enrolment.last_activity_id != activity_id:
        enrolment.last_activity_id, enrolment.touched_at = activity_id, now
    credit = _count(person_id, claim, now) if claim else Credit()
    if credit.used and now - enrolment.touched_at > TOUCHED_FOR:
        enrolment.touched_at = now
    if not credit.visible and moved is None:
        return
    row = _row(enrolment, activity_id)
    if row is None and get_kind(activity.kind).by_hand:
        services.record(enrolment_id=enrolment.id, activity_id=activity_id, outcome=Outcome(ActivityState.STARTED))
        row = _row(enrolment, activity_id)
    if row is not None:
        row.seconds, row.visible_seconds = row.seconds + credit.used, row.visible_seconds + credit.visible
        if moved is not None:
            row.position = newest(row.position, moved, now)
        db.session.flush()


def newest(kept: Position | None, moved: Moved, now: datetime) -> Position:
    """The later of what is kept and what is reported; of files that only one knows, what it knows."""
    at = now - timedelta(seconds=max(0, moved.ago))
    if kept is not None and kept.at is not None and kept.at > at:
        return kept
    media = {**(kept.media if kept else {}), **moved.media}
    return Position(min(1.0, max(0.0, moved.share)), dict(list(media.items())[-MOST_MEDIA:]), at)


def _row(enrolment: Enrolment, activity_id: int) -> ActivityProgress | None:
    return db.session.get(ActivityProgress, (enrolment.id, enrolment.cycle, activity_id), populate_existing=True)


def _count(person_id: int, claim: Claim, now: datetime) -> Credit:
    row = _sheet(person_id, now)
    sheet, credit = count(Sheet(row.counted_until, row.day, row.seconds, row.sittings), claim, now)
    row.counted_until, row.day, row.seconds, row.sittings = (
        sheet.counted_until, sheet.day, sheet.seconds, sheet.sittings,
    )  # fmt: skip
    return credit


def _sheet(person_id: int, now: datetime) -> TimeSheet:
    """The person's sheet, locked."""
    found: TimeSheet | None = db.session.get(TimeSheet, person_id, with_for_update=True, populate_existing=True)
    if found is not None:
        return found
    fresh = open_sheet(now)
    row = TimeSheet(person_id=person_id, counted_until=fresh.counted_until, day=fresh.day, seconds=0, sittings={})
    try:
        with db.session.begin_nested():
            db.session.add(row)
    except IntegrityError:
        return db.session.get_one(TimeSheet, person_id, with_for_update=True, populate_existing=True)
    return row
