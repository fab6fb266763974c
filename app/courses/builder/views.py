"""The builder: modules and activities added, renamed, moved, duplicated, removed."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.auth.identity import the_person
from app.core.access import Permission, allow
from app.core.errors import NotFound
from app.core.form_pages import form_on

from .. import drafts, queries
from ..errors import EditedMeanwhile
from ..kinds import get_kind, list_kinds
from ..models import Activity, Module
from ..queries import CourseAccess
from . import placing_services, services
from . import queries as builder_queries
from .forms import ActivityForm, KindForm, ModuleForm, PlaceForm, TitleForm

bp = Blueprint("builder", __name__, url_prefix="/teach/courses/<int:course_id>")


@bp.post("/modules")
@allow(Permission.TEACH)
def add_module(course_id: int) -> Response:
    queries.get_editable(course_id, the_person())
    module = services.add_module(course_id=course_id)
    return done(module, _("“%(title)s” is added.", title=named(module)), new=True)


@bp.post("/modules/<int:module_id>/activities")
@allow(Permission.TEACH)
def add_activity(course_id: int, module_id: int) -> Response:
    queries.get_editable(course_id, the_person())
    form = KindForm()
    if not form.validate() or form.kind.data not in {kind.name for kind in list_kinds()}:
        raise NotFound
    activity = services.add_activity(course_id=course_id, module_id=module_id, kind=form.kind.data)
    return done(activity, _("“%(title)s” is added.", title=named(activity)), new=True)


@bp.route("/modules/<int:module_id>/title", methods=["GET", "POST"])
@allow(Permission.TEACH)
def rename_module(course_id: int, module_id: int) -> ResponseReturnValue:
    access = queries.get_editable(course_id, the_person())
    return _rename(access, builder_queries.get_module(access.id, module_id))


@bp.route("/activities/<int:activity_id>/title", methods=["GET", "POST"])
@allow(Permission.TEACH)
def rename_activity(course_id: int, activity_id: int) -> ResponseReturnValue:
    access = queries.get_editable(course_id, the_person())
    return _rename(access, builder_queries.get_activity(access.id, activity_id))


def _rename(access: CourseAccess, thing: Module | Activity) -> ResponseReturnValue:
    """Another title; where somebody gave it one meanwhile, the page with both, and the version that it has now."""
    form, theirs, status = TitleForm(), None, 200
    if form.is_submitted():
        if form.validate():
            try:
                services.rename(thing, course=thing.course, title=form.title.data, version=form.version.data)
                return renamed(thing)
            except EditedMeanwhile as conflict:
                theirs, status = conflict, conflict.status
        else:
            status = 422
    else:
        form.title.data = named(thing)
    if theirs or not form.is_submitted():
        form.version.data = builder_queries.title_version(thing, thing.course)
    page = render_template(
        "studio/title.html", access=access, form=form, theirs=theirs, named=named(thing), back=_asked_from(thing)
    )
    return page, status


def renamed(thing: Module | Activity) -> Response:
    """Back to where the title was asked for; the course page finds the thing there."""
    told = _("Renamed to “%(title)s”.", title=named(thing))
    if request.args.get("back") != "editor":
        return done(thing, told)
    flash(told, "done")
    return redirect(_asked_from(thing), 303)


def _asked_from(thing: Module | Activity) -> str:
    """The address of the page that asked for another title: the thing's editor, or else the course."""
    if request.args.get("back") == "editor" and isinstance(thing, Activity):
        editor = get_kind(thing.kind).editor
        if editor:
            return url_for(editor, course_id=thing.course_id, activity_id=thing.id)
    return url_for("studio.course", course_id=thing.course_id, _anchor=anchor(thing))


@bp.route("/activities/<int:activity_id>/settings", methods=["GET", "POST"])
@allow(Permission.TEACH)
def edit_activity(course_id: int, activity_id: int) -> ResponseReturnValue:
    """Required or not, how long, and after what it opens."""
    access = queries.get_editable(course_id, the_person())
    activity = builder_queries.get_activity(access.id, activity_id)
    form, version = ActivityForm(), services.settings_version(activity)
    form.offer(builder_queries.list_others(activity, access.source_language), activity, version)
    theirs, status = None, 200
    if form.is_submitted():
        if form.validate():
            try:
                services.set_activity(activity, course=activity.course, **_settings(form))
                return done(activity, _("The settings of “%(title)s” are saved.", title=named(activity)))
            except EditedMeanwhile as conflict:
                theirs, status, form.version.data = conflict, conflict.status, version
        else:
            status = 422
    page = render_template("studio/activity.html", access=access, activity=activity, form=form, theirs=theirs)
    return page, status


@bp.route("/modules/<int:module_id>/settings", methods=["GET", "POST"])
@allow(Permission.TEACH)
def edit_module(course_id: int, module_id: int) -> ResponseReturnValue:
    """What completes a module: its required activities, or a number of any."""
    access = queries.get_editable(course_id, the_person())
    module = builder_queries.get_module(access.id, module_id)
    form, version = ModuleForm(), services.module_version(module)
    form.offer(module, version)
    theirs, status = None, 200
    if form.is_submitted():
        if form.validate():
            try:
                services.set_module(module, enough=form.number, version=form.version.data or "")
                return done(module, _("The settings of “%(title)s” are saved.", title=named(module)))
            except EditedMeanwhile as conflict:
                theirs, status, form.version.data = conflict, conflict.status, version
        else:
            status = 422
    page = render_template("studio/module.html", access=access, module=module, form=form, theirs=theirs)
    return page, status


def _settings(form: ActivityForm) -> dict[str, Any]:
    return {
        "required": bool(form.required.data),
        "minutes": form.minutes_given,
        "opens": form.opens,
        "version": form.version.data or "",
    }


@bp.get("/activities/<int:activity_id>/place")
@allow(Permission.TEACH)
def choose_place(course_id: int, activity_id: int) -> str:
    """To which module an activity is to move, and before what."""
    access = queries.get_editable(course_id, the_person())
    activity = builder_queries.get_activity(access.id, activity_id)
    return render_template("studio/place.html", access=access, activity=activity, course=drafts.load(access.id))


@bp.post("/activities/<int:activity_id>/place")
@allow(Permission.TEACH)
def place_activity(course_id: int, activity_id: int) -> Response:
    queries.get_editable(course_id, the_person())
    form = PlaceForm()
    if not form.validate() or not (form.direction.data or form.module.data):
        raise NotFound
    if form.direction.data:
        activity = placing_services.step_activity(
            course_id=course_id, activity_id=activity_id, up=form.direction.data == "up"
        )
    else:
        activity = placing_services.move_activity(
            course_id=course_id, activity_id=activity_id, module_id=form.module.data, before=form.before.data
        )
    place, count, module = builder_queries.place_of(activity)
    told = _("“%(title)s” is now %(place)s of %(count)s in “%(module)s”.", title=named(activity), place=place,
             count=count, module=named(module))  # fmt: skip
    return done(activity, told)


@bp.post("/modules/<int:module_id>/place")
@allow(Permission.TEACH)
def place_module(course_id: int, module_id: int) -> Response:
    queries.get_editable(course_id, the_person())
    form = PlaceForm()
    if not form.validate():
        raise NotFound
    if form.direction.data:
        module = placing_services.step_module(course_id=course_id, module_id=module_id, up=form.direction.data == "up")
    else:
        module = placing_services.move_module(course_id=course_id, module_id=module_id, before=form.before.data)
    standing = [each.id for each in module.course.living_modules()]
    told = _("Module “%(title)s” is now %(place)s of %(count)s.", title=named(module),
             place=standing.index(module.id) + 1, count=len(standing))  # fmt: skip
    return done(module, told)


@bp.post("/activities/<int:activity_id>/copies")
@allow(Permission.TEACH)
@form_on("studio.course")
def copy_activity(course_id: int, activity_id: int) -> Response:
    queries.get_editable(course_id, the_person())
    copy = services.duplicate_activity(course_id=course_id, activity_id=activity_id)
    return done(copy, _("“%(title)s” is added.", title=named(copy)), new=True)


@bp.post("/modules/<int:module_id>/copies")
@allow(Permission.TEACH)
def copy_module(course_id: int, module_id: int) -> Response:
    queries.get_editable(course_id, the_person())
    copy = services.duplicate_module(course_id=course_id, module_id=module_id)
    return done(copy, _("“%(title)s” is added.", title=named(copy)), new=True)


@bp.post("/activities/<int:activity_id>/removal")
@allow(Permission.TEACH)
@form_on("studio.course")
def remove_activity(course_id: int, activity_id: int) -> Response:
    person = the_person()
    queries.get_editable(course_id, person)
    activity = placing_services.remove_activity(course_id=course_id, activity_id=activity_id, by=person.id)
    return redirect(url_for("studio.course", course_id=course_id, removed=anchor(activity), _anchor="removed"), 303)


@bp.post("/modules/<int:module_id>/removal")
@allow(Permission.TEACH)
def remove_module(course_id: int, module_id: int) -> Response:
    person = the_person()
    queries.get_editable(course_id, person)
    module = placing_services.remove_module(course_id=course_id, module_id=module_id, by=person.id)
    return redirect(url_for("studio.course", course_id=course_id, removed=anchor(module), _anchor="removed"), 303)


@bp.post("/activities/<int:activity_id>/return")
@allow(Permission.TEACH)
@form_on("studio.course")
def return_activity(course_id: int, activity_id: int) -> Response:
    person = the_person()
    queries.get_editable(course_id, person)
    activity = placing_services.put_back_activity(course_id=course_id, activity_id=activity_id, by=person.id)
    return done(activity, _("“%(title)s” is back.", title=named(activity)))


@bp.post("/modules/<int:module_id>/return")
@allow(Permission.TEACH)
def return_module(course_id: int, module_id: int) -> Response:
    person = the_person()
    queries.get_editable(course_id, person)
    module = placing_services.put_back_module(course_id=course_id, module_id=module_id, by=person.id)
    return done(module, _("“%(title)s” is back.", title=named(module)))


def named(thing: Module | Activity) -> str:
    """The title in the course's own language."""
    source = thing.course.source_language
    return thing.title.best(source, source)


def anchor(thing: Module | Activity) -> str:
    """Where a thing stands on the course page: `activity-7`."""
    return f"{'module' if isinstance(thing, Module) else 'activity'}-{thing.id}"


def done(thing: Module | Activity, told: str, *, new: bool = False) -> Response:
    """Back to the course page, where the thing stands; a new one waits there for its title."""
    flash(told, "done")
    at = anchor(thing)
    page = url_for("studio.course", course_id=thing.course_id, at=at, new="yes" if new else None, _anchor=at)
    return redirect(page, 303)
