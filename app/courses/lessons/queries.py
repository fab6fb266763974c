"""What is read of a published text wherever it stands: for administrators who may withdraw it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from app.core import content
from app.core.models import Content
from app.core.text import Text
from app.extensions import db

from .. import editions
from ..kinds import get_kind
from ..models import Course, Edition


@dataclass(frozen=True, slots=True)
class Place:
    """Where a published text stands: an activity of a course, in one language, in these editions."""

    course_id: int
    course: Text
    source_language: str
    activity: Text
    language: str
    editions: tuple[int, ...]
    in_force: bool


@dataclass(frozen=True, slots=True)
class PublishedBody:
    """A published text with where it stands; `html` is what readers get, or got until it was withdrawn."""

    digest: str
    html: str
    withdrawn_at: datetime | None
    withdrawn_why: str | None
    places: list[Place]


def get_published_body(digest: str) -> PublishedBody:
    """A published text, in whatever state of cleaning, and every edition that names it. Four statements at most.

    Raises `NotFound` if there is no such text.
    """
    family = content.list_family(digest)
    bodies = {row.hash: row for row in db.session.scalars(sa.select(Content).where(Content.hash.in_(family)))}
    named = bodies[digest]
    shown = bodies.get(named.replaced_by or digest, named)
    return PublishedBody(digest, shown.body, named.withdrawn_at, named.withdrawn_why, _places(set(family)))


def _places(family: set[str]) -> list[Place]:
    outline = sa.cast(Edition.outline, sa.Text)
    rows = db.session.execute(
        sa.select(Edition.id, Course.edition_id)
        .join(Course, Course.id == Edition.course_id)
        .where(sa.or_(*(outline.contains(digest) for digest in sorted(family))))
        .order_by(Edition.course_id, Edition.number)
    ).all()
    in_force = {row.edition_id for row in rows}
    found: dict[tuple[int, int, str], list[editions.PublishedEdition]] = {}
    for edition in editions.list_editions(row.id for row in rows):
        for activity in edition.activities:
            for language, digest in get_kind(activity.kind).published_bodies(activity).items():
                if digest in family:
                    found.setdefault((edition.course_id, activity.id, language), []).append(edition)
    return [
        Place(
            course_id=course_id,
            course=held[-1].outline.title,
            source_language=held[-1].outline.source_language,
            activity=held[-1].by_id[activity_id].title,
            language=language,
            editions=tuple(edition.number for edition in held),
            in_force=any(edition.id in in_force for edition in held),
        )
        for (course_id, activity_id, language), held in found.items()
    ]
