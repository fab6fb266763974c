"""Giving courses to people, for administrators, and for coordinators within their own city."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from werkzeug.wrappers import Response

from app.auth.cohorts import queries as cohort_queries
from app.auth.cohorts.queries import MOST_FOUND
from app.auth.identity import Identity, page_language, the_person
from app.auth.people.labels import ROLES
from app.core import clock
from app.core.access import Permission, allow
from app.core.errors import DomainError
from app.core.form_pages import form_on
from app.core.paging import page_number
from app.courses.archiving.errors import CourseArchived
from app.courses.archiving.words import marked
from app.network import queries as network

from . import assigned_queries, queries, services
from .assigned_queries import PAGE_SIZE, AssignmentFilters
from .forms import AssignmentForm, DueForm, Whom, picked
from .giving import Target
from .queries import GivenCourse
from .words import by_when, to_whom

bp = Blueprint("assignments", __name__, url_prefix="/assignments")


@bp.get("")
@allow(Permission.REPORT)
def index() -> str:
    """The courses that were given, to whom, and how it goes."""
    person = the_person()
    filters = AssignmentFilters(
        picked(request.args.get("course")), request.args.get("ended") == "y", page_number(request.args)
    )
    return render_template(
        "assignments/index.html", filters=filters,
        found=assigned_queries.list_assignments(person, filters, clock.now()),
        courses=_courses(queries.list_courses()), to_whom=to_whom,
        by_when=by_when,
    )  # fmt: skip


@bp.get("/new")
@allow(Permission.REPORT)
def new() -> str:
    """The form; the address may say which course and to whom."""
    asked = request.args
    given = {name: asked[name] for name in ("course", "whom", "person", "cohort", "city") if name in asked}
    form = _form(data=given, formdata=None)
    if (course_id := picked(asked.get("course"))) is not None:
        _require_open(form, course_id)
    if (person_id := picked(asked.get("person"))) is not None:
        form.whom.data = Whom.PERSON.value
        form.offer(cohort_queries.list_people(the_person(), [person_id]))
    return render_template("assignments/new.html", form=form)


@bp.post("/preview")
@allow(Permission.REPORT)
@form_on("assignments.new")
def preview() -> ResponseReturnValue:
    """What giving it would do, before anybody is enrolled."""
    form = _form()
    target = _target(form)
    if target is None:
        return render_template("assignments/new.html", form=form), 422
    course = queries.get_course(int(form.course.data))
    return render_template(
        "assignments/preview.html", form=form, target=target, course=course, due=by_when(form.due), label=_label(form),
        found=queries.preview(course.id, target), names=queries.list_new_names(course.id, target),
        large=services.AT_ONCE,
    )  # fmt: skip


@bp.post("")
@allow(Permission.REPORT)
def create() -> ResponseReturnValue:
    """Give the course: who is reached is enrolled."""
    form = _form()
    target = _target(form)
    if target is None:
        return render_template("assignments/new.html", form=form), 422
    try:
        given = services.give(course_id=int(form.course.data), target=target, due=form.due, by=the_person())
    except DomainError as error:
        form.whom.errors = [str(error)]
        return render_template("assignments/new.html", form=form), error.status
    flash(_("The course is given. Whoever belongs here later is enrolled then."), "done")
    return redirect(url_for("assignments.show", assignment_id=given.id), 303)


@bp.get("/<int:assignment_id>")
@allow(Permission.REPORT)
def show(assignment_id: int) -> str:
    """An assignment: how far its enrolling is, and how each person stands."""
    return _page(assignment_id)


@bp.post("/<int:assignment_id>/due")
@allow(Permission.REPORT)
def change_due(assignment_id: int) -> ResponseReturnValue:
    """Another due date."""
    person = the_person()
    assignment = assigned_queries.get_assignment(person, assignment_id)
    form = DueForm(person.time_zone, queries.due_of(assignment))
    if not form.validate():
        return _page(assignment_id, form), 422
    services.change_due(assignment_id=assignment.id, due=form.due, by=person)
    flash(_("The new date holds for whoever is due by this assignment."), "done")
    return redirect(url_for("assignments.show", assignment_id=assignment_id), 303)


@bp.post("/<int:assignment_id>/end")
@allow(Permission.REPORT)
def end(assignment_id: int) -> Response:
    """Enrol nobody by it any more; whoever is in the course stays."""
    person = the_person()
    assignment = assigned_queries.get_assignment(person, assignment_id)
    services.end(assignment_id=assignment.id, by=person)
    flash(_("The assignment has ended. Whoever is in the course stays."), "done")
    return redirect(url_for("assignments.show", assignment_id=assignment_id), 303)


def _form(**values: Any) -> AssignmentForm:
    """The form with what this person may choose."""
    person = the_person()
    return AssignmentForm(
        person.time_zone,
        courses=_courses(queries.list_open_courses()),
        cohorts=cohort_queries.list_choices(person),
        cities=network.list_choices(among=None if person.is_administrator else person.coordinates),
        roles=ROLES if person.is_administrator else None,
        **values,
    )


def _courses(found: Iterable[GivenCourse]) -> list[tuple[int, str]]:
    """Id and title, by title; archived ones say so."""
    here = page_language()
    titles = ((course, course.title.best(here, course.source_language)) for course in found)
    named = ((course.id, marked(title) if course.archived_at else title) for course, title in titles)
    return sorted(named, key=lambda pair: pair[1].casefold())


def _require_open(form: AssignmentForm, course_id: int) -> None:
    """Say beside the field, where the course that an address asks for was archived, what replaces it."""
    try:
        queries.require_open(course_id)
    except CourseArchived as refused:
        form.course.data, form.course.errors = "", [str(refused)]


def _target(form: AssignmentForm) -> Target | None:
    """To whom the form gives; None where it does not stand, and then its fields say why."""
    sound, person_id = form.validate(), None
    if form.course.errors and (course_id := picked(form.course.data)) is not None:
        _require_open(form, course_id)
    if form.whom.data == Whom.PERSON and not form.who.errors:
        person_id = _meant(form, the_person())
        sound = sound and person_id is not None
    return form.target(person_id) if sound else None


def _meant(form: AssignmentForm, person: Identity) -> int | None:
    """Whom the form means; where nobody or several are found it says so, and offers them.

    A name that is typed goes before the person who was chosen, unless it is theirs.
    """
    chosen, said = picked(form.person.data), form.who.data
    found = cohort_queries.find_people(person, said) if said else cohort_queries.list_people(person, [chosen or 0])
    if chosen is not None and any(one.id == chosen for one in found):
        found = [one for one in found if one.id == chosen]
    elif not said:
        form.who.errors = [_l("This person is not there, or not for you to enrol.")]
        return None
    if len(found) == 1:
        form.offer(found)
        form.person.data = str(found[0].id)
        if found[0].state in queries.STATES:
            return found[0].id
        form.who.errors = [_l("They have no city yet or have not confirmed their address: nobody can enrol them now.")]
        return None
    form.person.data = None
    if not found:
        form.who.errors = [_l("Nobody whom you may enrol has this name or address.")]
    elif len(found) > MOST_FOUND:
        form.who.errors = [_l("Many people have this name. Write more of it, or the e-mail address.")]
    else:
        form.offer(found)
        form.person.errors = [_l("Several people have this name. Choose one.")]
    return None


def _label(form: AssignmentForm) -> str:
    """The chosen target in words."""
    field = {Whom.COHORT: form.cohort, Whom.CITY: form.city, Whom.ROLE: form.role}.get(form.whom.data, form.person)
    return next((str(choice.label) for choice in field.choices if choice.value == field.data), "")


def _page(assignment_id: int, form: DueForm | None = None) -> str:
    person, at = the_person(), clock.now()
    assignment = assigned_queries.get_assignment(person, assignment_id)
    line = assigned_queries.get_line(person, assignment_id, at)
    page = page_number(request.args)
    rows, total = assigned_queries.list_reached(person, assignment, page=page, at=at)
    return render_template(
        "assignments/show.html", line=line, rows=rows, total=total,
        missing=0 if line.archived_at else queries.count_missing(assignment), page=page,
        pages=max(1, -(-total // PAGE_SIZE)),
        form=form or DueForm(person.time_zone, queries.due_of(assignment), formdata=None), to_whom=to_whom,
        by_when=by_when, withdrawn="withdrawn",
        words=ngettext("%(num)s person", "%(num)s people", total),
    )  # fmt: skip
