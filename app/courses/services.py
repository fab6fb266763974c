"""What trainers do with a course."""

from __future__ import annotations

import sqlalchemy as sa

from app.core import audit, clock, content
from app.core.folding import folded
from app.extensions import db

from . import drafts
from .errors import NothingToPublish, NotReady
from .kinds import Level, get_kind
from .models import Course, CourseSearch, Edition
from .outline import Outline
from .signals import edition_published


def publish(*, course_id: int, by: int | None, note: str = "") -> Edition:
    """Publish the draft as the next edition, and announce it.

    `by` is the person's id, None for the system. Raises `NotReady` while a check blocks and
    `NothingToPublish` if the draft equals the edition in force.
    """
    db.session.execute(sa.select(Course.id).where(Course.id == course_id).with_for_update())
    course = drafts.load(course_id)
    if any(check.level is Level.BLOCKER for check in drafts.checks(course)):
        raise NotReady
    outline = drafts.outline_of(course)
    in_force = db.session.get(Edition, course.edition_id) if course.edition_id else None
    if in_force is not None and in_force.outline == outline:
        raise NothingToPublish
    content.store_all(
        body for activity in drafts.living_activities(course) for body in get_kind(activity.kind).bodies(activity)
    )
    newest = db.session.scalar(sa.select(sa.func.max(Edition.number)).where(Edition.course_id == course.id)) or 0
    edition = Edition(
        course_id=course.id,
        number=newest + 1,
        outline=outline,
        note=note.strip(),
        published_by_id=by,
        published_at=clock.now(),
    )
    db.session.add(edition)
    db.session.flush()
    course.edition_id = edition.id
    _index(course.id, outline)
    audit.record("course.publish", f"course:{course.id}", actor_id=by, edition=edition.number)
    db.session.flush()
    edition_published.send(None, course_id=course.id, edition_id=edition.id)
    return edition


def _index(course_id: int, outline: Outline) -> None:
    """Write what the catalogue looks up, one row a language."""
    db.session.execute(sa.delete(CourseSearch).where(CourseSearch.course_id == course_id))
    for language in outline.languages:
        source = outline.source_language
        texts = [outline.title, outline.summary, *(m.title for m in outline.modules)]
        words = folded(" ".join(text.best(language, source) for text in texts))
        db.session.add(CourseSearch(course_id=course_id, language=language, words=words))
