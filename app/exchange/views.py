"""Courses moved as folders, and copied, from the studio."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.auth.identity import the_person
from app.core.access import Permission, allow
from app.core.errors import DomainError, NotFound
from app.courses import queries as courses
from app.courses.kinds import get_kind
from app.courses.models import MoveKind

from . import arriving, labels, move_queries, moves, services, stored
from .forms import AddressForm, AnswerForm, CopyForm, ImportForm
from .move_queries import Move

bp = Blueprint("moving", __name__, url_prefix="/teach")

LARGEST_FORM = 200 * 1024 * 1024  # bytes that a form may bring at once; a larger folder comes in parts


@bp.url_value_preprocessor
def take_large_forms(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """A folder is larger than a form may be elsewhere. This runs first: the token is looked for in the whole form."""
    if endpoint == "moving.new" and "_user_id" in session:
        request.max_content_length = LARGEST_FORM


@bp.get("/moves")
@allow(Permission.TEACH)
def index() -> str:
    person = the_person()
    return render_template("moving/index.html", moves=move_queries.list_moves(person), labels=labels)


@bp.route("/imports/new", methods=["GET", "POST"])
@allow(Permission.TEACH)
def new() -> ResponseReturnValue:
    """Send a course folder; a job looks into it."""
    person, form = the_person(), ImportForm()
    if form.validate_on_submit():
        try:
            name, digest = arriving.received(request.files.get("folder"), form.upload.data or "", person.id)
        except DomainError as error:
            form.upload.errors = [str(error)]
        else:
            move_id = moves.start_import(
                file_hash=digest, file_name=name, by=person.id, upload_id=form.upload.data or ""
            )
            return redirect(url_for("moving.show", move_id=move_id), 303)
    earlier = move_queries.list_moves(person, kinds=[MoveKind.IMPORT])[:5]
    page = render_template("moving/new.html", form=form, moves=earlier, labels=labels)
    return page, 422 if form.errors else 200


@bp.route("/courses/<int:course_id>/export", methods=["GET", "POST"])
@allow(Permission.TEACH)
def export(course_id: int) -> ResponseReturnValue:
    """Write a course as a folder; a job does it."""
    person = the_person()
    access = courses.get_editable(course_id, person)
    if request.method == "POST":
        move_id = moves.start_export(course_id=access.id, slug=access.slug, by=person.id)
        return redirect(url_for("moving.show", move_id=move_id), 303)
    earlier = move_queries.list_moves(person, course_id, [MoveKind.EXPORT])[:5]
    return render_template("moving/export.html", access=access, moves=earlier, labels=labels)


@bp.route("/courses/<int:course_id>/copy", methods=["GET", "POST"])
@allow(Permission.TEACH)
def copy(course_id: int) -> ResponseReturnValue:
    person, form = the_person(), CopyForm()
    access = courses.get_editable(course_id, person)
    title = access.title.best(access.source_language, access.source_language)
    if form.validate_on_submit():
        try:
            course = services.copy_course(
                course_id=course_id, title=form.title.data, address=form.address.data, by=person.id
            )
        except DomainError as error:
            form.address.errors = [str(error)]
        else:
            flash(_("“%(title)s” is a course of yours now. Nobody takes it before you publish it.",
                    title=form.title.data), "done")  # fmt: skip
            return redirect(url_for("studio.course", course_id=course.id), 303)
    elif not form.is_submitted():
        form.title.data = _("%(title)s (copy)", title=title)[:200]
        form.address.data = f"{access.slug[:55]}-copy"
    return render_template("moving/copy.html", access=access, form=form), 422 if form.errors else 200


@bp.get("/moves/<int:move_id>")
@allow(Permission.TEACH)
def show(move_id: int) -> str:
    """How far a move is, what it asks, and what came of it."""
    return _page(move_queries.get_move(move_id, the_person()))


def _page(move: Move, form: AddressForm | None = None) -> str:
    address = form or AddressForm()
    if form is None and move.told.address:
        address.address.data = f"{move.told.address[:58]}-2"
    return render_template(
        "moving/show.html",
        move=move,
        labels=labels,
        answer=AnswerForm(),
        address=address,
        editor=lambda what: get_kind(what).editor or "editions.preview",
    )


@bp.get("/moves/<int:move_id>/progress")
@allow(Permission.TEACH)
def progress(move_id: int) -> Response:
    """How far a move is, for the page that waits for it."""
    move = move_queries.get_move(move_id, the_person())
    words = _("%(done)s of %(total)s files", done=move.done, total=move.total) if move.total else _("Waiting to begin")
    response = jsonify(under_way=move.under_way, done=move.done, total=move.total, words=words)
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.post("/moves/<int:move_id>/answer")
@allow(Permission.TEACH)
def answer(move_id: int) -> ResponseReturnValue:
    """Let an import go on over the course that was shown."""
    move, form = move_queries.get_move(move_id, the_person()), AnswerForm()
    moves.answer(move_id=move.id, reviewed=bool(form.reviewed.data))
    return redirect(url_for("moving.show", move_id=move.id), 303)


@bp.post("/moves/<int:move_id>/address")
@allow(Permission.TEACH)
def place(move_id: int) -> ResponseReturnValue:
    """Let an import go on as a new course at another address."""
    move, form = move_queries.get_move(move_id, the_person()), AddressForm()
    if form.validate():
        try:
            services.check_address(form.address.data)
        except DomainError as error:
            form.address.errors = [str(error)]
        else:
            moves.answer(move_id=move.id, address=form.address.data)
            return redirect(url_for("moving.show", move_id=move.id), 303)
    return _page(move, form), 422


@bp.post("/moves/<int:move_id>/end")
@allow(Permission.TEACH)
def drop(move_id: int) -> ResponseReturnValue:
    """Do not import after all."""
    move = move_queries.get_move(move_id, the_person())
    moves.drop(move_id=move.id)
    flash(_("Nothing was changed, and the folder was removed."), "done")
    return redirect(url_for("moving.new"), 303)


@bp.get("/moves/<int:move_id>/file")
@allow(Permission.TEACH)
def download(move_id: int) -> ResponseReturnValue:
    """The folder that an export wrote; the page that says so where it is gone."""
    move = move_queries.get_move(move_id, the_person())
    if move.kind is not MoveKind.EXPORT or move.file_hash is None:
        return redirect(url_for("moving.show", move_id=move.id))
    try:
        size, pieces = stored.size(move.file_hash), stored.pieces(move.file_hash)
    except FileNotFoundError:
        raise NotFound from None
    response = Response(pieces, content_type="application/zip")
    response.content_length = size
    response.headers.set("Content-Disposition", "attachment", filename=move.file_name)
    response.headers["Cache-Control"] = "private, no-store"
    return response
