"""The store of files: each under the SHA-256 of its content, in a folder or in an S3-compatible store.

Beside them stand the parts of uploads that are still on their way, so that any host can go on with any upload.
What is kept counts as nothing until a row refers to it; a job sweeps what none does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import IO, TYPE_CHECKING
from urllib.parse import urlsplit

import obstore
from flask import Flask, current_app
from obstore.store import LocalStore, ObjectStore, S3Store

from app.config import Settings

from . import clock

if TYPE_CHECKING:
    from obstore import GetOptions

CHUNK = 256 * 1024  # bytes read at a time while streaming
PARTS = "uploads"
FRESH = timedelta(hours=1)  # far less than the age at which the sweep takes what no row refers to


# By which functions features say to which files their rows refer.
_references: list[Callable[[], Iterable[str]]] = []


def refers(hashes: Callable[[], Iterable[str]]) -> None:
    """Let the rows of a feature keep files: `hashes` gives those that they refer to, in one statement."""
    if hashes not in _references:
        _references.append(hashes)


def referred() -> set[str]:
    """The hashes of the files that rows of features refer to, so that no sweep takes them."""
    return {digest for hashes in _references for digest in hashes()}


@dataclass(frozen=True, slots=True)
class Kept:
    """Something that stands in the store: its path, its size in bytes, and when it was last put there."""

    path: str
    size: int
    at: datetime


class Store:
    """Files by hash, and parts of uploads by path. Nothing is ever seen half written.

    A file that is not there is a `FileNotFoundError`, wherever the store is.
    """

    def __init__(self, backend: ObjectStore) -> None:
        self.backend = backend

    def put(self, digest: str, content: bytes | IO[bytes]) -> None:
        """Keep `content` under `digest`, in pieces if it is a file: it is never held in memory.

        What has been there for a while is written again, so that its age counts from now and no sweep takes it.
        """
        path = path_of(digest)
        if not self._has_fresh(path):
            self.put_at(path, content)

    def _has_fresh(self, path: str) -> bool:
        try:
            return bool(clock.now() - obstore.head(self.backend, path)["last_modified"] < FRESH)
        except FileNotFoundError:
            return False

    def put_at(self, path: str, content: bytes | IO[bytes]) -> None:
        """Keep `content` at a path of its own, as for a part of an upload."""
        obstore.put(self.backend, path, content)

    def read(self, digest: str) -> bytes:
        """All the bytes under `digest`."""
        return self.read_at(path_of(digest))

    def read_at(self, path: str) -> bytes:
        """All the bytes at `path`."""
        return bytes(obstore.get(self.backend, path).bytes())

    def stream(self, digest: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """The bytes from `start` up to `end` (not included; None: to the last), a piece at a time."""
        return self.stream_at(path_of(digest), start, end)

    def stream_at(self, path: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """As `stream`, of what stands at `path`. Raises at once if nothing does, and not with the first piece."""
        options: GetOptions = {}
        if start or end is not None:
            options["range"] = {"offset": start} if end is None else (start, end)
        found = obstore.get(self.backend, path, options=options)
        return (bytes(piece) for piece in found.stream(min_chunk_size=CHUNK))

    def size(self, digest: str) -> int:
        """How many bytes stand under `digest`."""
        return int(obstore.head(self.backend, path_of(digest))["size"])

    def delete(self, digest: str) -> None:
        """Take away what stands under `digest`, if anything does."""
        self.delete_at(path_of(digest))

    def sweep(self, digest: str, before: datetime) -> bool:
        """Take away what stands under `digest`, unless it was put there again since `before`. Whether it went."""
        path = path_of(digest)
        try:
            is_old = bool(obstore.head(self.backend, path)["last_modified"] < before)
        except FileNotFoundError:
            return False
        if is_old:
            self.delete_at(path)
        return is_old

    def delete_at(self, path: str) -> None:
        """Take away what stands at `path`, if anything does."""
        with suppress(FileNotFoundError):
            obstore.delete(self.backend, path)

    def files(self, *, before: datetime | None = None) -> Iterator[tuple[str, Kept]]:
        """Every file with its hash, those put before a moment if one is given, in no order."""
        for kept in self._list(None):
            folder, _slash, name = kept.path.rpartition("/")
            if folder != PARTS and is_hash(name) and (before is None or kept.at < before):
                yield name, kept

    def parts(self, folder: str = "") -> list[Kept]:
        """The parts of the upload called `folder`, or of all, by path."""
        return sorted(self._list(f"{PARTS}/{folder}".rstrip("/")), key=lambda kept: kept.path)

    def _list(self, prefix: str | None) -> Iterator[Kept]:
        for batch in obstore.list(self.backend, prefix):
            for found in batch:
                yield Kept(found["path"], found["size"], found["last_modified"])


def path_of(digest: str) -> str:
    """Where a file stands: in one of 256 folders. Raises `ValueError` for what is no hash."""
    if not is_hash(digest):
        raise ValueError("not a hash")
    return f"{digest[:2]}/{digest}"


def is_hash(name: str) -> bool:
    """Whether `name` is a SHA-256 in hexadecimal."""
    return re.fullmatch(r"[0-9a-f]{64}", name) is not None


def open_store(settings: Settings) -> Store:
    """The store that the settings name: `folder`, or `s3://bucket/prefix`."""
    if settings.media_store == "folder":
        return Store(LocalStore(settings.media_folder, mkdir=True))
    address = urlsplit(settings.media_store)
    return Store(
        S3Store(
            address.netloc,
            prefix=address.path.strip("/") or None,
            endpoint=settings.media_endpoint or None,
            access_key_id=settings.media_key or None,
            secret_access_key=settings.media_secret or None,
            region=settings.media_region,
            client_options={"allow_http": settings.media_endpoint.startswith("http://")},
        )
    )


def init_app(app: Flask) -> None:
    """Give the application its store."""
    app.extensions["store"] = open_store(app.config["SETTINGS"])


def the_store() -> Store:
    """The application's store."""
    store: Store = current_app.extensions["store"]
    return store
