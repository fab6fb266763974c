"""Reports by e-mail: begun from any report, listed, stopped."""

from __future__ import annotations

from urllib.parse import parse_qsl

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from app.auth.identity import page_language, the_person
from app.core.access import Permission, allow
from app.core.errors import NotFound
from app.core.transactions import reading

from .. import schedule_queries, services
from ..catalogue import PATHS, TITLES
from ..choices import choices_of
from ..labels import RHYTHMS
from ..models import Rhythm
from ..reading import form_of
from .blueprint import bp


@bp.get("/schedules")
@allow(Permission.FOLLOW)
def schedules() -> str:
    """What goes to the person by mail, and how often."""
    person = the_person()
    found = schedule_queries.list_schedules(person)
    choices, language = choices_of(person), page_language()
    forms = {row.id: form_of(row.report, person, MultiDict(parse_qsl(row.filters)), choices, language) for row in found}
    return render_template(
        "reports/schedules.html", schedules=found, forms=forms, titles=TITLES, paths=PATHS, rhythms=RHYTHMS
    )


@bp.post("/schedules")
@allow(Permission.FOLLOW)
def schedule() -> Response:
    """Send the person a report, with the filters it was shown with, every day, week or month."""
    with reading():
        person = the_person()
        report, rhythm = request.form.get("report", ""), request.form.get("rhythm", "")
        form = form_of(report, person, request.form, choices_of(person), page_language())
        if report not in TITLES or rhythm not in set(Rhythm) or not form.validate():
            raise NotFound
    services.schedule(person, report, form.asked(), Rhythm(rhythm))
    flash(_("From now on you get this report by e-mail at seven in the morning."), "done")
    return redirect(url_for("reports.schedules"), 303)


@bp.post("/schedules/<int:schedule_id>/end")
@allow(Permission.FOLLOW)
def stop(schedule_id: int) -> Response:
    """Send it no more."""
    services.stop(the_person(), schedule_id)
    flash(_("Stopped. You get this report no more."), "done")
    return redirect(url_for("reports.schedules"), 303)
