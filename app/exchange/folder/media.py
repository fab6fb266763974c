"""What a file of `media/` is, found by its name and by its first bytes, which must say the same."""

from __future__ import annotations

import hashlib
import re
from pathlib import PurePosixPath
from typing import BinaryIO

from flask_babel import gettext as _

from app.core import filetypes
from app.core.media import LARGEST_IMAGE, NotAnImage, inspect_image, safe_name

from ..parsed import Inspected

MB = 1024 * 1024
LARGEST_CAPTIONS = 2 * MB
LARGEST_DOCUMENT = 100 * MB
LARGEST_FILM = 2048 * MB
PIECE = MB
CAPTIONS = "text/vtt"
IMAGES = ("png", "jpg", "jpeg", "webp", "gif")

_ZIP = rb"PK\x03\x04"
# Ending to media type, and what the file begins with.
KINDS: dict[str, tuple[str, bytes]] = {
    "mp4": ("video/mp4", rb"....ftyp"),
    "m4v": ("video/mp4", rb"....ftyp"),
    "webm": ("video/webm", rb"\x1a\x45\xdf\xa3"),
    "ogv": ("video/ogg", rb"OggS"),
    "weba": ("audio/webm", rb"\x1a\x45\xdf\xa3"),
    "mp3": ("audio/mpeg", rb"ID3|\xff[\xe2-\xff]"),
    "m4a": ("audio/mp4", rb"....ftyp"),
    "ogg": ("audio/ogg", rb"OggS"),
    "oga": ("audio/ogg", rb"OggS"),
    "opus": ("audio/ogg", rb"OggS"),
    "wav": ("audio/wav", rb"RIFF....WAVE"),
    "pdf": ("application/pdf", rb"%PDF-"),
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", _ZIP),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", _ZIP),
    "pptx": ("application/vnd.openxmlformats-officedocument.presentationml.presentation", _ZIP),
    "odt": ("application/vnd.oasis.opendocument.text", _ZIP),
    "ods": ("application/vnd.oasis.opendocument.spreadsheet", _ZIP),
    "odp": ("application/vnd.oasis.opendocument.presentation", _ZIP),
    "vtt": (CAPTIONS, rb"(?:\xef\xbb\xbf)?WEBVTT(?:[ \t\r\n]|\Z)"),
}


class Unfit(ValueError):
    """The file cannot be taken into a library; the message says why."""


def inspect(name: str, stream: BinaryIO) -> Inspected:
    """Read `stream` to its end and say what it is. Raises `Unfit` with a reason in words.

    The one place where the folder asks what a file is.
    """
    if safe_name(name) != name:
        raise Unfit(_("a name in media/ has only letters without accents, digits, dots, - and _"))
    ending = _ending(name)
    if ending in IMAGES:
        return _picture(name, stream.read(LARGEST_IMAGE + 1))
    if ending not in KINDS:
        kinds = ", ".join([*IMAGES, *KINDS])
        raise Unfit(_("files of this kind are not taken; those that are end in %(kinds)s", kinds=kinds))
    media_type, beginning = KINDS[ending]
    first = stream.read(PIECE)
    if not re.match(beginning, first, re.DOTALL):
        raise Unfit(_("what is in the file is not what its name says"))
    digest, size = hashlib.sha256(first), len(first)
    if media_type == CAPTIONS:
        _check_words(first + stream.read(LARGEST_CAPTIONS))
    while piece := stream.read(PIECE):
        digest.update(piece)
        size += len(piece)
    if beginning == _ZIP:
        _check_document(stream, media_type)
    return Inspected(digest.hexdigest(), media_type, size)


def largest_medium(name: str) -> int:
    """How many bytes a file of `media/` may have, by what its name says it is."""
    ending = _ending(name)
    media_type = KINDS[ending][0] if ending in KINDS else "image/"
    if media_type.startswith("image/"):
        return LARGEST_IMAGE
    if media_type == CAPTIONS:
        return LARGEST_CAPTIONS
    return LARGEST_FILM if plays(media_type) else LARGEST_DOCUMENT


def plays(media_type: str) -> bool:
    """Whether it is a video or sound, which can have captions."""
    return media_type.startswith(("video/", "audio/"))


def _ending(name: str) -> str:
    return PurePosixPath(name).suffix.removeprefix(".").casefold()


def _picture(name: str, data: bytes) -> Inspected:
    try:
        picture = inspect_image(name, data)
    except NotAnImage as error:
        raise Unfit(str(error)) from error
    return Inspected(picture.hash, picture.media_type, len(data), picture.width, picture.height)


def _check_document(stream: BinaryIO, media_type: str) -> None:
    """An office file is asked what it is, and for programs, as one that is uploaded."""
    try:
        found = filetypes.judge(stream)
    except filetypes.NotAccepted as refused:
        raise Unfit(str(refused)) from refused
    if found.media_type != media_type:
        raise Unfit(_("what is in the file is not what its name says"))


def _check_words(data: bytes) -> None:
    try:
        data.decode()
    except UnicodeDecodeError as error:
        raise Unfit(_("not UTF-8")) from error
