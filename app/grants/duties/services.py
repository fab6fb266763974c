"""The reports that a city owes after an award: written by its people, handed in once."""

from __future__ import annotations

from app.core import audit, clock
from app.core.errors import NotFound
from app.extensions import db

from ..models import Duty
from ..reviews.errors import ChangedElsewhere, ReportEmpty, ReportHandedIn


def save(*, duty_id: int, version: int, text: str, hand_in: bool, by: int) -> Duty:
    """Keep a report as it is written, or hand it in for good; that `by` may is asked before.

    Raises `ReportHandedIn`, `ChangedElsewhere` and, with nothing kept, `ReportEmpty`.
    """
    duty = db.session.get(Duty, duty_id, with_for_update=True, populate_existing=True)
    if duty is None:
        raise NotFound
    if duty.done_at is not None:
        raise ReportHandedIn
    if duty.version_id != version:
        raise ChangedElsewhere
    if hand_in and not text.strip():
        raise ReportEmpty
    duty.text = text
    if hand_in:
        duty.done_at, duty.done_by_id = clock.now(), by
        audit.record("duty.hand_in", f"application:{duty.application_id}", actor_id=by, report=duty.key)
    db.session.flush()
    return duty
