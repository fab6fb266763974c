"""One's own account: profile, password, e-mail address, and where one is signed in."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask_babel import force_locale
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.core.access import Permission, allow

from .. import pace, queries, services
from ..errors import WrongPassword
from ..forms import ChangeEmailForm, ChangePasswordForm, ProfileForm
from ..identity import the_person
from .blueprint import bp


@bp.get("/account")
@allow(Permission.SIGNED_IN)
def account() -> str:
    """The account, with a form for each thing that can be changed."""
    return _page()


@bp.post("/account")
@allow(Permission.SIGNED_IN)
def update_profile() -> Response | tuple[str, int]:
    """Change name, language and time zone."""
    form = ProfileForm(prefix="profile")
    if not form.validate():
        return _page(profile=form), 400
    services.update_profile(
        person_id=the_person().id,
        name=form.name.data,
        language=form.language.data,
        time_zone=form.time_zone.data,
    )
    with force_locale(form.language.data):
        flash(_("Your profile is saved."), "done")
    return redirect(url_for("auth.account"))


@bp.get("/account/password")
@bp.get("/account/email")
@allow(Permission.SIGNED_IN)
def account_part() -> Response:
    """Where a form that was refused stood: back to the account."""
    return redirect(url_for("auth.account"))


@bp.post("/account/password")
@allow(Permission.SIGNED_IN)
def change_password() -> Response | tuple[str, int]:
    """Change the password; every other device is signed out."""
    person, form = the_person(), ChangePasswordForm(prefix="password")
    form.owner = person.email
    if not form.validate():
        return _page(password=form), 400
    if pace.too_fast("check password", person.email):
        form.current_password.errors = [_("Too many tries in a short time. Wait ten minutes, then try again.")]
        return _page(password=form), 429
    try:
        services.change_password(
            person_id=person.id,
            current=form.current_password.data,
            password=form.password.data,
            but=person.sign_in_id,
        )
    except WrongPassword as error:
        form.current_password.errors = [error.message]
        return _page(password=form), error.status
    flash(_("Your password is changed, and every other device is signed out."), "done")
    return redirect(url_for("auth.account"))


@bp.post("/account/email")
@allow(Permission.SIGNED_IN)
def change_email() -> Response | tuple[str, int]:
    """Mail a link to the new address; nothing changes until it is used."""
    person, form = the_person(), ChangeEmailForm(prefix="email")
    if not form.validate():
        return _page(email=form), 400
    if pace.too_fast("check password", person.email):
        form.current_password.errors = [_("Too many tries in a short time. Wait ten minutes, then try again.")]
        return _page(email=form), 429
    try:
        services.ask_email_change(person_id=person.id, current=form.current_password.data, email=form.email.data)
    except WrongPassword as error:
        form.current_password.errors = [error.message]
        return _page(email=form), error.status
    flash(_("We sent a mail to %(email)s. Your address changes when you open its link.", email=form.email.data), "done")
    return redirect(url_for("auth.account"))


@bp.post("/account/sign-ins/elsewhere")
@allow(Permission.SIGNED_IN)
def sign_out_elsewhere() -> Response:
    """End all sign-ins but this one."""
    person = the_person()
    services.end_other_sign_ins(person_id=person.id, but=person.sign_in_id)
    flash(_("You are signed out everywhere else."), "done")
    return redirect(url_for("auth.account"))


def _page(
    *,
    profile: ProfileForm | None = None,
    password: ChangePasswordForm | None = None,
    email: ChangeEmailForm | None = None,
) -> str:
    """The account page; a form that was refused stands in it as it was typed."""
    person = the_person()
    return render_template(
        "auth/account.html",
        profile=profile or ProfileForm(formdata=None, obj=person, prefix="profile"),
        password=password or ChangePasswordForm(formdata=None, prefix="password"),
        email=email or ChangeEmailForm(formdata=None, prefix="email"),
        devices=queries.list_devices(person.id),
    )
