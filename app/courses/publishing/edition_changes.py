"""What one edition changed against another, as people read it: each part as it was beside as it became."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from flask_babel import gettext as _

from app.core.differences import Piece, Side
from app.core.errors import NotFound
from app.core.languages import own_name

from ..drafts import Change, Difference, difference
from ..editions import PublishedEdition
from ..kinds import Passage, get_kind
from ..outline import Outline, OutlineActivity
from ..topics import topic_label
from .changes import Part, activity_terms, beside, course_terms, module_terms

ELLIPSIS = [Piece("same", "…")]


def near_changes(rows: list[tuple[Side, Side]]) -> list[tuple[Side, Side]]:
    """Of two texts side by side the paragraphs that differ, each with its neighbours; `…` for what lies between."""
    differing = {i for i, (before, after) in enumerate(rows) if before != after}
    kept = sorted({near for i in differing for near in (i - 1, i, i + 1) if 0 <= near < len(rows)})
    shown: list[tuple[Side, Side]] = []
    last = -1
    for i in kept:
        if i > last + 1:
            shown.append((ELLIPSIS, ELLIPSIS))
        shown.append(rows[i])
        last = i
    return [*shown, (ELLIPSIS, ELLIPSIS)] if last + 1 < len(rows) else shown


@dataclass(frozen=True)
class EditionChange:
    """An edition beside another one (None: nothing came before it)."""

    edition: PublishedEdition
    against: PublishedEdition | None

    @cached_property
    def difference(self) -> Difference:
        return difference(self.edition.outline, self.against.outline if self.against else None)

    def listed(self, change: Change) -> list[OutlineActivity]:
        """The activities that are new, edited, moved (edited or not) or removed, in the order of the course."""
        if change is Change.REMOVED:
            return list(self.difference.removed)
        if change is Change.MOVED:
            return [a for a in self.edition.activities if a.id in self.difference.moved]
        return [a for a in self.edition.activities if self.difference.activities.get(a.id) is change]

    @cached_property
    def touched(self) -> tuple[OutlineActivity, ...]:
        """Whatever has something to look at: new or edited, in the order of the course, then removed."""
        return (*self.listed(Change.NEW), *self.listed(Change.EDITED), *self.listed(Change.REMOVED))

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """The languages of either, the source first."""
        before = self.against.outline.languages if self.against else ()
        return tuple(dict.fromkeys((*self.edition.outline.languages, *before)))

    def language(self, asked: str | None) -> str:
        """The language to compare in: that asked for if there is such a one, else the course's own."""
        return asked if asked in self.languages else self.edition.outline.source_language

    def course(self, language: str) -> list[Part]:
        """What differs in the course itself, in `language`; its activities apart. No statement."""
        before = _about(self.against.outline, language) if self.against else []
        return _differing(beside(before, _about(self.edition.outline, language)))

    def find(self, key: str) -> OutlineActivity:
        """An activity as the edition has it, or else as the other has it. Raises `NotFound` where neither does."""
        for edition in (self.edition, self.against):
            if edition and key in edition.by_key:
                return edition.by_key[key]
        raise NotFound

    def activity(self, key: str, language: str) -> list[Part]:
        """What differs in one activity, in `language`. Few statements."""
        return _differing(beside(_said(key, self.against, language), _said(key, self.edition, language)))


def _differing(parts: list[Part]) -> list[Part]:
    return [part for part in parts if part.differs]


def _said(key: str, edition: PublishedEdition | None, language: str) -> list[Passage]:
    """An activity in words: its title, its terms, and what its kind says of it; nothing where it is not there."""
    if edition is None or key not in edition.by_key:
        return []
    activity, source = edition.by_key[key], edition.outline.source_language
    return [
        Passage(_("Title"), activity.title.best(language, source)),
        Passage(_("Settings"), activity_terms(activity, edition.outline, language)),
        *get_kind(activity.kind).published_passages(activity, source, language),
    ]


def _about(outline: Outline, language: str) -> list[Passage]:
    """A course in words, its activities apart."""
    source = outline.source_language
    return [
        Passage(_("Title"), outline.title.best(language, source)),
        Passage(_("Summary"), outline.summary.best(language, source)),
        Passage(_("Languages"), "\n".join(own_name(tag) for tag in outline.languages)),
        Passage(_("Topics"), "\n".join(topic_label(topic) for topic in outline.topics)),
        Passage(_("Settings"), "\n".join(course_terms(outline.settings))),
        Passage(_("Modules"), "\n".join(module_terms(module, language, source) for module in outline.modules)),
    ]
