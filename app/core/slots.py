"""Slots: named places on pages of lower packages that higher ones fill.

A filler takes plain values for all items of the page at once and returns, per item, a list of pieces:
dataclasses with a `template` to render them. Each slot has a budget of statements, held by a test.

Items are ids, or, where a filler needs more to speak of them, a mapping from ids to what it needs.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar


class Piece(Protocol):
    """Something to show in a slot; the template finds it as `piece`."""

    @property
    def template(self) -> str: ...


Items = TypeVar("Items", bound=Collection[int])
Filler = Callable[[Any, Items], dict[int, list[Any]]]


@dataclass(frozen=True, slots=True)
class Slot(Generic[Items]):
    """A named place. `statements`: what all its fillers together may cost a page."""

    name: str
    statements: int
    fillers: list[Filler[Items]] = field(default_factory=list)

    def register(self, filler: Filler[Items]) -> Filler[Items]:
        """Add a filler `(person, items) -> {item id: pieces}`; usable as a decorator."""
        if filler not in self.fillers:
            self.fillers.append(filler)
        return filler

    def fill(self, person: Any, items: Items) -> dict[int, list[Any]]:
        """All pieces for the items of a page, in order of registration."""
        filled: dict[int, list[Any]] = {}
        for filler in self.fillers:
            for item, pieces in filler(person, items).items():
                filled.setdefault(item, []).extend(pieces)
        return filled


# Items: ids of people, on the page that coordinators and administrators see of one.
PERSON: Slot[Sequence[int]] = Slot("person", statements=3)
COURSE_ASIDE: Slot[Sequence[int]] = Slot("course.aside", statements=2)
CATALOGUE_CARD: Slot[Sequence[int]] = Slot("catalogue.card", statements=1)
# Items: course id to what would be published, a `courses.editions.Proposal`.
PUBLISH_NOTICES: Slot[Mapping[int, Any]] = Slot("publish.notices", statements=1)
# Items: ids of courses, on the page that archives one: what hangs on it.
ARCHIVE_NOTICES: Slot[Sequence[int]] = Slot("archive.notices", statements=3)
# Items: ids of editions.
EDITION_FIGURES: Slot[Sequence[int]] = Slot("edition.figures", statements=1)
# Items: ids of invitations.
INVITED: Slot[Sequence[int]] = Slot("course.invited", statements=1)
# Items: ids of courses that the person may change.
STUDIO_TABS: Slot[Sequence[int]] = Slot("studio.tabs", statements=1)
