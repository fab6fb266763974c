"""Files in the store, however large: kept from a stream, read in pieces. Never within a transaction."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol

from flask import current_app

from app.core.store import the_store
from app.core.transactions import outside_transaction

PIECE = 1024 * 1024


class Readable(Protocol):
    """A stream of bytes, as an upload or a member of a zip is one."""

    def read(self, size: int, /) -> bytes: ...


def keep(stream: Readable, watch: Callable[[], object] = lambda: None) -> str:
    """Store what `stream` holds, and return its hash. `watch` is called after each piece."""
    with outside_transaction("storing a file"), scratch() as file:
        digest = hashlib.sha256()
        while piece := stream.read(PIECE):
            digest.update(piece)
            file.write(piece)
            watch()
        file.seek(0)
        the_store().put(digest.hexdigest(), file)
    return digest.hexdigest()


def holds(digest: str) -> bool:
    """Whether the file is there."""
    try:
        return size(digest) >= 0
    except FileNotFoundError:
        return False


def size(digest: str) -> int:
    """How many bytes it has. Raises `FileNotFoundError`."""
    return the_store().size(digest)


def pieces(digest: str) -> Iterator[bytes]:
    """Its bytes, from beginning to end. Raises `FileNotFoundError` at once."""
    return the_store().stream(digest)


def copy(digest: str, out: BinaryIO) -> None:
    """Write its bytes to `out`. Raises `FileNotFoundError`."""
    for piece in pieces(digest):
        out.write(piece)


@contextmanager
def as_path(digest: str) -> Iterator[Path]:
    """Its bytes as a file that can be read here and there, as a zip is. Raises `FileNotFoundError`."""
    with tempfile.NamedTemporaryFile(dir=_folder()) as file:
        copy(digest, file)  # type: ignore[arg-type]  # it writes bytes, though its class does not say so
        file.flush()
        yield Path(file.name)


@contextmanager
def scratch() -> Iterator[BinaryIO]:
    """A file to write to before it is kept; it stands in the data directory, and goes at the end."""
    with tempfile.TemporaryFile(dir=_folder()) as file:
        yield file


def _folder() -> Path:
    folder: Path = current_app.config["SETTINGS"].data
    return folder
