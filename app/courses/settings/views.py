"""The settings of a course: what its draft says of it, and its address."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.auth.identity import the_person
from app.core.access import Permission, allow
from app.core.errors import DomainError

from .. import queries
from ..audience import queries as audience_queries
from ..labels import TRAINER_ROLES, setting_words
from ..queries import CourseAccess
from . import queries as settings_queries
from . import services
from .errors import Disputed
from .forms import AddressForm, SettingsForm

bp = Blueprint("course_settings", __name__, url_prefix="/teach/courses/<int:course_id>/settings")


@bp.get("")
@allow(Permission.TEACH)
def edit(course_id: int) -> str:
    """The settings as they stand in the draft."""
    return _page(queries.get_led(course_id, the_person()))


@bp.post("")
@allow(Permission.TEACH)
def update(course_id: int) -> Response | tuple[str, int]:
    """Save the settings; where a colleague changed the same meanwhile, both values, to choose from."""
    person = the_person()
    access = queries.get_led(course_id, person)
    form = SettingsForm(settings_queries.get_settings(access.id).facts)
    if not form.validate():
        return _page(access, form), 422
    try:
        services.change_settings(course_id=access.id, facts=form.facts, before=form.seen, by=person.id)
    except Disputed as disputed:
        form = SettingsForm(disputed.mine, seen=disputed.theirs, formdata=None)
        return _page(access, form, disputed=disputed), disputed.status
    flash(_("Saved. Practitioners see it with the next edition."), "done")
    return redirect(url_for("course_settings.edit", course_id=access.id), 303)


@bp.post("/address")
@allow(Permission.TEACH)
def move(course_id: int) -> Response | tuple[str, int]:
    """Move the course to another address, at once."""
    person = the_person()
    access = queries.get_led(course_id, person)
    form = AddressForm()
    if not form.validate():
        return _page(access, address=form), 422
    try:
        services.change_address(course_id=access.id, slug=form.slug.data, before=form.was.data or "", by=person.id)
    except DomainError as error:
        form.slug.errors = [str(error)]
        return _page(access, address=form), error.status
    flash(_("The course is at its new address. The old one leads there."), "done")
    return redirect(url_for("course_settings.edit", course_id=access.id), 303)


def _page(
    access: CourseAccess,
    form: SettingsForm | None = None,
    *,
    disputed: Disputed | None = None,
    address: AddressForm | None = None,
) -> str:
    settings = settings_queries.get_settings(access.id)
    address = address or AddressForm(formdata=None, data={"slug": access.slug})
    address.was.data = access.slug
    form = form or SettingsForm(settings.facts, formdata=None)
    names = disputed.fields if disputed else form.taken
    return render_template(
        "studio/settings.html",
        access=access,
        settings=settings,
        form=form,
        disputed=disputed,
        names=names,
        colleague=settings_queries.find_last_writer(access.id) if names else None,
        address=address,
        whom=audience_queries.sentence(settings.audience),
        trainers=queries.list_trainers(access.id),
        trainer_roles=TRAINER_ROLES,
        setting_words=setting_words,
    )
