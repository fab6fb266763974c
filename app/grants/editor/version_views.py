"""Versions of a call's rule: who gains and loses by the next one, putting it in force, a second person's word."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.auth.identity import the_person
from app.core import audit, clock
from app.core.access import Permission, allow
from app.core.errors import DomainError
from app.core.paging import page_number

from ..judging.queries import compare
from . import queries, services, subjects
from .counts import count
from .errors import CallHasOpened, ReasonNeeded
from .page import Listed, marks
from .version_forms import DismissalForm, VersionForm
from .versions import Ruled, Version, VersionState
from .views import bp as bp
from .words import says


@bp.get("/preview")
@allow(Permission.ADMINISTER)
def preview(slug: str) -> str:
    """Which cities gain and lose by the draft, against the rule in force."""
    call = queries.get_ruled(slug)
    return render_template("grants/editor/preview.html", call=call, **_compared(call, call.rule))


@bp.get("/subjects")
@allow(Permission.ADMINISTER)
def look(slug: str) -> str:
    """People and cities to look at the draft with: proposed, looked up, or chosen."""
    call, at, words = queries.get_ruled(slug), clock.now(), request.args.get("q", "")[:100].strip()
    person_id, city_id = _id("person"), _id("city")
    rule = call.judged(call.rule)
    former = call.judged(call.in_force.rule) if call.in_force and call.changed else None
    looked = subjects.look_at_person(rule, person_id, at) if person_id else None
    city = subjects.look_at_city(rule, city_id, at) if city_id and not looked else None
    if looked:
        audit.record_reading("rule.look", f"person:{looked.subject.id}", actor_id=the_person().id, call=call.id)
    return render_template(
        "grants/editor/subjects.html",
        call=call,
        looked=looked,
        city=city,
        words=words,
        people=subjects.find_people(words) if words else [],
        cities=subjects.find_cities(words) if words else [],
        changed=former is not None,
        proposed={} if looked or city or words else subjects.propose(rule, at, former),
        say=says(call.rule, time_zone=call.time_zone),
    )


@bp.get("/versions")
@allow(Permission.ADMINISTER)
def versions(slug: str) -> str:
    call = queries.get_ruled(slug)
    return render_template("grants/editor/versions.html", call=call, versions=queries.list_versions(call))


@bp.route("/versions/new", methods=["GET", "POST"])
@allow(Permission.ADMINISTER)
def new(slug: str) -> ResponseReturnValue:
    """Put the draft in force, or propose it once the call has opened."""
    call, person = queries.get_ruled(slug), the_person()
    form = VersionForm(seen=call.seen)
    if not form.validate_on_submit():
        return _new_page(call, form), 422 if form.is_submitted() else 200
    at_once = form.at_once.data == "y"
    put = services.put_in_force if at_once else services.propose
    try:
        version = put(call_id=call.id, by=person.id, **form.said(call.source_language))
    except DomainError as error:
        return _not_put(slug, form, error), error.status
    said = _("Rule %(number)s is in force.") if at_once else _("Rule %(number)s waits for another administrator.")
    flash(said % {"number": version.number}, "done")
    return redirect(url_for("rules.version", slug=slug, number=version.number), 303)


@bp.get("/versions/<int:number>")
@allow(Permission.ADMINISTER)
def version(slug: str, number: int) -> str:
    """A version in words; one that waits beside the rule in force, with who gains and loses."""
    call = queries.get_ruled(slug)
    return _version_page(call, queries.get_version(call, number))


@bp.post("/versions/<int:number>/draft")
@allow(Permission.ADMINISTER)
def start(slug: str, number: int) -> Response:
    """Begin the next rule from this version."""
    call = queries.get_ruled(slug)
    services.start_from(call_id=call.id, number=number, seen=request.form.get("seen", ""), by=the_person().id)
    flash(_("The draft now says what rule %(number)s says.", number=number), "done")
    return redirect(url_for("rules.edit", slug=slug), 303)


@bp.post("/versions/<int:number>/approval")
@allow(Permission.ADMINISTER)
def approve(slug: str, number: int) -> ResponseReturnValue:
    call = queries.get_ruled(slug)
    try:
        services.approve(call_id=call.id, number=number, by=the_person().id)
    except DomainError as error:
        return _refused(call, number, error)
    flash(_("Rule %(number)s is in force from now on.", number=number), "done")
    return redirect(url_for("rules.version", slug=slug, number=number), 303)


@bp.post("/versions/<int:number>/dismissal")
@allow(Permission.ADMINISTER)
def dismiss(slug: str, number: int) -> ResponseReturnValue:
    call, form = queries.get_ruled(slug), DismissalForm()
    if not form.validate():
        return _version_page(call, queries.get_version(call, number), form), 422
    try:
        services.dismiss(call_id=call.id, number=number, by=the_person().id, why=form.why.data or "")
    except ReasonNeeded:
        form.why.errors = [_("Say why, for whoever proposed it.")]
        return _version_page(call, queries.get_version(call, number), form), ReasonNeeded.status
    except DomainError as error:
        return _refused(call, number, error)
    flash(_("Rule %(number)s is dismissed. The rule in force stays.", number=number), "done")
    return redirect(url_for("rules.version", slug=slug, number=number), 303)


@bp.post("/versions/<int:number>/taking-back")
@allow(Permission.ADMINISTER)
def take_back(slug: str, number: int) -> ResponseReturnValue:
    """Its author lets a proposal go."""
    call = queries.get_ruled(slug)
    try:
        services.take_back(call_id=call.id, number=number, by=the_person().id)
    except DomainError as error:
        return _refused(call, number, error)
    flash(_("You took rule %(number)s back. The rule in force stays.", number=number), "done")
    return redirect(url_for("rules.version", slug=slug, number=number), 303)


def _not_put(slug: str, form: VersionForm, error: DomainError) -> str:
    """The page as it is now, with what was typed and why nothing was done; sent again, it is about what it shows."""
    call = queries.get_ruled(slug)
    form.seen.data = call.seen
    if not isinstance(error, CallHasOpened | ReasonNeeded):
        return _new_page(call, form, refused=str(error))
    form.reason.errors = [str(error)]
    return _new_page(call, form)


def _new_page(call: Ruled, form: VersionForm, refused: str = "") -> str:
    now = clock.now()
    return render_template(
        "grants/editor/new.html",
        call=call,
        form=form,
        refused=refused,
        opened=call.has_opened(now),
        closed=call.has_closed(now),
        published=call.ever_published,
        problems=queries.list_faults(call, call.rule),
        **_compared(call, call.rule),
    )


def _version_page(call: Ruled, version: Version, form: DismissalForm | None = None, refused: str = "") -> str:
    waits = version.state is VersionState.PROPOSED
    return render_template(
        "grants/editor/version.html",
        call=call,
        version=version,
        form=form or DismissalForm(),
        refused=refused,
        problems=queries.list_faults(call, version.rule) if waits else [],
        closed=call.has_closed(clock.now()),
        may_decide=waits and version.written_by_id != the_person().id,
        **(_compared(call, version.rule) if waits else {"say": says(version.rule, time_zone=call.time_zone)}),
    )


def _refused(call: Ruled, number: int, error: DomainError) -> ResponseReturnValue:
    """The version as it is now, with why nothing was done."""
    found = queries.get_version(queries.get_ruled(call.slug), number)
    return _version_page(queries.get_ruled(call.slug), found, refused=str(error)), error.status


def _compared(call: Ruled, rule: Any) -> dict[str, Any]:
    """Who gains and who loses by `rule`, a page of each; against a call without a rule, nobody could apply.

    Both are judged as the call would: what is waived for a city is met for its people.
    """
    former, now = call.in_force.rule if call.in_force else None, clock.now()
    shift = compare(call.judged(former), call.judged(rule), now) if former else None
    return {
        "say": says(rule, *((former,) if former else ()), time_zone=call.time_zone),
        "former": former,
        "shift": shift,
        "foreseen": None if former else count(call.judged(rule), now),
        "waived": any(call.waives(each, now) for each in (rule, former) if each),
        "paged": Listed.of(shift, page_number(request.args)) if shift else None,
        "former_marks": marks(former) if former else None,
        "new_marks": marks(rule),
    }


def _id(name: str) -> int | None:
    said = request.args.get(name, "")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 10 else None
