"""What a file of `media/` is: judged as an upload is, and a picture drawn anew unless the site has it already."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import PurePosixPath

from flask_babel import gettext as _

from app.core import filetypes, pictures
from app.core.filetypes import TYPES, FileType, NotAccepted, Sort
from app.core.media import safe_name
from app.courses.library import captions, uploads
from app.courses.library.intake import names_of
from app.courses.library.uploads import TakenFile

from .. import library
from ..drawings import Drawings
from ..parsed import Held, Inspected, Narrower, ParsedMedium

_CAPTIONS = (".vtt", ".srt")


def take(name: str, held: Held, drawings: Drawings) -> ParsedMedium:
    """Read a file to its end and say what it is; what is made of it goes to `drawings`.

    What the site knows by its hash stays as it is, so that what was exported comes back unchanged. Raises
    `NotAccepted`, `captions.CaptionsRefused` with all faults, and `files.Damaged`.
    """
    if safe_name(name) != name:
        raise NotAccepted(_("a name in media/ has only letters without accents, digits, dots, - and _"))
    with held.open() as stream, uploads.sent(name, stream) as taken:
        kind = TYPES[captions.MEDIA_TYPE] if are_captions(name) else filetypes.judge(taken.file)
        medium = ParsedMedium(name, Inspected(taken.hash, kind.media_type, taken.size), held, _address_name(name, kind))
        if kind.sort is Sort.PICTURE:
            return _picture(medium, taken, drawings)
        if kind.sort is Sort.CAPTIONS and library.find_known(taken.hash) is None:
            text = captions.written(captions.read(captions.decoded(taken.file.read(captions.LARGEST + 1)))).encode()
            return replace(medium, found=_found(text, captions.MEDIA_TYPE), file=drawings.put(text))
        return medium


def are_captions(name: str) -> bool:
    """Whether a file of `media/` is meant as captions, which are text and so are known by their name alone."""
    return PurePosixPath(name).suffix.casefold() in _CAPTIONS


def largest_medium(name: str) -> int:
    """How many bytes a file of `media/` may have."""
    return captions.LARGEST if are_captions(name) else uploads.LARGEST


def plays(media_type: str) -> bool:
    """Whether it is a video or sound, which can have captions."""
    return media_type.startswith(("video/", "audio/"))


def _address_name(name: str, kind: FileType) -> str:
    return names_of(name, kind)[1]


def _found(data: bytes, media_type: str, width: int | None = None, height: int | None = None) -> Inspected:
    return Inspected(hashlib.sha256(data).hexdigest(), media_type, len(data), width, height)


def _picture(medium: ParsedMedium, taken: TakenFile, drawings: Drawings) -> ParsedMedium:
    known = library.find_known(taken.hash)
    if known is None:
        drawn = pictures.redraw(taken.file, sparing=True)
        found = _found(drawn.data, pictures.MEDIA_TYPE, drawn.width, drawn.height)
        variants = drawn.variants
        medium = replace(medium, address_name=_address_name(medium.name, TYPES[pictures.MEDIA_TYPE]))
        file = medium.file if found.hash == taken.hash else drawings.put(drawn.data)
    else:
        found, file = replace(medium.found, width=known.width, height=known.height), medium.file
        variants = {} if known.has_variants or _is_narrow(known.width) else pictures.narrower(taken.file)
    narrower = tuple(
        Narrower(width, _found(data, pictures.MEDIA_TYPE).hash, drawings.put(data))
        for width, data in sorted(variants.items())
    )
    return replace(medium, found=found, file=file, variants=narrower)


def _is_narrow(width: int | None) -> bool:
    return width is not None and width <= min(pictures.VARIANTS)
