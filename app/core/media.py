"""Stored files: under the hash of their content, in a folder of the data directory."""

from __future__ import annotations

import hashlib
import io
import re
import tempfile
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
        return f"/media/{self.hash}/{self.name}"


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


class Store:
    """A folder of files named by hash. Written aside and moved into place, so that no half file is ever seen."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, digest: str) -> Path:
        if not re.fullmatch(r"[0-9a-f]{64}", digest):
            raise ValueError("not a hash")
        return self.folder / digest[:2] / digest

    def put(self, digest: str, data: bytes) -> None:
        """Keep `data` under `digest`; what is there already stays."""
        target = self.path(digest)
        if target.exists():
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=target.parent, prefix=".", delete=False) as file:
            file.write(data)
        Path(file.name).rename(target)

    def read(self, digest: str) -> bytes:
        """The bytes under `digest`. Raises `FileNotFoundError`."""
        return self.path(digest).read_bytes()


def keep(picture: Picture) -> Media:
    """The row of a picture whose bytes are already in the store."""
    media = db.session.get(Media, picture.hash)
    if media is None:
        media = Media(
            hash=picture.hash,
            name=picture.name,
            media_type=picture.media_type,
            size=len(picture.data),
            width=picture.width,
            height=picture.height,
            created_at=clock.now(),
        )
        db.session.add(media)
        db.session.flush()
    return media
