"""One person's record, for those who may see it and for the person."""

from __future__ import annotations

from flask import Blueprint, render_template

from app.auth.identity import the_person
from app.core import audit, clock
from app.core.access import Permission, allow
from app.progress.certificates import codes

from .. import record_queries
from .blueprint import bp

own = Blueprint("record", __name__)


@bp.get("/people/<int:person_id>")
@allow(Permission.FOLLOW)
def person(person_id: int) -> str:
    """Somebody's record, as far as the reader may see it. That it was opened is written down."""
    reader = the_person()
    record = record_queries.get_record(reader, person_id, clock.now())
    if reader.id != person_id:
        audit.record_reading("record.read", f"person:{person_id}", actor_id=reader.id)
    return render_template("reports/record.html", record=record, shown_code=codes.shown)


@own.get("/my/record")
@allow(Permission.LEARN)
def mine() -> str:
    """One's own record, to look at and to print."""
    record = record_queries.get_own_record(the_person(), clock.now())
    return render_template("reports/record.html", record=record, shown_code=codes.shown)
