"""A course folder on its way in: with the form, or in parts before it."""

from __future__ import annotations

from contextlib import closing

from werkzeug.datastructures import FileStorage

from app.courses.library import uploads
from app.courses.library.uploads import Purpose

from . import stored
from .errors import NoFolder


def received(file: FileStorage | None, upload_id: str, person_id: int) -> tuple[str, str]:
    """The name of the zip that was sent and the hash under which it is in the store. Raises `NoFolder`.

    Before the transaction: a folder is large. An upload stays until `uploads.end`.
    """
    if upload_id:
        with uploads.take(upload_id, person_id, Purpose.FOLDER) as taken:
            return taken.name, stored.keep(taken.file)
    if file is None or not file.filename:
        raise NoFolder
    with closing(file):
        return file.filename, stored.keep(file.stream)
