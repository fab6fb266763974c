"""People and enrolments from a file: sent, looked at row by row, confirmed, told."""

from __future__ import annotations

import io
from collections.abc import Iterable
from itertools import chain
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from app.auth.identity import the_person
from app.core.access import Permission, allow
from app.core.paging import page_number
from app.core.sheets import BYTE_ORDER_MARK, csv_lines
from app.core.transactions import outside_transaction, reading

from .. import stored
from ..errors import FileGone
from ..models import ImportReport, ImportState, PeopleImport
from . import queries, services
from .rows import LARGEST, People, Unreadable, read
from .words import ENCODINGS, does, why

bp = Blueprint("people_import", __name__, url_prefix="/people/imports")

PAGE_SIZE = 100


@bp.url_value_preprocessor
def take_large_forms(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """A list of people is larger than a form may be elsewhere; this runs before the token is looked for."""
    if endpoint == "people_import.create" and "_user_id" in session:
        request.max_content_length = LARGEST + 100_000


@bp.get("")
@allow(Permission.REPORT)
def index() -> str:
    return _form()


@bp.post("")
@allow(Permission.REPORT)
def create() -> ResponseReturnValue:
    """Look into a file; nothing of it is done yet."""
    person, sent = the_person(), request.files.get("file")
    data = sent.read(LARGEST + 1) if sent and sent.filename else b""
    if not data:
        is_chosen = sent is not None and bool(sent.filename)
        return _form(
            _("The file is empty. Choose one with people in it.") if is_chosen else _("Choose the CSV file.")
        ), 422
    try:
        with outside_transaction("reading a file"):
            people = read(data)
    except Unreadable as fault:
        return _form(str(fault)), 422
    digest = stored.keep(io.BytesIO(data))
    with reading():
        judged = queries.judged(people.rows, queries.get_frame(person, people.rows))
        report = services.summed(ImportReport(encoding=people.encoding, guessed=people.guessed), judged)
    name = (sent.filename if sent else "") or ""
    shown = services.show(people=people, report=report, file_hash=digest, file_name=_tidy(name), by=person.id)
    return redirect(url_for("people_import.show", import_id=shown.id), 303)


@bp.get("/sample.csv")
@allow(Permission.REPORT)
def sample() -> Response:
    """A file to begin with; its address and names are invented."""
    lines = [
        ["name", "e-mail", "language", "city", "course", "due", "cohort"],
        ["Amina Trabelsi", "amina@city.example", "fr", "", "", "", ""],
        ["Jonas Verbeke", "jonas@city.example", "en", "", "address-of-a-course", "2027-05-31", "Spring"],
    ]
    return _csv(lines, "people.csv")


@bp.get("/<int:import_id>")
@allow(Permission.REPORT)
def show(import_id: int) -> str:
    """What a file would do, row by row; once confirmed, how far it is and what came of it."""
    person = the_person()
    found = queries.get_import(person, import_id)
    if found.state != ImportState.SHOWN:
        return render_template("people_import/show.html", found=found, why=why, sent=_sent(found))
    people = _people(found)
    pages = max(1, -(-len(people.rows) // PAGE_SIZE))
    page = min(page_number(request.args), pages)
    start, frame = (page - 1) * PAGE_SIZE, queries.get_frame(person, people.rows)
    return render_template(
        "people_import/preview.html", found=found, people=people, page=page, pages=pages, why=why, does=does,
        encodings=ENCODINGS, sent=True,
        rows=queries.judged_between(people.rows, start, start + PAGE_SIZE, frame),
    )  # fmt: skip


@bp.post("/<int:import_id>/confirmation")
@allow(Permission.REPORT)
def confirm(import_id: int) -> ResponseReturnValue:
    """Do what was shown."""
    person = the_person()
    with reading():
        found = queries.get_import(person, import_id)
        digest = found.file_hash if found.state == ImportState.SHOWN else None
    rows = _read(digest).rows if digest else []
    if digest:
        stored.keep(io.BytesIO(b"".join(stored.pieces(digest))))  # its day in the store begins anew, for the job
    services.confirm(import_id=import_id, rows=rows, by=person)
    return redirect(url_for("people_import.show", import_id=import_id), 303)


@bp.post("/<int:import_id>/dropping")
@allow(Permission.REPORT)
def drop(import_id: int) -> Response:
    """Let a file go without doing anything."""
    queries.get_import(the_person(), import_id)
    services.drop(import_id=import_id)
    flash(_("The file is discarded. Nothing was changed."), "done")
    return redirect(url_for("people_import.index"), 303)  # type: ignore[return-value]


@bp.get("/<int:import_id>/refused.csv")
@allow(Permission.REPORT)
def refused(import_id: int) -> Response:
    """The rows that are left out, with their reasons, as a file: all, or the first where what was sent is gone."""
    person = the_person()
    found = queries.get_import(person, import_id)
    told = found.report
    refusals, more = iter(told.refusals), told.refused - len(told.refusals)
    if more and _sent(found):
        rows, more = _people(found).rows, 0
        refusals = queries.list_refusals(found, rows, queries.get_frame(person, rows))
    lines = ([str(one.line), why(one), one.about] for one in refusals)
    ends = [["", ngettext("and %(num)s more", "and %(num)s more", more), ""]] if more else []
    return _csv(chain([[_("Line"), _("Why it is left out"), _("What it says")]], lines, ends), "refused.csv")


def _form(fault: str = "") -> str:
    person = the_person()
    return render_template("people_import/index.html", fault=fault, earlier=queries.list_imports(person))


def _people(found: PeopleImport) -> People:
    return _read(found.file_hash or found.report.file_hash or "")


def _sent(found: PeopleImport) -> bool:
    """Whether what was sent is still kept."""
    digest = found.file_hash or found.report.file_hash
    return digest is not None and stored.holds(digest)


def _read(digest: str) -> People:
    again = {"next_url": url_for("people_import.index"), "next_label": _("Send the file again")}
    try:
        return read(b"".join(stored.pieces(digest)))
    except (FileNotFoundError, ValueError):
        raise FileGone(**again) from None


def _tidy(name: str) -> str:
    return "".join(c for c in name if c.isprintable())[:120]


def _csv(lines: Iterable[list[str]], name: str) -> Response:
    return Response(
        BYTE_ORDER_MARK + csv_lines(lines),
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"},
    )
