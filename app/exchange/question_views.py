"""Questions of a course's bank brought in from files of many formats, and out into them."""

from __future__ import annotations

import base64
import binascii
import zlib
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from app.auth.identity import the_person
from app.core import audit
from app.core.access import Permission, allow
from app.core.errors import NotFound
from app.core.transactions import give_up, outside_transaction, reading
from app.courses import queries as courses
from app.courses.errors import EditedMeanwhile
from app.courses.queries import CourseAccess
from app.quizzes.bank.address import in_address, read_filters
from app.quizzes.bank.queries import list_matching, read_bank

from . import incoming, outgoing, question_queries, question_services
from .faults import Fault
from .incoming import Incoming, Way
from .parsed import ParsedQuestion
from .question_forms import ANY, ImportForm, TakeForm
from .questions import FORMATS, QuestionFormat
from .recognising import recognised
from .sheet import Sheet
from .sheet.columns import MOST_ROWS
from .showing import Shown, shown
from .story import MOST_TOLD

bp = Blueprint("questions_moving", __name__, url_prefix="/teach/courses/<int:course_id>/questions")

LARGEST = 8 * 1024 * 1024  # bytes of a file
ROOM = 2 * LARGEST  # bytes of a request: the file, or what is left of it when a page carries it


@bp.url_value_preprocessor
def make_room(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """A file of questions is larger than what other forms send."""
    if endpoint in ("questions_moving.imports", "questions_moving.take"):
        request.max_content_length = request.max_form_memory_size = ROOM


@dataclass(frozen=True, slots=True)
class Looked:
    """What a file holds: its format, the questions beside those of the bank, and what cannot be read."""

    name: str
    data: bytes
    format: QuestionFormat
    questions: list[Incoming]
    faults: list[Fault]

    @property
    def shown(self) -> list[Shown]:
        return shown(self.questions)

    @property
    def carried(self) -> str:
        """The file, as a page carries it."""
        return base64.b64encode(zlib.compress(self.data, 9)).decode()


@bp.route("/import", methods=["GET", "POST"])
@allow(Permission.TEACH)
def imports(course_id: int) -> ResponseReturnValue:
    """Choose a file; then what it would bring, before anything is changed."""
    person, form = the_person(), ImportForm()
    if request.method != "POST":
        access = courses.get_editable(course_id, person)
        form.offer(access.languages, access.source_language)
        return _form_page(access, form)
    with reading():
        access = courses.get_editable(course_id, person)
    form.offer(access.languages, access.source_language)
    upload = request.files.get("file")
    name, data = "", b""
    if upload is not None:
        with upload.stream:
            name, data = (upload.filename or "")[-200:], upload.stream.read(LARGEST + 1)
    if not form.validate():
        return _form_page(access, form), 422
    return _looked_at(access, form, name, data)


def _looked_at(access: CourseAccess, form: ImportForm, name: str, data: bytes) -> ResponseReturnValue:
    looked = _look(access, form, name, data)
    if isinstance(looked, str):
        return _form_page(access, form, problem=looked), 422
    if not looked.questions:
        return _form_page(access, form, looked=looked), 422
    return _preview(access, form, looked)


def _look(access: CourseAccess, form: ImportForm, name: str, data: bytes) -> Looked | str:
    """What a file would bring; or why it is not read at all, in words."""
    if not data.strip():
        return _("Choose a file with questions in it.")
    if len(data) > LARGEST:
        return _("The file is larger than %(size)s MB. Part it into several.", size=LARGEST // 1024 // 1024)
    format = recognised(name, data) if form.format.data == ANY else FORMATS.get(form.format.data)
    if format is None:
        return _("Nothing tells which format the file is in. Choose the format, and the file again.")
    with outside_transaction("reading questions"):
        found, faults = format.read(data, file=name or _("the file"), language=form.placing.language)
    if not found and not faults:
        return _("The file holds no questions.")
    if len(found) > MOST_ROWS:
        faults = [Fault(name, 1, _("a file may hold at most %(count)s questions", count=MOST_ROWS))]
        return Looked(name, data, format, [], faults)
    return Looked(name, data, format, _compared(access.id, found, form, format), faults)


def _compared(course_id: int, found: list[ParsedQuestion], form: ImportForm, format: QuestionFormat) -> list[Incoming]:
    with reading():
        bank = question_queries.find_existing(course_id, [question.key for question in found])
    return incoming.compared(found, bank, form.placing, format)


def _form_page(access: CourseAccess, form: ImportForm, *, problem: str = "", looked: Looked | None = None) -> str:
    with reading():
        bank = read_bank(access.id, with_editions=False)
    return render_template(
        "questions_moving/import.html",
        access=access,
        form=form,
        problem=problem,
        looked=looked,
        faults=looked.faults[:MOST_TOLD] if looked else [],
        formats=FORMATS.values(),
        templates=[format for format in FORMATS.values() if isinstance(format, Sheet)],
        categories=bank.categories,
    )


def _preview(
    access: CourseAccess,
    form: ImportForm,
    looked: Looked,
    *,
    problem: str = "",
    unticked: bool = False,
    ways: dict[str, Way] | None = None,
) -> str:
    return render_template(
        "questions_moving/preview.html",
        access=access,
        form=form,
        looked=looked,
        faults=looked.faults[:MOST_TOLD],
        ways=ways or {},
        problem=problem,
        unticked=unticked,
    )


@bp.post("/import/taking")
@allow(Permission.TEACH)
def take(course_id: int) -> ResponseReturnValue:
    """Take what was looked at into the bank: all of it that can be read, or nothing."""
    person, form = the_person(), TakeForm()
    with reading():
        access = courses.get_editable(course_id, person)
    form.offer(access.languages, access.source_language)
    if not form.validate():
        return _form_page(access, form), 422
    data = _carried(form.file.data or "")
    looked = _look(access, form, form.name.data, data) if data else _("The file was lost on the way: choose it again.")
    if isinstance(looked, str):
        return _form_page(access, form, problem=looked), 422
    if not looked.questions:
        return _form_page(access, form, looked=looked), 422
    ways = {q.key: way for q in looked.questions if (way := _way(request.form.get(f"way-{q.key}"))) is not None}
    if looked.faults and not form.leave_out.data:
        return _preview(access, form, looked, unticked=True, ways=ways), 422
    try:
        taken = question_services.take_questions(
            course_id=access.id,
            questions=looked.questions,
            placing=form.placing,
            ways=ways,
            seen={q.key: _number(request.form.get(f"seen-{q.key}", "")) for q in looked.questions},
            by=person.id,
            format=looked.format.name,
        )
    except EditedMeanwhile as changed:
        give_up()
        looked = _look(access, form, form.name.data, data)
        assert isinstance(looked, Looked)
        words = _("Somebody changed a question meanwhile. Nothing was taken: see below what would change now.")
        return _preview(access, form, looked, problem=words, ways=ways), changed.status
    for words in _told(taken):
        flash(words, "done")
    return redirect(url_for("bank.index", course_id=access.id), 303)


def _told(taken: question_services.Taken) -> list[str]:
    """What was done, in sentences."""
    said = []
    if taken.new:
        words = ngettext("%(num)s question came into the bank.", "%(num)s questions came into the bank.", taken.new)
        said.append(words)
    if taken.versions:
        said.append(
            ngettext("%(num)s question has a new version.", "%(num)s questions have a new version.", taken.versions)
        )
    if taken.same:
        said.append(
            ngettext(
                "%(num)s is in the bank already, and stays as it is.",
                "%(num)s are in the bank already, and stay as they are.",
                taken.same,
            )
        )
    return said


def _way(said: str | None) -> Way | None:
    return Way(said) if said in tuple(Way) else None


def _number(said: str) -> int:
    return int(said) if said.isascii() and said.isdigit() and len(said) < 9 else 0


def _carried(packed: str) -> bytes:
    """The file that a page carried; nothing for anything else."""
    try:
        return zlib.decompressobj().decompress(base64.b64decode(packed, validate=True), LARGEST + 1)
    except (binascii.Error, ValueError, zlib.error):
        return b""


@bp.get("/import/template/<format>")
@allow(Permission.TEACH)
def template(course_id: int, format: str) -> ResponseReturnValue:
    """A spreadsheet to begin from, with an example of each type."""
    access = courses.get_editable(course_id, the_person())
    found = FORMATS.get(format)
    if not isinstance(found, Sheet):
        raise NotFound
    return _file(found.template(access.source_language), found, f"questions{found.suffix}")


@bp.get("/export")
@allow(Permission.TEACH)
def exports(course_id: int) -> str:
    """The formats that questions can go out in, and what each would leave out of them."""
    access = courses.get_editable(course_id, the_person())
    chosen = _chosen(access)
    return render_template(
        "questions_moving/export.html",
        access=access,
        chosen=chosen,
        offers=[outgoing.offer(format, chosen.questions, chosen.language) for format in FORMATS.values()],
    )


@bp.get("/export/<format>")
@allow(Permission.TEACH)
def download(course_id: int, format: str) -> ResponseReturnValue:
    """Questions as a file. That it was taken is written down."""
    person = the_person()
    access = courses.get_editable(course_id, person)
    chosen, found = _chosen(access), FORMATS.get(format)
    if found is None or not chosen.questions:
        raise NotFound
    data = found.write(chosen.questions, chosen.language)
    audit.record_reading(
        "question.export", f"course:{access.id}", actor_id=person.id, format=found.name, language=chosen.language,
        questions=len(chosen.questions),
    )  # fmt: skip
    tail = "" if chosen.language == access.source_language else f".{chosen.language}"
    return _file(data, found, f"{access.slug}-questions{tail}{found.suffix}")


def _chosen(access: CourseAccess) -> outgoing.Chosen:
    """The questions that the address names: of a quiz, by their ids, or of the bank by its filters."""
    said = request.args.get("language", "")
    language = said if said in access.languages else access.source_language
    quiz, ids = _number(request.args.get("quiz", "")), request.args.getlist("ids")
    if quiz:
        asked = question_queries.get_asked_by(access.id, quiz)
        return outgoing.Chosen(asked.questions, language, {"quiz": quiz}, asked.title, asked.drawn)
    if ids:
        numbers = [number for part in ",".join(ids).split(",") if (number := _number(part.strip()))]
        questions = question_queries.list_outgoing(access.id, numbers)
        return outgoing.Chosen(questions, language, {"ids": ",".join(map(str, numbers))})
    filters = read_filters(request.args)
    questions = question_queries.list_outgoing(access.id, list_matching(access.id, filters))
    return outgoing.Chosen(questions, language, in_address(filters, page=1), narrowed=filters.narrowed)


def _file(data: bytes, format: QuestionFormat, name: str) -> Response:
    kind = format.media_type
    response = Response(data, content_type=f"{kind}; charset=utf-8" if kind.startswith("text/") else kind)
    response.headers.set("Content-Disposition", "attachment", filename=name)
    response.headers["Cache-Control"] = "private, no-store"
    return response
