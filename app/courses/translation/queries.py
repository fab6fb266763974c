"""What is read to translate a course: how far each language is, its texts, what a source once said."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa

from app.auth.identity import Identity
from app.core.differences import Side, side_by_side
from app.core.errors import Forbidden, NotFound
from app.core.paragraphs import paragraphs
from app.core.text import Text, string_hash
from app.extensions import db

from .. import drafts, queries
from ..kinds import get_kind
from ..lessons import units as lesson_units
from ..models import Activity, Course, Edition, LessonBody
from ..outline import Outline
from ..queries import CourseAccess
from . import texts
from .texts import Part, Tally


@dataclass(frozen=True, slots=True)
class CourseInLanguage:
    """A course's texts in one of its other languages."""

    language: str
    source_language: str
    parts: tuple[Part, ...]

    @property
    def tally(self) -> Tally:
        return Tally.of(self.parts)

    def part(self, activity_id: int | None) -> Part:
        """The part of an activity, or of the course itself. Raises `NotFound`."""
        found = next((part for part in self.parts if part.activity_id == activity_id), None)
        if found is None:
            raise NotFound
        return found

    def next_part(self, activity_id: int | None) -> Part | None:
        """The next part with something left, from the one of `activity_id` on, around to the start."""
        return next((part for part in texts.after(self.parts, activity_id) if part.left), None)


def get_readable(course_id: int, language: str, person: Identity) -> CourseAccess:
    """A course whose texts in `language` a person may read. Raises `NotFound`, also where it has no such language."""
    access = queries.get_access(course_id, person)
    languages = db.session.scalar(sa.select(Course.languages).where(Course.id == course_id)) or []
    if language not in languages:
        raise NotFound
    return access


def get_writable(course_id: int, language: str, person: Identity) -> CourseAccess:
    """A course whose texts in `language` a person may write: never the source. Raises `NotFound` and `Forbidden`."""
    access = get_readable(course_id, language, person)
    if language == access.source_language:
        raise NotFound
    if language not in access.languages:
        raise Forbidden
    return access


def get_translation(course_id: int, language: str) -> CourseInLanguage:
    """All texts of the draft in `language`, in a fixed number of statements. Raises `NotFound`."""
    course = drafts.load(course_id)
    if language not in course.languages or language == course.source_language:
        raise NotFound
    return CourseInLanguage(language, course.source_language, tuple(texts.parts_of(course, language)))


def list_tallies(course_id: int) -> list[tuple[str, Tally]]:
    """How far each language is, the source left out, in the order of the course. A fixed number of statements."""
    course = drafts.load(course_id)
    others = [language for language in course.languages if language != course.source_language]
    return [(language, Tally.of(texts.parts_of(course, language))) for language in others]


def former_sources(course_id: int, part: Part) -> dict[str, str]:
    """What the source of the part's outdated units said when they were translated, by the units' keys.

    Strings are known by their hash alone, so they are looked for in all that was published, and in what the kind
    keeps; one that cannot be found is left out. No statement where nothing is out of date.
    """
    wanted = {unit.made_from: unit.key for unit in part.units if unit.stale and unit.made_from}
    if not wanted:
        return {}
    found: dict[str, str] = {}
    activity = db.session.get(Activity, part.activity_id) if part.activity_id else None
    if activity is not None:
        found |= get_kind(activity.kind).former_sources(activity, activity.course, set(wanted))
    if not wanted.keys() <= found.keys():
        found |= _published(course_id, set(wanted) - found.keys())
    return {
        unit.key: found[unit.made_from]
        for unit in part.units
        if unit.stale and unit.made_from and unit.made_from in found
    }


def source_changes(course_id: int, part: Part) -> dict[str, list[tuple[Side, Side]]]:
    """Of the part's outdated units, by key, the paragraphs of their source that changed, before and after."""
    former = former_sources(course_id, part)
    return {
        unit.key: _changed(*(paragraphs(html) if unit.html else html for html in (former[unit.key], unit.source)))
        for unit in part.units
        if unit.key in former
    }


def body_changes(body_id: int) -> list[tuple[Side, Side]] | None:
    """Of the source of a lesson's translation, the paragraphs that changed since it was made, before and after.

    None where it is up to date, or where what it was made from cannot be found. At most seven statements.
    """
    body = db.session.get_one(LessonBody, body_id)
    source = lesson_units.body_in(body.lesson, body.lesson.course.source_language)
    former = former_source(body)
    return None if former is None or source is None else _changed(paragraphs(former), paragraphs(source.html))


def _changed(former: str, today: str) -> list[tuple[Side, Side]]:
    return [(before, after) for before, after in side_by_side(former, today) if before != after]


def former_source(body: LessonBody) -> str | None:
    """The text that a translation of a lesson was made from, where it is another than today's and can be found."""
    course = body.lesson.course
    source = lesson_units.body_in(body.lesson, course.source_language)
    if source is None or source is body or body.source_hash in (None, string_hash(source.html)):
        return None
    assert body.source_hash is not None
    return lesson_units.former_bodies(source, course.id, {body.source_hash}).get(body.source_hash)


def _published(course_id: int, wanted: set[str]) -> dict[str, str]:
    """Titles and summaries that editions had, by their hash; the newest are looked into first."""
    found: dict[str, str] = {}
    outlines = sa.select(Edition.outline).where(Edition.course_id == course_id).order_by(Edition.number.desc())
    for outline in db.session.scalars(outlines):
        for text in _texts(outline):
            phrase = text.phrases.get(outline.source_language)
            if phrase and (digest := string_hash(phrase.string)) in wanted:
                found[digest] = phrase.string
        if wanted <= found.keys():
            break
    return found


def _texts(outline: Outline) -> Iterator[Text]:
    yield from (outline.title, outline.summary)
    for module in outline.modules:
        yield module.title
        yield from (activity.title for activity in module.activities)
