"""The certificate as a PDF: tagged for screen readers (PDF/UA-1), the same bytes for the same certificate and language.

The design is a Typst document; what it says goes in as JSON (`sys.inputs.data`), never as source text.
"""

from __future__ import annotations

import json
import re
from datetime import UTC
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import Any

import structlog
import typst
from flask_babel import gettext as _

from app.config import ROOT
from app.core.formats import minutes, percent, utc_day
from app.core.languages import RIGHT_TO_LEFT
from app.core.skyline import NIGHT, Plan
from app.core.transactions import outside_transaction

from .disclosure import Disclosure
from .presentation import qr_path

log = structlog.get_logger()

# One for each value of `Certificate.design`: a certificate keeps the design that it was issued in.
DESIGNS = {1: "certificate.typ"}
FONTS = ("fontpkg_public_sans", "fontpkg_noto_sans", "fontpkg_amiri")

_LONG = re.compile(r"\S{24,}")
_one_at_a_time = Lock()  # a compiler keeps what it has read and laid out, and belongs to one thread at a time


def pdf(shown: Disclosure, *, design: int, address: str, language: str) -> bytes:
    """The certificate in the interface's `language`, which must be the one that words are translated to just now.

    `address` is where anyone can verify it. Letters that no font here has are drawn as boxes, and the file then
    promises no more than tags.
    """
    source = ROOT / "templates" / "certificates" / DESIGNS[design]
    inputs = {"data": json.dumps(_said(shown, address, language))}
    options: dict[str, Any] = {
        "format": "pdf",
        "sys_inputs": inputs,
        "timestamp": shown.issued_at.astimezone(UTC).replace(microsecond=0),
    }
    with outside_transaction("a PDF"), _one_at_a_time:
        try:
            return _compiler().compile(source, pdf_standards=["ua-1"], **options)  # type: ignore[return-value]
        except typst.TypstError as error:
            if "could not be displayed" not in error.message:
                raise
            log.warning("letters_without_font", code=shown.code)
            return _compiler().compile(source, **options)  # type: ignore[return-value]


def _said(shown: Disclosure, address: str, language: str) -> dict[str, Any]:
    """All that stands on it, in words."""
    facts = [
        minutes(shown.minutes) if shown.minutes is not None else None,
        _("Score %(score)s", score=percent(shown.score)) if shown.score is not None else None,
        _("Edition %(number)s", number=shown.edition),
        utc_day(shown.issued_at),
    ]
    until = _("Valid until %(day)s", day=utc_day(shown.expires_at)) if shown.expires_at else _("Valid without end")
    number = shown.activities
    plan = Plan.of([len(tower) for tower in shown.towers], height=60, least=200)
    return {
        "language": language,
        "document": _("Certificate of %(name)s: %(course)s", name=shown.holder or "", course=shown.title),
        "author": shown.issuer,
        "certifies": _("%(issuer)s certifies that", issuer=shown.issuer),
        "holder": _breakable(shown.holder or ""),
        "city": _breakable(shown.city or ""),
        "completed": _("completed the course"),
        "title": _breakable(shown.title),
        "title_language": shown.language.partition("-")[0],
        "title_direction": "rtl" if shown.language in RIGHT_TO_LEFT else "ltr",
        "facts": [fact for fact in facts if fact],
        "code": shown.code,
        "code_label": _("Code"),
        "until": until,
        "check": _("Check it at"),
        "address": address,
        "address_shown": address.partition("://")[2],
        "skyline": _skyline(plan),
        "skyline_ratio": plan.width / plan.height,
        "skyline_says": _("%(lit)s of %(all)s activities complete", lit=number, all=number),
        "qr": _qr(address),
        "qr_says": _("QR code of the address where this certificate can be checked"),
    }


def _breakable(words: str) -> str:
    """`words` with places to break a line within whatever is too long for one, which are not seen."""
    return _LONG.sub(lambda long: "\u200b".join(long[0][i : i + 6] for i in range(0, len(long[0]), 6)), words)


def _skyline(plan: Plan) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {plan.width} {plan.height}">'
        f'<rect width="{plan.width}" height="{plan.height}" fill="{NIGHT}"/>{plan.drawn()}</svg>'
    )


def _qr(address: str) -> str:
    side, path = qr_path(address)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}"><path fill="{NIGHT}" d="{path}"/></svg>'
    )


@cache
def _compiler() -> typst.Compiler:
    folders = [_files_of(package) for package in FONTS]
    fonts = typst.Fonts(include_system_fonts=False, font_paths=folders)
    return typst.Compiler(root=str(ROOT / "templates" / "certificates"), font_paths=fonts, ignore_system_fonts=True)


def _files_of(package: str) -> Path:
    found = find_spec(package)
    if found is None or found.origin is None:
        raise RuntimeError(f"the fonts of certificates are not installed: {package} (requirements/runtime.in)")
    return Path(found.origin).with_name("files")
