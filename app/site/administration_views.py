"""What runs behind the pages, for administrators: jobs and mail, and another try for what failed."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from app.core import jobs as background
from app.core import mail
from app.core.access import Permission, allow
from app.core.errors import NotFound
from app.core.form_pages import form_on

from . import administration_queries as queries

bp = Blueprint("administration", __name__, url_prefix="/administration")


@bp.get("/jobs")
@allow(Permission.ADMINISTER)
def jobs() -> str:
    """The work that runs, waits or failed, and the mail that has not left."""
    return render_template(
        "site/jobs.html",
        work=queries.get_work(),
        outbox=queries.get_outbox_figures(),
        unsent=queries.list_unsent(),
        in_words=background.in_words(),
    )


@bp.post("/jobs/<int:run_id>/again")
@allow(Permission.ADMINISTER)
def run_again(run_id: int) -> Response:
    """Hand work that failed to the worker once more."""
    if not background.run_again(run_id):
        raise NotFound
    flash(_("It runs again as soon as the worker comes to it."), "done")
    return redirect(url_for("administration.jobs"), 303)


@bp.post("/mail/<int:message_id>/again")
@allow(Permission.ADMINISTER)
@form_on("administration.jobs")
def send_again(message_id: int) -> Response:
    """Try a mail anew."""
    if not mail.send_again(message_id):
        raise NotFound
    flash(_("The mail is sent again within a minute."), "done")
    return redirect(url_for("administration.jobs"), 303)


@bp.post("/mail/again")
@allow(Permission.ADMINISTER)
@form_on("administration.jobs")
def send_all_again() -> Response:
    """Try all mails anew that failed."""
    count = mail.send_again()
    flash(ngettext("%(num)s mail is sent again.", "%(num)s mails are sent again.", count), "done")
    return redirect(url_for("administration.jobs"), 303)
