"""What is swept every hour: uploads that were broken off, and stored files to which no row refers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from app.core import clock
from app.core.jobs import job
from app.core.models import Media, MediaVariant
from app.core.store import referred, the_store
from app.core.transactions import reading, unit_of_work
from app.extensions import db

from .kinds import list_kinds
from .library import uploads
from .models import CourseMedia, CourseMove, Upload

OLD = timedelta(days=1)  # what is younger may be on its way into a row


@dataclass(frozen=True, slots=True)
class Swept:
    """How many of each went."""

    uploads: int
    rows: int
    files: int


@job("courses.sweep", _l("Clearing away uploads and files that nothing uses"), every_hour_at=17)
def sweep() -> Swept:
    """Take away what nobody waits for and nothing refers to. Safe to run twice, and to stop half way."""
    return Swept(uploads=_sweep_uploads(), rows=_sweep_rows(), files=_sweep_parts() + _sweep_files())


def _sweep_uploads() -> int:
    """Uploads of which no part came for a day; then their parts."""
    with unit_of_work():
        gone = db.session.scalars(sa.delete(Upload).where(Upload.touched_at < _long_ago()).returning(Upload.id)).all()
    for upload_id in gone:
        uploads.remove_parts(the_store(), upload_id)
    return len(gone)


def _sweep_parts() -> int:
    """Parts that were stored and never counted, and those whose upload is gone."""
    with reading():
        known = set(db.session.scalars(sa.select(Upload.id)))
    swept = 0
    for part in the_store().parts():
        if part.at < _long_ago() and part.path.split("/")[1] not in known:
            the_store().delete_at(part.path)
            swept += 1
    return swept


def _sweep_rows() -> int:
    """Files that are in no library, and that no kind needs any more."""
    with reading():
        loose = set(db.session.scalars(_loose()))
    if not loose:
        return 0
    with reading():
        for kind in list_kinds():
            loose -= kind.media_kept(loose)
    swept = 0
    for digest in sorted(loose):
        with unit_of_work():
            db.session.execute(sa.select(Media.hash).where(Media.hash == digest).with_for_update())
            if db.session.scalar(_loose().where(Media.hash == digest)):  # also by what was captioned meanwhile
                db.session.execute(sa.delete(MediaVariant).where(MediaVariant.media_hash == digest))
                db.session.execute(sa.delete(Media).where(Media.hash == digest))
                swept += 1
    return swept


def _loose() -> sa.Select[str]:
    captions = {file for files in db.session.scalars(sa.select(CourseMedia.captions)) for file in files.values()}
    in_a_library = sa.exists().where(CourseMedia.media_hash == Media.hash)
    return sa.select(Media.hash).where(Media.created_at < _long_ago(), ~in_a_library, Media.hash.not_in(captions))


def _sweep_files() -> int:
    """Files that were stored for a row that was never written, or whose row is gone."""
    kept = the_store()
    with reading():
        known = set(db.session.scalars(sa.select(Media.hash)))
        known |= set(db.session.scalars(sa.select(MediaVariant.hash)))
        known |= set(db.session.scalars(sa.select(CourseMove.file_hash).where(CourseMove.file_hash.is_not(None))))
        known |= referred()
    old = _long_ago()
    return sum(kept.sweep(digest, old) for digest, _kept in kept.files(before=old) if digest not in known)


def _long_ago() -> datetime:
    return clock.now() - OLD
