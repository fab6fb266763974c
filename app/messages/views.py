"""A person's messages, how each kind reaches them, and the link in every mail that stops mails like it."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.auth.errors import LinkNotValid
from app.auth.identity import the_person
from app.core.access import Permission, allow
from app.core.paging import page_number
from app.core.transactions import reading
from app.extensions import csrf

from . import queries, services, stopping
from .forms import ways_form
from .kinds import KINDS
from .sentences import sentence

bp = Blueprint("notices", __name__)


@bp.get("/notices")
@allow(Permission.SIGNED_IN)
def index() -> str:
    """The messages, newest first."""
    found = queries.list_notices(the_person().id, page_number(request.args))
    return render_template("notices/index.html", found=found)


@bp.post("/notices/<int:notice_id>/reading")
@allow(Permission.SIGNED_IN)
def open_one(notice_id: int) -> Response:
    """Take a message as read, and go where it leads."""
    notice = services.mark_read(person_id=the_person().id, notice_id=notice_id)
    leads_to = sentence(notice.kind, notice.values).path if notice.kind in KINDS else None
    return redirect(leads_to or url_for("notices.index"), 303)


@bp.post("/notices/reading")
@allow(Permission.SIGNED_IN)
def read_all() -> Response:
    """Take all messages as read."""
    services.mark_all_read(person_id=the_person().id)
    return redirect(url_for("notices.index"), 303)


@bp.get("/settings/messages")
@allow(Permission.SIGNED_IN)
def settings() -> str:
    """How each kind of message reaches the person."""
    form = ways_form(queries.get_ways(the_person().id))
    return render_template("notices/settings.html", form=form)


@bp.post("/settings/messages")
@allow(Permission.SIGNED_IN)
def choose() -> Response | tuple[str, int]:
    """Change how they do."""
    person = the_person()
    with reading():
        form = ways_form(queries.get_ways(person.id))
    if not form.validate():
        return render_template("notices/settings.html", form=form), 400
    services.choose(person_id=person.id, ways=form.ways)
    flash(_("Saved. Your messages come as you chose."), "done")
    return redirect(url_for("notices.settings"), 303)


@bp.get("/stop/<token>")
@allow(Permission.ANYONE)
def ask_stop(token: str) -> str:
    """Ask whether mails of these kinds are to stop: scanners follow links, so that a visit does nothing."""
    return render_template("notices/stop.html", stop=_stop(token), token=token)


@bp.post("/stop/<token>")
@csrf.exempt  # type: ignore[untyped-decorator]
@allow(Permission.ANYONE)
def stop(token: str) -> str:
    """Stop them. The signed link is the proof: mail programs send this by themselves, without a page (RFC 8058)."""
    asked = _stop(token)
    services.stop(person_id=asked.person_id, kinds=asked.kinds)
    return render_template("notices/stopped.html", stop=asked)


def _stop(token: str) -> stopping.Stop:
    asked = stopping.read(token)
    if asked is None:
        raise LinkNotValid
    return asked
