"""How a quiz is taken and graded."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Grading(StrEnum):
    """Which attempt makes the grade."""

    HIGHEST = "highest"
    MEAN = "mean"
    FIRST = "first"
    LAST = "last"


class QuizSettings(msgspec.Struct, frozen=True):
    """`pass_mark` in percent (None: nothing to pass, submitting completes); `attempts` None: as many as wanted."""

    pass_mark: float | None = None
    attempts: int | None = None
    grading: Grading = Grading.HIGHEST
    shuffle: bool = True
