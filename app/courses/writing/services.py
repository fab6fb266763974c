"""What is done to a lesson's text: saved, restored, a version of it kept. Nobody's words vanish."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import cast

import sqlalchemy as sa

from app.core import audit, clock, sanitise
from app.core.errors import NotFound
from app.core.text import string_hash
from app.extensions import db

from ..errors import EditedMeanwhile, NothingToKeep, TextTooLong
from ..kinds import get_kind
from ..lessons import history
from ..lessons.dressing import source_of
from ..lessons.history import Former
from ..models import Activity, Lesson, LessonBody, Module, Revision, RevisionReason
from . import queries

LARGEST_TEXT = 1_000_000  # bytes
BETWEEN_VERSIONS = timedelta(minutes=10)


class Choice(StrEnum):
    """What becomes of two texts that were written at the same time; the one that is not taken stays in the history."""

    NONE = ""
    MINE = "mine"
    THEIRS = "theirs"


@dataclass(frozen=True, slots=True)
class SavedBody:
    """A text as it stands after saving: its version (0: there is none, and nothing to write) and since when.

    `html` is what stands by now where a text that was sent again had arrived before, and another took its place since.
    """

    version: int
    at: datetime
    html: str | None = None


def save_body(
    *,
    course_id: int,
    activity_id: int,
    language: str,
    html: str,
    version: int,
    by: int | None,
    choice: Choice = Choice.NONE,
    source_seen: str | None = None,
    again: bool = False,
    last: bool = False,
) -> SavedBody:
    """Make `html`, cleaned and undressed, the text of a lesson in one language, as a change of `version` (0: of none).

    What it takes the place of is kept as a version where somebody else had saved it, or where none was kept for ten
    minutes. `choice` settles two texts written at once: `MINE` keeps the other as one that was not taken; with
    `THEIRS` nothing is saved, and `html` is kept so. Saving what stands already changes nothing, so that a save
    whose answer was lost can be sent again. A translation counts as made from the source of the hash `source_seen`,
    or else from today's.

    `last`: nobody hears the answer, as the page was closed, so the text is kept as a version too. `again`: it was sent
    before and no answer came; where the history shows that it arrived, nothing is left to do, whatever stands now.

    Raises `NotFound`, `TextTooLong`, and `EditedMeanwhile` where the text is not that `version` any more.
    """
    if len(html.encode()) > LARGEST_TEXT or sanitise.is_endless(html):
        raise TextTooLong
    cleaned = source_of(html)  # before the transaction that the first statement opens
    lesson = _lesson(course_id, activity_id)
    body = _body(lesson, language)
    has_arrived = again and body is not None and history.holds(body.id, cleaned, by)
    if choice is Choice.THEIRS and body is not None:
        if not has_arrived:
            history.keep([Former(body.id, cleaned, by, clock.now(), RevisionReason.NOT_TAKEN)])
        return SavedBody(body.version_id, body.saved_at or clock.now())
    source_hash = _source_hash(lesson, language, source_seen)
    if body is None:
        if not cleaned:
            return SavedBody(0, clock.now())
        body = LessonBody(lesson_id=lesson.id, language=language)
    elif body.html == cleaned and body.source_hash == source_hash:
        return SavedBody(body.version_id, body.saved_at or clock.now())
    elif body.version_id != version and body.html != cleaned:
        if has_arrived:
            return SavedBody(body.version_id, body.saved_at or clock.now(), body.html)
        raise EditedMeanwhile
    elif choice is Choice.MINE:
        history.keep([Former.of(body, RevisionReason.NOT_TAKEN)])
    elif body.html != cleaned and _is_due(body, by):
        history.keep([Former.of(body)])
    saved = _write(lesson, body, cleaned, source_hash, by)
    if last:
        history.keep([Former.of(body)])
    return saved


def restore_body(*, course_id: int, activity_id: int, language: str, revision_id: int, by: int) -> SavedBody:
    """Make a kept version the text again; the one that stands is kept as a version first.

    Raises `NotFound`, and `VersionGone` where the version was withdrawn.
    """
    lesson = _lesson(course_id, activity_id)
    body = _body(lesson, language)
    if body is None:
        raise NotFound
    html = source_of(queries.get_kept(body.id, revision_id))
    if html != body.html:
        history.keep([Former.of(body)])
    audit.record("lesson.restore", f"activity:{lesson.id}", actor_id=by, language=language, revision=revision_id)
    return _write(lesson, body, html, body.source_hash, by)


def keep_version(*, course_id: int, activity_id: int, language: str, note: str, by: int) -> None:
    """Keep the text as it stands as a version, by hand. The same again under the same name is kept once.

    Raises `NotFound` and `NothingToKeep`.
    """
    body = _body(_lesson(course_id, activity_id), language)
    if body is None or not body.html:
        raise NothingToKeep
    history.keep([Former(body.id, body.html, by, clock.now(), RevisionReason.KEPT, " ".join(note.split()))])


def _lesson(course_id: int, activity_id: int) -> Lesson:
    lesson = db.session.scalar(
        sa.select(Lesson)
        .join(Module, Module.id == Lesson.module_id)
        .where(
            Lesson.id == activity_id,
            Lesson.course_id == course_id,
            Lesson.removed_at.is_(None),
            Module.removed_at.is_(None),
        )
    )
    if lesson is None:
        raise NotFound
    return lesson


def _body(lesson: Lesson, language: str) -> LessonBody | None:
    """The row of a text, locked, as it stands now."""
    return db.session.scalar(
        sa.select(LessonBody)
        .where(LessonBody.lesson_id == lesson.id, LessonBody.language == language)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def _write(lesson: Lesson, body: LessonBody, html: str, source_hash: str | None, by: int | None) -> SavedBody:
    body.html = html
    body.source_hash = source_hash
    body.saved_by_id = by
    body.saved_at = clock.now()
    try:
        with db.session.begin_nested():
            db.session.add(body)
    except sa.exc.IntegrityError:  # two wrote the first text of a language at once
        raise EditedMeanwhile from None
    db.session.expire(lesson, ["bodies"])
    _count_minutes(lesson)
    return SavedBody(body.version_id, body.saved_at)


def _source_hash(lesson: Lesson, language: str, seen: str | None) -> str | None:
    """Of the source that a translation saved now counts as made from; None for the source itself."""
    if language == lesson.course.source_language:
        return None
    if seen:
        return seen
    html = db.session.scalar(
        sa.select(LessonBody.html).where(
            LessonBody.lesson_id == lesson.id, LessonBody.language == lesson.course.source_language
        )
    )
    return string_hash(html or "")


def _count_minutes(lesson: Lesson) -> None:
    """How long the lesson takes, unless a person said it. No edit of the activity, so no conflict with one."""
    if lesson.minutes_given:
        return
    table = cast(sa.Table, Activity.__table__)
    minutes = get_kind(lesson.kind).length(lesson, lesson.course)
    if minutes != lesson.minutes:
        db.session.execute(sa.update(table).where(table.c.id == lesson.id).values(minutes=minutes))


def _is_due(body: LessonBody, by: int | None) -> bool:
    """Whether what stands is to be kept: another person's, or the first to go for ten minutes."""
    if body.saved_by_id != by:
        return True
    kept = db.session.scalar(sa.select(sa.func.max(Revision.at)).where(Revision.subject == history.subject_of(body.id)))
    return kept is None or clock.now() - kept > BETWEEN_VERSIONS
