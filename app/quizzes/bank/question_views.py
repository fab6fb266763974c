"""What is done with a question as a thing of the bank: where it stands, a double of it, hiding it."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.auth.identity import the_person
from app.core.access import Permission, allow
from app.core.transactions import give_up, reading
from app.courses import queries as courses
from app.courses.errors import EditedMeanwhile

from ..questions.views import Desk, desk_of
from . import naming, services
from .errors import AskedInDraft, NothingChanged, Stays
from .forms import FileForm

bp = Blueprint("bank_question", __name__, url_prefix="/teach/courses/<int:course_id>/questions/<int:question_id>")


@bp.post("/place")
@allow(Permission.TEACH)
def file(course_id: int, question_id: int) -> Response | tuple[str, int]:
    """Say in which category a question stands, and which tags it has."""
    person = the_person()
    with reading():
        desk, form = desk_of(course_id, question_id), FileForm.sent()
        assert desk.question
        refused = None if form.validate() else (desk.page(desk.shown(), filing=form), 422)
    if refused:
        return refused
    try:
        changed = naming.file_question(
            course_id=desk.access.id, question_id=question_id, wanted=form.wanted,
            made_from=form.made_from or desk.question.filed, by=person.id,
        )  # fmt: skip
    except EditedMeanwhile as overtaken:
        give_up()
        desk = desk_of(course_id, question_id)
        assert desk.question
        form.goes_on_from(desk.question.filed)
        return desk.page(desk.shown(), filing=form, filed_meanwhile=desk.question.filed), overtaken.status
    flash(_("Category and tags are saved.") if changed else _("Category and tags were like that already."), "done")
    return _back(desk, question_id, "place")


@bp.post("/copy")
@allow(Permission.TEACH)
def duplicate(course_id: int, question_id: int) -> Response:
    """A question of its own with the same words."""
    person = the_person()
    access = courses.get_editable(course_id, person)
    copy = naming.duplicate_question(course_id=access.id, question_id=question_id, by=person.id)
    flash(_("This is the copy, a question of its own: changing it leaves the other as it is."), "done")
    return redirect(url_for("questions.edit", course_id=access.id, question_id=copy.id), 303)


@bp.post("/hiding")
@allow(Permission.TEACH)
def hide(course_id: int, question_id: int) -> Response:
    """Take a question that no quiz of the draft asks out of sight."""
    person = the_person()
    with reading():
        desk = desk_of(course_id, question_id)
    try:
        services.hide_questions(course_id=desk.access.id, question_ids=[question_id], by=person.id)
    except NothingChanged as refused:
        if Stays.ASKED in refused.kept.values():
            raise AskedInDraft from refused
    flash(_("The question is hidden: it stands in no list, and nothing draws it."), "done")
    return _back(desk, question_id)


@bp.post("/showing")
@allow(Permission.TEACH)
def show(course_id: int, question_id: int) -> Response:
    """Show a hidden question again, as it was."""
    person = the_person()
    with reading():
        desk = desk_of(course_id, question_id)
    try:
        services.show_questions(course_id=desk.access.id, question_ids=[question_id], by=person.id)
    except NothingChanged:
        give_up()  # somebody else showed it meanwhile
    flash(_("The question is shown again, as it was."), "done")
    return _back(desk, question_id)


def _back(desk: Desk, question_id: int, anchor: str | None = None) -> Response:
    quiz_id = desk.quiz.id if desk.quiz else None
    where = url_for("questions.edit", course_id=desk.access.id, question_id=question_id, quiz=quiz_id, _anchor=anchor)
    return redirect(where, 303)
