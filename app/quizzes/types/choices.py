"""An option of a choice question."""

from __future__ import annotations

import msgspec

from app.core.text import Text


class Choice(msgspec.Struct, frozen=True):
    """`fraction` of the mark that choosing it earns: 1 is right, 0 wrong; may be between or negative."""

    key: str
    text: Text
    fraction: float = 0.0
    feedback: Text | None = None

    @property
    def right(self) -> bool:
        return self.fraction > 0
