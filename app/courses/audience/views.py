"""Who may enrol in a course, and who is invited: in force at once."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from app.auth.identity import the_person
from app.core import slots
from app.core.access import Permission, allow
from app.network import queries as network

from .. import queries
from ..archiving.errors import CourseArchived
from ..errors import EditedMeanwhile
from ..outline import Audience
from ..queries import CourseAccess
from . import queries as audience_queries
from . import services
from .forms import AudienceForm, InvitationsForm

bp = Blueprint("audience", __name__, url_prefix="/teach/courses/<int:course_id>/audience")


@bp.get("")
@allow(Permission.TEACH)
def edit(course_id: int) -> str:
    """Who may enrol, and who is invited."""
    return _page(queries.get_led(course_id, the_person()))


@bp.post("")
@allow(Permission.TEACH)
def update(course_id: int) -> Response | tuple[str, int]:
    """Say who may enrol from now on."""
    person = the_person()
    access = queries.get_led(course_id, person)
    form = _form(audience_queries.get_audience(access.id))
    if not form.validate():
        return _page(access, form), 422
    try:
        services.change_audience(course_id=access.id, audience=form.audience, before=form.seen, by=person.id)
    except EditedMeanwhile as meanwhile:
        return _page(access, form, meanwhile=meanwhile), meanwhile.status
    flash(_("Saved, and in force. Whoever is enrolled stays."), "done")
    return redirect(url_for("audience.edit", course_id=access.id), 303)


@bp.post("/invitations")
@allow(Permission.TEACH)
def invite(course_id: int) -> Response | tuple[str, int]:
    """Invite the addresses that were pasted; if one is none, nobody yet."""
    person = the_person()
    access = queries.get_led(course_id, person)
    form = InvitationsForm()
    if not form.validate():
        return _page(access, invitations=form), 422
    try:
        new = services.invite(course_id=access.id, emails=form.emails, by=person.id)
    except CourseArchived as refused:
        form.addresses.errors = [str(refused)]
        return _page(access, invitations=form), refused.status
    words = ngettext("%(num)s person is invited.", "%(num)s people are invited.", new)
    flash(words if new else _("All of them were invited before."), "done")
    return redirect(url_for("audience.edit", course_id=access.id), 303)


@bp.post("/invitations/<int:invitation_id>/removal")
@allow(Permission.TEACH)
def take_back(course_id: int, invitation_id: int) -> Response:
    """Take an invitation back."""
    person = the_person()
    access = queries.get_led(course_id, person)
    email = services.take_back(course_id=access.id, invitation_id=invitation_id, by=person.id)
    flash(_("%(email)s is no longer invited.", email=email), "done")
    return redirect(url_for("audience.edit", course_id=access.id), 303)


def _form(audience: Audience) -> AudienceForm:
    return AudienceForm(audience, network.list_choices(with_left=True))


def _page(
    access: CourseAccess,
    form: AudienceForm | None = None,
    *,
    meanwhile: EditedMeanwhile | None = None,
    invitations: InvitationsForm | None = None,
) -> str:
    audience = audience_queries.get_audience(access.id)
    invited = audience_queries.list_invitations(access.id)
    if form is None:
        form = AudienceForm(audience, network.list_choices(with_left=True), formdata=None)
    elif meanwhile:
        form.show(audience)
    return render_template(
        "studio/audience.html",
        access=access,
        audience=audience,
        whom=audience_queries.sentence(audience),
        form=form,
        meanwhile=meanwhile,
        invitations=invitations or InvitationsForm(formdata=None),
        invited=invited,
        standing=slots.INVITED.fill(the_person(), [line.id for line in invited]),
    )
