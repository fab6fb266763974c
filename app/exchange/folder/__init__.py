"""The course folder, as docs/course-folder.md describes it: read from a folder or a zip, and written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ..parsed import Parsed
from .course import read_course
from .files import read_files
from .writing import Copy, files_of, save, write_zip

Watch = Callable[[int, int], object]


def read(path: Path, watch: Watch = lambda done, total: None) -> Parsed:
    """Everything in the folder or zip at `path`, with all that is wrong with it. Changes nothing.

    Pictures are drawn, so outside any transaction; the database only says which of them the site has already.
    `watch` is told how many files were looked into, of how many.
    """
    files, faults = read_files(path)
    total = len(files)
    return read_course(files, faults, lambda done: watch(done, total))


__all__ = ["Copy", "files_of", "read", "save", "write_zip"]
