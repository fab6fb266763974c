"""The quiz editor: settings of a quiz of the draft, and its questions in order."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.auth.identity import the_person
from app.core.access import Permission, allow
from app.core.errors import NotFound
from app.courses import queries as courses
from app.courses.errors import EditedMeanwhile
from app.courses.following import find_following
from app.courses.queries import CourseAccess

from . import bank_queries, studio_queries, studio_services
from .bank_forms import FilterForm, read_filters
from .fields import plain
from .kind import MINUTES_A_QUESTION
from .models import Quiz
from .reading import settings_words
from .settings import QuizSettings
from .studio_forms import MarksForm, SettingsForm
from .types.editor import FORMS

bp = Blueprint("quiz_studio", __name__, url_prefix="/teach/courses/<int:course_id>")

LARGEST_ID = 2**31 - 1


@bp.get("/quizzes/<int:activity_id>")
@allow(Permission.TEACH)
def edit(course_id: int, activity_id: int) -> str:
    """The questions of a quiz in order, its settings, and the ways to more questions."""
    access = courses.get_editable(course_id, the_person())
    return _page(access, studio_queries.get_quiz(access.id, activity_id))


def _page(
    access: CourseAccess, quiz: Quiz, settings: SettingsForm | None = None, *, stands: QuizSettings | None = None,
    marks: tuple[int, MarksForm] | None = None,
) -> str:  # fmt: skip
    """The editor. `stands`: the settings that somebody else saved meanwhile; `marks`: a slot and what was refused."""
    lines = studio_queries.list_slots(quiz, access.languages)
    filters = read_filters(request.args)
    found, count, bank = bank_queries.pick(access.id, filters, without={line.question_id for line in lines})
    return render_template(
        "quizzes/studio/edit.html",
        access=access,
        quiz=quiz,
        following=find_following(access, quiz.id),
        lines=lines,
        total=sum(line.marks for line in lines),
        settings=settings or SettingsForm.showing(quiz.settings),
        stands=settings_words(stands) if stands else None,
        refused=marks,
        forms=FORMS,
        plain=plain,
        bank=FilterForm.showing(filters, bank),
        filters=filters,
        found=found,
        found_count=count,
        removed=_removed(),
        minutes_a_question=MINUTES_A_QUESTION,
    )


def _removed() -> dict[str, str]:
    """What the address says of the question that was just taken out, to put it back with one button."""
    return {name: request.args.get(name, "")[:20] for name in ("removed", "marks", "after", "pinned")}


@bp.post("/quizzes/<int:activity_id>/settings")
@allow(Permission.TEACH)
def set_up(course_id: int, activity_id: int) -> Response | tuple[str, int]:
    """Keep the settings; what is wrong, or was changed meanwhile, is shown with what was filled in."""
    access, form = courses.get_editable(course_id, the_person()), SettingsForm()
    quiz = studio_queries.get_quiz(access.id, activity_id)
    if not form.validate():
        return _page(access, quiz, form), 422
    former = form.former or quiz.settings
    try:
        studio_services.set_up(course_id=access.id, activity_id=quiz.id, settings=form.settings, made_from=former)
    except EditedMeanwhile as changed:
        form.made_from.data = SettingsForm.showing(quiz.settings).made_from.data
        return _page(access, quiz, form, stands=quiz.settings), changed.status
    flash(_("The settings are saved."), "done")
    return _back(access.id, quiz.id)


@bp.post("/quizzes/<int:activity_id>/slots")
@allow(Permission.TEACH)
def add(course_id: int, activity_id: int) -> Response:
    """Let the quiz ask a question of the bank, or again one that was just taken out."""
    access = courses.get_editable(course_id, the_person())
    marks, after = MarksForm(), request.form.get("after", "")
    slot = studio_services.add_slot(
        course_id=access.id,
        activity_id=activity_id,
        question_id=_id("question"),
        marks=(marks.marks.number or 1.0) if marks.validate() else 1.0,
        after=_id("after") or None,
        first=after == "first",
        pinned=_id("pinned") or None,
    )
    return _back(access.id, activity_id, slot.id)


@bp.post("/quizzes/<int:activity_id>/slots/<int:slot_id>/place")
@allow(Permission.TEACH)
def move(course_id: int, activity_id: int, slot_id: int) -> Response:
    """Put a question one up or down (`move`), or behind another (`after`, nothing for the beginning)."""
    access = courses.get_editable(course_id, the_person())
    step = request.form.get("move")
    where = {"course_id": access.id, "activity_id": activity_id, "slot_id": slot_id}
    if step in ("up", "down"):
        studio_services.step_slot(**where, down=step == "down")
    elif "after" in request.form:
        studio_services.move_slot(**where, after=_id("after") or None)
    else:
        raise NotFound
    if _by_script():
        return Response(status=204)
    return _back(access.id, activity_id, slot_id)


@bp.post("/quizzes/<int:activity_id>/slots/<int:slot_id>/marks")
@allow(Permission.TEACH)
def weigh(course_id: int, activity_id: int, slot_id: int) -> Response | tuple[str, int]:
    """Say what a question is worth."""
    access, form = courses.get_editable(course_id, the_person()), MarksForm()
    if not form.validate():
        if _by_script():
            return Response(" ".join(map(str, form.marks.errors)), status=422, mimetype="text/plain")
        return _page(access, studio_queries.get_quiz(access.id, activity_id), marks=(slot_id, form)), 422
    studio_services.weigh_slot(
        course_id=access.id, activity_id=activity_id, slot_id=slot_id, marks=form.marks.number or 1.0
    )
    return Response(status=204) if _by_script() else _back(access.id, activity_id, slot_id)


@bp.post("/quizzes/<int:activity_id>/slots/<int:slot_id>/copy")
@allow(Permission.TEACH)
def duplicate(course_id: int, activity_id: int, slot_id: int) -> Response:
    """A question of its own with the same words, behind this one."""
    person = the_person()
    access = courses.get_editable(course_id, person)
    copy = studio_services.duplicate_slot(course_id=access.id, activity_id=activity_id, slot_id=slot_id, by=person.id)
    flash(_("The copy is a question of its own: changing it leaves the other as it is."), "done")
    return _back(access.id, activity_id, copy.id)


@bp.post("/quizzes/<int:activity_id>/slots/<int:slot_id>/following")
@allow(Permission.TEACH)
def follow(course_id: int, activity_id: int, slot_id: int) -> Response:
    """Ask the latest version of a question from now on."""
    access = courses.get_editable(course_id, the_person())
    studio_services.follow_latest(course_id=access.id, activity_id=activity_id, slot_id=slot_id)
    return _back(access.id, activity_id, slot_id)


@bp.post("/quizzes/<int:activity_id>/slots/<int:slot_id>/removal")
@allow(Permission.TEACH)
def remove(course_id: int, activity_id: int, slot_id: int) -> Response:
    """Take a question out of the quiz; the next page offers to put it back."""
    access = courses.get_editable(course_id, the_person())
    gone = studio_services.remove_slot(course_id=access.id, activity_id=activity_id, slot_id=slot_id)
    if gone is None:
        return _back(access.id, activity_id)
    return redirect(
        url_for(
            "quiz_studio.edit", course_id=access.id, activity_id=activity_id, removed=gone.question_id,
            marks=plain(gone.marks), after=gone.after or "first", pinned=gone.pinned, _anchor="removed",
        ),
        303,
    )  # fmt: skip


def _back(course_id: int, activity_id: int, slot_id: int | None = None) -> Response:
    anchor = f"slot-{slot_id}" if slot_id else None
    return redirect(url_for("quiz_studio.edit", course_id=course_id, activity_id=activity_id, _anchor=anchor), 303)


def _id(name: str) -> int:
    """An id from the form; 0, which nothing has, where there is none."""
    return min(max(request.form.get(name, 0, type=int), 0), LARGEST_ID)


def _by_script() -> bool:
    return request.headers.get("X-Requested-With") == "fetch"
