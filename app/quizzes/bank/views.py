"""The bank of a course: every question, found, and changed many at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from app.auth.identity import the_person
from app.core.access import Permission, allow
from app.core.errors import DomainError, NotFound
from app.core.transactions import give_up, reading
from app.courses import queries as courses
from app.courses.queries import CourseAccess

from ..studio.views import LARGEST_ID
from ..types.editor import FORMS
from . import queries, services
from .address import in_address, read_filters
from .changes import find_change, list_kept
from .errors import ListChanged, NothingChanged, NothingTicked
from .forms import ChangeForm, FilterForm
from .labels import STATES, STAYS
from .queries import Filters
from .usage import AskingQuiz

bp = Blueprint("bank", __name__, url_prefix="/teach/courses/<int:course_id>/bank")

MOVES = "questions_moving"  # the pages that bring questions in from files, and out


@bp.get("")
@allow(Permission.TEACH)
def index(course_id: int) -> str:
    """The questions that fit what the address asks for, a page of them, and what can be done with many."""
    access = courses.get_editable(course_id, the_person())
    return _page(access, read_filters(request.args))


@bp.post("/changes")
@allow(Permission.TEACH)
def change(course_id: int) -> Response | str | tuple[str, int]:
    """Do one thing with the questions that were ticked, or with all that fit; deleting asks once more first."""
    person, what = the_person(), request.form.get("do", "")
    with reading():
        access, filters = courses.get_editable(course_id, person), read_filters(request.args)
        form = ChangeForm()
        form.offer(_quizzes(access, queries.read_bank(access.id, with_editions=False).usage.quizzes))
        refused = None if _is_filled_in(form, what) else (_page(access, filters, form), 422)
    if refused:
        return refused
    try:
        with reading():
            ids = _meant(access.id, filters, form)
            if what == "delete":
                return _ask_before_deleting(access, filters, ids)
        event_id = _does(what, form)(course_id=access.id, question_ids=ids, by=person.id)
    except NotFound:
        raise
    except DomainError as problem:
        give_up()
        return _page(access, filters, form, problem=problem), problem.status
    return _told(access.id, filters, event_id)


@bp.post("/removal")
@allow(Permission.TEACH)
def delete(course_id: int) -> Response | tuple[str, int]:
    """Delete the questions that the page before named."""
    person = the_person()
    access, filters = courses.get_editable(course_id, person), read_filters(request.args)
    try:
        event_id = services.delete_questions(course_id=access.id, question_ids=_ticked(), by=person.id)
    except NothingChanged as problem:
        give_up()
        return _page(access, filters, problem=problem), problem.status
    return _told(access.id, filters, event_id)


@bp.post("/changes/<int:event_id>/undoing")
@allow(Permission.TEACH)
def undo(course_id: int, event_id: int) -> Response:
    """Take a change of many questions back."""
    person = the_person()
    access, filters = courses.get_editable(course_id, person), read_filters(request.args)
    count = services.undo(course_id=access.id, event_id=min(event_id, LARGEST_ID), by=person.id)
    flash(ngettext("Undone for %(num)s question.", "Undone for %(num)s questions.", count), "done")
    return redirect(url_for("bank.index", course_id=access.id, **in_address(filters)), 303)


def _page(
    access: CourseAccess, filters: Filters, form: ChangeForm | None = None, *, problem: DomainError | None = None
) -> str:
    """The bank; `form` is what was filled in, and `problem` why nothing was done."""
    bank = queries.open_bank(access.id, filters, access.languages)
    form = form or ChangeForm(formdata=None)
    form.offer(_quizzes(access, bank.quizzes))
    form.counted.data = str(bank.total)
    kept = problem.kept if isinstance(problem, NothingChanged) else {}
    done = request.args.get("done", 0, type=int) if request.method == "GET" else 0
    return render_template(
        "quizzes/bank/index.html",
        access=access,
        bank=bank,
        filters=filters,
        look=FilterForm.showing(filters, bank),
        address=in_address(filters),
        change=form,
        ticked=set(_ticked()) if request.method == "POST" else set(),
        problem=problem,
        stayed=list_kept(access.id, kept),
        stayed_count=len(kept),
        told=find_change(access.id, min(max(done, 0), LARGEST_ID), access.source_language) if done else None,
        forms=FORMS,
        states=STATES,
        elsewhere=lambda **changed: url_for("bank.index", course_id=access.id, **in_address(filters, **changed)),
        moves=MOVES in current_app.blueprints,
    )


def _quizzes(access: CourseAccess, quizzes: Sequence[AskingQuiz]) -> list[tuple[int, str]]:
    source = access.source_language
    return [(quiz.id, quiz.title.best(source, source)) for quiz in quizzes]


def _is_filled_in(form: ChangeForm, what: str) -> bool:
    """Whether the form says all that is needed to do `what`; what is missing is said beside its field."""
    if what in ("tag", "untag") and form.validate() and not form.tags.tags:
        form.tags.errors = [_("Write at least one tag.")]
    if what == "ask" and form.validate() and not form.quiz_id:
        form.quiz.errors = [_("Choose one from the list.")]
    return not form.errors and form.validate()


def _does(what: str, form: ChangeForm) -> Callable[..., int]:
    """The service that does `what`. Raises `NotFound` for anything else."""
    match what:
        case "tag" | "untag":
            change_tags = services.add_tags if what == "tag" else services.remove_tags
            return lambda **who: change_tags(tags=form.tags.tags, **who)
        case "move":
            return lambda **who: services.move(category=form.category.path, **who)
        case "ask":
            return lambda **who: services.ask_in_quiz(activity_id=form.quiz_id, **who)
        case "ready":
            return services.make_ready
        case "hide":
            return services.hide_questions
        case "show":
            return services.show_questions
    raise NotFound


def _meant(course_id: int, filters: Filters, form: ChangeForm) -> list[int]:
    """The ids that were ticked, or of all that fit. Raises `NothingTicked`, and `ListChanged` if others fit by now."""
    if form.matching.data:
        ids = queries.list_matching(course_id, filters)
        if str(len(ids)) != form.counted.data:
            raise ListChanged
    else:
        ids = _ticked()
    if not ids:
        raise NothingTicked
    return ids


def _ticked() -> list[int]:
    """The ids that were sent, in their order; what is no id is left out."""
    sent = request.form.getlist("question")
    ids = (int(said) for said in sent if said.isascii() and said.isdigit() and len(said) <= 10)
    return list(dict.fromkeys(i for i in ids if 0 < i <= LARGEST_ID))


def _ask_before_deleting(access: CourseAccess, filters: Filters, ids: list[int]) -> str:
    """Which questions would go, and which stay and why."""
    bank = queries.read_bank(access.id)
    entries = [entry for entry in bank.entries if entry.id in set(ids)]
    why = {entry.id: services.stays(bank.use_of(entry)) for entry in entries}
    go = [entry for entry in entries if why[entry.id] is None]
    stay = [(entry, STAYS[reason]) for entry in entries if (reason := why[entry.id])]
    return render_template(
        "quizzes/bank/delete.html",
        access=access, go=go, stay=stay, address=in_address(filters),
        contents=queries.get_contents(entry.version_id for entry in [*go, *(entry for entry, _why in stay)][:100]),
    )  # fmt: skip


def _told(course_id: int, filters: Filters, event_id: int) -> Response:
    where = url_for("bank.index", course_id=course_id, **in_address(filters), done=event_id, _anchor="done")
    return redirect(where, 303)
