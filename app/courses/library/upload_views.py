"""Uploads that go on where they were: tus 1.0.0 with creation, termination and expiration.

https://tus.io/protocols/resumable-upload. The browser's side is `static/js/upload.js`.
"""

from __future__ import annotations

import binascii
from base64 import b64decode
from typing import Any

from flask import Blueprint, Response, request, url_for
from flask_babel import gettext as _
from werkzeug.exceptions import ClientDisconnected
from werkzeug.http import http_date

from app.auth.identity import the_person
from app.core.access import Permission, allow
from app.core.transactions import reading

from .. import queries
from ..errors import NotTus, UploadOvertaken, UploadTooLarge
from . import uploads
from .uploads import Progress, Purpose

VERSION = "1.0.0"
PART_TYPE = "application/offset+octet-stream"
PIECE = 64 * 1024
LONGEST_NAME = 200

bp = Blueprint("uploads", __name__, url_prefix="/teach/uploads")


@bp.url_value_preprocessor
def _make_room(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """A part may be larger than any form. This runs before anything looks at the body."""
    if endpoint == "uploads.append":
        request.max_content_length = uploads.LARGEST_PART


@bp.after_request
def _speak_tus(response: Response) -> Response:
    response.headers["Tus-Resumable"] = VERSION
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.route("", methods=["OPTIONS"], provide_automatic_options=False)
@allow(Permission.TEACH)
def about() -> Response:
    """What this end of the protocol knows."""
    response = Response(status=204)
    response.headers["Tus-Version"] = VERSION
    response.headers["Tus-Extension"] = "creation,termination,expiration"
    response.headers["Tus-Max-Size"] = str(uploads.LARGEST)
    return response


@bp.post("")
@allow(Permission.TEACH)
def create() -> Response:
    """Begin an upload; its address is in `Location`."""
    _check_version()
    told = _metadata(request.headers.get("Upload-Metadata", ""))
    size = _whole_number("Upload-Length")
    if size > uploads.LARGEST:
        raise UploadTooLarge
    purpose = _purpose(told.get("purpose", ""))
    course = told.get("course", "")
    with reading():
        course_id = queries.get_editable(_course_id(course), the_person()).id if course else None
    if purpose is Purpose.MEDIA and course_id is None:
        raise NotTus(_("An upload for a library says of which course."))
    name = told.get("filename", "").replace("\0", "")[-LONGEST_NAME:] or "file"
    progress = uploads.begin(by=the_person().id, name=name, size=size, purpose=purpose, course_id=course_id)
    response = _answer(progress, 201)
    response.headers["Location"] = url_for("uploads.append", upload_id=progress.id)
    return response


@bp.route("/<upload_id>", methods=["HEAD"], provide_automatic_options=False)
@allow(Permission.TEACH)
def show(upload_id: str) -> Response:
    """How far an upload is."""
    return _answer(uploads.get_progress(upload_id, the_person().id), 200)


@bp.patch("/<upload_id>")
@allow(Permission.TEACH)
def append(upload_id: str) -> Response:
    """Take the next part, or as much of it as came before the connection was lost."""
    with reading():
        progress = uploads.get_progress(upload_id, the_person().id)
    _check_version()
    if request.mimetype != PART_TYPE:
        raise _unsupported()
    if _whole_number("Upload-Offset") != progress.received:
        raise UploadOvertaken
    if (request.content_length or 0) > progress.size - progress.received:
        raise UploadTooLarge(_("This part is longer than what is left of the file."))
    content = _what_came(progress.size - progress.received)
    if content:
        path = uploads.keep_part(progress, content)
        progress = uploads.count_part(progress=progress, length=len(content), path=path)
    return _answer(progress, 204)


@bp.delete("/<upload_id>")
@allow(Permission.TEACH)
def delete(upload_id: str) -> Response:
    """Give an upload up."""
    with reading():
        uploads.get_progress(upload_id, the_person().id)
    _check_version()
    uploads.end(upload_id=upload_id, by=the_person().id)
    return Response(status=204)


def _answer(progress: Progress, status: int) -> Response:
    response = Response(status=status)
    response.headers["Upload-Offset"] = str(progress.received)
    response.headers["Upload-Length"] = str(progress.size)
    response.headers["Upload-Expires"] = http_date(progress.expires_at)
    return response


def _what_came(most: int) -> bytes:
    """The body, up to where the connection was lost."""
    pieces = []
    try:
        while most > 0 and (piece := request.stream.read(min(PIECE, most))):
            pieces.append(piece)
            most -= len(piece)
    except ClientDisconnected:
        pass  # what came is kept, and the browser asks how far it is
    return b"".join(pieces)


def _check_version() -> None:
    if request.headers.get("Tus-Resumable") != VERSION:
        refused = NotTus(_("Uploads here speak tus %(version)s.", version=VERSION))
        refused.status = 412
        raise refused


def _unsupported() -> NotTus:
    refused = NotTus(_("A part is sent as %(type)s.", type=PART_TYPE))
    refused.status = 415
    return refused


def _whole_number(header: str) -> int:
    value = request.headers.get(header, "")
    if not (value.isascii() and value.isdigit() and len(value) < 20):
        raise NotTus(_("The header %(name)s must be a whole number.", name=header))
    return int(value)


def _course_id(value: str) -> int:
    return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else 0


def _purpose(value: str) -> Purpose:
    try:
        return Purpose(value or Purpose.MEDIA)
    except ValueError:
        raise NotTus(_("An upload is for a library or for a course folder.")) from None


def _metadata(header: str) -> dict[str, str]:
    """`Upload-Metadata`: pairs of a key and a value in base64, parted by commas."""
    told = {}
    for pair in header.split(",")[:20]:
        key, _space, value = pair.strip().partition(" ")
        try:
            told[key] = b64decode(value, validate=True).decode()
        except (binascii.Error, ValueError):
            raise NotTus(_("The header %(name)s cannot be read.", name="Upload-Metadata")) from None
    return told
