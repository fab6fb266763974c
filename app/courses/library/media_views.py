"""Stored files, under an address that holds the hash of their bytes, so that a browser keeps them."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.datastructures import ContentRange
from werkzeug.wrappers import Response as BaseResponse

from app.core.access import Permission, allow
from app.core.errors import NotFound
from app.core.filetypes import TYPES, Sort
from app.core.store import the_store

from .. import queries
from ..queries import StoredFile

bp = Blueprint("media", __name__)


@bp.get("/media/<digest>/<name>")
@allow(Permission.LEARN)
def show(digest: str, name: str) -> Response | BaseResponse:
    """A file, or the part of it that is asked for.

    Files stand under one name; a lesson that knows one by another, since two files held the same, is led there.
    """
    file = queries.get_media(digest)
    if file.name != name:
        return redirect(url_for("media.show", digest=file.hash, name=file.name), 301)
    return _answer(file)


@bp.get("/media/<digest>/<int:width>/<name>")
@allow(Permission.LEARN)
def variant(digest: str, width: int, name: str) -> Response | BaseResponse:
    """A picture at a smaller width."""
    file = queries.get_media_variant(digest, width)
    if file.name != name:
        return redirect(url_for("media.variant", digest=digest, width=width, name=file.name), 301)
    return _answer(file)


def _answer(file: StoredFile) -> Response:
    """The bytes as what they were found to be, whatever they say themselves: they can neither run nor frame.

    They come from the store a piece at a time, after the view, when no transaction is open any more.
    """
    response = Response(direct_passthrough=True)
    response.set_etag(file.hash)
    response.accept_ranges = "bytes"
    response.headers["Content-Type"] = "text/vtt; charset=utf-8" if file.media_type == "text/vtt" else file.media_type
    response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["X-Content-Type-Options"] = "nosniff"
    if TYPES[file.media_type].sort is Sort.DOCUMENT:
        response.headers.set("Content-Disposition", "attachment", filename=file.name)
    if file.hash in request.if_none_match:
        response.status_code = 304
        return response
    _fill(response, file)
    return response


def _fill(response: Response, file: StoredFile) -> None:
    """The whole, or one range of it (RFC 9110, 14). Several ranges at once get the whole, as it allows."""
    start, end = 0, file.size
    asked = request.range if _still_the_same(file) else None
    if asked is not None and asked.units == "bytes" and len(asked.ranges) == 1:
        found = asked.range_for_length(file.size)
        if found is None:
            response.status_code = 416
            response.headers["Content-Range"] = f"bytes */{file.size}"
            return
        start, end = found
        response.status_code = 206
        response.content_range = ContentRange("bytes", start, end, file.size)
    response.content_length = end - start
    if request.method == "GET" and end > start:
        response.response = _stream(file, start, end)


def _still_the_same(file: StoredFile) -> bool:
    """Whether what the browser has a part of is this file: what is under a hash never changes."""
    condition = request.if_range
    return condition.date is None and condition.etag in (None, file.hash)


def _stream(file: StoredFile, start: int, end: int) -> Iterator[bytes]:
    try:
        return the_store().stream(file.hash, start, end)
    except FileNotFoundError:
        raise NotFound from None
