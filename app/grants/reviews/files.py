"""A file of an application, for those who may see its answer: kept by them alone, it can neither run nor frame."""

from __future__ import annotations

from flask import Response

from app.core.errors import NotFound
from app.core.store import the_store

from ..models import ApplicationFile


def answer(file: ApplicationFile) -> Response:
    """The bytes, to be saved. They come from the store a piece at a time, when no transaction is open any more.

    Raises `NotFound` if the store has lost them.
    """
    try:
        response = Response(the_store().stream(file.hash, 0, file.size), direct_passthrough=True)
    except FileNotFoundError:
        raise NotFound from None
    response.headers["Content-Type"] = file.media_type
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers.set("Content-Disposition", "attachment", filename=file.name)
    return response
