"""What leads do with the settings of a course: its draft's own, its address, its languages."""

from __future__ import annotations

import msgspec
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from app.core import audit, merging
from app.core.errors import NotFound
from app.core.text import Phrase, Text
from app.extensions import db

from ..builder.queries import is_taken
from ..errors import AddressTaken, EditedMeanwhile
from ..models import Course, CourseSlugHistory
from .errors import Disputed
from .facts import CourseFacts, facts_of


def change_settings(*, course_id: int, facts: CourseFacts, before: CourseFacts | None, by: int) -> None:
    """Write the settings into the draft. `before`: what their writer saw (None: nobody knows).

    What a colleague changed meanwhile stays where the writer left it alone. Raises `Disputed` where both changed the
    same to something else, and writes nothing then.
    """
    course = lock_course(course_id)
    theirs = facts_of(course)
    fields = merging.disputed(before, facts, theirs) if before else merging.changed(facts, theirs)
    wanted = merging.merged(before or theirs, facts, theirs)
    if fields:
        raise Disputed(wanted, theirs, fields)
    touched = merging.changed(theirs, wanted)
    if not touched:
        return
    source = course.source_language
    if "title" in touched:
        course.title = _saying(course.title, source, wanted.title)
    if "summary" in touched:
        course.summary = _saying(course.summary, source, wanted.summary)
    if "topics" in touched:
        course.topics = list(wanted.topics)
    course.settings = msgspec.structs.replace(
        course.settings,
        order=wanted.order,
        certificate_months=wanted.certificate_months,
        enough=wanted.enough,
        min_score=wanted.min_score,
        minutes=wanted.minutes,
    )
    audit.record("course.settings", f"course:{course_id}", actor_id=by, changed=sorted(touched))
    db.session.flush()


def change_address(*, course_id: int, slug: str, before: str, by: int) -> None:
    """Move a course to another address, at once; the old one leads there from now on.

    `before`: the address that the writer saw. Raises `AddressTaken` for one that another course has or once had,
    and `EditedMeanwhile` if somebody else moved it in between.
    """
    course = lock_course(course_id)
    if course.slug == slug:
        return
    if course.slug != before:
        raise EditedMeanwhile(field="slug")
    if is_taken(slug, but_for=course_id):
        raise AddressTaken
    db.session.execute(sa.delete(CourseSlugHistory).where(CourseSlugHistory.slug == slug))  # it has it back
    was = course.slug
    try:
        with db.session.begin_nested():
            course.slug = slug
            db.session.flush()
            db.session.add(CourseSlugHistory(slug=was, course_id=course_id))
    except IntegrityError:
        raise AddressTaken from None
    audit.record("course.address", f"course:{course_id}", actor_id=by, was=was, now=slug)
    db.session.flush()


def lock_course(course_id: int) -> Course:
    """The course's row, held until the end of the transaction. Raises `NotFound`."""
    course: Course | None = db.session.get(Course, course_id, with_for_update=True, populate_existing=True)
    if course is None:
        raise NotFound
    return course


def _saying(text: Text, source: str, string: str) -> Text:
    """`text` with another source; its translations keep what they were made from, and so show as out of date."""
    return Text({**text.phrases, source: Phrase(string)})
