"""Marking: what waits, one answer after the other, and every attempt at a quiz with its marks."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.auth.identity import the_person
from app.core.access import Permission, allow
from app.core.paging import page_number
from app.core.transactions import give_up, reading
from app.courses import queries as courses
from app.courses.queries import CourseAccess

from . import attempt_queries, queries, services
from .attempt_queries import AttemptFilters, MarkedAnswer, MarkedAttempt
from .errors import MarkedMeanwhile, NotHandedIn
from .forms import MarkForm, mark_form
from .marks import by_rubric, most_points
from .queries import Around, Place

bp = Blueprint("marking", __name__, url_prefix="/teach/courses/<int:course_id>/marking")

LONGEST_SEARCH = 100
GOES = ("previous", "next")


@dataclass(frozen=True, slots=True)
class Desk:
    """An answer on the desk of who marks it; `from_attempt` says that they came from the attempt, not the queue."""

    access: CourseAccess
    attempt: MarkedAttempt
    answer: MarkedAnswer
    around: Around
    from_attempt: bool

    def page(self, form: MarkForm, *, leaving: str = "", meanwhile: bool = False, status: int = 200) -> tuple[str, int]:
        """The page. `leaving`: where they wanted to go with words not saved; `meanwhile`: somebody else marked it."""
        rubric = form.rubric
        page = render_template(
            "quizzes/marking/answer.html",
            access=self.access,
            desk=self,
            attempt=self.attempt,
            answer=self.answer,
            form=form,
            rubric=rubric,
            most_points=most_points(rubric),
            by_levels=by_rubric(rubric, form.levels) if rubric else None,
            leaving=leaving,
            leaves_to=self.beside(leaving) if leaving else None,
            meanwhile=meanwhile,
        )
        return page, status

    def beside(self, which: str) -> str:
        """The address of the answer before or after this one; of the queue where there is none."""
        place = self.around.previous if which == "previous" else self.around.next
        return _answer_address(self.access.id, place) if place else url_for("marking.index", course_id=self.access.id)

    @property
    def back(self) -> str:
        """Where they came from."""
        if self.from_attempt:
            return url_for("marking.attempt", course_id=self.access.id, attempt_id=self.attempt.id)
        return url_for("marking.index", course_id=self.access.id)


def _answer_address(course_id: int, place: Place) -> str:
    return url_for("marking.answer", course_id=course_id, attempt_id=place.attempt_id, slot=place.slot)


def _desk(course_id: int, attempt_id: int, slot: int) -> Desk:
    """Raises `NotFound`, `Forbidden`, and `NotHandedIn` for an attempt that is under way or abandoned."""
    access = courses.get_editable(course_id, the_person())
    attempt = attempt_queries.get_attempt(access.id, attempt_id)
    answer = attempt.answer(slot)
    if not attempt.submitted or attempt.finished_at is None:
        raise NotHandedIn
    around = queries.find_around(attempt.quiz.id, answer.question_id, Place(attempt.id, slot), attempt.finished_at)
    return Desk(access, attempt, answer, around, request.values.get("from") == "attempt")


@bp.get("")
@allow(Permission.TEACH)
def index(course_id: int) -> str:
    """What waits for a mark, by quiz and question, and the quizzes whose attempts can be looked at."""
    access = courses.get_editable(course_id, the_person())
    return render_template(
        "quizzes/marking/index.html",
        access=access,
        waiting=queries.list_waiting(access.id),
        quizzes=queries.list_quizzes(access.id),
    )


@bp.get("/quizzes/<int:activity_id>/questions/<int:question_id>")
@allow(Permission.TEACH)
def first(course_id: int, activity_id: int, question_id: int) -> Response:
    """The answer to a question that waits longest; the queue where none does."""
    access = courses.get_editable(course_id, the_person())
    place = queries.find_first(access.id, activity_id, question_id)
    return redirect(_answer_address(access.id, place) if place else url_for("marking.index", course_id=access.id))


@bp.get("/attempts/<int:attempt_id>/answers/<int:slot>")
@allow(Permission.TEACH)
def answer(course_id: int, attempt_id: int, slot: int) -> tuple[str, int]:
    """One answer, with its rubric and the mark that stands."""
    desk = _desk(course_id, attempt_id, slot)
    return desk.page(mark_form(desk.answer, posted=False))


@bp.post("/attempts/<int:attempt_id>/answers/<int:slot>/marks")
@allow(Permission.TEACH)
def mark(course_id: int, attempt_id: int, slot: int) -> Response | tuple[str, int]:
    """Keep a mark, and go where the button says. To go on without it asks first, if anything was typed."""
    with reading():
        desk = _desk(course_id, attempt_id, slot)
    form, go = mark_form(desk.answer, posted=True), request.form.get("go", "")
    if go in GOES:
        return desk.page(form, leaving=go) if form.changed else redirect(desk.beside(go), 303)
    if not form.validate():
        return desk.page(form, status=422)
    try:
        services.mark(
            course_id=desk.access.id, attempt_id=attempt_id, slot=slot, given=form.given, seen=form.read_seen,
            by=the_person().id,
        )  # fmt: skip
    except MarkedMeanwhile as met:
        give_up()
        desk = _desk(course_id, attempt_id, slot)
        form = mark_form(desk.answer, posted=True)
        form.validate()
        form.seen.data = str(desk.answer.seen)
        return desk.page(form, meanwhile=True, status=met.status)
    flash(_("The mark is saved."), "done")
    if go == "mark_next":
        return redirect(desk.beside("next"), 303)
    if go == "mark_previous":
        return redirect(desk.beside("previous"), 303)
    return redirect(desk.back if desk.from_attempt else _answer_address(desk.access.id, Place(attempt_id, slot)), 303)


@bp.get("/quizzes/<int:activity_id>/attempts")
@allow(Permission.TEACH)
def attempts(course_id: int, activity_id: int) -> str:
    """The attempts at a quiz, to look for one by name or city."""
    access = courses.get_editable(course_id, the_person())
    quiz = queries.get_quiz(access.id, activity_id)
    filters = AttemptFilters(
        search=request.args.get("q", "").replace("\0", "").strip()[:LONGEST_SEARCH],
        waiting=request.args.get("waiting") == "y",
        page=page_number(request.args),
    )
    return render_template(
        "quizzes/marking/attempts.html",
        access=access,
        quiz=quiz,
        filters=filters,
        attempts=attempt_queries.list_attempts(quiz, filters),
    )


@bp.get("/attempts/<int:attempt_id>")
@allow(Permission.TEACH)
def attempt(course_id: int, attempt_id: int) -> str:
    """One attempt: each question, the answer, its mark, and how it came to it."""
    access = courses.get_editable(course_id, the_person())
    return render_template(
        "quizzes/marking/attempt.html",
        access=access,
        attempt=attempt_queries.get_attempt(access.id, attempt_id),
    )
