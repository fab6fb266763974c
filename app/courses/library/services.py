"""What trainers do with the files of a course."""

from __future__ import annotations

import sqlalchemy as sa

from app.core import audit, clock, media
from app.core.errors import NotFound
from app.core.models import MediaVariant
from app.core.text import Text
from app.extensions import db

from ..errors import EditedMeanwhile, FileInUse
from ..lessons.dressing import CAPTIONS_NAME
from ..models import Course, CourseMedia
from . import captions, usage
from .intake import NewFile

LONGEST_VIDEO = 24 * 60 * 60  # seconds
LARGEST_SIDE = 16_384  # pixels


def add(*, course_id: int, by: int, file: NewFile) -> bool:
    """Put a file that is in the store into a course's library; whether it was not there.

    One that is there already stays as it is, under its own name.
    """
    db.session.execute(sa.select(Course.id).where(Course.id == course_id).with_for_update())
    if db.session.get(CourseMedia, (course_id, file.hash)) is not None:
        return False
    media.keep_file(file.hash, file.address_name, file.media_type, file.size, width=file.width, height=file.height)
    for variant in file.variants:
        if db.session.get(MediaVariant, (file.hash, variant.width)) is None:
            db.session.add(
                MediaVariant(media_hash=file.hash, width=variant.width, hash=variant.hash, size=variant.size)
            )
    db.session.add(
        CourseMedia(
            course_id=course_id, media_hash=file.hash, name=file.name, added_by_id=by, added_at=clock.now(), captions={}
        )
    )
    audit.record("media.add", f"course:{course_id}", actor_id=by, file=file.hash)
    db.session.flush()
    return True


def measure(*, course_id: int, digest: str, seconds: float | None, width: int | None, height: int | None) -> None:
    """Write down how long a video or sound is, and how large, as a browser found it; what is known already stays."""
    file = _item(course_id, digest).media
    if file.seconds is None and seconds is not None and 0 < seconds <= LONGEST_VIDEO:
        file.seconds = seconds
    if file.width is None and width and height and 0 < width <= LARGEST_SIDE and 0 < height <= LARGEST_SIDE:
        file.width, file.height = width, height
    db.session.flush()


def describe(*, course_id: int, digest: str, name: str, alternative: Text | None, version: int | None) -> None:
    """Name a file, and say what a picture shows; an empty text says that it only decorates, None nothing yet.

    `version` is the state that was looked at. Raises `EditedMeanwhile`.
    """
    item = _item(course_id, digest)
    if version is not None and version != item.version_id:
        raise EditedMeanwhile
    item.name, item.alternative = name, alternative
    db.session.flush()


def caption(*, course_id: int, digest: str, by: int, language: str, file: str, size: int, shown: str) -> None:
    """Give a video or sound its captions in a language: the hash of a WebVTT that is in the store.

    `shown` is the hash of those that they were made from, empty if there were none. Raises `EditedMeanwhile`.
    """
    item = _item(course_id, digest, locked=True)
    if item.captions.get(language, "") not in (shown, file):
        raise EditedMeanwhile
    media.keep_file(file, CAPTIONS_NAME, captions.MEDIA_TYPE, size)
    item.captions = {**item.captions, language: file}
    audit.record("media.caption", f"course:{course_id}", actor_id=by, file=digest, language=language)
    db.session.flush()


def remove_captions(*, course_id: int, digest: str, by: int, language: str) -> None:
    """Take the captions in a language away. Editions keep those that they have."""
    item = _item(course_id, digest)
    if language not in item.captions:
        raise NotFound
    item.captions = {tag: file for tag, file in item.captions.items() if tag != language}
    audit.record("media.uncaption", f"course:{course_id}", actor_id=by, file=digest, language=language)
    db.session.flush()


def remove(*, course_id: int, digest: str, by: int) -> None:
    """Take a file out of the library. Raises `FileInUse` while the draft or an edition shows it.

    What no text of any course refers to any more is swept by a job.
    """
    db.session.execute(sa.select(Course.id).where(Course.id == course_id).with_for_update())
    item = _item(course_id, digest)
    if used := usage.usage_in(course_id).get(digest):
        raise FileInUse(used)
    db.session.delete(item)
    audit.record("media.remove", f"course:{course_id}", actor_id=by, file=digest)
    db.session.flush()


def _item(course_id: int, digest: str, *, locked: bool = False) -> CourseMedia:
    item = db.session.get(CourseMedia, (course_id, digest), with_for_update=locked or None)
    if item is None:
        raise NotFound
    return item
