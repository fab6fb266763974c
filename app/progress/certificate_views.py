"""Certificates: one's own, and the public page that verifies one."""

from __future__ import annotations

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.auth.identity import the_person
from app.core import clock
from app.core.access import Permission, allow
from app.core.errors import NotFound
from app.core.skyline import LIT
from app.courses.editions import get_edition

from . import codes, queries, services
from .presentation import qr_picture
from .queries import Proof

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
    proof = _find(code)
    if proof is None or proof.certificate.person_id != the_person().id:
        raise NotFound
    return _page(proof, own=True)


@bp.post("/certificates/<code>/sharing")
@allow(Permission.LEARN)
def share(code: str) -> Response:
    """Choose what the public page shows besides name, course and date."""
    services.show_on_certificate(
        person_id=the_person().id,
        code=codes.read(code) or "",
        city="city" in request.form,
        score="score" in request.form,
    )
    flash(_("Saved. The public page shows what you chose."), "done")
    return redirect(url_for("certificates.show", code=code), 303)


@bp.get("/v/<code>")
@allow(Permission.ANYONE)
def public(code: str) -> str | tuple[str, int]:
    """What anyone may see of a certificate: whether it is real and valid."""
    proof = _find(code)
    return _not_found(code) if proof is None else _page(proof, own=False)


@bp.get("/verify")
@allow(Permission.ANYONE)
def verify() -> str | Response | tuple[str, int]:
    """Type a code to see whether it is a certificate's."""
    typed = request.args.get("code", "").strip()
    if not typed:
        return render_template("certificates/verify.html", typed="", fault="")
    proof = _find(typed)
    if proof is None:
        return _not_found(typed)
    return redirect(url_for("certificates.public", code=codes.shown(proof.certificate.code)))


def _find(typed: str) -> Proof | None:
    code = codes.read(typed)
    return queries.find_certificate(code) if code else None


def _not_found(typed: str) -> tuple[str, int]:
    if codes.read(typed) is None:
        fault = _(
            "This is not a certificate code: a character is missing or mistyped. It looks like SC-7F3K-92QD-4T6B-W."
        )
    else:
        fault = _("The network has issued no certificate with this code.")
    return render_template("certificates/verify.html", typed=typed, fault=fault), 404


def _page(proof: Proof, *, own: bool) -> str:
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
        code_picture=qr_picture(address),
        status=certificate.status_at(clock.now()),
        slug=proof.slug,
        towers=[[LIT] * len(module.activities) for module in edition.outline.modules],
        count=len(edition.activities),
    )
