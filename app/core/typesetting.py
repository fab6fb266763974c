"""PDFs, tagged for screen readers (PDF/UA-1): the same bytes for the same document and data.

A document is a Typst file below templates/; what it says goes in as JSON (`sys.inputs.data`), never as source text.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import structlog

from app.config import ROOT

from .transactions import outside_transaction

if TYPE_CHECKING:
    import typst

log = structlog.get_logger()

FONTS = ("fontpkg_public_sans", "fontpkg_noto_sans", "fontpkg_amiri")

_LONG = re.compile(r"\S{24,}")
_one_at_a_time = Lock()  # a compiler keeps what it has read and laid out, and belongs to one thread at a time


def pdf(document: str, data: dict[str, Any], *, moment: datetime) -> bytes:
    """The PDF of `document`, a path below templates/, saying `data`; `moment` is when it says it was made.

    Letters that no font here has are drawn as boxes, and the file then promises no more than tags.
    """
    import typst  # seven megabytes, which only a process that sets PDFs need hold

    source = ROOT / "templates" / document
    options: dict[str, Any] = {
        "format": "pdf",
        "sys_inputs": {"data": json.dumps(data)},
        "timestamp": moment.astimezone(UTC).replace(microsecond=0),
    }
    with outside_transaction("a PDF"), _one_at_a_time:
        try:
            return _compiler().compile(source, pdf_standards=["ua-1"], **options)  # type: ignore[return-value]
        except typst.TypstError as error:
            if "could not be displayed" not in error.message:
                raise
            log.warning("letters_without_font", document=document)
            return _compiler().compile(source, **options)  # type: ignore[return-value]


def breakable(words: str) -> str:
    """`words` with places to break a line within whatever is too long for one, which are not seen."""
    return _LONG.sub(lambda long: "\u200b".join(long[0][i : i + 6] for i in range(0, len(long[0]), 6)), words)


@cache
def _compiler() -> typst.Compiler:
    import typst

    folders = [_files_of(package) for package in FONTS]
    fonts = typst.Fonts(include_system_fonts=False, font_paths=folders)
    return typst.Compiler(root=str(ROOT / "templates"), font_paths=fonts, ignore_system_fonts=True)


def _files_of(package: str) -> Path:
    found = find_spec(package)
    if found is None or found.origin is None:
        raise RuntimeError(f"the fonts of PDFs are not installed: {package} (requirements/runtime.in)")
    return Path(found.origin).with_name("files")
