"""What an import or an export has to know first."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import selectinload

from app.auth.models import Person, PersonRole, PersonState, Role
from app.courses import drafts
from app.courses.models import Activity, Course, CourseMedia, CourseSlugHistory, CourseTrainer, TrainerRole
from app.extensions import db
from app.quizzes.models import Question

from .faults import Fault
from .folder import files_of
from .folder.files import COURSE_FILE
from .folder.writing import Written
from .parsed import ParsedCourse


def find_active_person(email: str) -> int | None:
    """The id of the active person with this address, however it is capitalised."""
    found: int | None = db.session.scalar(
        sa.select(Person.id).where(Person.email == email.strip().casefold(), Person.state == PersonState.ACTIVE)
    )
    return found


def find_course(slug: str) -> int | None:
    """The id of the course at this address."""
    found: int | None = db.session.scalar(sa.select(Course.id).where(Course.slug == slug))
    return found


@dataclass(frozen=True, slots=True)
class Target:
    """The course that stands at an address today, or stood there; `editable` says whether the person may change it."""

    id: int
    slug: str
    title: str
    editable: bool


def find_target(address: str, person_id: int) -> Target | None:
    """The course that an import with this key would change. One statement."""
    once = sa.select(CourseSlugHistory.course_id).where(CourseSlugHistory.slug == address)
    teaches = sa.exists().where(
        CourseTrainer.course_id == Course.id,
        CourseTrainer.person_id == person_id,
        CourseTrainer.role.in_([TrainerRole.LEAD, TrainerRole.AUTHOR]),
    )
    administers = sa.exists().where(
        PersonRole.person_id == person_id, PersonRole.role == Role.ADMINISTRATOR, PersonRole.to_at.is_(None)
    )
    row = db.session.execute(
        sa.select(
            Course.id, Course.slug, Course.title, Course.source_language, sa.or_(teaches, administers).label("editable")
        )
        .where(sa.or_(Course.slug == address, Course.id.in_(once)))
        .order_by(sa.case((Course.slug == address, 0), else_=1), Course.id)
        .limit(1)
    ).one_or_none()
    if row is None:
        return None
    title = row.title.best(row.source_language, row.source_language)
    return Target(row.id, row.slug, title, bool(row.editable))


def list_obstacles(course: ParsedCourse) -> list[Fault]:
    """What keeps a sound course from being imported over the one that is there. At most two statements."""
    there = db.session.execute(
        sa.select(Course.id, Course.source_language).where(Course.slug == course.key)
    ).one_or_none()
    if there is None:
        now_at = db.session.scalar(
            sa.select(Course.slug)
            .join(CourseSlugHistory, CourseSlugHistory.course_id == Course.id)
            .where(CourseSlugHistory.slug == course.key)
        )
        if now_at is None:
            return []
        return [
            Fault(
                COURSE_FILE,
                1,
                _("the course %(key)r is at %(address)r today: change its key to that", key=course.key, address=now_at),
            )
        ]
    found = []
    if there.source_language != course.language:
        reason = _(
            "the course is written in %(language)r, and cannot become one written in %(other)r",
            language=there.source_language,
            other=course.language,
        )
        found.append(Fault(COURSE_FILE, 1, reason))
    rows = db.session.execute(sa.select(Activity.key, Activity.kind).where(Activity.course_id == there.id))
    kinds = {row.key: row.kind for row in rows}
    for activity in course.activities():
        if (kind := kinds.get(activity.key, activity.kind)) != activity.kind:
            reason = _(
                "the activity %(key)s is a %(kind)s, and cannot become a %(other)s: give it another key",
                key=activity.key,
                kind=kind,
                other=activity.kind,
            )
            found.append(Fault(COURSE_FILE, activity.line, reason))
    return found


def get_folder(course_id: int) -> dict[str, Written]:
    """The draft of a course as the files of its folder, by path. A fixed number of statements.

    Raises `LookupError` if there is no such course.
    """
    return files_of(drafts.load(course_id), list_library(course_id), list_bank(course_id))


def list_library(course_id: int) -> list[CourseMedia]:
    """The files of a course's library with what they are, by hash."""
    rows = sa.select(CourseMedia).where(CourseMedia.course_id == course_id).order_by(CourseMedia.media_hash)
    return list(db.session.scalars(rows.options(selectinload(CourseMedia.media))))


def list_bank(course_id: int) -> list[Question]:
    """The questions of a course's bank with their versions, by key. Two statements."""
    rows = sa.select(Question).where(Question.course_id == course_id).order_by(Question.key)
    return list(db.session.scalars(rows.options(selectinload(Question.versions))))
