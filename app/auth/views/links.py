"""What links in mails open: a page with one button, since mail scanners follow links, and the POST acts."""

from __future__ import annotations

from flask import flash, redirect, render_template, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.core.access import Permission, allow
from app.core.transactions import reading

from .. import pace, queries, services, sessions
from ..errors import LinkNotValid
from ..forms import AskResetForm, InvitationForm, NewPasswordForm
from ..identity import current_person
from ..tokens import Purpose
from .blueprint import bp


@bp.get("/confirm/<token>")
@allow(Permission.ANYONE)
def confirm(token: str) -> str:
    """Ask whether this account is to be confirmed."""
    return render_template("auth/confirm.html", account=_account(Purpose.CONFIRM, token))


@bp.post("/confirm/<token>")
@allow(Permission.ANYONE)
def create_confirmation(token: str) -> Response:
    """Confirm the address. The browser that registered is signed in; others sign in with the password."""
    _email, registration = session.get("registration") or ("", "")
    confirmed = services.confirm(token=token, registration=registration)
    person = current_person()
    if confirmed.by_registrant and person is None:
        sessions.begin(services.open_sign_in(person_id=confirmed.person_id, device=sessions.this_device()))
        person = current_person()
    flash(_("Your address is confirmed."), "done")
    if person is not None and person.id == confirmed.person_id:
        return redirect(url_for("site.home"))
    return redirect(url_for("auth.sign_in"))


@bp.get("/invitation/<token>")
@allow(Permission.ANYONE)
def invitation(token: str) -> str:
    """Ask somebody who is invited for what is missing."""
    account = _account(Purpose.INVITATION, token)
    form = InvitationForm(formdata=None, name=account.name, language=account.language, time_zone=account.time_zone)
    return render_template("auth/invitation.html", form=form, account=account)


@bp.post("/invitation/<token>")
@allow(Permission.ANYONE)
def accept_invitation(token: str) -> Response | tuple[str, int]:
    """Take the account into use and sign in: the link proves the address, and the password was chosen here."""
    with reading():
        account = _account(Purpose.INVITATION, token)
    form = InvitationForm()
    form.owner = account.email
    if not form.validate():
        return render_template("auth/invitation.html", form=form, account=account), 400
    person_id = services.accept(
        token=token,
        name=form.name.data,
        password=form.password.data,
        language=form.language.data,
        time_zone=form.time_zone.data,
    )
    sessions.end()
    sessions.begin(services.open_sign_in(person_id=person_id, device=sessions.this_device()))
    flash(_("Welcome. Your account is yours now."), "done")
    return redirect(url_for("site.home"))


@bp.get("/reset-password")
@allow(Permission.ANYONE)
def ask_reset() -> str:
    """Ask for the address."""
    return render_template("auth/ask_reset.html", form=AskResetForm(formdata=None))


@bp.post("/reset-password")
@allow(Permission.ANYONE)
def create_reset() -> str | tuple[str, int]:
    """Mail the link, if somebody has the address; the answer is the same."""
    form = AskResetForm()
    if not form.validate():
        return render_template("auth/ask_reset.html", form=form), 400
    if pace.too_fast("reset password", form.email.data):
        form.email.errors = [_("Several mails are on their way already. Wait ten minutes before asking for another.")]
        return render_template("auth/ask_reset.html", form=form), 429
    services.ask_password_reset(email=form.email.data)
    return render_template("auth/reset_sent.html", email=form.email.data)


@bp.get("/reset-password/<token>")
@allow(Permission.ANYONE)
def reset_password(token: str) -> str:
    """Ask for the new password."""
    account = _account(Purpose.RESET_PASSWORD, token)
    return render_template("auth/reset_password.html", form=NewPasswordForm(formdata=None), account=account)


@bp.post("/reset-password/<token>")
@allow(Permission.ANYONE)
def update_password(token: str) -> Response | tuple[str, int]:
    """Set the new password and end every sign-in."""
    with reading():
        account = _account(Purpose.RESET_PASSWORD, token)
    form = NewPasswordForm()
    form.owner = account.email
    if not form.validate():
        return render_template("auth/reset_password.html", form=form, account=account), 400
    services.reset_password(token=token, password=form.password.data)
    sessions.end()
    flash(_("Your new password is set. Sign in with it."), "done")
    return redirect(url_for("auth.sign_in"))


@bp.get("/account/email/<token>")
@allow(Permission.ANYONE)
def confirm_email(token: str) -> str:
    """Ask whether the address is to be changed to the one this link was sent to."""
    return render_template("auth/confirm_email.html", account=_account(Purpose.CHANGE_EMAIL, token))


@bp.post("/account/email/<token>")
@allow(Permission.ANYONE)
def update_email(token: str) -> Response:
    """Change the address, and the city if the address belongs to another."""
    person_id = services.change_email(token=token)
    flash(_("Your e-mail address is changed."), "done")
    person = current_person()
    here = person is not None and person.id == person_id
    return redirect(url_for("auth.account" if here else "auth.sign_in"))


def _account(purpose: Purpose, token: str) -> queries.Account:
    """Whom the link is about. Raises `LinkNotValid`."""
    account = queries.find_account(purpose, token)
    if account is None:
        raise LinkNotValid(next_url=url_for("auth.sign_in"), next_label=_("Sign in, or ask for another link there"))
    return account
