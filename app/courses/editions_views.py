"""Publishing: the draft as practitioners would see it, what was published, publishing one again."""

from __future__ import annotations

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.auth.identity import the_person
from app.core.access import Permission, allow
from app.core.errors import NotFound

from . import queries, services
from .errors import NothingToPublish, NotReady
from .forms import PublishForm
from .kinds import get_kind
from .studio_views import course_page

bp = Blueprint("editions", __name__, url_prefix="/teach/courses/<int:course_id>")


@bp.get("/editions")
@allow(Permission.TRANSLATE)
def index(course_id: int) -> str:
    """To be written."""
    return render_template("studio/base.html", access=queries.get_access(course_id, the_person()))


@bp.post("/editions")
@allow(Permission.TEACH)
def publish(course_id: int) -> Response | tuple[str, int]:
    """Publish the draft; where that cannot be, the page again, with the reason and the note as typed."""
    person, form = the_person(), PublishForm()
    queries.get_editable(course_id, person)
    if not form.validate():
        return course_page(course_id, person, form), 422
    try:
        edition = services.publish(course_id=course_id, by=person.id, note=form.note.data or "")
    except (NothingToPublish, NotReady) as refused:
        return course_page(course_id, person, form, problem=refused), refused.status
    flash(_("Edition %(number)s is published. Practitioners see it from now on.", number=edition.number), "done")
    return redirect(url_for("studio.course", course_id=course_id), 303)


@bp.get("/activities/<int:activity_id>")
@allow(Permission.TRANSLATE)
def preview(course_id: int, activity_id: int) -> str:
    """An activity as it stands in the draft, in a language of the course; it leaves no trace."""
    access = queries.get_access(course_id, the_person())
    activity = queries.get_draft_activity(access.id, activity_id)
    asked = request.args.get("language")
    language = asked if asked in activity.course.languages else activity.course.source_language
    player = get_kind(activity.kind).preview(activity, activity.course, language)
    if player is None:
        raise NotFound
    g.frames = player.frames
    return render_template(
        player.template, access=access, course=activity.course, activity=activity, language=language, **player.context
    )
