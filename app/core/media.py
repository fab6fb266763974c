"""Stored files as rows: what a file was found to be, under the hash of its content."""

from __future__ import annotations

import hashlib
import io
import re
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from app.extensions import db

from . import clock
from .models import Media
from .transactions import outside_transaction

IMAGE_TYPES = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp", "GIF": "image/gif"}
LARGEST_IMAGE = 5 * 1024 * 1024  # bytes
MOST_PIXELS = 40_000_000


class NotAnImage(ValueError):
    """The bytes are not a picture that can be shown; the message says why."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that was looked into and found sound."""

    hash: str
    name: str
    media_type: str
    data: bytes
    width: int
    height: int

    @property
    def address(self) -> str:
        return address_of(self.hash, self.name)


def address_of(digest: str, name: str, width: int | None = None) -> str:
    """Where a stored file is served: `/media/<hash>/<name>`, a narrower picture at `/media/<hash>/<width>/<name>`."""
    return f"/media/{digest}/{name}" if width is None else f"/media/{digest}/{width}/{name}"


def inspect_image(name: str, data: bytes) -> Picture:
    """Look into `data`, whatever its name says. Raises `NotAnImage` with a reason in words."""
    if len(data) > LARGEST_IMAGE:
        raise NotAnImage(f"the image is larger than {LARGEST_IMAGE // 1024 // 1024} MB")
    with outside_transaction("image work"):
        try:
            with Image.open(io.BytesIO(data), formats=list(IMAGE_TYPES)) as image:
                kind, width, height = image.format, image.width, image.height
                if width * height > MOST_PIXELS:
                    raise NotAnImage(f"the image has more than {MOST_PIXELS // 1_000_000} million pixels")
                image.verify()
        except NotAnImage:
            raise
        except Exception as error:  # Pillow raises many kinds for broken files
            raise NotAnImage("the file is not a png, jpeg, webp or gif image that can be read") from error
    assert kind is not None
    return Picture(hashlib.sha256(data).hexdigest(), safe_name(name), IMAGE_TYPES[kind], data, width, height)


def safe_name(name: str) -> str:
    """A file name fit for an address: letters, digits, dot, hyphen and underscore of the last path part."""
    return re.sub(r"[^\w.-]+", "-", Path(name).name, flags=re.ASCII)[-100:].lstrip(".") or "file"


def keep(picture: Picture) -> Media:
    """The row of a picture whose bytes are already in the store."""
    return keep_file(
        picture.hash, picture.name, picture.media_type, len(picture.data), width=picture.width, height=picture.height
    )


def keep_file(
    digest: str,
    name: str,
    media_type: str,
    size: int,
    *,
    width: int | None = None,
    height: int | None = None,
    seconds: float | None = None,
) -> Media:
    """The row of a file whose bytes are already in the store; one that is known keeps its first name."""
    media = db.session.get(Media, digest)
    if media is None:
        media = Media(
            hash=digest,
            name=name,
            media_type=media_type,
            size=size,
            width=width,
            height=height,
            seconds=seconds,
            created_at=clock.now(),
        )
        db.session.add(media)
        db.session.flush()
    return media
