"""What one edition changed against another, as people read it: each part as it was beside as it became."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from flask_babel import gettext as _

from app.core.differences import Side, side_by_side
from app.core.errors import NotFound
from app.core.formats import minutes, percent
from app.core.languages import own_name

from .drafts import Change, Difference, difference
from .editions import PublishedEdition
from .kinds import Passage, get_kind
from .outline import Order, Outline, OutlineActivity
from .topics import topic_label


@dataclass(frozen=True, slots=True)
class Comparison:
    """One part of a thing as it was beside as it became, a paragraph a row."""

    label: str
    rows: list[tuple[Side, Side]]


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

    def course(self, language: str) -> list[Comparison]:
        """What differs in the course itself, in `language`; its activities apart. No statement."""
        before = _about(self.against.outline, language) if self.against else []
        return _beside(before, _about(self.edition.outline, language))

    def find(self, key: str) -> OutlineActivity:
        """An activity as the edition has it, or else as the other has it. Raises `NotFound` where neither does."""
        for edition in (self.edition, self.against):
            if edition and key in edition.by_key:
                return edition.by_key[key]
        raise NotFound

    def activity(self, key: str, language: str) -> list[Comparison]:
        """What differs in one activity, in `language`. Few statements."""
        before = self.against.by_key.get(key) if self.against else None
        after = self.edition.by_key.get(key)
        there = list(_said(before, self.against, language)) if before and self.against else []
        here = list(_said(after, self.edition, language)) if after else []
        return _beside(there, here)


def _beside(before: Sequence[Passage], after: Sequence[Passage]) -> list[Comparison]:
    """Passages with the same label beside one another, in the later order; those that say the same are left out."""
    was = {passage.label: passage.words for passage in before}
    now = {passage.label: passage.words for passage in after}
    return [
        Comparison(label, side_by_side(was.get(label, ""), now.get(label, "")))
        for label in {**now, **was}
        if was.get(label, "") != now.get(label, "")
    ]


def _said(activity: OutlineActivity, edition: PublishedEdition, language: str) -> Iterator[Passage]:
    """An activity in words: its title, its terms, and what its kind says of it."""
    source = edition.outline.source_language
    yield Passage(_("Title"), activity.title.best(language, source))
    yield Passage(_("Settings"), "\n".join(_terms(activity, edition, language)))
    yield from get_kind(activity.kind).published_passages(activity, source, language)


def _terms(activity: OutlineActivity, edition: PublishedEdition, language: str) -> Iterator[str]:
    source = edition.outline.source_language
    yield _("Required") if activity.required else _("Optional")
    yield _("Takes %(time)s", time=minutes(activity.minutes))
    if activity.opens and activity.opens.above:
        yield _("Opens after the required activities above it")
    for key in activity.opens.after if activity.opens else ():
        title = edition.by_key[key].title.best(language, source) if key in edition.by_key else key
        yield _("Opens after “%(title)s”", title=title)


def _about(outline: Outline, language: str) -> list[Passage]:
    """A course in words, its activities apart."""
    source = outline.source_language
    return [
        Passage(_("Title"), outline.title.best(language, source)),
        Passage(_("Summary"), outline.summary.best(language, source)),
        Passage(_("Languages"), "\n".join(own_name(tag) for tag in outline.languages)),
        Passage(_("Topics"), "\n".join(topic_label(topic) for topic in outline.topics)),
        Passage(_("Settings"), "\n".join(_settings(outline))),
        Passage(_("Modules"), "\n".join(module.title.best(language, source) for module in outline.modules)),
    ]


def _settings(outline: Outline) -> Iterator[str]:
    settings = outline.settings
    one_by_one = settings.order is Order.SEQUENTIAL
    yield _("One activity after another") if one_by_one else _("Activities in any order")
    if settings.enough is None:
        yield _("Complete with all required activities")
    else:
        yield _("Complete with %(number)s activities", number=settings.enough)
    if settings.min_score is not None:
        yield _("Complete from a score of %(share)s", share=percent(settings.min_score / 100))
    if settings.certificate_months is None:
        yield _("The certificate does not expire")
    else:
        yield _("The certificate is valid for %(months)s months", months=settings.certificate_months)
    if settings.minutes is not None:
        yield _("Takes %(time)s", time=minutes(settings.minutes))
