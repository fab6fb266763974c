"""What is made of a folder's files while they are read, held on disk until it is known that the course comes in."""

from __future__ import annotations

import io
import os
import tempfile
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property, partial
from typing import BinaryIO

from flask import current_app

from .parsed import Held


class Drawings:
    """One file without a name, which grows: it is gone once nothing that was put into it can be opened any more."""

    def __init__(self) -> None:
        self._size = 0

    @cached_property
    def _file(self) -> int:
        with tempfile.TemporaryFile(dir=current_app.config["SETTINGS"].data) as file:
            descriptor = os.dup(file.fileno())
        weakref.finalize(self, os.close, descriptor)
        return descriptor

    def put(self, data: bytes) -> Held:
        """Write `data` down, to be opened later."""
        at = self._size
        while data[self._size - at :]:
            self._size += os.pwrite(self._file, data[self._size - at :], self._size)
        return Held(len(data), partial(self._open, at, len(data)))

    @contextmanager
    def _open(self, at: int, size: int) -> Iterator[BinaryIO]:
        yield io.BytesIO(os.pread(self._file, size, at))
