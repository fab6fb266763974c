"""For trainers: the people in their course, and what they say for one of them."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.auth.identity import the_person
from app.core import audit
from app.core.access import Permission, allow
from app.core.errors import NotFound
from app.core.paging import page_number
from app.core.transactions import reading
from app.courses import queries as courses

from ..forms import BACK, GiveForm
from ..models import ActivityState
from . import excusing_services, queries
from .queries import Filters

bp = Blueprint("learners", __name__, url_prefix="/teach/courses/<int:course_id>/people")

LONGEST_SEARCH = 100


@bp.get("")
@allow(Permission.TEACH)
def index(course_id: int) -> str:
    """The people in a course, to look for one by name or city."""
    access = courses.get_editable(course_id, the_person())
    filters = Filters(
        search=request.args.get("q", "").replace("\0", "").strip()[:LONGEST_SEARCH],
        page=page_number(request.args),
    )
    people = queries.list_people(access.id, filters)
    return render_template("learn/people/index.html", access=access, filters=filters, people=people)


@bp.get("/<int:enrolment_id>")
@allow(Permission.TEACH)
def show(course_id: int, enrolment_id: int) -> str:
    """How one person stands in each activity, with what a trainer can do about it."""
    person = the_person()
    page = _page(course_id, enrolment_id)
    audit.record_reading("progress.open", f"enrolment:{enrolment_id}", actor_id=person.id)
    return page


@bp.post("/<int:enrolment_id>/activities/<int:activity_id>")
@allow(Permission.TEACH)
def give(course_id: int, enrolment_id: int, activity_id: int) -> Response | tuple[str, int]:
    """Excuse a person from an activity, complete it for them, or take that back."""
    person = the_person()
    with reading():
        courses.get_editable(course_id, person)
        learner = queries.get_learner(course_id, enrolment_id)
        if activity_id not in learner.edition.by_id:
            raise NotFound
    form = GiveForm()
    if not form.validate():
        if form.action.errors:
            raise NotFound
        return _page(course_id, enrolment_id, form=form, of=activity_id), 422
    values = {"enrolment_id": enrolment_id, "activity_id": activity_id, "reason": form.reason.data, "by": person.id}
    if form.action.data == BACK:
        excusing_services.take_back(**values)
    else:
        excusing_services.give(state=ActivityState(form.action.data), **values)
    flash(_("Saved. They see it in the course."), "done")
    return redirect(url_for("learners.show", course_id=course_id, enrolment_id=enrolment_id), 303)


def _page(course_id: int, enrolment_id: int, *, form: GiveForm | None = None, of: int | None = None) -> str:
    """`form`: what was refused `of` an activity; every other one has an empty form."""
    access = courses.get_editable(course_id, the_person())
    learner = queries.get_learner(access.id, enrolment_id)
    forms = {activity.id: form if form and of == activity.id else GiveForm() for activity in learner.edition.activities}
    for activity_id, each in forms.items():
        each.reason.id = f"reason-{activity_id}"
        if activity_id != of:
            each.reason.data, each.reason.errors = "", []
    return render_template("learn/people/show.html", access=access, learner=learner, forms=forms, of=of)
