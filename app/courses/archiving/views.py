"""Archiving a course and bringing it back, beside its settings: in force at once."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.auth.identity import page_language, the_person
from app.core import slots
from app.core.access import Permission, allow

from .. import queries
from ..errors import EditedMeanwhile
from ..queries import CourseAccess
from . import queries as archiving_queries
from . import services
from .errors import NoReplacement
from .forms import ArchiveForm

bp = Blueprint("archiving", __name__, url_prefix="/teach/courses/<int:course_id>/settings/archiving")


@bp.get("")
@allow(Permission.TEACH)
def edit(course_id: int) -> str:
    """What archiving the course would do, in numbers; of an archived one, how to bring it back."""
    return _page(queries.get_led(course_id, the_person()))


@bp.post("")
@allow(Permission.TEACH)
def update(course_id: int) -> Response | tuple[str, int]:
    """Archive the course; of an archived one, change what replaces it."""
    person = the_person()
    access = queries.get_led(course_id, person)
    form = _form(access)
    if not form.validate():
        return _page(access, form), 422
    try:
        services.archive(
            course_id=access.id, replaced_by_id=form.replaced_by_id, seen=form.seen.data or "", by=person.id
        )
    except EditedMeanwhile as meanwhile:
        return _page(access, form, meanwhile=meanwhile), meanwhile.status
    except NoReplacement as refused:
        form.replaced_by.errors = [str(refused)]
        return _page(access, form), refused.status
    flash(_("Saved.") if access.archived_at else _("The course is archived. Whoever is in it goes on."), "done")
    return redirect(url_for("archiving.edit", course_id=access.id), 303)


@bp.post("/return")
@allow(Permission.TEACH)
def bring_back(course_id: int) -> Response:
    """Let people begin the course again."""
    person = the_person()
    access = queries.get_led(course_id, person)
    services.bring_back(course_id=access.id, by=person.id)
    flash(_("The course is back: people can begin it again."), "done")
    return redirect(url_for("archiving.edit", course_id=access.id), 303)


def _form(access: CourseAccess, **values: object) -> ArchiveForm:
    return ArchiveForm(archiving_queries.list_replacements(access.id, language=page_language()), **values)


def _page(access: CourseAccess, form: ArchiveForm | None = None, *, meanwhile: EditedMeanwhile | None = None) -> str:
    stands = archiving_queries.get_archiving(access.id)
    if form is None:
        form = _form(access, formdata=None, data={"replaced_by": str(stands.replaced_by_id or "")})
    if meanwhile or not form.is_submitted():
        form.seen.data = stands.mark
    return render_template(
        "studio/archiving.html",
        access=access,
        stands=stands,
        form=form,
        meanwhile=meanwhile,
        successor=archiving_queries.find_successor(access.id) if stands.archived_at else None,
        notices=slots.ARCHIVE_NOTICES.fill(the_person(), [access.id]).get(access.id, []),
    )
