"""The studio: where trainers see their courses as they are being edited, and publish them."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.auth.identity import Identity, the_person
from app.core import slots
from app.core.access import Permission, allow
from app.core.errors import NotFound

from . import drafts, queries, services
from .errors import NothingToPublish, NotReady
from .forms import PublishForm
from .kinds import get_kind
from .labels import TRAINER_ROLES

bp = Blueprint("studio", __name__, url_prefix="/teach")


@bp.get("")
@allow(Permission.TEACH)
def index() -> str:
    """The courses that a person teaches, each with what is in force and what is not published yet."""
    return render_template("studio/index.html", reviews=queries.list_taught(the_person()))


@bp.get("/courses/<int:course_id>")
@allow(Permission.TEACH)
def course(course_id: int) -> str:
    """The draft beside what practitioners see, and the publish panel."""
    return _course_page(course_id, the_person(), PublishForm())


@bp.post("/courses/<int:course_id>/editions")
@allow(Permission.TEACH)
def publish(course_id: int) -> Response | tuple[str, int]:
    """Publish the draft; where that cannot be, the page again, with the reason and the note as typed."""
    person, form = the_person(), PublishForm()
    if not queries.get_access(course_id, person).editable:
        raise NotFound
    if not form.validate():
        return _course_page(course_id, person, form), 422
    try:
        edition = services.publish(course_id=course_id, by=person.id, note=form.note.data or "")
    except (NothingToPublish, NotReady) as refused:
        return _course_page(course_id, person, form, problem=refused), refused.status
    flash(_("Edition %(number)s is published. Practitioners see it from now on.", number=edition.number), "done")
    return redirect(url_for("studio.course", course_id=course_id), 303)


def _course_page(course_id: int, person: Identity, form: PublishForm, problem: object = None) -> str:
    access = queries.get_access(course_id, person)
    review = drafts.review(access.id)
    return render_template(
        "studio/course.html",
        access=access,
        review=review,
        outlined={activity.id: activity for activity in review.outline.activities()},
        editions=queries.list_course_editions(access.id),
        trainers=queries.list_trainers(access.id),
        notices=slots.PUBLISH_NOTICES.fill(person, [access.id]).get(access.id, []),
        form=form,
        problem=problem,
        kinds=get_kind,
        trainer_roles=TRAINER_ROLES,
        previews={a.id for a in drafts.living_activities(review.course) if get_kind(a.kind).has_preview},
    )


@bp.get("/courses/<int:course_id>/activities/<int:activity_id>")
@allow(Permission.TEACH)
def preview(course_id: int, activity_id: int) -> str:
    """An activity as it stands in the draft, in a language of the course; it leaves no trace."""
    access = queries.get_access(course_id, the_person())
    activity = queries.get_draft_activity(access.id, activity_id)
    asked = request.args.get("language")
    language = asked if asked in activity.course.languages else activity.course.source_language
    player = get_kind(activity.kind).preview(activity, activity.course, language)
    if player is None:
        raise NotFound
    return render_template(
        player.template, access=access, course=activity.course, activity=activity, language=language, **player.context
    )
