"""The first page, home, the language of the interface, and pages that say what the site promises."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from app.auth.identity import LANGUAGES, current_person, the_person
from app.core.access import Permission, allow

from . import home as home_page
from . import services

bp = Blueprint("site", __name__)


@bp.get("/")
@allow(Permission.ANYONE)
def welcome() -> str | Response:
    """The first page for a visitor; who is signed in goes on to their own."""
    if current_person():
        return redirect(url_for("site.home"))
    return render_template("site/welcome.html", **home_page.welcome())


@bp.get("/learn")
@allow(Permission.LEARN)
def home() -> str:
    """What to do next: continue, my courses, the nearest grant, what is due."""
    return render_template("site/home.html", home=home_page.of(the_person()))


@bp.post("/language")
@allow(Permission.ANYONE)
def choose_language() -> Response:
    """Read the interface in another language, here and, when signed in, wherever one signs in."""
    tag = request.form.get("language", "")
    if tag in LANGUAGES:
        session["language"] = tag
        person = current_person()
        if person:
            services.choose_language(person_id=person.id, language=tag)
    return redirect(page_before(), 303)


@bp.get("/accessibility")
@allow(Permission.ANYONE)
def accessibility() -> str:
    """What the site does so that everyone can use it, and where it falls short."""
    return render_template("site/accessibility.html")


@bp.get("/your-data")
@allow(Permission.ANYONE)
def your_data() -> str:
    """What is kept of a person, why, and who sees it."""
    return render_template("site/your_data.html")


def page_before() -> str:
    """The page of this site that the form was on, else the first page."""
    before = urlsplit(request.referrer or "")
    if before.netloc != request.host or not before.path.startswith("/") or before.path.startswith("//"):
        return "/"
    return before.path + ("?" + before.query if before.query else "")
