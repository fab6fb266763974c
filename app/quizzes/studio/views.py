"""The quiz editor: settings of a quiz of the draft, and its questions in order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.auth.identity import the_person
from app.core.access import Permission, allow
from app.core.errors import NotFound
from app.courses import queries as courses
from app.courses.builder.following import find_following
from app.courses.errors import EditedMeanwhile
from app.courses.queries import CourseAccess

from ..bank import queries as bank_queries
from ..bank.address import read_filters
from ..bank.forms import FilterForm
from ..delivery.words import delivery_words
from ..fields import plain
from ..kind import MINUTES_A_QUESTION
from ..labels import REVIEWED, WHENS, draw_words
from ..models import Draw, Quiz
from ..reading import settings_groups, settings_words
from ..settings import QuizSettings
from ..types.editor import FORMS
from . import queries, services, slots
from .forms import DrawForm, MarksForm, PagesForm
from .settings_forms import SettingsForm

bp = Blueprint("quiz_studio", __name__, url_prefix="/teach/courses/<int:course_id>")

LARGEST_ID = 2**31 - 1
LONGEST_DRAW = 4000  # characters of JSON


@bp.get("/quizzes/<int:activity_id>")
@allow(Permission.TEACH)
def edit(course_id: int, activity_id: int) -> str:
    """The questions of a quiz in order, its settings, and the ways to more questions."""
    access = courses.get_editable(course_id, the_person())
    return _page(access, queries.get_quiz(access.id, activity_id))


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """What was sent and could not be kept: each form as it was filled in, those of a place with its id.

    `stands`: the settings that somebody else saved meanwhile.
    """

    settings: SettingsForm | None = None
    stands: QuizSettings | None = None
    marks: tuple[int, MarksForm] | None = None
    draw: DrawForm | None = None
    redraw: tuple[int, DrawForm] | None = None
    pages: PagesForm | None = None


def _page(access: CourseAccess, quiz: Quiz, refused: Refused | None = None) -> str:
    """The editor."""
    refused = refused or Refused()
    source = access.source_language
    lines = slots.list_slots(quiz, access.languages)
    filters = read_filters(request.args)
    asked = {line.question_id for line in lines if isinstance(line, slots.SlotLine)}
    found, count, bank = bank_queries.pick(access.id, filters, without=asked)
    labels = slots.list_labels(access.id)
    return render_template(
        "quizzes/studio/edit.html",
        access=access,
        quiz=quiz,
        following=find_following(access, quiz.id),
        lines=lines,
        total=sum(line.marks for line in lines),
        settings=refused.settings or SettingsForm.showing(quiz.settings, source),
        groups=settings_groups(quiz.settings, source, source),
        stands=settings_words(refused.stands, source, source) if refused.stands else None,
        refused=refused.marks,
        redraws={
            line.id: _redraw(refused, line.id) or DrawForm(*labels, line.draw, formdata=None, prefix=f"draw{line.id}-")
            for line in lines
            if isinstance(line, slots.DrawLine)
        },
        draw=refused.draw or DrawForm(*labels, formdata=None),
        pages=refused.pages or PagesForm(formdata=None, data=_pages(lines)),
        forms=FORMS,
        plain=plain,
        draw_words=draw_words,
        whens=WHENS,
        reviewed=REVIEWED,
        delivery=delivery_words(quiz, the_person().time_zone),
        bank=FilterForm.showing(filters, bank),
        filters=filters,
        found=found,
        found_count=count,
        removed=_removed(),
        minutes_a_question=MINUTES_A_QUESTION,
    )


def _redraw(refused: Refused, slot_id: int) -> DrawForm | None:
    return refused.redraw[1] if refused.redraw and refused.redraw[0] == slot_id else None


def _pages(lines: Sequence[slots.Line]) -> dict[str, str]:
    """What the form of the pages shows: how the questions stand now, where that can be said in a word."""
    starts = [place for place, line in enumerate(lines) if line.new_page or not place]
    if len(lines) < 2 or len(starts) == len(lines):
        return {"pages": "each"}
    if len(starts) == 1:
        return {"pages": "one"}
    size = starts[1]
    return {"pages": "every", "every": str(size)} if starts == list(range(0, len(lines), size)) else {}


def _removed() -> dict[str, str]:
    """What the address says of the question, or the draw, that was just taken out, to put it back with one button."""
    asked = {name: request.args.get(name, "")[:20] for name in ("removed", "marks", "after", "pinned", "page")}
    return {**asked, "draw": request.args.get("draw", "")[:LONGEST_DRAW]}


@bp.post("/quizzes/<int:activity_id>/settings")
@allow(Permission.TEACH)
def set_up(course_id: int, activity_id: int) -> Response | tuple[str, int]:
    """Keep the settings; what is wrong, or was changed meanwhile, is shown with what was filled in."""
    access, form = courses.get_editable(course_id, the_person()), SettingsForm()
    quiz = queries.get_quiz(access.id, activity_id)
    if not form.validate():
        form.with_spares()
        return _page(access, quiz, Refused(settings=form)), 422
    settings, former = form.settings(access.source_language), form.former or quiz.settings
    try:
        services.set_up(course_id=access.id, activity_id=quiz.id, settings=settings, made_from=former, kept=form.kept)
    except EditedMeanwhile as changed:
        form.show(quiz.settings)
        form.with_spares()
        return _page(access, quiz, Refused(settings=form, stands=quiz.settings)), changed.status
    flash(_("The settings are saved."), "done")
    return _back(access.id, quiz.id)


@bp.post("/quizzes/<int:activity_id>/slots")
@allow(Permission.TEACH)
def add(course_id: int, activity_id: int) -> Response:
    """Let the quiz ask a question of the bank, or again one, or a draw, that was just taken out."""
    access = courses.get_editable(course_id, the_person())
    marks, after, draw = MarksForm(), request.form.get("after", ""), _draw()
    where: dict[str, Any] = {
        "course_id": access.id, "activity_id": activity_id,
        "marks": (marks.marks.number or 1.0) if marks.validate() else 1.0,
        "after": _id("after") or None, "first": after == "first", "new_page": request.form.get("page") != "0",
    }  # fmt: skip
    if draw is not None:
        (slot,) = services.add_draws(**where, draw=draw)
    else:
        slot = services.add_slot(**where, question_id=_id("question"), pinned=_id("pinned") or None)
    return _back(access.id, activity_id, slot.id)


@bp.post("/quizzes/<int:activity_id>/draws")
@allow(Permission.TEACH)
def draw(course_id: int, activity_id: int) -> Response | tuple[str, int]:
    """Let the quiz draw questions from the bank at random."""
    access = courses.get_editable(course_id, the_person())
    quiz = queries.get_quiz(access.id, activity_id)
    form = DrawForm(*slots.list_labels(access.id))
    if not form.validate():
        return _page(access, quiz, Refused(draw=form)), 422
    added = services.add_draws(
        course_id=access.id,
        activity_id=activity_id,
        draw=form.draw,
        count=int(form.count.number or 1),
        marks=form.marks.number or 1.0,
    )
    return _back(access.id, activity_id, added[0].id)


@bp.post("/quizzes/<int:activity_id>/slots/<int:slot_id>/draw")
@allow(Permission.TEACH)
def redraw(course_id: int, activity_id: int, slot_id: int) -> Response | tuple[str, int]:
    """Say from where a place draws its question."""
    access = courses.get_editable(course_id, the_person())
    quiz = queries.get_quiz(access.id, activity_id)
    stands = slots.get_draw(quiz.id, slot_id)
    form = DrawForm(*slots.list_labels(access.id), stands, prefix=f"draw{slot_id}-")
    if not form.validate():
        return _page(access, quiz, Refused(redraw=(slot_id, form))), 422
    services.redraw_slot(course_id=access.id, activity_id=activity_id, slot_id=slot_id, draw=form.draw)
    return _back(access.id, activity_id, slot_id)


@bp.post("/quizzes/<int:activity_id>/slots/<int:slot_id>/page")
@allow(Permission.TEACH)
def turn_page(course_id: int, activity_id: int, slot_id: int) -> Response:
    """Let a page begin with a question, or not."""
    access = courses.get_editable(course_id, the_person())
    begins = request.form.get("page") == "1"
    services.turn_page(course_id=access.id, activity_id=activity_id, slot_id=slot_id, new_page=begins)
    return _back(access.id, activity_id, slot_id)


@bp.post("/quizzes/<int:activity_id>/pages")
@allow(Permission.TEACH)
def paginate(course_id: int, activity_id: int) -> Response | tuple[str, int]:
    """Put all questions on pages anew."""
    access, form = courses.get_editable(course_id, the_person()), PagesForm()
    if not form.validate():
        return _page(access, queries.get_quiz(access.id, activity_id), Refused(pages=form)), 422
    services.paginate(course_id=access.id, activity_id=activity_id, questions=form.questions)
    return _back(access.id, activity_id)


@bp.post("/quizzes/<int:activity_id>/slots/<int:slot_id>/place")
@allow(Permission.TEACH)
def move(course_id: int, activity_id: int, slot_id: int) -> Response:
    """Put a question one up or down (`move`), or behind another (`after`, nothing for the beginning)."""
    access = courses.get_editable(course_id, the_person())
    step = request.form.get("move")
    where = {"course_id": access.id, "activity_id": activity_id, "slot_id": slot_id}
    if step in ("up", "down"):
        services.step_slot(**where, down=step == "down")
    elif "after" in request.form:
        services.move_slot(**where, after=_id("after") or None)
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
        return _page(access, queries.get_quiz(access.id, activity_id), Refused(marks=(slot_id, form))), 422
    services.weigh_slot(course_id=access.id, activity_id=activity_id, slot_id=slot_id, marks=form.marks.number or 1.0)
    return Response(status=204) if _by_script() else _back(access.id, activity_id, slot_id)


@bp.post("/quizzes/<int:activity_id>/slots/<int:slot_id>/copy")
@allow(Permission.TEACH)
def duplicate(course_id: int, activity_id: int, slot_id: int) -> Response:
    """A question of its own with the same words, behind this one."""
    person = the_person()
    access = courses.get_editable(course_id, person)
    copy = services.duplicate_slot(course_id=access.id, activity_id=activity_id, slot_id=slot_id, by=person.id)
    flash(_("The copy is a question of its own: changing it leaves the other as it is."), "done")
    return _back(access.id, activity_id, copy.id)


@bp.post("/quizzes/<int:activity_id>/slots/<int:slot_id>/following")
@allow(Permission.TEACH)
def follow(course_id: int, activity_id: int, slot_id: int) -> Response:
    """Ask the latest version of a question from now on."""
    access = courses.get_editable(course_id, the_person())
    services.follow_latest(course_id=access.id, activity_id=activity_id, slot_id=slot_id)
    return _back(access.id, activity_id, slot_id)


@bp.post("/quizzes/<int:activity_id>/slots/<int:slot_id>/removal")
@allow(Permission.TEACH)
def remove(course_id: int, activity_id: int, slot_id: int) -> Response:
    """Take a question out of the quiz; the next page offers to put it back."""
    access = courses.get_editable(course_id, the_person())
    gone = services.remove_slot(course_id=access.id, activity_id=activity_id, slot_id=slot_id)
    if gone is None:
        return _back(access.id, activity_id)
    return redirect(
        url_for(
            "quiz_studio.edit", course_id=access.id, activity_id=activity_id, removed=gone.question_id or "draw",
            draw=msgspec.json.encode(gone.draw).decode() if gone.draw else None, marks=plain(gone.marks),
            after=gone.after or "first", pinned=gone.pinned, page=None if gone.new_page else 0, _anchor="removed",
        ),
        303,
    )  # fmt: skip


def _back(course_id: int, activity_id: int, slot_id: int | None = None) -> Response:
    anchor = f"slot-{slot_id}" if slot_id else None
    return redirect(url_for("quiz_studio.edit", course_id=course_id, activity_id=activity_id, _anchor=anchor), 303)


def _draw() -> Draw | None:
    """The draw that the form carries, to put it back; None where there is none."""
    try:
        return msgspec.json.decode(request.form.get("draw", "")[:LONGEST_DRAW], type=Draw)
    except msgspec.MsgspecError:
        return None


def _id(name: str) -> int:
    """An id from the form; 0, which nothing has, where there is none."""
    return min(max(request.form.get(name, 0, type=int), 0), LARGEST_ID)


def _by_script() -> bool:
    return request.headers.get("X-Requested-With") == "fetch"
