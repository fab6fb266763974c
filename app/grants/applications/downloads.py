"""A file of an application, for those who may see its answer: kept by them alone, it can neither run nor frame."""

from __future__ import annotations

from typing import Protocol

from flask import Response

from app.core.errors import NotFound
from app.core.store import the_store


class Stored(Protocol):
    """A file as a row or a reader of one says it."""

    @property
    def name(self) -> str: ...

    @property
    def media_type(self) -> str: ...

    @property
    def size(self) -> int: ...

    @property
    def hash(self) -> str: ...


def answer(file: Stored) -> Response:
    """The bytes, to be saved. They come from the store a piece at a time, when no transaction is open any more.

    Raises `NotFound` if the store has lost them.
    """
    try:
        response = Response(the_store().stream(file.hash), direct_passthrough=True)
    except FileNotFoundError:
        raise NotFound from None
    response.content_length = file.size
    response.headers["Content-Type"] = file.media_type
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers.set("Content-Disposition", "attachment", filename=file.name)
    return response
