"""Signing in and out."""

from __future__ import annotations

from flask import current_app, redirect, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response

from app.core.access import Permission, allow
from app.core.errors import DomainError

from .. import pace, passwords, resend, services, sessions
from ..errors import WrongCredentials
from ..forms import SignInForm
from ..identity import current_person
from .blueprint import bp

DEMONSTRATION_SIGN_INS = ("practitioner@demo.example", "trainer@demo.example", "coordinator@demo.example",
                          "admin@demo.example")  # fmt: skip


@bp.get("/sign-in")
@allow(Permission.ANYONE)
def sign_in() -> Response | str:
    """The form; who is signed in already goes on to where the link leads."""
    next_path = sessions.local_path(request.args.get("next"))
    if current_person() is not None:
        return redirect(next_path or url_for("site.home"))
    return _page(SignInForm(formdata=None), next_path=next_path)


@bp.post("/sign-in")
@allow(Permission.ANYONE)
def create_sign_in() -> Response | str | tuple[str, int]:
    """Sign in, then go on to `next`, or show the form that was on its way when the sign-in ran out."""
    form, carried = SignInForm(), resend.carried_here()
    next_path = sessions.local_path(request.form.get("next"))
    status = 400
    if form.validate():
        if pace.too_fast("sign in", form.email.data):
            form.password.errors = [_("Too many tries in a short time. Nothing is locked: wait ten minutes.")]
            status = 429
        else:
            try:
                opened = services.sign_in(
                    email=form.email.data, password=form.password.data, device=sessions.this_device()
                )
            except WrongCredentials:
                form.password.errors = [_no_match()]
            except DomainError as error:
                form.password.errors = [error.message]
            else:
                sessions.begin(opened)
                return resend.resend_page(carried) if carried else redirect(next_path or url_for("site.home"))
    return _page(form, next_path=next_path, carried=carried), status


@bp.post("/sign-out")
@allow(Permission.ANYONE)
def sign_out() -> Response:
    """End this browser's sign-in."""
    sessions.end()
    return redirect(url_for("site.welcome"))


def _page(form: SignInForm, *, next_path: str | None, carried: resend.Carried | None = None) -> str:
    demonstration = DEMONSTRATION_SIGN_INS if current_app.config["SETTINGS"].demo else ()
    return render_template(
        "auth/sign_in.html",
        form=form,
        has_ended=request.method == "GET" and sessions.has_ended(),
        next_path=next_path,
        carried=carried,
        demonstration=demonstration,
        demonstration_password=passwords.DEMONSTRATION,
    )


def _no_match() -> Markup:
    return Markup(
        _(
            "That e-mail and password do not match. Nothing is locked: try again, or "
            '<a href="%(url)s">reset the password</a>.'
        )
    ) % {"url": url_for("auth.ask_reset")}
