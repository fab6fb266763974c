"""What is read for a document of a course's texts."""

from __future__ import annotations

import sqlalchemy as sa

from app.core.errors import NotFound
from app.courses.models import Course, Edition
from app.courses.translation import queries as translation_queries
from app.extensions import db

from .xliff_texts import Draft


def get_draft(course_id: int, language: str) -> Draft:
    """The course's texts in a language, with what outdated sources said before. Raises `NotFound`.

    A fixed number of statements, and up to three for each activity with something out of date.
    """
    row = db.session.execute(
        sa.select(Course.slug, sa.func.coalesce(Edition.number, 0).label("edition"))
        .outerjoin(Edition, Edition.id == Course.edition_id)
        .where(Course.id == course_id)
    ).one_or_none()
    if row is None:
        raise NotFound
    texts = translation_queries.get_translation(course_id, language)
    former = {
        (part.activity_id, key): source
        for part in texts.parts
        for key, source in translation_queries.former_sources(course_id, part).items()
    }
    return Draft(row.slug, row.edition, texts, former)
