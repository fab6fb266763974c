"""The course folder, as docs/course-folder.md describes it: read from a folder or a zip, and written."""

from __future__ import annotations

from pathlib import Path

from ..parsed import Parsed
from .course import read_course
from .files import read_files
from .writing import files_of, save


def read(path: Path) -> Parsed:
    """Everything in the folder or zip at `path`, with all that is wrong with it. Touches no database."""
    return read_course(*read_files(path))


__all__ = ["files_of", "read", "save"]
