"""Publishing: the draft as practitioners would see it, what was published, publishing one again."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.auth.identity import Identity, the_person
from app.core import slots
from app.core.access import Permission, allow

from .. import queries, services
from ..archiving.errors import PublishingArchived
from ..drafts import Change
from ..errors import DraftChanged, NothingToPublish, NotReady
from ..forms import PublishForm
from ..kinds import get_kind
from ..studio_views import course_page
from .edition_changes import near_changes
from .panel import again_panel

bp = Blueprint("editions", __name__, url_prefix="/teach/courses/<int:course_id>")


@bp.get("/editions")
@allow(Permission.TRANSLATE)
def index(course_id: int) -> str:
    """What was published, the newest first, and how many people are counted on each."""
    person = the_person()
    access = queries.get_access(course_id, person)
    lines = queries.list_course_editions(access.id)
    figures = slots.EDITION_FIGURES.fill(person, [line.id for line in lines])
    return render_template("studio/editions.html", access=access, editions=lines, figures=figures)


@bp.post("/editions")
@allow(Permission.TEACH)
def publish(course_id: int) -> Response | tuple[str, int]:
    """Publish the draft; where that cannot be, the page again, with the reason and the note as typed."""
    person, form = the_person(), PublishForm()
    queries.get_editable(course_id, person)
    if not form.validate():
        return course_page(course_id, person, form), 422
    try:
        edition = services.publish(
            course_id=course_id, by=person.id, note=form.note.data or "", seen=form.seen.data or ""
        )
    except (DraftChanged, NothingToPublish, NotReady, PublishingArchived) as refused:
        return course_page(course_id, person, form, problem=refused), refused.status
    flash(_("Edition %(number)s is published. Practitioners see it from now on.", number=edition.number), "done")
    return redirect(url_for("studio.course", course_id=course_id), 303)


@bp.get("/editions/<int:number>")
@allow(Permission.TRANSLATE)
def show(course_id: int, number: int) -> str:
    """One edition: what it changed against the one before, or another; and the way to publish it again."""
    return edition_page(course_id, number, the_person())


@bp.post("/editions/<int:number>/again")
@allow(Permission.TEACH)
def publish_again(course_id: int, number: int) -> Response | tuple[str, int]:
    """Publish an old edition as the next one; where that cannot be, its page again, with the note as typed."""
    person, form = the_person(), PublishForm()
    queries.get_editable(course_id, person)
    if not form.validate():
        return edition_page(course_id, number, person, form), 422
    seen = request.form.get("in_force", type=int)
    try:
        edition = services.publish_again(
            course_id=course_id, number=number, by=person.id, note=form.note.data or "", in_force=seen
        )
    except (DraftChanged, NothingToPublish, PublishingArchived) as refused:
        return edition_page(course_id, number, person, form, problem=refused), refused.status
    flash(
        _("Edition %(number)s is published: it is edition %(former)s again.", number=edition.number, former=number),
        "done",
    )
    return redirect(url_for("editions.index", course_id=course_id), 303)


def edition_page(
    course_id: int, number: int, person: Identity, form: PublishForm | None = None, problem: object = None
) -> str:
    """The page of one edition; `problem` says why it was not published again."""
    access = queries.get_access(course_id, person)
    lines = queries.list_course_editions(access.id)
    change = queries.get_edition_change(lines, number, request.args.get("against", type=int))
    return render_template(
        "studio/edition.html",
        access=access,
        editions=lines,
        line=next(line for line in lines if line.number == number),
        change=change,
        language=change.language(request.args.get("language")),
        kinds=get_kind,
        Change=Change,
        problem=problem,
        figures=slots.EDITION_FIGURES.fill(person, [change.edition.id]),
        **again_panel(access, change.edition, person, form),
    )


@bp.get("/editions/<int:number>/activities/<key>")
@allow(Permission.TRANSLATE)
def activity(course_id: int, number: int, key: str) -> str:
    """One activity of an edition, each part as it was beside as it became."""
    access = queries.get_access(course_id, the_person())
    lines = queries.list_course_editions(access.id)
    change = queries.get_edition_change(lines, number, request.args.get("against", type=int))
    language = change.language(request.args.get("language"))
    return render_template(
        "studio/edition_activity.html",
        access=access,
        change=change,
        shown=change.find(key),
        parts=change.activity(key, language),
        whole="whole" in request.args,
        near_changes=near_changes,
        language=language,
        kinds=get_kind,
    )


@bp.get("/activities/<int:activity_id>")
@allow(Permission.TRANSLATE)
def preview(course_id: int, activity_id: int) -> Response:
    """An activity as it stands in the draft: its place in the preview."""
    access = queries.get_access(course_id, the_person())
    activity = queries.get_draft_activity(access.id, activity_id)
    language = request.args.get("language")
    return redirect(url_for("preview.activity", course_id=access.id, activity=activity.key, language=language))
