"""What is read of a lesson's text: as it stands, and as it was."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from app.auth.identity import Identity
from app.auth.models import Person
from app.core import content
from app.core.errors import Forbidden, NotFound
from app.core.text import Text, string_hash
from app.extensions import db

from ..errors import VersionGone
from ..lessons.history import subject_of
from ..models import Course, Lesson, LessonBody, Module, Revision, RevisionReason
from ..queries import CourseAccess, get_access

MOST_VERSIONS = 200  # shown of one text, the newest


@dataclass(frozen=True, slots=True)
class Writing:
    """A lesson's text in one language. `version` is 0 and `body_id` None while there is none.

    `source` is the text in the course's own language, where this one is a translation, and `source_hash` of the
    one that it was made from.
    """

    activity_id: int
    title: Text
    language: str
    html: str
    version: int
    body_id: int | None
    saved_by_id: int | None
    saved_by: str | None
    saved_at: datetime | None
    source: str | None
    source_hash: str | None

    @property
    def source_now(self) -> str:
        """The hash of the source as it stands; empty for the source itself."""
        return "" if self.source is None else string_hash(self.source)

    @property
    def is_stale(self) -> bool:
        """Whether the source changed since the translation was made."""
        return self.source is not None and self.html != "" and self.source_hash != self.source_now


def get_writable(course_id: int, language: str | None, person: Identity) -> tuple[CourseAccess, str]:
    """What `person` may do with a course, and the language to write in: the one asked for, or else their first.

    One statement. Raises `NotFound` where the course is not theirs, `Forbidden` where the language is not.
    """
    access = get_access(course_id, person)
    if language is None and access.languages:
        return access, access.languages[0]
    if language is None or language not in access.languages:
        raise Forbidden
    return access, language


def get_writing(course_id: int, activity_id: int, language: str) -> Writing:
    """The text of a lesson that stands in the draft. One statement. Raises `NotFound`."""
    source = aliased(LessonBody)
    row = db.session.execute(
        sa.select(
            Lesson.title,
            Course.source_language,
            LessonBody.id,
            LessonBody.html,
            LessonBody.version_id,
            LessonBody.saved_by_id,
            LessonBody.saved_at,
            LessonBody.source_hash,
            Person.name,
            source.html.label("source"),
        )
        .join(Module, Module.id == Lesson.module_id)
        .join(Course, Course.id == Lesson.course_id)
        .outerjoin(LessonBody, sa.and_(LessonBody.lesson_id == Lesson.id, LessonBody.language == language))
        .outerjoin(Person, Person.id == LessonBody.saved_by_id)
        .outerjoin(source, sa.and_(source.lesson_id == Lesson.id, source.language == Course.source_language))
        .where(
            Lesson.id == activity_id,
            Lesson.course_id == course_id,
            Lesson.removed_at.is_(None),
            Module.removed_at.is_(None),
        )
    ).one_or_none()
    if row is None:
        raise NotFound
    return Writing(
        activity_id=activity_id,
        title=row.title,
        language=language,
        html=row.html or "",
        version=row.version_id or 0,
        body_id=row.id,
        saved_by_id=row.saved_by_id,
        saved_by=row.name,
        saved_at=row.saved_at,
        source=None if language == row.source_language else row.source or "",
        source_hash=row.source_hash,
    )


@dataclass(frozen=True, slots=True)
class Version:
    """A text that a lesson had: whose it was, from when, why it was kept, and how it was named by hand."""

    id: int
    at: datetime
    by: str | None
    reason: RevisionReason
    note: str
    content_hash: str


def list_versions(body_id: int | None) -> list[Version]:
    """The versions kept of a text, the newest first, at most 200. One statement."""
    if body_id is None:
        return []
    rows = db.session.execute(
        sa.select(Revision.id, Revision.at, Person.name, Revision.reason, Revision.note, Revision.content_hash)
        .outerjoin(Person, Person.id == Revision.person_id)
        .where(Revision.subject == subject_of(body_id))
        .order_by(Revision.at.desc(), Revision.id.desc())
        .limit(MOST_VERSIONS)
    )
    return [Version(r.id, r.at, r.name, RevisionReason(r.reason), r.note, r.content_hash) for r in rows]


def get_kept(body_id: int, revision_id: int) -> str:
    """The HTML of a version of this text. Raises `NotFound`, and `VersionGone` where it was withdrawn."""
    digest = db.session.scalar(
        sa.select(Revision.content_hash).where(Revision.id == revision_id, Revision.subject == subject_of(body_id))
    )
    if digest is None:
        raise NotFound
    body = content.get_body(digest)
    if body.withdrawn_at is not None:
        raise VersionGone
    return body.html
