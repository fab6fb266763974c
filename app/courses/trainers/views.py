"""Who teaches a course: its leads invite, change and remove trainers."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.auth.identity import the_person
from app.core.access import Permission, allow
from app.core.errors import DomainError, NotFound

from .. import queries
from ..labels import TRAINER_ROLES
from ..models import TrainerRole
from ..queries import CourseAccess
from . import queries as trainers_queries
from . import services
from .forms import InviteForm, PartForm
from .queries import TrainerLine

bp = Blueprint("course_trainers", __name__, url_prefix="/teach/courses/<int:course_id>/trainers")


@bp.get("")
@allow(Permission.TEACH)
def index(course_id: int) -> str:
    """Who teaches the course, and a form to invite another."""
    return _page(queries.get_led(course_id, the_person()))


@bp.post("")
@allow(Permission.TEACH)
def invite(course_id: int) -> Response | tuple[str, int]:
    """Invite a trainer by the address of their account."""
    person = the_person()
    access = queries.get_led(course_id, person)
    form = InviteForm(access)
    if not form.validate():
        return _page(access, form), 422
    try:
        name = services.invite_trainer(
            course_id=access.id, email=form.email.data, role=form.chosen, languages=form.languages.data, by=person.id
        )
    except DomainError as error:
        form.put_beside(error)
        return _page(access, form), error.status
    flash(_("%(name)s is part of the course and is told by mail.", name=name), "done")
    return redirect(url_for("course_trainers.index", course_id=access.id), 303)


@bp.post("/<int:trainer_id>")
@allow(Permission.TEACH)
def change(course_id: int, trainer_id: int) -> Response | tuple[str, int]:
    """Let a trainer do something else in the course."""
    person = the_person()
    access = queries.get_led(course_id, person)
    form = PartForm(access, prefix=_prefix(trainer_id))
    if not form.validate():
        return _page(access, parts={trainer_id: form}), 422
    try:
        name = services.change_trainer(
            course_id=access.id, trainer_id=trainer_id, role=form.chosen, languages=form.languages.data, by=person.id
        )
    except NotFound:
        raise
    except DomainError as error:
        form.put_beside(error)
        return _page(access, parts={trainer_id: form}), error.status
    flash(_("Saved. %(name)s is told by mail.", name=name), "done")
    return _onward(access)


@bp.post("/<int:trainer_id>/removal")
@allow(Permission.TEACH)
def remove(course_id: int, trainer_id: int) -> Response:
    """Take somebody off the course."""
    person = the_person()
    access = queries.get_led(course_id, person)
    name = services.remove_trainer(course_id=access.id, trainer_id=trainer_id, by=person.id)
    flash(_("%(name)s is no longer part of the course. What they wrote stays.", name=name), "done")
    return _onward(access)


def _onward(access: CourseAccess) -> Response:
    """Back to the page, or to one's courses for a lead who has just given up that part."""
    try:
        queries.get_led(access.id, the_person())
    except DomainError:
        return redirect(url_for("studio.index"), 303)
    return redirect(url_for("course_trainers.index", course_id=access.id), 303)


def _page(access: CourseAccess, form: InviteForm | None = None, parts: dict[int, PartForm] | None = None) -> str:
    lines = trainers_queries.list_lines(access.id)
    return render_template(
        "studio/trainers.html",
        access=access,
        lines=lines,
        form=form or InviteForm(access, formdata=None, data={"role": TrainerRole.AUTHOR.value}),
        parts={line.id: (parts or {}).get(line.id) or _part(access, line) for line in lines},
        refused=set(parts or ()),
        trainer_roles=TRAINER_ROLES,
    )


def _part(access: CourseAccess, line: TrainerLine) -> PartForm:
    """The form of one line as it stands."""
    shown = {"role": line.role.value, "languages": list(line.languages)}
    return PartForm(access, formdata=None, prefix=_prefix(line.id), data=shown)


def _prefix(trainer_id: int) -> str:
    return f"part{trainer_id}"
