"""One row as it is read: each cell once, so that what nobody asked for is found."""

from __future__ import annotations

from dataclasses import dataclass, field

from flask_babel import gettext as _

from app.core.text import Text

from .cells import Bad
from .columns import MOST_NUMBERED, SINGLE

ALWAYS = {"key", "type", "question", "category", "tags", "marks", "feedback"}


@dataclass(slots=True)
class Row:
    """`cells` by column, none of them empty."""

    cells: dict[str, str]
    language: str
    taken: set[str] = field(default_factory=lambda: set(ALWAYS))

    def take(self, column: str) -> str:
        """What stands there; empty if nothing."""
        self.taken.add(column)
        return self.cells.get(column, "")

    def text(self, column: str) -> Text | None:
        """What stands there as a text; None if nothing."""
        return self.of(self.take(column))

    def of(self, words: str) -> Text | None:
        words = words.replace("\r\n", "\n").replace("\r", "\n").strip()
        return Text.of({self.language: words}, self.language) if words else None

    def must(self, column: str) -> Text:
        """What stands there as a text. Raises `Bad` if nothing does."""
        text = self.text(column)
        if text is None:
            raise Bad(column, _("it is empty"))
        return text

    @property
    def stem(self) -> str:
        return self.take("question")

    def numbers(self, *names: str) -> list[int]:
        """The numbers of the columns of these names in which something stands, in order."""
        return [n for n in range(1, MOST_NUMBERED + 1) if any(f"{name} {n}" in self.cells for name in names)]

    def hints(self) -> tuple[Text, ...]:
        return tuple(self.must(f"hint {n}") for n in self.numbers("hint"))

    def unused(self) -> list[str]:
        """The columns in which something stands that was not asked for."""
        names = [*SINGLE, *sorted(self.cells)]
        return [name for name in names if name in self.cells and name not in self.taken]
