"""What makes a question ungradable."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class QuestionFault:
    """`part` is the field at fault, as `choices`; `words` say why, as a clause that can follow a colon."""

    part: str
    words: Any  # translated when it is shown

    def __str__(self) -> str:
        return str(self.words)

    @property
    def sentence(self) -> str:
        """The words as a sentence of their own."""
        words = str(self.words)
        return f"{words[:1].upper()}{words[1:]}."
