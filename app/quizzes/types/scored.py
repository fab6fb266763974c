"""What can be answered, as the author of a question sees it."""

from __future__ import annotations

import msgspec

from app.core.text import Text


class Scored(msgspec.Struct, frozen=True):
    """One answer, the `fraction` of the mark that it earns, and what is said to it."""

    words: Text | str
    fraction: float
    feedback: Text | None = None

    @property
    def right(self) -> bool:
        return self.fraction > 0
