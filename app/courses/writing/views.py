"""The lesson editor: a text as it is written, its history, and what to do when two write at once."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.auth.identity import the_person
from app.core.access import Permission, allow
from app.core.form_pages import form_on
from app.core.transactions import give_up, reading

from ..errors import EditedMeanwhile, TextTooLong
from ..labels import REVISION_REASONS
from . import page, queries, services
from .forms import BodyForm, RestoreForm, VersionForm
from .services import Choice

bp = Blueprint("writing", __name__, url_prefix="/teach/courses/<int:course_id>/lessons/<int:activity_id>")

Answer = BaseResponse | tuple[Response, int]


@bp.get("/text")
@allow(Permission.TRANSLATE)
def edit(course_id: int, activity_id: int) -> Response:
    """The text of a lesson, to write, in a language that the person may write."""
    person = the_person()
    access, language = queries.get_writable(course_id, request.args.get("language"), person)
    return page.edit_page(access, queries.get_writing(course_id, activity_id, language), person)


@bp.get("/bodies/<language>")
@allow(Permission.TRANSLATE)
def body(course_id: int, activity_id: int, language: str) -> Response:
    """For the editor's script: which version stands, and who saved it."""
    person = the_person()
    queries.get_writable(course_id, language, person)
    return page.standing(queries.get_writing(course_id, activity_id, language), person)


@bp.post("/bodies/<language>")
@allow(Permission.TRANSLATE)
def save(course_id: int, activity_id: int, language: str) -> Answer:
    """Save the text as it is being written; where somebody else has saved meanwhile, both texts, to choose."""
    person, form = the_person(), BodyForm()
    with reading():
        access, _language = queries.get_writable(course_id, language, person)
        writing = queries.get_writing(course_id, activity_id, language)
    if not form.validate():
        return page.refused(access, writing, person, form)
    try:
        saved = services.save_body(
            course_id=course_id,
            activity_id=activity_id,
            language=language,
            html=form.html.data,
            version=form.version.data,
            by=person.id,
            choice=Choice(form.choice.data),
            source_seen=form.source.data,
            again=form.again.data,
            last=form.last.data,
        )
    except TextTooLong as error:
        form.html.errors = [error.message]
        return page.refused(access, writing, person, form)
    except EditedMeanwhile:
        give_up()
        theirs = queries.get_writing(course_id, activity_id, language)
        return page.conflict(access, theirs, person, form)
    if page.asked_by_script():
        return page.saved(saved)
    flash(page.saved_at(saved.at), "done")
    return redirect(url_for("writing.edit", course_id=course_id, activity_id=activity_id, language=language), 303)


@bp.get("/history")
@allow(Permission.TRANSLATE)
def history(course_id: int, activity_id: int) -> str:
    """The versions of a text, with two of them side by side."""
    person = the_person()
    access, language = queries.get_writable(course_id, request.args.get("language"), person)
    return history_page(access.id, activity_id, language, VersionForm(formdata=None))


def history_page(course_id: int, activity_id: int, language: str, form: VersionForm) -> str:
    """The history of a text; what it is asked to compare is a version of this text, or the one that stands."""
    access, language = queries.get_writable(course_id, language, the_person())
    writing = queries.get_writing(course_id, activity_id, language)
    versions = queries.list_versions(writing.body_id)
    known = {str(version.id) for version in versions} | {"now"}
    before, after = request.args.get("before"), request.args.get("after")
    before = before if before in known else next((str(version.id) for version in versions), "now")
    return render_template(
        "studio/writing/history.html",
        access=access,
        writing=writing,
        versions=versions,
        reasons=REVISION_REASONS,
        form=form,
        **page.compared(writing, before, after if after in known else "now"),
    )


@bp.post("/versions/<language>")
@allow(Permission.TRANSLATE)
@form_on("writing.history", query=("language",))
def keep(course_id: int, activity_id: int, language: str) -> Answer:
    """Keep the text as it stands, by hand, under a name."""
    person, form = the_person(), VersionForm()
    with reading():
        queries.get_writable(course_id, language, person)
    if not form.validate():
        return Response(history_page(course_id, activity_id, language, form), 422)
    services.keep_version(
        course_id=course_id, activity_id=activity_id, language=language, note=form.note.data or "", by=person.id
    )
    flash(_("This version is kept."), "done")
    return redirect(url_for("writing.history", course_id=course_id, activity_id=activity_id, language=language), 303)


@bp.post("/bodies/<language>/restoration")
@allow(Permission.TRANSLATE)
@form_on("writing.history", query=("language",))
def restore(course_id: int, activity_id: int, language: str) -> Answer:
    """Make a version of the history the text again."""
    person, form = the_person(), RestoreForm()
    with reading():
        queries.get_writable(course_id, language, person)
    if not form.validate():
        return Response(history_page(course_id, activity_id, language, VersionForm(formdata=None)), 422)
    services.restore_body(
        course_id=course_id, activity_id=activity_id, language=language, revision_id=form.version.data, by=person.id
    )
    flash(_("This version is the text again. The one that it replaced is kept in the history."), "done")
    return redirect(url_for("writing.edit", course_id=course_id, activity_id=activity_id, language=language), 303)
