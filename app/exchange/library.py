"""The files of a folder brought into the store, and into the library of a course."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from app.core.media import address_of
from app.core.models import Media, MediaVariant
from app.core.text import Text
from app.core.transactions import reading
from app.courses.models import CourseMedia
from app.extensions import db

from . import stored
from .fates import Came, Fate
from .parsed import Held, ParsedCourse, ParsedMedium


@dataclass(frozen=True, slots=True)
class Known:
    """A file that the site has: its size in pixels, if it is known, and whether narrower pictures stand beside it."""

    width: int | None
    height: int | None
    has_variants: bool


def find_known(digest: str) -> Known | None:
    """What the site knows of a file by its hash, if it has it. One statement."""
    has_variants = sa.exists().where(MediaVariant.media_hash == Media.hash)
    with reading():
        row = db.session.execute(
            sa.select(Media.width, Media.height, has_variants).where(Media.hash == digest)
        ).one_or_none()
    return None if row is None else Known(*row)


def store(course: ParsedCourse, watch: Callable[[], object] = lambda: None) -> None:
    """Put the files into the store, where they count as nothing until a row names them. `watch`: a piece is kept.

    Before the transaction. What a row names already is not written again.
    """
    files = dict(_to_store(course))
    with reading():
        known = set(db.session.scalars(sa.select(Media.hash).where(Media.hash.in_(files))))
        known |= set(db.session.scalars(sa.select(MediaVariant.hash).where(MediaVariant.hash.in_(files))))
    for digest, file in files.items():
        if digest not in known or not stored.holds(digest):
            with file.open() as stream:
                stored.keep(stream, watch)


def _to_store(course: ParsedCourse) -> Iterator[tuple[str, Held]]:
    """Everything that is to be in the store, by its hash."""
    for medium in _files(course):
        yield medium.found.hash, medium.file
        for variant in medium.variants:
            yield variant.hash, variant.file


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
        self.take_variants(course, hashes)
        came: dict[str, Came] = {}
        for medium in course.media:
            name = known[medium.found.hash].name
            if name != medium.address_name:
                self.addresses[medium.address] = address_of(medium.found.hash, name)
            if medium.found.hash in came:
                continue  # the same file lies there twice, under two names
            entry = there.get(medium.found.hash)
            fate = Fate.NEW if entry is None else Fate.UNCHANGED
            if entry is None:
                entry = CourseMedia(
                    course_id=self.course_id,
                    media_hash=medium.found.hash,
                    name=medium.title or medium.address_name,
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

    def take_variants(self, course: ParsedCourse, hashes: set[str]) -> None:
        """Name the narrower pictures that the site has not got yet."""
        wanted = sa.select(MediaVariant.media_hash, MediaVariant.width).where(MediaVariant.media_hash.in_(hashes))
        there = {(digest, width) for digest, width in db.session.execute(wanted)}
        for medium in course.media:
            for variant in medium.variants:
                if (medium.found.hash, variant.width) not in there:
                    there.add((medium.found.hash, variant.width))
                    row = MediaVariant(
                        media_hash=medium.found.hash, width=variant.width, hash=variant.hash, size=variant.file.size
                    )
                    db.session.add(row)

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
            name=medium.address_name,
            media_type=found.media_type,
            size=found.size,
            width=found.width,
            height=found.height,
            seconds=found.seconds,
            created_at=self.now,
        )
        db.session.add(row)
        return row
