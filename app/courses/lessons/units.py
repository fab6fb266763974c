"""A lesson's text in its languages, as something to translate: what it was made from, and saving it."""

from __future__ import annotations

import sqlalchemy as sa
from flask_babel import gettext as _

from app.core import clock
from app.core.models import Content
from app.core.text import string_hash
from app.extensions import db

from ..kinds import Unit, words_of
from ..models import Course, Edition, Lesson, LessonBody, Revision
from . import history
from .dressing import undressed
from .history import Former

BODY = "body"
LONGEST = 500_000  # characters of markup


def body_in(lesson: Lesson, language: str) -> LessonBody | None:
    """The lesson's text in `language`, if there is one."""
    return next((body for body in lesson.bodies if body.language == language), None)


def body_unit(lesson: Lesson, course: Course, language: str) -> list[Unit]:
    """The lesson's text to translate; none while it has no words in its own language."""
    source = body_in(lesson, course.source_language)
    if source is None or not words_of(source.html):
        return []
    made = body_in(lesson, language)
    there = made is not None and bool(words_of(made.html))
    return [
        Unit(
            key=BODY,
            label=_("Text of the lesson"),
            source=source.html,
            translation=made.html if made and there else None,
            stale=there and made is not None and made.source_hash != string_hash(source.html),
            html=True,
            made_from=made.source_hash if made and there else None,
            longest=LONGEST,
        )
    ]


def translate_body(lesson: Lesson, course: Course, language: str, html: str, by: int | None) -> None:
    """Save a cleaned translation as made from today's source; what it takes the place of stays in the history."""
    source = body_in(lesson, course.source_language)
    body = body_in(lesson, language)
    if source is None or not html:
        raise LookupError("a lesson's text has a source, and is never emptied by its translation")
    if body is None:
        body = LessonBody(language=language, html=html)
        lesson.bodies.append(body)
    elif body.html != html:
        history.keep([Former.of(body)])
    body.html, body.source_hash = html, string_hash(source.html)
    body.saved_by_id, body.saved_at = by, clock.now()
    db.session.flush()


def former_bodies(source: LessonBody, course_id: int, wanted: set[str]) -> dict[str, str]:
    """Texts that a lesson's source once had, by their hash: of its history, then of editions. Two statements.

    A text that was withdrawn is not shown again.
    """
    found: dict[str, str] = {}
    kept = sa.select(Revision.content_hash).where(Revision.subject == history.subject_of(source.id))
    standing = sa.select(Content.body).where(Content.withdrawn_at.is_(None))
    for html in db.session.scalars(standing.where(Content.hash.in_(kept))):
        found[string_hash(html)] = html
    if not wanted <= found.keys():
        outlines = db.session.scalars(sa.select(Edition.outline).where(Edition.course_id == course_id))
        published = {
            activity.data.get("bodies", {}).get(source.language)
            for outline in outlines
            for activity in outline.activities()
            if activity.id == source.lesson_id
        }
        for dressed in db.session.scalars(standing.where(Content.hash.in_(published - {None}))):
            html = undressed(dressed)
            found[string_hash(html)] = html
    return {digest: found[digest] for digest in wanted if digest in found}
