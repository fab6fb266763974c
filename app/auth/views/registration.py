"""Registering, and what a person sees until placed in a city."""

from __future__ import annotations

from flask import flash, redirect, render_template, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.core.access import Permission, allow

from .. import addresses, pace, services
from ..forms import RegisterForm
from ..identity import current_person, page_language, the_person
from ..models import PersonState
from .blueprint import bp


@bp.get("/register")
@allow(Permission.ANYONE)
def register() -> Response | str:
    """The form of a new account."""
    if current_person() is not None:
        return redirect(url_for("site.home"))
    return render_template(
        "auth/register.html", form=RegisterForm(formdata=None, language=page_language(), time_zone="UTC")
    )


@bp.post("/register")
@allow(Permission.ANYONE)
def create_account() -> Response | tuple[str, int]:
    """Make the account; the answer is the same whether or not the address has one."""
    form = RegisterForm()
    if not form.validate():
        return render_template("auth/register.html", form=form), 400
    if pace.too_fast("register", form.email.data):
        form.email.errors = [_("Too many tries in a short time. Wait ten minutes, then send this again.")]
        return render_template("auth/register.html", form=form), 429
    registration = services.register(
        email=form.email.data,
        name=form.name.data,
        password=form.password.data,
        language=form.language.data,
        time_zone=form.time_zone.data,
    )
    session["registration"] = [addresses.folded(form.email.data), registration]
    return redirect(url_for("auth.registered"))


@bp.get("/register/sent")
@allow(Permission.ANYONE)
def registered() -> Response | str:
    """What to do next: open the mail."""
    email, _registration = _registered_here()
    return render_template("auth/registered.html", email=email) if email else redirect(url_for("auth.register"))


@bp.post("/register/sent")
@allow(Permission.ANYONE)
def register_again() -> Response:
    """Send the mail of a registration once more."""
    email, registration = _registered_here()
    if not email:
        return redirect(url_for("auth.register"))
    if pace.too_fast("register", email):
        flash(_("Several mails are on their way already. Wait ten minutes before asking for another."), "due")
    else:
        services.send_registration_again(email=email, registration=registration)
        flash(_("We sent the mail again."), "done")
    return redirect(url_for("auth.registered"))


@bp.get("/waiting")
@allow(Permission.SIGNED_IN)
def waiting() -> Response | str:
    """What happens next, for somebody who is not confirmed or not placed yet."""
    if the_person().state == PersonState.ACTIVE:
        return redirect(url_for("site.home"))
    return render_template("auth/waiting.html")


@bp.post("/waiting/link")
@allow(Permission.SIGNED_IN)
def send_link() -> Response:
    """Mail the link that confirms the address once more."""
    person = the_person()
    if pace.too_fast("register", person.email):
        flash(_("Several mails are on their way already. Wait ten minutes before asking for another."), "due")
    else:
        services.send_confirmation(person_id=person.id)
        flash(_("We sent the mail again."), "done")
    return redirect(url_for("auth.waiting"))


def _registered_here() -> tuple[str, str]:
    """The address this browser registered and the fingerprint of it; empty if it did not."""
    email, registration = session.get("registration") or ("", "")
    return email, registration
