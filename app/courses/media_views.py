"""Stored files, under an address that holds the hash of their bytes, so that a browser keeps them."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, send_file

from app.core.access import Permission, allow
from app.core.errors import NotFound
from app.core.media import Store

from . import queries

bp = Blueprint("media", __name__)


@bp.get("/media/<digest>/<name>")
@allow(Permission.LEARN)
def show(digest: str, name: str) -> Response:
    """The bytes as what they were found to be, whatever they say themselves: they can neither run nor frame."""
    file = queries.get_media(digest)
    if file.name != name:
        raise NotFound
    path = Store(current_app.config["SETTINGS"].media_folder).path(file.hash)
    if not path.exists():
        raise NotFound
    response = send_file(path, mimetype=file.media_type, conditional=True, etag=file.hash, last_modified=None)
    response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
