"""What an import or an export has to know first."""

from __future__ import annotations

import sqlalchemy as sa

from app.auth.models import Person, PersonState
from app.courses.models import Activity, Course, CourseSlugHistory
from app.extensions import db

from .faults import Fault
from .folder.files import COURSE_FILE
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
        return [Fault(COURSE_FILE, 1, f"the course {course.key!r} is at {now_at!r} today: change its key to that")]
    found = []
    if there.source_language != course.language:
        reason = (
            f"the course is written in {there.source_language!r}, and cannot become one written in {course.language!r}"
        )
        found.append(Fault(COURSE_FILE, 1, reason))
    rows = db.session.execute(sa.select(Activity.key, Activity.kind).where(Activity.course_id == there.id))
    kinds = {row.key: row.kind for row in rows}
    for activity in course.activities():
        if (kind := kinds.get(activity.key, activity.kind)) != activity.kind:
            reason = (
                f"the activity {activity.key} is a {kind}, and cannot become a {activity.kind}: give it another key"
            )
            found.append(Fault(COURSE_FILE, activity.line, reason))
    return found
