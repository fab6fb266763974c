"""What can be answered, and what was."""

from __future__ import annotations

import msgspec

from app.core.text import Text


class Scored(msgspec.Struct, frozen=True):
    """One answer, the `fraction` of the mark that it earns, and what is said to it. `key` names it in its part."""

    words: Text | str
    fraction: float
    feedback: Text | None = None
    key: str = ""

    @property
    def right(self) -> bool:
        return self.fraction > 0


class AnswerPart(msgspec.Struct, frozen=True):
    """Something to answer: the whole of a choice question, a prompt, a gap. `foreseen` are its possible answers.

    `words` say which part it is; empty where there is one. `open` says that other answers than these can be given.
    """

    key: str
    words: Text | str
    foreseen: tuple[Scored, ...]
    open: bool = False


class Said(msgspec.Struct, frozen=True):
    """An answer to a part: the `key` of one that was foreseen, or "" and what was typed, in `words`.

    `fraction` is what it earns of the whole question's mark, -1 to 1.
    """

    part: str
    key: str
    words: str = ""
    fraction: float = 0.0
