"""Slots: named places on pages of lower packages that higher ones fill.

A filler takes plain values for all items of the page at once and returns, per item, a list of pieces:
dataclasses with a `template` to render them. Each slot has a budget of statements, held by a test.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol


class Piece(Protocol):
    """Something to show in a slot; the template finds it as `piece`."""

    @property
    def template(self) -> str: ...


Filler = Callable[[Any, Sequence[int]], dict[int, list[Any]]]


@dataclass(frozen=True, slots=True)
class Slot:
    """A named place. `statements`: what all its fillers together may cost a page."""

    name: str
    statements: int
    fillers: list[Filler] = field(default_factory=list)

    def register(self, filler: Filler) -> Filler:
        """Add a filler `(person, item ids) -> {item id: pieces}`; usable as a decorator."""
        if filler not in self.fillers:
            self.fillers.append(filler)
        return filler

    def fill(self, person: Any, ids: Sequence[int]) -> dict[int, list[Any]]:
        """All pieces for the items of a page, in order of registration."""
        filled: dict[int, list[Any]] = {}
        for filler in self.fillers:
            for item, pieces in filler(person, ids).items():
                filled.setdefault(item, []).extend(pieces)
        return filled


COURSE_ASIDE = Slot("course.aside", statements=1)
CATALOGUE_CARD = Slot("catalogue.card", statements=1)
INVITED = Slot("course.invited", statements=1)
PUBLISH_NOTICES = Slot("publish.notices", statements=1)
