"""The reports that a city owes after an award: for its people to write, for administrators to follow."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.auth.identity import the_person
from app.core import clock
from app.core.access import Permission, allow
from app.core.errors import DomainError
from app.core.paging import page_number
from app.core.transactions import give_up

from ..decisions.access import Own, asked_city, get_own
from ..decisions.queries import list_duties
from ..models import Duty
from ..reviews.errors import ChangedElsewhere, ReportEmpty, ReportHandedIn
from . import queries, services
from .forms import ReportForm

bp = Blueprint("duties", __name__)

OF_CITY = "/grants/<slug>/application/reports"


@bp.get("/administration/duties")
@allow(Permission.ADMINISTER)
def overview() -> str:
    """The reports that cities owe, and which are late."""
    return render_template("grants/duties/overview.html", found=queries.list_owed(page_number(request.args)))


@bp.get(OF_CITY)
@allow(Permission.LEARN)
def index(slug: str) -> str:
    """The reports that one's city owes, and those it handed in."""
    own = _own(slug)
    return render_template("grants/duties/index.html", own=own, duties=list_duties(own.application.id))


@bp.get(f"{OF_CITY}/<key>")
@allow(Permission.LEARN)
def show(slug: str, key: str) -> str:
    """A report, to write or to read."""
    own = _own(slug)
    return _page(own, queries.get_duty(own.application.id, key))


@bp.post(f"{OF_CITY}/<key>")
@allow(Permission.LEARN)
def save(slug: str, key: str) -> ResponseReturnValue:
    """Keep a report, or hand it in."""
    own, form = _own(slug), ReportForm()
    duty, hand_in = queries.get_duty(own.application.id, key), request.form.get("action") == "hand_in"
    if not form.validate():
        return _page(own, duty, form), 422
    try:
        services.save(duty_id=duty.id, version=form.made_from, text=form.text.data, hand_in=hand_in, by=the_person().id)
    except (ChangedElsewhere, ReportEmpty, ReportHandedIn) as problem:
        give_up()
        own = _own(slug)
        return _page(own, queries.get_duty(own.application.id, key), form, problem), problem.status
    flash(_("Handed in. Thank you.") if hand_in else _("Saved. Hand it in once it is complete."), "done")
    return redirect(url_for("duties.show", slug=slug, key=key, city=own.application.city_id), 303)


def _own(slug: str) -> Own:
    person = the_person()
    return get_own(slug, asked_city(person, request.args), person, clock.now())


def _page(own: Own, duty: Duty, form: ReportForm | None = None, problem: DomainError | None = None) -> str:
    """The form holds what was typed; after a conflict it is made from what stands now, which is shown beside it.

    Of a report that was handed in meanwhile, what was typed is only shown.
    """
    typed = form.text.data if form and duty.done_at else ""
    form = form or ReportForm(formdata=None, data={"text": duty.text, "version": duty.version_id})
    changed = isinstance(problem, ChangedElsewhere)
    if changed:
        form.version.data = str(duty.version_id)
    if isinstance(problem, ReportEmpty):
        form.text.errors = [str(problem)]
    return render_template(
        "grants/duties/show.html",
        own=own,
        duty=duty,
        form=form,
        changed=problem if changed else None,
        lost=typed if typed != duty.text else "",
    )
