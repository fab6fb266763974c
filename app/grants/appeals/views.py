"""For a city: its appeals, and for its coordinators making one."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.auth.identity import the_person
from app.core import clock
from app.core.access import Permission, allow
from app.core.errors import NotFound
from app.core.transactions import give_up

from ..decisions.access import Own, asked_city, get_own
from ..decisions.forms import AppealForm
from ..decisions.queries import list_appeals
from ..models import AppealState
from ..reviews.errors import AppealOpen, TooLateToAppeal
from . import services
from .terms import appeal_until

bp = Blueprint("appeals", __name__, url_prefix="/grants/<slug>/application/appeal")


@bp.get("")
@allow(Permission.LEARN)
def show(slug: str) -> str:
    """The appeals of one's city, and for its coordinators how to make one."""
    return _page(_own(slug))


@bp.post("")
@allow(Permission.LEARN)
def make(slug: str) -> ResponseReturnValue:
    """Appeal, as a coordinator of the city."""
    own, form = _own(slug), AppealForm()
    if not own.coordinates:
        raise NotFound
    if not form.validate():
        return _page(own, form), 422
    try:
        services.make(application_id=own.application.id, reason=form.reason.data, by=the_person().id)
    except (AppealOpen, TooLateToAppeal) as overtaken:
        give_up()
        return _page(_own(slug), form), overtaken.status
    flash(_("Your appeal is made. Somebody who did not decide answers it."), "done")
    return redirect(url_for("appeals.show", slug=slug, city=own.application.city_id), 303)


def _own(slug: str) -> Own:
    person = the_person()
    return get_own(slug, asked_city(person, request.args), person, clock.now())


def _page(own: Own, form: AppealForm | None = None) -> str:
    """The form holds what was typed; where no appeal can be made any more, that is only shown."""
    assert own.application.decided_at is not None
    appeals, now = list_appeals(own.application.id), clock.now()
    in_time = now < appeal_until(own.application.decided_at, own.call.time_zone)
    waits = bool(appeals) and appeals[0].state == AppealState.OPEN
    typed = form.reason.data if form and (waits or not in_time) else ""
    return render_template(
        "grants/appeals/show.html",
        own=own,
        appeals=appeals,
        now=now,
        in_time=in_time,
        waits=waits,
        lost="" if any(appeal.reason == typed for appeal in appeals) else typed,
        form=form or AppealForm(formdata=None),
    )
