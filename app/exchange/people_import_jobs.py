"""The work of a file of people: batch by batch, each in a transaction of its own."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from app.auth.identity import identity_of
from app.core import clock
from app.core.jobs import enqueue, job
from app.core.store import the_store
from app.core.transactions import reading, unit_of_work
from app.extensions import db

from . import people_import_queries as queries
from . import people_import_services as services
from .errors import NothingToConfirm
from .models import ImportState, PeopleImport
from .people_rows import read

SILENCE = timedelta(minutes=3)  # after which a run is given up for lost


@job(services.JOB)
def import_people(import_id: int) -> None:
    """Bring a confirmed file in. Safe to run twice, and to stop half way: what is done is not done again."""
    with reading():
        row = db.session.get(PeopleImport, import_id)
        if row is None or row.state != ImportState.RUNNING or row.file_hash is None:
            return
        person_id, digest = row.person_id, row.file_hash
        db.session.rollback()
    rows = read(the_store().read(digest)).rows
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
    """Hand over again what a killed worker left."""
    with reading():
        lost = db.session.scalars(
            sa.select(PeopleImport.id).where(
                PeopleImport.state == ImportState.RUNNING, PeopleImport.touched_at < clock.now() - SILENCE
            )
        ).all()
    for import_id in lost:
        enqueue(services.JOB, import_id=import_id)
