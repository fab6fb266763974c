"""The pictures of questions: which there are to choose, and how they are shown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from threading import Lock

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import joinedload

from app.core.filetypes import Sort
from app.core.media import address_of
from app.core.models import Media
from app.courses.lessons.dressing import SIZES
from app.courses.library import queries as library_queries
from app.extensions import db

from ..types import Content, HotSpot, Picture
from ..types.editor import KnownPicture

MOST_KEPT = 5000


@dataclass(frozen=True, slots=True)
class PictureFile:
    """Where a stored picture is served, and its size in pixels. Of one in one width, `srcset` and `sizes` are empty."""

    address: str
    srcset: str
    sizes: str
    width: int
    height: int


def pictures_of(content: Content) -> tuple[Picture, ...]:
    """Every picture that a question shows."""
    own = (content.picture,) if isinstance(content, HotSpot) else ()
    return (*own, *content.pictures)


def known_pictures(course_id: int, former: Content | None) -> dict[str, KnownPicture]:
    """What a question of the course may show, the newest first, by hash; and what `former` shows. Two statements."""
    found = {
        item.hash: KnownPicture(
            item.hash, item.name, item.alternative, item.width or 0, item.height or 0, item.address,
            item.thumbnail or item.address,
        )
        for item in library_queries.list_files(course_id)
        if item.sort is Sort.PICTURE
    }  # fmt: skip
    gone = [picture for picture in (pictures_of(former) if former else ()) if picture.media not in found]
    files = find_files(picture.media for picture in gone)
    for picture in gone:
        file = files.get(picture.media)
        if file:
            name = _("A picture that is no longer in the library")
            found[picture.media] = KnownPicture(
                picture.media, name, picture.alternative, file.width, file.height, file.address, file.address
            )
    return found


_files: dict[str, PictureFile] = {}
_lock = Lock()


def find_files(hashes: Iterable[str]) -> dict[str, PictureFile]:
    """The stored pictures with these hashes; what is stored never changes and so is kept. At most one statement."""
    wanted = set(hashes)
    found = {digest: kept for digest in wanted if (kept := _files.get(digest))}
    missing = wanted - found.keys()
    if missing:
        rows = db.session.scalars(sa.select(Media).where(Media.hash.in_(missing)).options(joinedload(Media.variants)))
        read = {row.hash: _file(row) for row in rows.unique()}
        with _lock:
            if len(_files) > MOST_KEPT:
                _files.clear()
            _files.update(read)
        found |= read
    return found


def picture_files(content: Content) -> dict[str, PictureFile]:
    """As `find_files`, of what a question shows. For its page."""
    pictures = pictures_of(content)
    return find_files(picture.media for picture in pictures) if pictures else {}


def forget() -> None:
    """Empty what is kept: for tests, whose stores are emptied."""
    _files.clear()


def _file(media: Media) -> PictureFile:
    address = address_of(media.hash, media.name)
    if not media.width or not media.variants:
        return PictureFile(address, "", "", media.width or 0, media.height or 0)
    widths = [(address_of(media.hash, media.name, variant.width), variant.width) for variant in media.variants]
    srcset = ", ".join(f"{where} {width}w" for where, width in [*widths, (address, media.width)])
    return PictureFile(address, srcset, SIZES, media.width, media.height or 0)
