"""The work of a file of people: batch by batch, each in a transaction of its own."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

import sqlalchemy as sa

from app.auth.identity import identity_of
from app.core import clock
from app.core.jobs import enqueue, job
from app.core.store import the_store
from app.core.transactions import after_commit, reading, unit_of_work
from app.extensions import db

from . import people_import_queries as queries
from . import people_import_services as services
from .errors import NothingToConfirm
from .models import ImportState, PeopleImport
from .people_rows import read

SILENCE = timedelta(minutes=3)  # after which a run is given up for lost
PATIENCE = timedelta(days=3)  # after which the file is


@job(services.JOB)
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


@job("exchange.resume_people", every_minute=True)
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
