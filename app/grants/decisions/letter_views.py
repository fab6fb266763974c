"""The letter that tells a city what was decided: for its people and administrators, as a page and as a PDF."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request

from app.auth.identity import page_language, the_person
from app.core import clock
from app.core.access import Permission, allow

from .access import Own, asked_city, get_readable
from .letters import Letter, letter_of, pdf
from .queries import list_appeals, list_duties

bp = Blueprint("letters", __name__, url_prefix="/grants/<slug>/application")


@bp.get("/letter")
@allow(Permission.LEARN)
def show(slug: str) -> str:
    """The letter, to read and to print."""
    own, letter = _letter(slug)
    return render_template("grants/decisions/letter.html", own=own, letter=letter)


@bp.get("/letter.pdf")
@allow(Permission.LEARN)
def download(slug: str) -> Response:
    """The same as a PDF, in the language of the page."""
    own, letter = _letter(slug)
    response = Response(pdf(letter, language=page_language()), mimetype="application/pdf")
    response.headers.set("Content-Disposition", "attachment", filename=f"{own.call.slug}-letter.pdf")
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def _letter(slug: str) -> tuple[Own, Letter]:
    person = the_person()
    own = get_readable(slug, asked_city(person, request.args), person, clock.now())
    duties, appeals = list_duties(own.application.id), list_appeals(own.application.id)
    return own, letter_of(own, duties, appeals, page_language())
