"""How often somebody may try access codes of a quiz."""

from __future__ import annotations

from flask import current_app
from limits import parse
from limits.strategies import FixedWindowRateLimiter

from ..errors import TooManyCodes

WRONG_CODES = parse("10 per 10 minutes")  # of one person at one quiz


def require_patience(person_id: int, quiz_id: int) -> None:
    """Raise `TooManyCodes` if the person has lately tried too many wrong codes at the quiz."""
    counter: FixedWindowRateLimiter = current_app.extensions["pace"]
    if not counter.test(WRONG_CODES, "quiz code", str(person_id), str(quiz_id)):
        raise TooManyCodes


def note_wrong_code(person_id: int, quiz_id: int) -> None:
    """Count one more wrong code."""
    counter: FixedWindowRateLimiter = current_app.extensions["pace"]
    counter.hit(WRONG_CODES, "quiz code", str(person_id), str(quiz_id))
