"""Files on their way in, part by part (tus 1.0.0, https://tus.io/protocols/resumable-upload).

Parts stand in the store and the row says how far an upload is, so that any process of any host can go on with it.
What the row says was received is the truth: a part counts once it is committed there.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import IO

import sqlalchemy as sa
from flask import current_app

from app.core import clock, store
from app.core.errors import NotFound
from app.core.store import Store, the_store
from app.core.transactions import after_commit, outside_transaction, reading
from app.extensions import db

from ..errors import UploadExpired, UploadIncomplete, UploadOvertaken
from ..models import Upload

LARGEST = 2 * 1024**3  # bytes of one file
LARGEST_PART = 8 * 1024**2
KEPT_FOR = timedelta(days=1)  # after its last part


class Purpose(StrEnum):
    """What a file is sent for: a file of a course's library, or the folder of a course to import."""

    MEDIA = "media"
    FOLDER = "folder"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an upload is: sizes in bytes, and the moment from which it is gone unless a part comes."""

    id: str
    course_id: int | None
    name: str
    size: int
    received: int
    purpose: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class TakenFile:
    """An upload that came whole: its content as a seekable file that is gone when it is closed."""

    name: str
    size: int
    hash: str
    file: IO[bytes]
    course_id: int | None = None
    purpose: str = Purpose.MEDIA


def begin(*, by: int, name: str, size: int, purpose: Purpose, course_id: int | None) -> Progress:
    """Write down an upload that is to come."""
    now = clock.now()
    upload = Upload(
        id=secrets.token_urlsafe(32),
        course_id=course_id,
        person_id=by,
        name=name,
        size=size,
        received=0,
        purpose=purpose,
        created_at=now,
        touched_at=now,
    )
    db.session.add(upload)
    db.session.flush()
    return _progress(upload)


def get_progress(upload_id: str, person_id: int) -> Progress:
    """How far a person's own upload is. Raises `NotFound`, and `UploadExpired` for one that was left for too long."""
    if not re.fullmatch(r"[\w-]+", upload_id, re.ASCII):
        raise NotFound  # PostgreSQL cannot even look up NUL, which a form may hold
    upload = db.session.scalar(sa.select(Upload).where(Upload.id == upload_id, Upload.person_id == person_id))
    if upload is None:
        raise NotFound
    found = _progress(upload)
    if found.expires_at <= clock.now():
        raise UploadExpired
    return found


def keep_part(progress: Progress, content: bytes) -> str:
    """Put the next part into the store, before the transaction that counts it; returns where it stands.

    Its path is its own, so that two that come for the same place never overwrite each other.
    """
    with outside_transaction("storing a part"):
        path = f"{_folder(progress.id)}/{progress.received:010d}-{len(content):08d}-{secrets.token_hex(4)}"
        the_store().put_at(path, content)
    return path


def count_part(*, progress: Progress, length: int, path: str) -> Progress:
    """Count a part that is in the store. Raises `UploadOvertaken` if another was counted since, or the upload is gone.

    Then the part is taken away again.
    """
    now = clock.now()
    counted = db.session.execute(
        sa.update(Upload)
        .where(Upload.id == progress.id, Upload.received == progress.received)
        .values(received=progress.received + length, touched_at=now)
        .execution_options(synchronize_session=False)
    )
    if not counted.rowcount:  # type: ignore[attr-defined]
        the_store().delete_at(path)
        raise UploadOvertaken
    return Progress(
        id=progress.id,
        course_id=progress.course_id,
        name=progress.name,
        size=progress.size,
        received=progress.received + length,
        purpose=progress.purpose,
        expires_at=now + KEPT_FOR,
    )


def end(*, upload_id: str, by: int) -> None:
    """Forget a person's upload, whether it was taken or given up; its parts go once that is committed."""
    gone = db.session.execute(sa.delete(Upload).where(Upload.id == upload_id, Upload.person_id == by))
    if not gone.rowcount:  # type: ignore[attr-defined]
        raise NotFound
    kept = the_store()
    after_commit(lambda: remove_parts(kept, upload_id))


def forget(*, person_id: int) -> None:
    """Give up everything that an erased person was uploading."""
    gone = db.session.scalars(sa.delete(Upload).where(Upload.person_id == person_id).returning(Upload.id)).all()
    kept = the_store()

    def remove_all() -> None:
        for upload_id in gone:
            remove_parts(kept, upload_id)

    after_commit(remove_all)


def remove_parts(kept: Store, upload_id: str) -> None:
    """Take the parts of an upload out of the store."""
    for part in kept.parts(_folder(upload_id).removeprefix(f"{store.PARTS}/")):
        kept.delete_at(part.path)


@contextmanager
def take(upload_id: str, person_id: int, purpose: Purpose = Purpose.MEDIA) -> Iterator[TakenFile]:
    """The content of a person's upload that came whole, for as long as the block lasts. Outside any transaction.

    The upload itself stays until `end`. Raises `NotFound`, `UploadExpired` and `UploadIncomplete`.
    """
    with reading():
        progress = get_progress(upload_id, person_id)
    if progress.purpose != purpose:
        raise NotFound
    if progress.received != progress.size:
        raise UploadIncomplete
    with outside_transaction("reading an upload"), scratch() as file:
        digest = hashlib.sha256()
        kept = the_store()
        for path in _in_order(kept, progress):
            for piece in kept.stream_at(path):
                digest.update(piece)
                file.write(piece)
        file.seek(0)
        yield TakenFile(progress.name, progress.size, digest.hexdigest(), file, progress.course_id, progress.purpose)


@contextmanager
def sent(name: str, stream: IO[bytes]) -> Iterator[TakenFile]:
    """A file that came with a form, as `take` gives one."""
    with outside_transaction("reading a file"), scratch() as file:
        digest = hashlib.sha256()
        size = 0
        while piece := stream.read(store.CHUNK):
            digest.update(piece)
            size += len(piece)
            file.write(piece)
        file.seek(0)
        yield TakenFile(name, size, digest.hexdigest(), file)


@contextmanager
def scratch() -> Iterator[IO[bytes]]:
    """A file on the disk of the data directory, without a name: it is gone when closed, or when the process ends."""
    with tempfile.TemporaryFile(dir=current_app.config["SETTINGS"].data) as file:
        yield file


def _in_order(kept: Store, progress: Progress) -> list[str]:
    """The paths of the parts that make up the file: one that was stored and never counted is passed over.

    From the end to the beginning, a part is good if a good one begins where it ends.
    """
    good: dict[int, tuple[int, str]] = {progress.size: (progress.size, "")}
    for part in reversed(kept.parts(progress.id)):
        at = int(part.path.rpartition("/")[2].partition("-")[0])
        if at + part.size in good and part.size:
            good[at] = (at + part.size, part.path)
    paths, at = [], 0
    while at < progress.size:
        if at not in good:
            raise UploadIncomplete
        at, path = good[at]
        paths.append(path)
    return paths


def _folder(upload_id: str) -> str:
    return f"{store.PARTS}/{upload_id}"


def _progress(upload: Upload) -> Progress:
    return Progress(
        id=upload.id,
        course_id=upload.course_id,
        name=upload.name,
        size=upload.size,
        received=upload.received,
        purpose=upload.purpose,
        expires_at=upload.touched_at + KEPT_FOR,
    )
