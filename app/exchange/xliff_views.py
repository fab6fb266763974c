"""A course's texts to translators and back, as XLIFF 2.0."""

from __future__ import annotations

import base64
import binascii
import zlib
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response as AnyResponse

from app.auth.identity import the_person
from app.core.access import Permission, allow
from app.core.form_pages import form_on
from app.core.languages import language_name
from app.core.transactions import reading
from app.courses.translation import queries as translation_queries

from . import xliff_queries, xliff_services
from .faults import Refused
from .xliff import read, write
from .xliff.reading import LARGEST, NotXliff
from .xliff_texts import around_of, changes_of, document_of

bp = Blueprint("xliff", __name__, url_prefix="/teach/courses/<int:course_id>/languages/<language>/xliff")
MEDIA_TYPE = "application/xliff+xml"
ROOM = 2 * LARGEST  # bytes of a request: the file, or what is left of it when it is carried by a page


@bp.url_value_preprocessor
def make_room(_endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """A translated course is larger than what other forms send."""
    request.max_content_length = request.max_form_memory_size = ROOM


@bp.get("")
@allow(Permission.TRANSLATE)
def export(course_id: int, language: str) -> AnyResponse:
    """The texts of the course with their translations so far, as a file."""
    access = translation_queries.get_readable(course_id, language, the_person())
    if language == access.source_language:
        return redirect(url_for("translation.index", course_id=course_id))
    draft = xliff_queries.get_draft(access.id, language)
    file = write(document_of(draft), *around_of(draft))
    response = Response(file, content_type=MEDIA_TYPE)
    response.headers.set("Content-Disposition", "attachment", filename=f"{access.slug}.{language}.xlf")
    return response


@bp.post("")
@allow(Permission.TRANSLATE)
def check(course_id: int, language: str) -> str | tuple[str, int]:
    """What a translated file would change; nothing is changed yet."""
    upload = request.files.get("file")
    if upload is None:
        return _looked_at(course_id, language, b"")
    with upload.stream:
        return _looked_at(course_id, language, upload.stream.read(LARGEST + 1))


def _looked_at(course_id: int, language: str, data: bytes) -> str | tuple[str, int]:
    with reading():
        access = translation_queries.get_writable(course_id, language, the_person())
        draft = xliff_queries.get_draft(access.id, language)
    page: dict[str, Any] = {"access": access, "language": language, "source": draft.texts.source_language}
    try:
        changes = changes_of(read(data), draft)
    except Refused as refused:
        return render_template("xliff/refused.html", **page, faults=refused.faults), refused.status
    carried = base64.b64encode(zlib.compress(data, 9)).decode()
    return render_template("xliff/check.html", **page, changes=changes, carried=carried)


@bp.post("/taking")
@allow(Permission.TRANSLATE)
@form_on("translation.show")
def take(course_id: int, language: str) -> AnyResponse | tuple[str, int]:
    """Take a file that was looked at: all of it, or nothing."""
    person = the_person()
    with reading():
        access = translation_queries.get_writable(course_id, language, person)
        draft = xliff_queries.get_draft(access.id, language)
    try:
        texts = xliff_services.cleaned(changes_of(read(_carried(request.form.get("file", ""))), draft))
        count = xliff_services.take(course_id=access.id, language=language, texts=texts, by=person.id)
    except Refused as refused:
        page = render_template("xliff/refused.html", access=access, language=language, faults=refused.faults)
        return page, refused.status
    words = ngettext("%(num)s text in %(language)s was taken.", "%(num)s texts in %(language)s were taken.", count,
                     language=language_name(language))  # fmt: skip
    flash(words, "done")
    return redirect(url_for("translation.show", course_id=course_id, language=language), 303)


def _carried(packed: str) -> bytes:
    """The file that a page carried. Raises `NotXliff` for anything else."""
    try:
        unpacking = zlib.decompressobj()
        data = unpacking.decompress(base64.b64decode(packed, validate=True), LARGEST + 1)
    except (binascii.Error, ValueError, zlib.error) as error:
        raise NotXliff(_("the file was lost on the way: choose it again")) from error
    return data
