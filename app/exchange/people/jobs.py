"""The work of a file of people: batch by batch, each in a transaction of its own."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from app.auth.identity import identity_of
from app.core import clock
from app.core.jobs import enqueue, job
from app.core.store import the_store
from app.core.transactions import after_commit, reading, unit_of_work
from app.extensions import db

from ..errors import NothingToConfirm
from ..models import ImportState, PeopleImport
from . import queries, services
from .rows import read

SILENCE = timedelta(minutes=3)  # after which a run is given up for lost
PATIENCE = timedelta(days=3)  # after which the file is


@job(services.JOB, _l("Bringing in people from a file"))
def import_people(import_id: int) -> None:
    """Bring a confirmed file in. Safe to run twice, and to stop half way: what is done is not done again."""
    with reading():
        row = db.session.get(PeopleImport, import_id)
        if row is None or row.state != ImportState.RUNNING or row.file_hash is None:
            return
        person_id, digest = row.person_id, row.file_hash
        db.session.rollback()
    try:
        rows = read(the_store().read(digest)).rows
    except FileNotFoundError:  # a worker that was away for days
        with unit_of_work():
            services.leave(import_id=import_id)
        return
    with reading():
        frame = queries.get_frame(identity_of(person_id), rows)
        db.session.rollback()
    more = True
    while more:
        try:
            with unit_of_work():
                more = services.do_some(import_id=import_id, rows=rows, frame=frame)
        except NothingToConfirm:  # another run came to the end
            return


@job("exchange.resume_people", _l("Taking up files of people that were interrupted"), every_minute=True)
def resume() -> None:
    """Hand over again what a killed worker left, each once in a while; what never comes to its end is left."""
    now = clock.now()
    silent = sa.and_(PeopleImport.state == ImportState.RUNNING, PeopleImport.touched_at < now - SILENCE)
    with reading():
        lost = db.session.execute(sa.select(PeopleImport.id, PeopleImport.created_at).where(silent)).all()
    for import_id, created_at in lost:
        with unit_of_work():
            taken: sa.CursorResult[Any] = db.session.execute(  # type: ignore[assignment]
                sa.update(PeopleImport).where(PeopleImport.id == import_id, silent).values(touched_at=now)
            )
            if taken.rowcount and created_at < now - PATIENCE:
                services.leave(import_id=import_id)
            elif taken.rowcount:
                after_commit(partial(enqueue, services.JOB, import_id=import_id))


@job("exchange.forget_address", _l("Taking the address of an erased person out of files of people"))
def forget_address(address: str) -> None:
    """No refusal holds the address behind a fingerprint, and a file that is only shown and has it in it is let go.

    Else confirming it would make the person anew. What was sent and is done is let go too, since refusals are made anew
    from it. A file under way is looked at when its batch is done.
    """
    with reading():
        ids = db.session.scalars(sa.select(PeopleImport.id)).all()
        db.session.rollback()
    for import_id in ids:  # each by itself: a report may be long
        with reading():
            row = db.session.get_one(PeopleImport, import_id)
            state, digest, refusals = row.state, row.file_hash or row.report.file_hash, row.report.refusals
            db.session.rollback()
        drops = state in (ImportState.SHOWN, ImportState.DONE) and digest is not None and _has(digest, address)
        if drops or state == ImportState.RUNNING or any(services.is_about(one, address) for one in refusals):
            with unit_of_work():
                services.forget_address(import_id=import_id, address=address, drops=drops)


def _has(digest: str, address: str) -> bool:
    try:
        rows = read(the_store().read(digest)).rows
    except FileNotFoundError:
        return False
    return any(services.fingerprint(row.email) == address for row in rows)
