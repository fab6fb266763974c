"""Whether an attempt may begin, and what it asks."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from flask_babel import gettext as _

from app.core import chance
from app.core.errors import DomainError
from app.core.formats import day_time

from .. import queries
from ..errors import NoAttemptsLeft, NothingToAsk, NotOpen, WaitsBetween, WrongCode
from ..models import Attempt, AttemptSlot, AttemptState
from ..settings import QuizSettings
from . import terms
from .drawing import draw, lay_out
from .terms import Terms

if TYPE_CHECKING:
    from ..kind import QuizData


def refusal(settings: QuizSettings, on: Terms, made: Sequence[Attempt], now: datetime) -> DomainError | None:
    """Why no attempt may begin at `now` after those that were `made`, in words that say what to do; None if one may."""
    if on.opens_at is not None and now < on.opens_at:
        return NotOpen(_("This quiz opens on %(when)s. Come back then.", when=day_time(on.opens_at)))
    if on.closing is not None and now >= on.closing:
        words = _("This quiz closed on %(when)s. Your trainer can give you more time.", when=day_time(on.closing))
        return NotOpen(words)
    allowed = on.allowance.allowed(settings.attempts)
    if allowed is not None and len(made) >= allowed:
        return NoAttemptsLeft()
    ended = [attempt.finished_at for attempt in made if attempt.finished_at is not None]
    again = max(ended) + timedelta(seconds=settings.wait) if ended and settings.wait else None
    if again is not None and now < again:
        return WaitsBetween(_("The next attempt can begin on %(when)s. Come back then.", when=day_time(again)))
    return None


def require_code(on: Terms, typed: str) -> None:
    """Raise `WrongCode` unless the quiz asks for no code or `typed` is it, spaces around it aside."""
    wanted = (on.access_code or "").strip()
    if wanted and not hmac.compare_digest(wanted.encode(), typed.strip().encode()):
        raise WrongCode


def slots_for(data: QuizData, person_id: int, last: Attempt | None) -> list[AttemptSlot]:
    """What a new attempt asks. One that builds on `last` keeps what that one drew. Raises `NothingToAsk`."""
    source = chance.source()
    drawn: list[int | None] = [slot.version_id for slot in data.slots]
    if any(slot.pool for slot in data.slots):
        again = {slot.version_id for slot in last.slots} if last and data.settings.builds_on_last else set()
        met = terms.list_met({v for slot in data.slots for v in slot.versions} | again, person_id=person_id)
        drawn = draw(data.slots, met, source, again=again)
    contents = {v: found[0] for v, found in queries.get_versions(v for v in drawn if v is not None).items()}
    slots = lay_out(data.slots, drawn, contents, data.settings, source)
    if not slots:
        raise NothingToAsk
    return slots


def last_submitted(made: Sequence[Attempt]) -> Attempt | None:
    """The latest attempt that was submitted."""
    return next((attempt for attempt in reversed(made) if attempt.state == AttemptState.SUBMITTED), None)
