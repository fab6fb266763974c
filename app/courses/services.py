"""What trainers do with a course."""

from __future__ import annotations

import sqlalchemy as sa
from flask_babel import gettext as _

from app.core import audit, clock, content
from app.core.errors import NotFound
from app.core.folding import folded
from app.extensions import db

from . import drafts
from .archiving.errors import PublishingArchived
from .errors import DraftChanged, NothingToPublish, NotReady
from .kinds import Level, get_kind
from .models import Course, CourseSearch, Edition
from .outline import Outline
from .publishing.seen import changes_since
from .signals import edition_published


def publish(*, course_id: int, by: int | None, note: str = "", seen: str | None = None) -> Edition:
    """Publish the draft as the next edition, and announce it.

    `by` is the person's id, None for the system; `seen` the mark of the draft that they saw (`seen.mark_of`), None
    to publish it whatever it is. Raises `NotReady` while a check blocks, `NothingToPublish` if the draft equals the
    edition in force, `PublishingArchived` and `DraftChanged` if it is not what was seen.
    """
    course, in_force = _locked(course_id)
    outline = drafts.outline_of(course)
    if in_force is not None and in_force.outline == outline:
        raise NothingToPublish
    if any(check.level is Level.BLOCKER for check in drafts.checks(course)):
        raise NotReady
    if seen is not None:
        changes = changes_since(seen, course, outline, in_force.number if in_force else None)
        if changes or changes is None:
            raise DraftChanged(changes or [])
    content.store_all(
        body for activity in drafts.living_activities(course) for body in get_kind(activity.kind).bodies(activity)
    )
    return _put_in_force(course, outline, by=by, note=note)


def publish_again(*, course_id: int, number: int, by: int, note: str = "", in_force: int | None = None) -> Edition:
    """Publish what edition `number` held as the next edition, and announce it. The draft stays as it is.

    `in_force` is the number of the edition that the person saw in force. Raises `NotFound` if there is no such
    edition, `NothingToPublish` if what is in force equals it, `PublishingArchived`, and `DraftChanged` if another came
    into force since.
    """
    course, current = _locked(course_id)
    former = db.session.scalars(
        sa.select(Edition).where(Edition.course_id == course_id, Edition.number == number)
    ).one_or_none()
    if former is None or current is None:
        raise NotFound
    if current.outline == former.outline:
        raise NothingToPublish
    if in_force != current.number:
        raise DraftChanged([_("Edition %(number)s was published.", number=current.number)])
    return _put_in_force(course, former.outline, by=by, note=note, again=number)


def _locked(course_id: int) -> tuple[Course, Edition | None]:
    """The draft, held until the commit so that publications wait for one another, and the edition in force.

    Raises `PublishingArchived`.
    """
    held = sa.select(Course.archived_at).where(Course.id == course_id).with_for_update()
    if db.session.scalar(held) is not None:
        raise PublishingArchived
    course = drafts.load(course_id)
    return course, db.session.get(Edition, course.edition_id) if course.edition_id else None


def _put_in_force(course: Course, outline: Outline, *, by: int | None, note: str, **details: int) -> Edition:
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
    # Not through the row, whose version would go up: whoever is editing the course's settings has no conflict.
    db.session.execute(sa.update(Course).where(Course.id == course.id).values(edition_id=edition.id))
    _index(course.id, outline)
    audit.record("course.publish", f"course:{course.id}", actor_id=by, edition=edition.number, **details)
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
