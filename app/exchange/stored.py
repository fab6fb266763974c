"""Files in the media store, however large: kept from a stream, read in pieces, removed. Never within a transaction."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol

from flask import current_app

from app.core.media import Store
from app.core.transactions import outside_transaction

PIECE = 1024 * 1024


class Readable(Protocol):
    """A stream of bytes, as an upload or a member of a zip is one."""

    def read(self, size: int, /) -> bytes: ...


def keep(stream: Readable, watch: Callable[[], object] = lambda: None) -> str:
    """Store what `stream` holds, and return its hash. `watch` is called after each piece."""
    with outside_transaction("storing a file"):
        folder = store().folder
        folder.mkdir(parents=True, exist_ok=True)
        digest = hashlib.sha256()
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".arriving-", delete=False) as file:
            try:
                while piece := stream.read(PIECE):
                    digest.update(piece)
                    file.write(piece)
                    watch()
                target = store().path(digest.hexdigest())
                target.parent.mkdir(parents=True, exist_ok=True)
                file.flush()
                Path(file.name).rename(target)
            except BaseException:
                Path(file.name).unlink(missing_ok=True)
                raise
    return digest.hexdigest()


def holds(digest: str) -> bool:
    """Whether the file is there."""
    return store().path(digest).exists()


def size(digest: str) -> int:
    """How many bytes it has. Raises `FileNotFoundError`."""
    return store().path(digest).stat().st_size


def pieces(digest: str) -> Iterator[bytes]:
    """Its bytes, from beginning to end. Raises `FileNotFoundError` at once."""
    path = store().path(digest)
    path.stat()

    def read() -> Iterator[bytes]:
        with path.open("rb") as file:
            while piece := file.read(PIECE):
                yield piece

    return read()


def copy(digest: str, out: BinaryIO) -> None:
    """Write its bytes to `out`. Raises `FileNotFoundError`."""
    for piece in pieces(digest):
        out.write(piece)


@contextmanager
def as_path(digest: str) -> Iterator[Path]:
    """Its bytes as a file that can be read here and there, as a zip is. Raises `FileNotFoundError`."""
    path = store().path(digest)
    if not path.exists():
        raise FileNotFoundError(digest)
    yield path


@contextmanager
def scratch() -> Iterator[BinaryIO]:
    """A file to write to before it is kept; it stands where the store is, where there is room, and goes at the end."""
    folder = store().folder
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=folder) as file:
        yield file


def remove(digest: str) -> None:
    """Delete it, if it is there."""
    store().path(digest).unlink(missing_ok=True)


def store() -> Store:
    """Where they lie."""
    return Store(current_app.config["SETTINGS"].media_folder)
