"""True or false: a statement to judge."""

from __future__ import annotations

import msgspec

from app.core.text import Text

from .asking import Asking
from .parts import Picture


class TrueFalseAnswer(msgspec.Struct, frozen=True, tag="true_false"):
    value: bool


class TrueFalse(Asking, frozen=True, tag="true_false"):
    """`truth` says whether the statement is true; the two feedbacks are for who answered so."""

    stem: Text
    truth: bool
    feedback: Text | None = None
    true_feedback: Text | None = None
    false_feedback: Text | None = None
    hints: tuple[Text, ...] = ()
    pictures: tuple[Picture, ...] = ()
