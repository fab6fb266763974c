"""Grant calls: the list, a call with its reader's verdict, and what a reader asks or states there."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.auth.identity import Identity, current_person, the_person
from app.auth.permissions import may_learn
from app.core import clock
from app.core.access import Permission, allow
from app.core.errors import NotFound
from app.core.transactions import reading

from . import queries
from .calls.call import Call, CallState
from .calls.words import FILE_KINDS
from .eligibility import declaration_services, reminder_services
from .eligibility.applied import applied
from .forms import YES, DeclarationForm, ReminderForm
from .judging.facts import named_by
from .reading import read_by, wording
from .reviews import queries as review_queries

bp = Blueprint("grants", __name__)


@bp.get("/grants")
@allow(Permission.ANYONE)
def index() -> str:
    """The calls: open, coming, closed; each that is not closed with the reader's own verdict."""
    at = clock.now()
    person = _subject()
    calls, applications = queries.list_calls(at, person.city_id if person else None)
    living = [call for call in calls if call.state_at(at) is not CallState.CLOSED]
    standings = queries.list_standings(living, person.id, at) if person else []
    met = {standing.call.id for standing in standings if standing.is_met}
    known = {i: applied(person, state, is_met=i in met) for i, state in applications.items()} if person else {}
    return render_template(
        "grants/index.html",
        groups={state: [call for call in calls if call.state_at(at) is state] for state in CallState},
        standings={standing.call.id: standing for standing in standings},
        applied={call_id: one for call_id, one in known.items() if one is not None},
        reviews=review_queries.count_mine(person, at) if person else (0, 0),
        say=wording(standings[0].facts if standings else None, city=_city_name(person)),
    )


@bp.get("/grants/<slug>")
@allow(Permission.ANYONE)
def show(slug: str) -> str:
    """A call: for a visitor its rule in words, for a practitioner where they and their city stand."""
    now = clock.now()
    call = queries.get_call(slug, now)
    person = _subject()
    if person is None:
        read = {"say": wording(named_by(call.rule)), "mine": None, "city": None}
    else:
        read = read_by(person, call, now)
    return render_template("grants/show.html", call=call, state=call.state_at(now), file_kinds=FILE_KINDS, **read)


@bp.post("/grants/<slug>/reminder")
@allow(Permission.LEARN)
def remind(slug: str) -> Response:
    """Be told when the call opens, or no longer."""
    call, form = _call(slug), ReminderForm()
    if not form.validate():
        raise NotFound
    if form.wanted.data == YES:
        reminder_services.remind(call, person_id=the_person().id)
        flash(_("We will tell you when this call opens."), "done")
    else:
        reminder_services.leave_alone(call, person_id=the_person().id)
        flash(_("We will not tell you when this call opens."), "done")
    return redirect(url_for("grants.show", slug=slug), 303)


@bp.post("/grants/<slug>/declarations")
@allow(Permission.LEARN)
def declare(slug: str) -> Response:
    """State what only the person can know."""
    call, form, person = _call(slug), DeclarationForm(), the_person()
    if not form.validate():
        raise NotFound
    declaration_services.declare(
        call, key=form.key.data, holds=form.holds.data == YES, person_id=person.id, city_id=person.city_id
    )
    flash(_("Written down. You can change it until your city applies."), "done")
    return redirect(url_for("grants.show", slug=slug), 303)


def _call(slug: str) -> Call:
    with reading():
        return queries.get_call(slug, clock.now())


def _subject() -> Identity | None:
    """The reader, where a rule can judge them: not a visitor, nor an account that still waits."""
    person = current_person()
    return person if may_learn(person) else None


def _city_name(person: Identity | None) -> str | None:
    return person.city_name if person else None
