"""What differs from the edition in force, looked at side by side, and discarded, each change alone."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.auth.identity import the_person
from app.core.access import Permission, allow
from app.core.errors import NotFound

from .. import drafts, queries
from ..builder import queries as builder_queries
from ..builder.forms import ChangeForm
from ..drafts import Review
from ..errors import ChangedSinceSeen, TextWithdrawn
from ..queries import CourseAccess
from . import changes, discarding_services

bp = Blueprint("changes", __name__, url_prefix="/teach/courses/<int:course_id>")


@bp.get("/changes")
@allow(Permission.TRANSLATE)
def course(course_id: int) -> str:
    """What differs of the course itself: each part beside the edition in force."""
    access = queries.get_access(course_id, the_person())
    return _course_page(access)


def _course_page(access: CourseAccess, problem: object = None) -> str:
    review = _published(access)
    language = _language(review)
    return render_template(
        "studio/changes.html",
        access=access,
        review=review,
        parts=changes.course_parts(review, language),
        seen=changes.course_seen(review),
        language=language,
        problem=problem,
    )


@bp.post("/changes")
@allow(Permission.TEACH)
def discard_part(course_id: int) -> ResponseReturnValue:
    """Take back one part of what differs of the course itself."""
    person = the_person()
    access = queries.get_editable(course_id, person)
    form = ChangeForm()
    if not form.validate():
        raise NotFound
    try:
        discarding_services.discard_part(course_id=course_id, part=form.change.data, seen=form.seen.data, by=person.id)
    except ChangedSinceSeen as refused:
        return _course_page(access, refused), refused.status
    flash(_("The change is discarded."), "done")
    return redirect(url_for("changes.course", course_id=course_id), 303)


@bp.get("/activities/<int:activity_id>/changes")
@allow(Permission.TRANSLATE)
def activity(course_id: int, activity_id: int) -> str:
    """An activity as published beside the draft's."""
    access = queries.get_access(course_id, the_person())
    return _activity_page(access, activity_id)


def _activity_page(access: CourseAccess, activity_id: int, problem: object = None) -> str:
    review = _published(access)
    row = builder_queries.get_any_activity(access.id, activity_id)
    language = _language(review)
    return render_template(
        "studio/activity_changes.html",
        access=access,
        review=review,
        activity=row,
        change=changes.activity_change(review, row, language),
        language=language,
        problem=problem,
    )


@bp.post("/activities/<int:activity_id>/changes")
@allow(Permission.TEACH)
def discard(course_id: int, activity_id: int) -> ResponseReturnValue:
    """Take back one change of an activity."""
    person = the_person()
    access = queries.get_editable(course_id, person)
    form = ChangeForm()
    if not form.validate() or form.asked is None:
        raise NotFound
    try:
        discarding_services.discard_activity(
            course_id=course_id, activity_id=activity_id, change=form.asked, seen=form.seen.data, by=person.id
        )
    except (ChangedSinceSeen, TextWithdrawn) as refused:
        return _activity_page(access, activity_id, refused), refused.status
    flash(_("The change is discarded."), "done")
    return _back(access, activity_id)


def _back(access: CourseAccess, activity_id: int) -> Response:
    at = f"activity-{activity_id}"
    return redirect(url_for("studio.course", course_id=access.id, at=at, _anchor=at), 303)


def _published(access: CourseAccess) -> Review:
    """The draft beside the edition in force. Raises `NotFound` where nothing was published."""
    review = drafts.review(access.id)
    if review.in_force is None:
        raise NotFound
    return review


def _language(review: Review) -> str:
    """The language asked for, if the course or its edition has it; else the course's own."""
    asked = request.args.get("language", "")
    known = (*review.course.languages, *(review.in_force.outline.languages if review.in_force else ()))
    return asked if asked in known else review.course.source_language
