"""A city's application while it is written: begun, saved answer by answer, with its files."""

from __future__ import annotations

from contextlib import closing
from typing import Any

from flask import Blueprint, Response, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.auth.identity import Identity, page_language, the_person
from app.core import clock
from app.core.access import Permission, allow
from app.core.errors import DomainError, NotFound
from app.core.transactions import reading

from .. import queries as calls
from ..calls.questionnaire import Question, QuestionKind
from . import downloads, intake, list_queries, queries, services
from . import page as application_page
from .access import Access, get_access, get_writable
from .errors import NoFile, TooManyFiles
from .forms import FILE_DEEDS, AnswersForm, BeginForm, Deed, Go
from .reading import Typed, joined, list_unasked, read_all, without_line
from .services import Outcome, Settled

LARGEST_FORM = 8 * 1024 * 1024  # bytes of text: so much is told beside the answer that it is too long
# Bytes: a file up to this size is too large for an answer, which is told beside what was typed with it.
ROOM_FOR_FILE = 5 * intake.LARGEST
HOME = "/grants/<slug>/application"

bp = Blueprint("applications", __name__)

Answer = BaseResponse | str | tuple[BaseResponse | str, int]


@bp.url_value_preprocessor
def _make_room(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """A form with a file may be larger than any other. This runs before anything looks at the body.

    It is as late as when the form began to come: however long its file takes, what was sent in time is saved.
    """
    if endpoint == "applications.save":
        g.asked_at = clock.now()
        has_files = request.mimetype == "multipart/form-data"
        request.max_content_length = LARGEST_FORM + (ROOM_FOR_FILE if has_files else 0)
        request.max_form_memory_size = LARGEST_FORM


@bp.get("/applications")
@allow(Permission.LEARN)
def index() -> str:
    """The applications of the reader's cities."""
    return render_template(
        "grants/applications/index.html", applications=list_queries.list_mine(the_person(), clock.now())
    )


@bp.get(HOME)
@allow(Permission.LEARN)
def new(slug: str) -> Answer:
    """Begin the application of a city, or go on with it where there is only one."""
    now = clock.now()
    call = calls.get_call(slug, now)
    candidates = list_queries.list_candidates(call, the_person(), now)
    if len(candidates) == 1 and candidates[0].application is not None:
        return redirect(url_for("applications.show", slug=slug, city_id=candidates[0].id))
    return _new_page(call, candidates, BeginForm(formdata=None))


def _new_page(call: Any, candidates: list[list_queries.Candidate], form: BeginForm) -> str:
    return render_template(
        "grants/applications/new.html",
        call=call,
        state=call.state_at(clock.now()),
        candidates=candidates,
        form=form,
        **application_page.words(),
    )


@bp.post(HOME)
@allow(Permission.LEARN)
def create(slug: str) -> Answer:
    """Begin it; who begins what a colleague began gets theirs."""
    now, person, form = clock.now(), the_person(), BeginForm()
    call = calls.get_call(slug, now)
    candidates = list_queries.list_candidates(call, person, now)
    if not form.validate():
        return _new_page(call, candidates, form), 422
    services.begin(call=call, city_id=form.city.data, person_id=person.id, candidates=candidates)
    return redirect(url_for("applications.show", slug=slug, city_id=form.city.data), 303)


@bp.get(f"{HOME}/<int:city_id>")
@allow(Permission.LEARN)
def show(slug: str, city_id: int) -> str:
    """The application: to write while it is a draft and the call open, else to read and to print."""
    person = the_person()
    access = get_access(slug, city_id, person, clock.now())
    if access.may_edit:
        missing, more = "missing" in request.args, request.args.get("more", "")
        return application_page.edit_page(access, person, missing=missing, more_lines=more)
    return application_page.read_page(access, person)


@bp.post(f"{HOME}/<int:city_id>")
@allow(Permission.LEARN)
def save(slug: str, city_id: int) -> Answer:
    """Save what was typed, and do what the button says; where somebody else saved the same answer, show both."""
    now, person, form = g.asked_at, the_person(), AnswersForm()
    with reading():
        access = get_writable(slug, city_id, person, now)
        go = form.pressed() if form.validate() else Go()
        answers = _answers(access, form, go)
        unasked = list_unasked(access.questionnaire.questions, form.sent(), page_language())
    taken = _take_in(access, form, go)
    settled = services.save(access=access, answers=answers, person_id=person.id, at=now, alone=go.deed in FILE_DEEDS)
    message = taken if isinstance(taken, str) else _do_to_files(access, go, taken, person)
    if application_page.asked_by_script():
        return application_page.saved(access, person, settled)
    unsaved = _unsaved(answers, settled)
    if unsaved or message or unasked:
        messages = {go.key: message}
        page = application_page.edit_page(access, person, unsaved=unsaved, messages=messages, unasked=unasked)
        return page, _status(settled)
    return redirect(_onward(access, go), 303)


def _answers(access: Access, form: AnswersForm, go: Go) -> list[Typed]:
    """The answers to save, after what the button does to one of them."""
    sent = form.sent()
    if go.deed is Deed.DROP_LINE:
        sent = without_line(sent, go.key, go.number)
    typed = read_all(access.questionnaire.questions, sent, page_language())
    if go.deed is Deed.THEIRS:
        return [one for one in typed if one.key != go.key]
    if go.deed is Deed.BOTH:
        stands = {entry.key: entry.value for entry in queries.list_entries(access)}
        return [joined(one, stands.get(one.key)) if one.key == go.key else one for one in typed]
    return typed


def _question(access: Access, key: str) -> Question:
    """A question of files. Raises `NotFound`."""
    for question in access.questionnaire.questions:
        if question.key == key and question.kind is QuestionKind.FILES:
            return question
    raise NotFound


def _take_in(access: Access, form: AnswersForm, go: Go) -> intake.TakenIn | str | None:
    """The file that came, in the store before any transaction; or why it was refused, in words."""
    if go.deed is not Deed.ADD_FILE:
        return None
    question, sent = _question(access, go.key), form.file(go.key)
    try:
        if sent is None:
            raise NoFile
        with closing(sent):
            return intake.take_in(question, sent.filename or "", sent.stream)
    except DomainError as refused:
        return str(refused)


def _do_to_files(access: Access, go: Go, taken: intake.TakenIn | None, person: Identity) -> str:
    """Add, remove or put back a file; why it could not be done, in words."""
    if not (taken or go.deed in (Deed.REMOVE_FILE, Deed.RESTORE_FILE)):
        return ""
    question = _question(access, go.key)
    change = services.FileChange(access, question, person.id, access.at)
    try:
        if taken is not None:
            services.add_file(change, taken)
        elif go.deed is Deed.REMOVE_FILE:
            services.remove_file(change, go.number)
        else:
            services.restore_file(change, go.number)
    except TooManyFiles as refused:
        return str(refused)
    return ""


def _status(settled: list[Settled]) -> int:
    """Of a page that says what was not saved: only under 400 is what was saved kept."""
    outcomes = {one.outcome for one in settled}
    if Outcome.SAVED in outcomes:
        return 200
    return 409 if Outcome.CONFLICT in outcomes else 422


def _unsaved(answers: list[Typed], settled: list[Settled]) -> dict[str, tuple[Typed, Settled]]:
    pairs = zip(answers, settled, strict=True)
    return {t.key: (t, s) for t, s in pairs if s.outcome in (Outcome.CONFLICT, Outcome.TOO_LONG)}


def _onward(access: Access, go: Go) -> str:
    """Where a save leads: to the answer that was worked on, or to looking it all over."""
    slug, city_id = access.call.slug, access.city_id
    if go.deed is Deed.REVIEW:
        return url_for("submissions.new", slug=slug, city_id=city_id)
    if go.deed is Deed.SAVE or not go.key:
        flash(_("Everything is saved."), "done")
        return url_for("applications.show", slug=slug, city_id=city_id)
    more = go.key if go.deed is Deed.ADD_LINE else None
    return url_for("applications.show", slug=slug, city_id=city_id, more=more, _anchor=f"q-{go.key}")


@bp.get(f"{HOME}/<int:city_id>/files/<int:file_id>")
@allow(Permission.LEARN)
def file(slug: str, city_id: int, file_id: int) -> Response:
    """A file of the application, to keep: never to open within the site."""
    return downloads.answer(queries.get_file(get_access(slug, city_id, the_person(), clock.now()), file_id))
