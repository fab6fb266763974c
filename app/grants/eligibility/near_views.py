"""The button beside who is one step away: each of them is reminded."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask_babel import ngettext
from werkzeug.wrappers import Response

from app.auth.identity import the_person
from app.core import clock
from app.core.access import Permission, allow
from app.core.errors import NotFound
from app.core.transactions import reading

from .. import queries
from ..views import bp
from . import near_services
from .way_queries import may_know_names


@bp.post("/grants/<slug>/cities/<int:city_id>/reminder")
@allow(Permission.REPORT)
def remind_near(slug: str, city_id: int) -> Response:
    """Remind those of a city who have one step left; by its coordinator, or an administrator."""
    now, person = clock.now(), the_person()
    if not may_know_names(person, city_id):
        raise NotFound
    with reading():
        call = queries.get_call(slug, now)
        city = queries.judge_city(call, call.judged_at(now), city_id)
    count = near_services.remind_near(call, city, by=person)
    words = ngettext(
        "%(num)s person is reminded of the step that is left. Nobody is told twice in a week.",
        "%(num)s people are reminded of the step that is left. Nobody is told twice in a week.",
        count,
    )
    flash(words, "done" if count else "info")
    return redirect(url_for("grants.show", slug=slug), 303)
