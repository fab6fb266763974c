"""A city's case in a call, for administrators: the verdict spelled out, waivers, what was frozen, the dossier."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.auth.identity import page_language, the_person
from app.auth.names import erased_name
from app.core import audit, clock
from app.core.access import Permission, allow
from app.core.errors import NotFound
from app.core.transactions import reading
from app.core.workbooks import WORKBOOK, workbook_of

from .. import rules
from ..calls.zones import day_before
from ..eligibility.wording import Wording
from ..errors import NotWaivable
from ..labels import APPEAL_STATES, OCCASIONS, STATES
from ..reviews.conflicts import find_conflict
from . import dossier, dossier_queries, export, freezing, queries, waiver_services
from . import lines as trace
from .forms import EndWaiverForm, WaiveForm
from .queries import Case

_HIGHEST_ID = 2**31 - 1

bp = Blueprint("trace", __name__, url_prefix="/administration/grants/<slug>")


@bp.get("/cities/<int:city_id>")
@allow(Permission.ADMINISTER)
def show(slug: str, city_id: int) -> str:
    """How the city stood at the moment of the address, by default now, with every fact."""
    return _page(_case(slug, city_id))


@bp.post("/cities/<int:city_id>/waivers")
@allow(Permission.ADMINISTER)
def waive(slug: str, city_id: int) -> ResponseReturnValue:
    with reading():
        case = queries.get_case(slug, city_id, clock.now())
        form = _offered(WaiveForm(), case)
        if not form.validate_on_submit():
            return _page(case, form), 422
        call_id, expires_at = case.call.id, _day_after(form.until.data, case.call.time_zone)
    try:
        waiver_services.grant(
            call_id=call_id, city_id=city_id, leaf=form.leaf.data, reason=form.reason.data, expires_at=expires_at,
            by=the_person().id,
        )  # fmt: skip
    except NotWaivable as error:
        getattr(form, error.field or "leaf").errors = [str(error)]
        return _page(_case(slug, city_id), form), error.status
    flash(_("The requirement is waived. The city’s case says so, and why."), "done")
    return redirect(url_for("trace.show", slug=slug, city_id=city_id), 303)


@bp.post("/cities/<int:city_id>/waivers/<int:waiver_id>/end")
@allow(Permission.ADMINISTER)
def end_waiver(slug: str, city_id: int, waiver_id: int) -> ResponseReturnValue:
    form = EndWaiverForm(prefix=f"end-{waiver_id}-")
    with reading():
        case = queries.get_case(slug, city_id, clock.now())
        if waiver_id not in {waiver.id for waiver in case.waivers}:
            raise NotFound
        if not form.validate_on_submit():
            return _page(case, ending={waiver_id: form}), 422
    waiver_services.revoke(waiver_id=waiver_id, why=form.why.data, by=the_person().id)
    flash(_("The waiver has ended."), "done")
    return redirect(url_for("trace.show", slug=slug, city_id=city_id), 303)


@bp.get("/cities/<int:city_id>/frozen/<int:frozen_id>.json")
@allow(Permission.ADMINISTER)
def frozen(slug: str, city_id: int, frozen_id: int) -> Response:
    """A frozen document as it was hashed (RFC 8785), so that anybody can compute the hash again; as it is stored,
    where what became of it has no such form."""
    row = queries.get_frozen(slug, city_id, frozen_id)
    try:
        answer = make_response(freezing.canonical(row.document))
    except freezing.UNREADABLE:
        answer = make_response(row.text.encode(errors="replace"))
    answer.headers["Content-Type"] = "application/json"
    answer.headers["Content-Disposition"] = f'attachment; filename="{slug}-{row.hash[:12]}.json"'
    return answer


@bp.get("/applications.<any(csv, xlsx):kind>")
@allow(Permission.ADMINISTER)
def applications(slug: str, kind: str) -> Response:
    """All applications of the call as a file, with what stands beside them: in CSV one table, that of the address."""
    reader_id, asked = the_person().id, request.args.get("table", "applications")
    if asked not in export.TABLES:
        raise NotFound
    named = [asked] if kind == "csv" else list(export.TABLES)
    with reading():
        call = queries.get_grant_call(slug)
        tables = [export.TABLES[name](call, page_language(), reader_id=reader_id) for name in named]
        subject = f"grant_call:{call.id}"
    rows = sum(len(list(table.rows)) for table in tables)
    audit.record_reading("grant_call.export", subject, actor_id=reader_id, rows=rows, tables=named)
    answer = make_response(b"".join(export.as_csv(tables[0]) if kind == "csv" else workbook_of(tables)))
    answer.headers["Content-Type"] = "text/csv" if kind == "csv" else WORKBOOK
    name = slug if len(named) > 1 or asked == "applications" else f"{slug}-{asked}"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    return answer


@bp.get("/cities/<int:city_id>/dossier.pdf")
@allow(Permission.ADMINISTER)
def dossier_pdf(slug: str, city_id: int) -> Response:
    person, language = the_person(), page_language()
    with reading():
        application_id = queries.get_application_id(slug, city_id)
        found = dossier_queries.get_dossier(application_id, reader_id=person.id)
        said = dossier.data(found, language=language)
    audit.record_reading("application.dossier", f"application:{application_id}", actor_id=person.id)
    answer = make_response(dossier.pdf(said))
    answer.headers["Content-Type"] = "application/pdf"
    answer.headers["Content-Disposition"] = f'inline; filename="{slug}-{city_id}.pdf"'
    return answer


def _case(slug: str, city_id: int) -> Case:
    """A day at which the person of the address was elsewhere is told of who was nearest, as the form asks for both."""
    return queries.get_case(slug, city_id, _asked_moment(), _asked_person(), or_nearest=True)


def _asked_person() -> int | None:
    """The person in the address; None where it names nobody who could be."""
    person_id = request.args.get("person", 0, type=int)
    return person_id if 0 < person_id <= _HIGHEST_ID else None


def _asked_moment() -> datetime:
    """The moment in the address: the end of a day, by UTC; now, where it names none that has been."""
    now, day = clock.now(), _asked_day()
    return now if day is None else min(_day_after(day, "UTC") - timedelta(seconds=1), now)


def _asked_day() -> date | None:
    """The day in the address, as `2026-01-31`; None where it cannot be read or is still to come."""
    try:
        day = datetime.strptime(request.args.get("at", ""), "%Y-%m-%d").date()
    except ValueError:
        return None
    return day if day <= clock.now().date() else None


def _day_after(day: date, time_zone: str) -> datetime:
    """The first moment after a day where the clocks are those of `time_zone`."""
    return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(time_zone))


def _offered(form: WaiveForm, case: Case) -> WaiveForm:
    say = _wording(case)
    form.leaf.choices = [
        (rules.mark_of(part), say.in_one_line(part)) for part in dict.fromkeys(rules.waivable(case.call.rule))
    ]
    return form


def _wording(case: Case) -> Wording:
    return Wording(
        case.facts.courses, page_language(), quizzes=case.facts.quizzes, city=case.city.name, names=case.names,
        time_zone=case.call.time_zone, of_another=True,
    )  # fmt: skip


def _page(case: Case, form: WaiveForm | None = None, *, ending: dict[int, EndWaiverForm] | None = None) -> str:
    say = _wording(case)
    lines = list(trace.lines(case.finding, say, case.facts))
    marks = {rules.mark_of(part): say.in_one_line(part) for _path, part in rules.walk(case.call.rule)}
    return render_template(
        "grants/trace/show.html",
        case=case,
        own=find_conflict(the_person().id, call_id=case.call.id, city_id=case.city.id, since=case.call.opens_at),
        has_closed=case.call.closes_at <= clock.now(),
        say=say,
        lines=lines,
        asked=request.args.get("at", ""),
        is_no_day=bool(request.args.get("at")) and _asked_day() is None,
        marks=marks,
        form=form or _offered(WaiveForm(formdata=None), case),
        ending={w.id: EndWaiverForm(formdata=None, prefix=f"end-{w.id}-") for w in case.waivers} | (ending or {}),
        documents=[(row, freezing.is_intact(row)) for row in case.frozen],
        last_day=lambda waiver: day_before(waiver.expires_at, case.call.time_zone),
        day_due=lambda appeal: day_before(appeal.due_at, case.call.time_zone),
        name_of=lambda person_id: case.names.get(person_id) or erased_name(),
        in_force=lambda waiver: waiver.revoked_at is None and waiver.expires_at > clock.now(),
        moment=trace.moment,
        stands=trace.stands,
        occasions=OCCASIONS,
        states=STATES,
        appeal_states=APPEAL_STATES,
    )
