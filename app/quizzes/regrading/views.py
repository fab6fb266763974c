"""Regrading: which question, by which key; who would change; and what became of it."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from app.auth.identity import the_person
from app.core.access import Permission, allow
from app.core.differences import Side, side_by_side
from app.core.paging import page_number
from app.core.transactions import give_up, reading
from app.courses import queries as courses
from app.courses.queries import CourseAccess

from ..marking import queries as marking_queries
from ..marking.errors import PreviewOutdated
from ..marking.forms import RegradeForm
from ..marking.queries import MarkedQuiz
from ..reading import content_words
from . import queries, services
from .grading import Change, Plan
from .queries import AskedQuestion, Key, RegradeLine

bp = Blueprint("regrades", __name__, url_prefix="/teach/courses/<int:course_id>/marking")

PAGE_SIZE = 50
LARGEST_ID = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Paged:
    """A page of the attempts that would change."""

    changes: tuple[Change, ...]
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class Desk:
    """A quiz on the desk of who regrades a question of it by a key."""

    access: CourseAccess
    quiz: MarkedQuiz
    question: AskedQuestion
    key: Key

    def plan(self) -> Plan:
        """Who would change."""
        return queries.make_plan(self.quiz, self.question.id, self.key.id, self.key.content)

    def page(self, form: RegradeForm, *, outdated: bool = False, status: int = 200) -> tuple[str, int]:
        """The preview, with the form that confirms it. `outdated`: another one was seen when it was confirmed."""
        plan = self.plan()
        form.question.data, form.version.data, form.seen.data = str(self.question.id), str(self.key.id), plan.seen
        paged = _paged(plan, page_number(request.args))
        page = render_template(
            "quizzes/marking/regrade_new.html",
            access=self.access,
            quiz=self.quiz,
            question=self.question,
            key=self.key,
            plan=plan,
            paged=paged,
            who=queries.list_who(self.quiz, [change.attempt_id for change in paged.changes]),
            form=form,
            outdated=outdated,
            compared=self._compared(),
        )
        return page, status

    def _compared(self) -> list[tuple[Side, Side]]:
        """Where the key in use and the chosen one differ, in words."""
        language = self.question.source_language
        before, after = (content_words(key.content, language, language) for key in (self.question.used, self.key))
        return [pair for pair in side_by_side(before, after) if any(p.kind != "same" for side in pair for p in side)]


def _paged(plan: Plan, page: int) -> Paged:
    pages = max(1, -(-len(plan.changes) // PAGE_SIZE))
    page = page if 1 <= page <= pages else 1
    return Paged(plan.changes[(page - 1) * PAGE_SIZE : page * PAGE_SIZE], page, pages)


def _id(name: str) -> int:
    return min(max(request.values.get(name, 0, type=int), 0), LARGEST_ID)


def _desk(course_id: int, activity_id: int) -> Desk:
    """Raises `NotFound`, `Forbidden`."""
    access = courses.get_editable(course_id, the_person())
    quiz = marking_queries.get_quiz(access.id, activity_id)
    question = queries.get_question(quiz, _id("question"))
    return Desk(access, quiz, question, question.key(_id("version") or None))


@bp.get("/quizzes/<int:activity_id>/regrades")
@allow(Permission.TEACH)
def index(course_id: int, activity_id: int) -> str:
    """The questions of a quiz, those first whose key was corrected since; and the regrades that were made."""
    access = courses.get_editable(course_id, the_person())
    quiz = marking_queries.get_quiz(access.id, activity_id)
    return render_template(
        "quizzes/marking/regrades.html",
        access=access,
        quiz=quiz,
        questions=queries.list_questions(quiz),
        regrades=queries.list_regrades(quiz.id),
    )


@bp.get("/quizzes/<int:activity_id>/regrades/new")
@allow(Permission.TEACH)
def new(course_id: int, activity_id: int) -> Response | tuple[str, int]:
    """Who would change, and by how much; nothing is changed. Without a question, those to choose from."""
    if not request.args.get("question"):
        access = courses.get_editable(course_id, the_person())
        return redirect(url_for("regrades.index", course_id=access.id, activity_id=activity_id))
    return _desk(course_id, activity_id).page(RegradeForm(formdata=None))


@bp.post("/quizzes/<int:activity_id>/regrades")
@allow(Permission.TEACH)
def create(course_id: int, activity_id: int) -> Response | tuple[str, int]:
    """Do what the preview showed. Where it would be another by now, it is shown again."""
    with reading():
        desk = _desk(course_id, activity_id)
        planned = (queries.get_standing(desk.quiz.id), desk.plan())
    form = RegradeForm()
    if not form.validate():
        return desk.page(form, status=422)
    try:
        regrade_id = services.regrade(
            quiz=desk.quiz, question_id=desk.question.id, planned=planned, reason=form.reason.data,
            seen=form.seen.data or "", by=the_person().id,
        )  # fmt: skip
    except PreviewOutdated as changed:
        give_up()
        return _desk(course_id, activity_id).page(form, outdated=True, status=changed.status)
    flash(_("The regrade is confirmed."), "done")
    return redirect(url_for("regrades.show", course_id=desk.access.id, regrade_id=regrade_id), 303)


@bp.get("/regrades/<int:regrade_id>")
@allow(Permission.TEACH)
def show(course_id: int, regrade_id: int) -> str:
    """What a regrade changed, or how far it is."""
    access = courses.get_editable(course_id, the_person())
    regrade = queries.get_regrade(access.id, regrade_id)
    return render_template(
        "quizzes/marking/regrade.html",
        access=access,
        quiz=marking_queries.get_quiz(access.id, regrade.quiz_id),
        regrade=regrade,
        progress_words=_words(regrade),
    )


@bp.get("/regrades/<int:regrade_id>/progress")
@allow(Permission.TEACH)
def progress(course_id: int, regrade_id: int) -> Response:
    """How far a regrade is, for the page that shows it."""
    access = courses.get_editable(course_id, the_person())
    regrade = queries.get_regrade(access.id, regrade_id)
    return jsonify(under_way=regrade.under_way, done=regrade.done, total=regrade.responses, words=_words(regrade))


def _words(regrade: RegradeLine) -> str:
    return ngettext(
        "%(done)s of %(num)s mark changed", "%(done)s of %(num)s marks changed", regrade.responses, done=regrade.done
    )
