"""A file on its way into a library: looked into, drawn anew if it is a picture, and put into the store."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from pathlib import PurePath

from flask_babel import lazy_gettext as _l

from app.core import filetypes, pictures
from app.core.filetypes import TYPES, FileType, NotAccepted, Sort
from app.core.media import safe_name
from app.core.store import the_store
from app.core.transactions import outside_transaction

from .uploads import TakenFile

LONGEST_NAME = 120


@dataclass(frozen=True, slots=True)
class Variant:
    """A picture at a smaller width, in pixels; its size in bytes."""

    width: int
    hash: str
    size: int


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file that is in the store, and has no row yet. `name` is for people, `address_name` for its address."""

    hash: str
    name: str
    address_name: str
    media_type: str
    size: int
    width: int | None = None
    height: int | None = None
    variants: tuple[Variant, ...] = ()


def take_in(taken: TakenFile) -> NewFile:
    """Look into a file and store it, outside any transaction. Raises `NotAccepted`, and has then stored nothing."""
    with outside_transaction("looking into a file"):
        kind = filetypes.judge(taken.file)
        if kind.sort is Sort.CAPTIONS:
            raise NotAccepted(_l("Captions belong to a video: open the video here in the library, and add them there."))
        if kind.sort is Sort.PICTURE:
            return _picture(taken)
        the_store().put(taken.hash, taken.file)
        return NewFile(taken.hash, *names_of(taken.name, kind), kind.media_type, taken.size)


def _picture(taken: TakenFile) -> NewFile:
    drawn = pictures.redraw(taken.file)
    variants = tuple(Variant(width, _put(data), len(data)) for width, data in sorted(drawn.variants.items()))
    return NewFile(
        _put(drawn.data),
        *names_of(taken.name, TYPES[pictures.MEDIA_TYPE]),
        pictures.MEDIA_TYPE,
        len(drawn.data),
        drawn.width,
        drawn.height,
        variants,
    )


def _put(data: bytes) -> str:
    digest = hashlib.sha256(data).hexdigest()
    the_store().put(digest, io.BytesIO(data))
    return digest


def names_of(name: str, kind: FileType) -> tuple[str, str]:
    """A name for people and one for the address, both ending as what the file is: `photo.jpg` becomes `photo.webp`."""
    own = PurePath(name.replace("\\", "/")).name
    stem, _dot, suffix = own.rpartition(".")
    if not stem or len(suffix) > 5 or " " in suffix:
        stem = own
    stem = " ".join(stem.split())[:LONGEST_NAME] or "file"
    return f"{stem}.{kind.suffix}", f"{safe_name(stem)[:80].strip('.-') or 'file'}.{kind.suffix}"
