"""The studio: where trainers see their courses as they are being edited, and publish them."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.auth.identity import Identity, the_person
from app.core.access import Permission, allow

from . import drafts, queries
from .builder import queries as builder_queries
from .builder import services as builder_services
from .builder.forms import NewCourseForm
from .errors import AddressTaken
from .forms import PublishForm
from .kinds import get_kind, list_kinds
from .labels import TRAINER_ROLES
from .models import Module
from .publishing import changes
from .publishing.panel import publish_panel

bp = Blueprint("studio", __name__, url_prefix="/teach")


@bp.get("")
@allow(Permission.TRANSLATE)
def index() -> str:
    """The courses that a person teaches, each with what is in force and what is not published yet."""
    person = the_person()
    return render_template(
        "studio/index.html",
        reviews=queries.list_taught(person),
        may_begin=person.is_trainer or person.is_administrator,
    )


@bp.route("/courses/new", methods=["GET", "POST"])
@allow(Permission.TEACH)
def new() -> ResponseReturnValue:
    """Begin a course; whoever does becomes its lead."""
    person = the_person()
    form, status = NewCourseForm(person.language), 200
    if form.is_submitted() and form.validate():
        try:
            course = builder_services.create_course(
                title=form.title.data,
                source_language=form.source_language.data,
                slug=form.slug.data,
                by=person.id,
            )
            flash(_("Your course has begun. Add its first module."), "done")
            return redirect(url_for("studio.course", course_id=course.id), 303)
        except AddressTaken as refused:
            form.slug.errors, status = [str(refused)], refused.status
    elif form.is_submitted():
        status = 422
    free = builder_queries.free_slug(form.slug.data) if status == AddressTaken.status else None
    return render_template("studio/new.html", form=form, free=free), status


@bp.get("/courses/<int:course_id>")
@allow(Permission.TRANSLATE)
def course(course_id: int) -> str:
    """The draft beside what practitioners see, and the publish panel."""
    return course_page(course_id, the_person())


def course_page(course_id: int, person: Identity, form: PublishForm | None = None, problem: object = None) -> str:
    """The draft of a course; `problem` says why it was not published."""
    access = queries.get_access(course_id, person)
    review = drafts.review(access.id)
    return render_template(
        "studio/course.html",
        access=access,
        review=review,
        outlined={activity.id: activity for activity in review.outline.activities()},
        trainers=queries.list_trainers(access.id),
        problem=problem,
        kinds=get_kind,
        addable=list_kinds() if access.editable else [],
        gone=builder_queries.list_removed(review.course, review.in_force),
        changes_of=changes.changes_of,
        module_changes=changes.module_changes(review),
        undo=request.args.get("removed"),
        title_version=builder_queries.title_version,
        return_address=_return_address,
        trainer_roles=TRAINER_ROLES,
        previews={a.id for a in drafts.living_activities(review.course) if get_kind(a.kind).has_preview},
        **publish_panel(access, review, person, form),
    )


def _return_address(removed: builder_queries.Removed) -> str:
    """Where the button goes that puts a removed thing back."""
    thing = removed.thing
    if isinstance(thing, Module):
        return url_for("builder.return_module", course_id=thing.course_id, module_id=thing.id)
    return url_for("builder.return_activity", course_id=thing.course_id, activity_id=thing.id)
