"""Taking somebody out of a course and back in, by their coordinator or an administrator."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.auth.identity import the_person
from app.core.access import Permission, allow
from app.core.errors import DomainError

from .. import services
from . import enrolment_queries as queries
from .enrolment_forms import WithdrawalForm

bp = Blueprint("enrolments", __name__, url_prefix="/people/<int:person_id>/enrolments/<int:enrolment_id>")


@bp.post("/departure")
@allow(Permission.REPORT)
def withdraw(person_id: int, enrolment_id: int) -> Response:
    """Take somebody out of a course, and write down why."""
    person = the_person()
    found = queries.get_enrolment_id(person, person_id, enrolment_id)
    form = WithdrawalForm()
    here = url_for("people.show", person_id=person_id)
    if not form.validate():
        raise DomainError(form.reason.errors[0], next_url=here, next_label=_("Back to their page"))
    services.withdraw(enrolment_id=found, by_id=person.id, reason=form.reason.data)
    flash(_("They are out of the course. What they did is kept, and they can come back."), "done")
    return redirect(here, 303)


@bp.post("/return")
@allow(Permission.REPORT)
def bring_back(person_id: int, enrolment_id: int) -> Response:
    """Take somebody back into a course, with everything they did."""
    person = the_person()
    found = queries.get_enrolment_id(person, person_id, enrolment_id)
    services.come_back(enrolment_id=found, by_id=person.id)
    flash(_("They are in the course again, with everything they did."), "done")
    return redirect(url_for("people.show", person_id=person_id), 303)
