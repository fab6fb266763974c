"""A published text that must go: withdrawn with a reason, in every edition at once, and let back again."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.auth.identity import the_person
from app.core import content
from app.core.access import Permission, allow

from .forms import WithdrawForm
from .queries import get_published_body

bp = Blueprint("bodies", __name__, url_prefix="/teach/bodies/<digest>")


@bp.get("")
@allow(Permission.ADMINISTER)
def show(digest: str) -> str:
    """A published text, where it stands, and whether it is withdrawn."""
    return render_template("studio/body.html", body=get_published_body(digest), form=WithdrawForm())


@bp.post("/withdrawal")
@allow(Permission.ADMINISTER)
def withdraw(digest: str) -> Response | tuple[str, int]:
    """Put a reason in the place of a text."""
    form = WithdrawForm()
    if not form.validate():
        return render_template("studio/body.html", body=get_published_body(digest), form=form), 422
    content.withdraw(digest, why=form.why.data or "", by=the_person().id)
    flash(_("The text is withdrawn. Practitioners read your reason in its place."), "done")
    return redirect(url_for("bodies.show", digest=digest), 303)


@bp.post("/restoration")
@allow(Permission.ADMINISTER)
def restore(digest: str) -> Response:
    """Let a withdrawn text be read again."""
    content.restore(digest, by=the_person().id)
    flash(_("The text can be read again."), "done")
    return redirect(url_for("bodies.show", digest=digest), 303)
