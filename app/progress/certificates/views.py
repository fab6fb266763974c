"""Certificates: one's own, and the public page that verifies one."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.auth.identity import page_language, the_person
from app.core import clock
from app.core.access import Permission, allow
from app.core.transactions import reading

from ..errors import Revoked
from ..models import Certificate
from ..presentation import qr_picture
from . import codes, diplomas, disclosure, pace, queries, services, signing
from .disclosure import Disclosure
from .forms import ShowForm
from .queries import Proof

bp = Blueprint("certificates", __name__)


@bp.get("/certificates")
@allow(Permission.LEARN)
def mine() -> str:
    """The certificates one holds."""
    now = clock.now()
    proofs = queries.list_certificates(the_person().id)
    held = [(disclosure.to_the_holder(proof.certificate, now), proof.slug, proof.archived) for proof in proofs]
    return render_template("certificates/mine.html", held=held)


@bp.get("/certificates/<code>")
@allow(Permission.LEARN)
def show(code: str) -> str:
    """One's own certificate, with what its public page shows."""
    return _own_page(queries.get_own(the_person().id, code))


@bp.post("/certificates/<code>/sharing")
@allow(Permission.LEARN)
def share(code: str) -> str | tuple[str, int] | BaseResponse:
    """Choose what the public page shows besides course, date and status."""
    person = the_person()
    form = ShowForm()
    if not form.validate_on_submit():
        with reading():
            return _own_page(queries.get_own(person.id, code), form), 422
    shown = {"city": form.city.data, "hours": form.hours.data, "score": form.score.data}
    services.show(person_id=person.id, code=codes.read(code), name=form.holder.data, **shown)
    flash(_("Saved. The public page shows what you chose."), "done")
    return redirect(url_for("certificates.show", code=code), 303)


@bp.get("/certificates/<code>.pdf")
@allow(Permission.LEARN)
def pdf(code: str) -> Response:
    """One's own certificate as a PDF, in the language of the page."""
    certificate = usable(queries.get_own(the_person().id, code))
    shown = disclosure.to_the_holder(certificate, clock.now())
    address = signing.addresses().certificate(certificate.code)
    made = diplomas.pdf(shown, design=certificate.design, address=address, language=page_language())
    return download(made, "application/pdf", f"{shown.code}.pdf")


@bp.get("/v/<code>")
@allow(Permission.ANYONE)
def public(code: str) -> str | tuple[str, int]:
    """What anyone may see of a certificate: whether it is real and valid."""
    proof = _find(code)
    if proof is None:
        return _not_found(code)
    shown = disclosure.to_the_public(proof.certificate, clock.now())
    return _page(shown, proof, own=False)


@bp.get("/v/<code>.json")
@allow(Permission.ANYONE)
def public_json(code: str) -> Response:
    """The same for programs; one answer for whatever is no certificate's code."""
    proof = _find(code)
    said = _said(disclosure.to_the_public(proof.certificate, clock.now())) if proof else {"error": "not found"}
    response = jsonify(said)
    response.status_code = 200 if proof else 404
    response.access_control_allow_origin = "*"
    response.headers["Cache-Control"] = "no-cache"
    return response


@bp.get("/verify")
@allow(Permission.ANYONE)
def verify() -> str | BaseResponse | tuple[str, int]:
    """Type a code to see whether it is a certificate's."""
    typed = request.args.get("code", "").strip()
    if not typed:
        return render_template("certificates/verify.html", typed="", fault="")
    proof = _find(typed)
    if proof is None:
        return _not_found(typed)
    return redirect(url_for("certificates.public", code=codes.shown(proof.certificate.code)))


def usable(proof: Proof) -> Certificate:
    """A certificate that files may be made of: raises `Revoked` for one that is void."""
    if proof.certificate.revoked_at is not None:
        raise Revoked(next_url=url_for("certificates.mine"), next_label=_("My certificates"))
    return proof.certificate


def download(content: bytes | str, media_type: str, name: str) -> Response:
    """A file to keep, for this person alone."""
    response = Response(content, mimetype=media_type)
    response.headers.set("Content-Disposition", "attachment", filename=name)
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def _find(typed: str) -> Proof | None:
    """The certificate with a code; what cannot be a code is looked up too, so that both take as long."""
    pace.require_room()
    proof = queries.find_certificate(codes.read(typed) or "")
    if proof is None:
        pace.count_unknown()
    return proof


def _not_found(typed: str) -> tuple[str, int]:
    if codes.read(typed) is None:
        fault = _(
            "This is not a certificate code: a character is missing or mistyped. It looks like SC-7F3K-92QD-4T6B-W."
        )
    else:
        fault = _("The network has issued no certificate with this code.")
    return render_template("certificates/verify.html", typed=typed, fault=fault), 404


def _own_page(proof: Proof, form: ShowForm | None = None) -> str:
    certificate = proof.certificate
    chosen = {"holder": certificate.shows_name, "city": certificate.shows_city}
    chosen |= {"hours": certificate.shows_hours, "score": certificate.shows_score}
    form = form or ShowForm(formdata=None, data=chosen)
    return _page(disclosure.to_the_holder(certificate, clock.now()), proof, own=True, form=form)


def _page(shown: Disclosure, proof: Proof, *, own: bool, form: ShowForm | None = None) -> str:
    address = signing.addresses().certificate(codes.read(shown.code) or "")
    picture = qr_picture(address)
    return render_template(
        "certificates/show.html", shown=shown, own=own, slug=proof.slug, archived=proof.archived, form=form,
        address=address, code_picture=picture,
    )  # fmt: skip


def _said(shown: Disclosure) -> dict[str, Any]:
    """What is shown, for programs: what is kept back has no name there either."""
    said: dict[str, Any] = {
        "code": shown.code,
        "status": shown.status,
        "title": shown.title,
        "language": shown.language,
        "issuer": shown.issuer,
        "issued_at": shown.issued_at.isoformat(timespec="seconds"),
        "edition": shown.edition,
        "expires_at": shown.expires_at and shown.expires_at.isoformat(timespec="seconds"),
        "revoked_at": shown.revoked_at and shown.revoked_at.isoformat(timespec="seconds"),
        "revoked_why": shown.revoked_why,
    }
    kept = {"holder": shown.holder, "city": shown.city, "minutes": shown.minutes, "score": shown.score}
    return said | {name: value for name, value in kept.items() if value is not None}
