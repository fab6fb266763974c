"""Stored files, under an address that holds the hash of their bytes, so that a browser keeps them."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.core.access import Permission, allow
from app.core.errors import NotFound
from app.core.media import Store

from . import queries

bp = Blueprint("media", __name__)


@bp.get("/media/<digest>/<name>")
@allow(Permission.LEARN)
def show(digest: str, name: str) -> Response | BaseResponse:
    """The bytes as what they were found to be, whatever they say themselves: they can neither run nor frame.

    They stand under one name; a lesson that knows them by another, since two files held the same, is led there.
    """
    file = queries.get_media(digest)
    if file.name != name:
        return redirect(url_for("media.show", digest=file.hash, name=file.name), 301)
    if file.hash in request.if_none_match:
        response = Response(status=304)
    else:
        response = Response(_bytes(file.hash), content_type=file.media_type)
    response.set_etag(file.hash)
    response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _bytes(digest: str) -> bytes:
    try:
        return Store(current_app.config["SETTINGS"].media_folder).read(digest)
    except FileNotFoundError:
        raise NotFound from None
