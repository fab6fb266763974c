"""Stored files as rows: what a file was found to be, under the hash of its content."""

from __future__ import annotations

import re
from pathlib import Path

import sqlalchemy as sa

from app.extensions import db

from . import clock
from .models import Media


def address_of(digest: str, name: str, width: int | None = None) -> str:
    """Where a stored file is served: `/media/<hash>/<name>`, a narrower picture at `/media/<hash>/<width>/<name>`."""
    return f"/media/{digest}/{name}" if width is None else f"/media/{digest}/{width}/{name}"


def safe_name(name: str) -> str:
    """A file name fit for an address: letters, digits, dot, hyphen and underscore of the last path part."""
    return re.sub(r"[^\w.-]+", "-", Path(name).name, flags=re.ASCII)[-100:].lstrip(".") or "file"


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
    """The row of a file whose bytes are already in the store; one that is known keeps its first name.

    It is held until the commit, so that no sweep takes it before what refers to it is there.
    """
    media = db.session.get(Media, digest, with_for_update={"read": True, "key_share": True})
    if media is not None:
        return media
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
    try:
        with db.session.begin_nested():
            db.session.add(media)
    except sa.exc.IntegrityError:  # somebody else was quicker with the same file
        media = db.session.get_one(Media, digest)
    return media
