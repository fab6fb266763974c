"""Erasing one's own account: what goes and what stays, then the password."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.core.access import Permission, allow
from app.core.errors import DomainError

from .. import pace, queries, services, sessions
from ..errors import Erased
from ..forms import EraseMyselfForm
from ..identity import the_person
from .blueprint import bp


@bp.get("/account/erasure")
@allow(Permission.SIGNED_IN)
def erasure() -> str:
    """What erasing the account means, and the form that does it."""
    return _page(EraseMyselfForm(formdata=None))


@bp.post("/account/erasure")
@allow(Permission.SIGNED_IN)
def erase() -> Response | tuple[str, int]:
    """Erase the account and sign out everywhere."""
    person, form = the_person(), EraseMyselfForm()
    if not form.validate():
        return _page(form), 400
    if pace.too_fast("check password", person.email):
        form.current_password.errors = [_("Too many tries in a short time. Wait ten minutes, then try again.")]
        return _page(form), 429
    try:
        services.erase_oneself(
            person_id=person.id, password=form.current_password.data, keeps_name=form.names.keeps_name
        )
    except Erased:
        raise
    except DomainError as error:
        form.current_password.errors = [error.message]
        return _page(form), error.status
    sessions.end()
    flash(_("Your account is erased, and you are signed out everywhere. Thank you for learning with us."), "done")
    return redirect(url_for("site.welcome"))


def _page(form: EraseMyselfForm) -> str:
    return render_template("auth/erasure.html", form=form, leaving=queries.get_leaving(the_person().id))
