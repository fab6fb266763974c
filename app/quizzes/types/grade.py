"""What grading an answer gives."""

from __future__ import annotations

import msgspec

from app.core.text import Text


class Grade(msgspec.Struct, frozen=True):
    """`fraction` of the mark earned, 0 to 1, and feedback for what was answered, in order.

    `waits`: only a person can say what it earns, so the fraction says nothing yet.
    """

    fraction: float
    feedback: tuple[Text, ...] = ()
    waits: bool = False
