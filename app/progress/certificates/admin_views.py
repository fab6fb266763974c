"""All certificates, for administrators: finding one, revoking it, and undoing that."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.auth.identity import the_person
from app.core import clock
from app.core.access import Permission, allow
from app.core.errors import DomainError
from app.core.paging import page_number
from app.core.transactions import reading

from . import disclosure, queries, services
from .forms import RevokeForm
from .queries import Proof, Search

bp = Blueprint("issued", __name__)


@bp.get("/certificates/all")
@allow(Permission.ADMINISTER)
def index() -> str:
    search = Search(
        words=request.args.get("q", "").replace("\0", "").strip()[:100],
        revoked=request.args.get("status") == "revoked",
        page=page_number(request.args),
    )
    found = queries.list_all(the_person(), search)
    now = clock.now()
    rows = [disclosure.to_the_holder(certificate, now) for certificate in found.certificates]
    return render_template("certificates/index.html", rows=rows, found=found, search=search)


@bp.get("/certificates/all/<code>")
@allow(Permission.ADMINISTER)
def show(code: str) -> str:
    return _page(queries.get_for_administrator(the_person(), code))


@bp.post("/certificates/all/<code>/revocation")
@allow(Permission.ADMINISTER)
def revoke(code: str) -> ResponseReturnValue:
    person, form = the_person(), RevokeForm()
    with reading():
        proof = queries.get_for_administrator(person, code)
        if not form.validate_on_submit():
            return _page(proof, form), 422
        certificate_id = proof.certificate.id
    try:
        services.revoke(certificate_id=certificate_id, why=form.why.data, by=person.id)
    except DomainError as error:
        form.why.errors = [str(error)]
        return _page(queries.get_for_administrator(person, code), form), error.status
    flash(_("The certificate is revoked. Its page says so and why."), "done")
    return redirect(url_for("issued.show", code=code), 303)


@bp.post("/certificates/all/<code>/reinstatement")
@allow(Permission.ADMINISTER)
def reinstate(code: str) -> ResponseReturnValue:
    person = the_person()
    with reading():
        certificate_id = queries.get_for_administrator(person, code).certificate.id
    services.reinstate(certificate_id=certificate_id, by=person.id)
    flash(_("The certificate is in force again."), "done")
    return redirect(url_for("issued.show", code=code), 303)


def _page(proof: Proof, form: RevokeForm | None = None) -> str:
    certificate = proof.certificate
    return render_template(
        "certificates/record.html",
        shown=disclosure.to_the_holder(certificate, clock.now()),
        holder_id=None if queries.is_holder_erased(certificate) else certificate.person_id,
        form=form or RevokeForm(formdata=None),
    )
