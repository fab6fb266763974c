"""What is done with a translator's file: its changes taken, all or none."""

from __future__ import annotations

from itertools import groupby

from app.core import audit
from app.courses.errors import TextsRefused
from app.courses.lessons.dressing import source_of
from app.courses.translation import services as translation_services
from app.courses.translation.services import Typed

from .faults import Fault, Refused
from .xliff.reading import NAME
from .xliff_texts import Changes


def cleaned(changes: Changes) -> list[tuple[int | None, dict[str, Typed]]]:
    """What is to be saved, part by part, its markup cleaned. Slow, so outside of a transaction."""
    return [
        (activity_id, {c.unit.key: _clean(c.typed) if c.unit.html else c.typed for c in group})
        for activity_id, group in groupby(changes.changes, key=lambda change: change.activity_id)
    ]


def _clean(typed: Typed) -> Typed:
    return Typed(source_of(typed.string), typed.shown, typed.source, typed.fits)


def take(*, course_id: int, language: str, texts: list[tuple[int | None, dict[str, Typed]]], by: int | None) -> int:
    """Save what a file says, in one go, and how many texts changed. Raises `Refused` if any of it changed meanwhile."""
    count = 0
    for activity_id, typed in texts:
        try:
            count += translation_services.save_texts(
                course_id=course_id, activity_id=activity_id, language=language, typed=typed, by=by
            )
        except TextsRefused as refused:
            raise Refused(Fault(NAME, 1, f"{key}: {why}") for key, why in refused.problems.items()) from refused
    audit.record("course.take_translation", f"course:{course_id}", actor_id=by, language=language, texts=count)
    return count
