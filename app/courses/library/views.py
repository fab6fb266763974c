"""The library of a course: its pictures, videos, sounds and documents."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.auth.identity import the_person
from app.core.access import Permission, allow
from app.core.filetypes import ACCEPTED, NotAccepted
from app.core.transactions import reading

from .. import queries
from ..errors import EditedMeanwhile, FileInUse
from ..queries import CourseAccess
from . import intake, services, uploads
from . import queries as library_queries
from .forms import FileForm, FilterForm, form_of
from .queries import LibraryItem
from .uploads import TakenFile

LARGEST_FORM = 64 * 1024 * 1024  # bytes of a file that comes with a form, where there is no JavaScript

bp = Blueprint("library", __name__, url_prefix="/teach/courses/<int:course_id>/media")


@bp.url_value_preprocessor
def _make_room(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """A form with a file may be larger than any other. This runs before anything looks at the body."""
    if endpoint == "library.add":
        request.max_content_length = LARGEST_FORM


@bp.get("")
@allow(Permission.TEACH)
def index(course_id: int) -> str:
    """The files, the newest first, and where each is used."""
    return _index(queries.get_editable(course_id, the_person()))


@bp.get("/files")
@allow(Permission.TEACH)
def files(course_id: int) -> Response:
    """The same for scripts, without where they are used."""
    access = queries.get_editable(course_id, the_person())
    return jsonify([as_json(item, access) for item in library_queries.list_files(access.id)])


@bp.post("")
@allow(Permission.TEACH)
def add(course_id: int) -> Response | BaseResponse | tuple[str, int]:
    """Take in an upload that came whole, or a file that came with the form."""
    person = the_person()
    with reading():
        access = queries.get_editable(course_id, person)
    upload_id = request.form.get("upload", "")
    try:
        with _coming(upload_id, person.id) as taken:
            file = intake.take_in(taken)
    except NotAccepted as refused:
        return _refused(access, str(refused))
    new = services.add(course_id=access.id, by=person.id, file=file)
    if upload_id:
        uploads.end(upload_id=upload_id, by=person.id)
    _measure(access.id, file.hash)
    item = library_queries.get_file(access.id, file.hash)
    if _by_script():
        return jsonify(as_json(item, access) | {"new": new})
    said = _("“%(name)s” is in the library.") if new else _("This file is in the library already, as “%(name)s”.")
    flash(said % {"name": item.name}, "done")
    return redirect(url_for("library.index", course_id=access.id, _anchor=f"file-{file.hash[:12]}"), 303)


@bp.get("/<digest>")
@allow(Permission.TEACH)
def show(course_id: int, digest: str) -> str:
    """One file: what it is called, what it shows, its captions, where it is used."""
    access = queries.get_editable(course_id, the_person())
    return _page(access, library_queries.get_item(access.id, digest))


@bp.post("/<digest>")
@allow(Permission.TEACH)
def update(course_id: int, digest: str) -> Response | BaseResponse | tuple[str, int]:
    """Name a file, and say what a picture shows."""
    with reading():
        access = queries.get_editable(course_id, the_person())
        item = library_queries.get_item(access.id, digest)
    form = form_of(item, access.languages)
    if not form.validate():
        return _page(access, item, form), 422
    try:
        services.describe(
            course_id=access.id,
            digest=digest,
            name=form.name.data or "",
            alternative=form.alternative(access.source_language, item.alternative),
            version=form.known_version,
        )
    except EditedMeanwhile as overtaken:
        form.version.data = str(item.version)  # whoever saves again has seen what it says now
        return _page(access, item, form, problem=overtaken), overtaken.status
    if _by_script():
        return jsonify(as_json(library_queries.get_file(access.id, digest), access))
    flash(_("Saved."), "done")
    return redirect(url_for("library.show", course_id=access.id, digest=digest), 303)


@bp.post("/<digest>/length")
@allow(Permission.TEACH)
def measure(course_id: int, digest: str) -> Response:
    """Take what a browser measured of a video or sound."""
    with reading():
        access = queries.get_editable(course_id, the_person())
    _measure(access.id, digest)
    return jsonify(as_json(library_queries.get_file(access.id, digest), access))


@bp.post("/<digest>/removal")
@allow(Permission.TEACH)
def remove(course_id: int, digest: str) -> BaseResponse | tuple[str, int]:
    """Delete a file from the library, unless something shows it."""
    person = the_person()
    access = queries.get_editable(course_id, person)
    try:
        services.remove(course_id=access.id, digest=digest, by=person.id)
    except FileInUse as used:
        return _page(access, library_queries.get_item(access.id, digest), problem=used), used.status
    flash(_("The file is deleted from the library."), "done")
    return redirect(url_for("library.index", course_id=access.id), 303)


def as_json(item: LibraryItem, access: CourseAccess) -> dict[str, Any]:
    """A file for scripts: `alternative` in the course's own language (an empty one: it only decorates), and in all."""
    said = item.alternative.strings() if item.alternative else {}
    return {
        "hash": item.hash,
        "address": item.address,
        "name": item.name,
        "version": item.version,
        "media_type": item.media_type,
        "size": item.size,
        "width": item.width,
        "height": item.height,
        "seconds": item.seconds,
        "alternative": None if item.alternative is None else said.get(access.source_language, ""),
        "alternatives": said,
        "sort": item.sort,
        "thumbnail": item.thumbnail,
        "captions": sorted(item.captions),
        "page": url_for("library.show", course_id=access.id, digest=item.hash),
        "length": url_for("library.measure", course_id=access.id, digest=item.hash),
    }


def _index(access: CourseAccess, problem: str | None = None) -> str:
    everything = library_queries.list_items(access.id)
    filters = FilterForm(request.args)
    shown = [item for item in everything if filters.hold(item)]
    return render_template(
        "studio/library/index.html",
        access=access,
        items=shown,
        total=len(everything),
        filters=filters,
        forms={item.hash: form_of(item, access.languages) for item in shown if item.is_undescribed},
        problem=problem,
        accepted=ACCEPTED,
    )


def _page(access: CourseAccess, item: LibraryItem, form: FileForm | None = None, problem: object = None) -> str:
    return render_template(
        "studio/library/show.html",
        access=access,
        item=item,
        form=form or form_of(item, access.languages),
        problem=problem,
    )


def _coming(upload_id: str, person_id: int) -> AbstractContextManager[TakenFile]:
    """What was sent: an upload by its id, or else the file in the form."""
    if upload_id:
        return uploads.take(upload_id, person_id)
    sent = request.files.get("file")
    if not sent:
        raise NotAccepted(_("Choose a file."))
    return uploads.sent(sent.filename or "", sent.stream)


def _refused(access: CourseAccess, why: str) -> Response | tuple[str, int]:
    if _by_script():
        response = jsonify(error=why)
        response.status_code = 422
        return response
    return _index(access, why), 422


def _measure(course_id: int, digest: str) -> None:
    services.measure(
        course_id=course_id,
        digest=digest,
        seconds=request.form.get("seconds", type=float),
        width=request.form.get("width", type=int),
        height=request.form.get("height", type=int),
    )


def _by_script() -> bool:
    return request.headers.get("X-Requested-With") == "fetch"
