"""Certificates: one's own, and the public page that verifies one."""

from __future__ import annotations

import segno
from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response

from app.auth.identity import current_person, the_person
from app.core import clock
from app.core.access import Permission, allow
from app.core.errors import NotFound
from app.core.skyline import LIT
from app.courses.editions import get_edition

from . import codes, queries, services
from .models import Certificate

bp = Blueprint("certificates", __name__)


@bp.get("/certificates")
@allow(Permission.LEARN)
def mine() -> str:
    """The certificates one holds."""
    return render_template("certificates/mine.html", proofs=queries.list_certificates(the_person().id))


@bp.get("/certificates/<code>")
@allow(Permission.LEARN)
def show(code: str) -> str:
    """One's own certificate, with what its public page shows."""
    return _page(code, own=True)


@bp.post("/certificates/<code>/sharing")
@allow(Permission.LEARN)
def share(code: str) -> Response:
    """Choose what the public page shows besides name, course and date."""
    read = codes.read(code)
    try:
        services.show_on_certificate(
            person_id=the_person().id, code=read or "", city="city" in request.form, score="score" in request.form
        )
    except LookupError:
        raise NotFound from None
    flash(_("Saved. The public page shows what you chose."), "done")
    return redirect(url_for("certificates.show", code=code), 303)


@bp.get("/v/<code>")
@allow(Permission.ANYONE)
def public(code: str) -> str | tuple[str, int]:
    """What anyone may see of a certificate: whether it is real and valid."""
    if codes.read(code) is None or queries.find_certificate(codes.read(code) or "") is None:
        return _not_found(code)
    return _page(code, own=False)


@bp.get("/verify")
@allow(Permission.ANYONE)
def verify() -> str | Response | tuple[str, int]:
    """Type a code to see whether it is a certificate's."""
    typed = request.args.get("code", "").strip()
    if not typed:
        return render_template("certificates/verify.html", typed="", fault="")
    code = codes.read(typed)
    if code is None or queries.find_certificate(code) is None:
        return _not_found(typed)
    return redirect(url_for("certificates.public", code=codes.shown(code)))


def _not_found(typed: str) -> tuple[str, int]:
    if codes.read(typed) is None:
        fault = _(
            "This is not a certificate code: a character is missing or mistyped. It looks like SC-7F3K-92QD-4T6B-W."
        )
    else:
        fault = _("The network has issued no certificate with this code.")
    return render_template("certificates/verify.html", typed=typed, fault=fault), 404


def _page(code: str, *, own: bool) -> str:
    person = current_person()
    proof = queries.find_certificate(codes.read(code) or "")
    if proof is None or (own and (person is None or proof.certificate.person_id != person.id)):
        raise NotFound
    certificate = proof.certificate
    shown = codes.shown(certificate.code)
    address = current_app.config["SETTINGS"].base_url + url_for("certificates.public", code=shown)
    edition = get_edition(proof.edition_id)
    return render_template(
        "certificates/show.html",
        own=own,
        certificate=certificate,
        code=shown,
        address=address,
        code_picture=qr_path(address),
        status=status_of(certificate),
        slug=proof.slug,
        towers=[[LIT] * len(module.activities) for module in edition.outline.modules],
        count=len(edition.activities),
    )


def status_of(certificate: Certificate) -> str:
    """`revoked`, `expired` or `valid`, now."""
    if certificate.revoked_at is not None:
        return "revoked"
    if certificate.expires_at is not None and certificate.expires_at <= clock.now():
        return "expired"
    return "valid"


def qr_path(address: str) -> Markup:
    """A QR code of `address` as an SVG path on a grid of one unit a module, with its side in a `viewBox`."""
    rows = [list(row) for row in segno.make(address, error="m", micro=False).matrix]
    path = ""
    for y, row in enumerate(rows):
        x = 0
        while x < len(row):
            run = 0
            while x + run < len(row) and row[x + run]:
                run += 1
            if run:
                path += f"M{x} {y}h{run}v1h-{run}z"
            x += max(run, 1)
    return Markup('<svg class="qr" viewBox="0 0 {0} {0}" aria-hidden="true"><path d="{1}"/></svg>').format(
        len(rows), path
    )
