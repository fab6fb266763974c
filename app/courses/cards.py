"""A course as a card: what the catalogue, the first page and home show of it."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import ngettext

from app.core.skyline import UNLIT
from app.core.text import Text

from .editions import PublishedEdition
from .outline import Audience


@dataclass(frozen=True, slots=True)
class CourseCard:
    """A published course. `minutes` is its whole length; `towers` and `label` are what `skyline` draws and says."""

    id: int
    slug: str
    title: Text
    summary: Text
    source_language: str
    languages: tuple[str, ...]
    topics: tuple[str, ...]
    modules: int
    minutes: int
    towers: tuple[tuple[str, ...], ...]
    label: str
    audience: Audience


def card_of(slug: str, edition: PublishedEdition, audience: Audience) -> CourseCard:
    """The card of an edition as a visitor sees it: no window lit."""
    outline = edition.outline
    return CourseCard(
        id=edition.course_id,
        slug=slug,
        title=outline.title,
        summary=outline.summary,
        source_language=outline.source_language,
        languages=outline.languages,
        topics=outline.topics,
        modules=len(outline.modules),
        minutes=edition.minutes,
        towers=tuple(tuple(UNLIT for _ in module.activities) for module in outline.modules),
        label=ngettext("A course of %(num)s activity", "A course of %(num)s activities", len(edition.activities)),
        audience=audience,
    )
