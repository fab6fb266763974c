"""What is read of a course's library."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from app.core.errors import NotFound
from app.core.filetypes import TYPES, Sort, sort_of
from app.core.media import address_of
from app.core.models import Media
from app.core.text import Text
from app.extensions import db

from ..models import CourseMedia
from . import usage
from .usage import Usage

THUMBNAIL = 480  # pixels wide


@dataclass(frozen=True, slots=True)
class LibraryItem:
    """A file as its course names and describes it, and where it is used."""

    hash: str
    name: str
    address_name: str
    media_type: str
    size: int
    width: int | None
    height: int | None
    seconds: float | None
    alternative: Text | None
    captions: dict[str, str]
    variants: tuple[int, ...]
    added_at: datetime
    version: int
    usage: Usage = field(default_factory=Usage)

    @property
    def sort(self) -> Sort:
        return sort_of(self.media_type)

    @property
    def type_label(self) -> str:
        return TYPES[self.media_type].label

    @property
    def address(self) -> str:
        return address_of(self.hash, self.address_name)

    @property
    def thumbnail(self) -> str | None:
        """The address of a small picture, of a picture."""
        if self.sort is not Sort.PICTURE:
            return None
        return address_of(self.hash, self.address_name, THUMBNAIL if THUMBNAIL in self.variants else None)

    @property
    def is_undescribed(self) -> bool:
        """Whether it is a picture of which nobody has said yet what it shows."""
        return self.sort is Sort.PICTURE and self.alternative is None

    @property
    def decorates(self) -> bool:
        return self.alternative is not None and not self.alternative.phrases


def list_items(course_id: int) -> list[LibraryItem]:
    """The library of a course with where each file is used, the newest first. A fixed number of statements."""
    used = usage.usage_in(course_id)
    return [_item(row, used.get(row.media_hash, Usage())) for row in _rows(CourseMedia.course_id == course_id)]


def list_files(course_id: int) -> list[LibraryItem]:
    """As `list_items`, without where they are used. One statement."""
    return [_item(row, Usage()) for row in _rows(CourseMedia.course_id == course_id)]


def get_item(course_id: int, digest: str) -> LibraryItem:
    """A file of a course's library, with where it is used. Raises `NotFound`."""
    rows = _rows(CourseMedia.course_id == course_id, CourseMedia.media_hash == digest)
    if not rows:
        raise NotFound
    return _item(rows[0], usage.usage_in(course_id).get(digest, Usage()))


def get_file(course_id: int, digest: str) -> LibraryItem:
    """As `get_item`, without where it is used. One statement."""
    rows = _rows(CourseMedia.course_id == course_id, CourseMedia.media_hash == digest)
    if not rows:
        raise NotFound
    return _item(rows[0], Usage())


def _rows(*conditions: sa.ColumnElement[bool]) -> Sequence[CourseMedia]:
    return (
        db.session.scalars(
            sa.select(CourseMedia)
            .where(*conditions)
            .order_by(CourseMedia.added_at.desc(), CourseMedia.media_hash)
            .options(joinedload(CourseMedia.media).joinedload(Media.variants))
        )
        .unique()
        .all()
    )


def _item(row: CourseMedia, used: Usage) -> LibraryItem:
    file = row.media
    return LibraryItem(
        hash=row.media_hash,
        name=row.name,
        address_name=file.name,
        media_type=file.media_type,
        size=file.size,
        width=file.width,
        height=file.height,
        seconds=file.seconds,
        alternative=row.alternative,
        captions=dict(row.captions),
        variants=tuple(variant.width for variant in file.variants),
        added_at=row.added_at,
        version=row.version_id,
        usage=used,
    )
