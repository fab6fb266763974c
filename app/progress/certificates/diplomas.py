"""The certificate as a PDF, the same bytes for the same certificate and language."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from app.core import typesetting
from app.core.formats import minutes, percent, utc_day
from app.core.languages import RIGHT_TO_LEFT
from app.core.skyline import NIGHT, Plan
from app.core.typesetting import breakable

from ..presentation import qr_path
from .disclosure import Disclosure

# One for each value of `Certificate.design`: a certificate keeps the design that it was issued in.
DESIGNS = {1: "certificate.typ"}


def pdf(shown: Disclosure, *, design: int, address: str, language: str) -> bytes:
    """The certificate in the interface's `language`, which must be the one that words are translated to just now.

    `address` is where anyone can verify it.
    """
    return typesetting.pdf(f"certificates/{DESIGNS[design]}", _said(shown, address, language), moment=shown.issued_at)


def _said(shown: Disclosure, address: str, language: str) -> dict[str, Any]:
    """All that stands on it, in words."""
    facts = [
        minutes(shown.minutes) if shown.minutes is not None else None,
        _("Score %(score)s", score=percent(shown.score)) if shown.score is not None else None,
        _("Edition %(number)s", number=shown.edition),
        utc_day(shown.issued_at),
    ]
    until = _("Valid until %(day)s", day=utc_day(shown.expires_at)) if shown.expires_at else _("Valid without end")
    plan = Plan.of([len(tower) for tower in shown.towers], height=60, least=200)
    return {
        "language": language,
        "document": _("Certificate of %(name)s: %(course)s", name=shown.holder or "", course=shown.title),
        "author": shown.issuer,
        "certifies": _("%(issuer)s certifies that", issuer=shown.issuer),
        "holder": breakable(shown.holder or ""),
        "city": breakable(shown.city or ""),
        "completed": _("completed the course"),
        "title": breakable(shown.title),
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
        "skyline_says": shown.picture,
        "qr": _qr(address),
        "qr_says": _("QR code of the address where this certificate can be checked"),
    }


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
