"""The settings of a course as plain values."""

from __future__ import annotations

import msgspec

from app.core.folding import one_line

from ..models import Course
from ..outline import Order


class CourseFacts(msgspec.Struct, frozen=True):
    """What the settings page changes in the draft; title and summary in the course's own language.

    `enough`: how many activities complete it (None: all the required ones); `min_score` in percent; `minutes` its
    length as a trainer says (None: that of its activities); `certificate_months` None for ever.
    """

    title: str
    summary: str
    topics: tuple[str, ...]
    minutes: int | None
    order: Order
    enough: int | None
    min_score: float | None
    certificate_months: int | None


def facts_of(course: Course) -> CourseFacts:
    """The settings of a course as they stand in the draft."""
    source, settings = course.source_language, course.settings
    return CourseFacts(
        title=one_line(course.title.best(source, source)),
        summary=tidy(course.summary.best(source, source)),
        topics=tuple(course.topics),
        minutes=settings.minutes,
        order=settings.order,
        enough=settings.enough,
        min_score=settings.min_score,
        certificate_months=settings.certificate_months,
    )


def tidy(text: str) -> str:
    """Paragraphs as a form gives them: lines end alike, and nothing stands before or after."""
    return text.replace("\r\n", "\n").strip()
