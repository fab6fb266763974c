"""The files of a folder brought into the store, and into the library of a course."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

import sqlalchemy as sa

from app.core.models import Media
from app.core.text import Text
from app.core.transactions import reading
from app.courses.models import CourseMedia
from app.extensions import db

from . import stored
from .fates import Came, Fate
from .parsed import ParsedCourse, ParsedMedium


def store(course: ParsedCourse, watch: Callable[[], object] = lambda: None) -> None:
    """Put the files into the store, where they count as nothing until a row names them. `watch`: a piece is kept.

    Before the transaction. What a row names already is not written again.
    """
    hashes = {medium.found.hash for medium in _files(course)}
    with reading():
        known = set(db.session.scalars(sa.select(Media.hash).where(Media.hash.in_(hashes))))
    for medium in _files(course):
        if medium.found.hash not in known or not stored.holds(medium.found.hash):
            with medium.file.open() as stream:
                stored.keep(stream, watch)


def _files(course: ParsedCourse) -> Iterator[ParsedMedium]:
    for medium in course.media:
        yield medium
        yield from medium.captions.values()


class LibraryImport:
    """The library of one course, as the folder has it. What the folder does not speak of stays as it is.

    `addresses` are those in the folder's lessons of files that the site knows by another name, and these.
    """

    def __init__(
        self, course_id: int, by: int | None, now: datetime, words: Callable[[Text, Text | None], Text]
    ) -> None:
        self.course_id = course_id
        self.by = by
        self.now = now
        self.words = words
        self.addresses: dict[str, str] = {}

    def take(self, course: ParsedCourse) -> list[Came]:
        """What became of each file."""
        there = {
            entry.media_hash: entry
            for entry in db.session.scalars(sa.select(CourseMedia).where(CourseMedia.course_id == self.course_id))
        }
        hashes = {medium.found.hash for medium in _files(course)}
        known = {row.hash: row for row in db.session.scalars(sa.select(Media).where(Media.hash.in_(hashes)))}
        for medium in _files(course):
            row = known.get(medium.found.hash)
            if row is None:
                known[medium.found.hash] = self.row_of(medium)
            elif row.seconds is None and medium.found.seconds is not None:
                row.seconds, row.width, row.height = medium.found.seconds, medium.found.width, medium.found.height
        db.session.flush()
        came: dict[str, Came] = {}
        for medium in course.media:
            name = known[medium.found.hash].name
            if name != medium.name:
                self.addresses[medium.address] = medium.address.removesuffix(medium.name) + name
            if medium.found.hash in came:
                continue  # the same file lies there twice, under two names
            entry = there.get(medium.found.hash)
            fate = Fate.NEW if entry is None else Fate.UNCHANGED
            if entry is None:
                entry = CourseMedia(
                    course_id=self.course_id,
                    media_hash=medium.found.hash,
                    name=medium.title or medium.name,
                    captions={},
                    added_by_id=self.by,
                    added_at=self.now,
                )
                db.session.add(entry)
            if self.describe(entry, medium) and fate is Fate.UNCHANGED:
                fate = Fate.CHANGED
            came[medium.found.hash] = Came("file", medium.name, fate, entry.name)
        db.session.flush()
        return list(came.values())

    def describe(self, entry: CourseMedia, medium: ParsedMedium) -> bool:
        """Write down what the folder says of a file; whether that is something else than before."""
        alternative = medium.alternative and self.words(medium.alternative, entry.alternative)
        captions = {language: caption.found.hash for language, caption in sorted(medium.captions.items())}
        values = {
            "name": medium.title or entry.name,
            "alternative": entry.alternative if alternative is None else alternative,
            "captions": {**entry.captions, **captions},
        }
        changed = {name: value for name, value in values.items() if getattr(entry, name) != value}
        for name, value in changed.items():
            setattr(entry, name, value)
        return bool(changed)

    def row_of(self, medium: ParsedMedium) -> Media:
        found = medium.found
        row = Media(
            hash=found.hash,
            name=medium.name,
            media_type=found.media_type,
            size=found.size,
            width=found.width,
            height=found.height,
            seconds=found.seconds,
            created_at=self.now,
        )
        db.session.add(row)
        return row
