"""Files of text, as bytes that may be anything."""

from __future__ import annotations

import re

from flask_babel import gettext as _

from .faults import Fault

_UNSTORABLE = re.compile(r"[\x00-\x08\x0b-\x1f]")
LARGEST = 2 * 1024 * 1024  # bytes of a file of questions


def text_of(data: bytes, file: str) -> tuple[str, list[Fault]]:
    """The text of a file in UTF-8, its lines ended by `\\n`; or nothing, and why it is not taken."""
    if len(data) > LARGEST:
        return "", [too_large(file)]
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        return "", [Fault(file, data[: error.start].count(b"\n") + 1, _("not UTF-8"))]
    if found := _UNSTORABLE.search(text):
        line = text.count("\n", 0, found.start()) + 1
        return "", [Fault(file, line, _("the character %(code)s cannot be stored", code=f"U+{ord(found[0]):04X}"))]
    return text, []


def too_large(file: str, most: int = LARGEST) -> Fault:
    return Fault(file, 1, _("a file of this kind may have at most %(size)s MB", size=most // 1024 // 1024))
