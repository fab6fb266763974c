"""Questions with options to choose from, and an option of one."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import msgspec

from app.core.text import Text

from .aliases import aliases, keys_by_alias
from .asking import Asking
from .parts import Labelled, Picture
from .scored import AnswerPart, Said, Scored


class Choice(msgspec.Struct, frozen=True):
    """`fraction` of the mark that choosing it earns: 1 is right, 0 wrong; may be between or negative."""

    key: str
    text: Text
    fraction: float = 0.0
    feedback: Text | None = None

    @property
    def right(self) -> bool:
        return self.fraction > 0


class ChoiceQuestion(Asking, frozen=True):
    """What the types with options have in common."""

    stem: Text
    choices: tuple[Choice, ...]
    feedback: Text | None = None
    hints: tuple[Text, ...] = ()
    pictures: tuple[Picture, ...] = ()

    def options(self) -> tuple[str, ...]:
        """The keys of what can be shown in another order."""
        return tuple(choice.key for choice in self.choices)

    def aliases(self) -> dict[str, str]:
        """What pages call each choice, by its key."""
        return aliases(self._labelled)

    def named(self, posted: Iterable[str]) -> tuple[str, ...]:
        """The keys of what was posted; a key stands for itself, and what names nothing stays unknown."""
        own, known = set(self.options()), keys_by_alias(self._labelled)
        return tuple(known.get(name) or (name if name in own else f"?{name}") for name in posted if name)

    @property
    def _labelled(self) -> tuple[Labelled, ...]:
        return tuple(Labelled(choice.key, choice.text) for choice in self.choices)

    @property
    def teaches(self) -> bool:
        """Whether any answer gets feedback."""
        return self.feedback is not None or any(part.feedback for part in self.choices)

    def scored(self, language: str) -> tuple[Scored, ...]:
        """What can be answered and what it earns, in the author's order."""
        return tuple(Scored(choice.text, choice.fraction, choice.feedback, choice.key) for choice in self.choices)

    def parts(self, language: str) -> tuple[AnswerPart, ...]:
        return (AnswerPart("", "", self.scored(language)),)

    def right(self, language: str) -> tuple[Text | str, ...]:
        """What a right answer says."""
        return tuple(choice.text for choice in self.choices if choice.right)

    def chosen(self, keys: Collection[str]) -> tuple[Said, ...]:
        """What choosing these says, in the author's order, each with what it is set to earn."""
        return tuple(
            Said("", choice.key, fraction=min(1.0, max(-1.0, choice.fraction)))
            for choice in self.choices
            if choice.key in keys
        )
