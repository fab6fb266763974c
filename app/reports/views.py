"""The reports for administrators and coordinators."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request
from flask_babel import to_user_timezone

from app.auth.identity import page_language, the_person
from app.core import audit, clock
from app.core.access import Permission, allow
from app.core.errors import NotFound
from app.network.labels import country_name

from . import export, report
from .forms import CompletionFilters

bp = Blueprint("reports", __name__, url_prefix="/reports")


@bp.get("/completion")
@allow(Permission.REPORT)
def completion() -> str | tuple[str, int]:
    """Who completed what, city by city, and where people stop."""
    person, at = the_person(), clock.now()
    choices = report.choices_of(person)
    form = CompletionFilters(request.args, choices, page_language())
    if not form.validate():
        return _page(form, None), 422
    return _page(form, report.completion(person, form.filters(at), choices, at))


@bp.get("/completion.csv")
@allow(Permission.REPORT)
def completion_csv() -> Response:
    """The enrolments that the report counts, with the same filters, as a file. That it was taken is written down."""
    person, at = the_person(), clock.now()
    choices = report.choices_of(person)
    form = CompletionFilters(request.args, choices, page_language())
    if not form.validate():
        raise NotFound
    audit.record_reading("report.export", "report:completion", actor_id=person.id, filters=form.asked())
    lines = export.completion_csv(person, form.filters(at), choices, at=at, language=page_language())
    name = f"completion-{to_user_timezone(at).date().isoformat()}.csv"
    return Response(
        lines,
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"},
    )


def _page(form: CompletionFilters, found: report.Report | None) -> str:
    return render_template("reports/completion.html", form=form, report=found, country_name=country_name)
