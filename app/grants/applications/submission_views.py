"""What ends the draft of an application: looking it over, the coordinator's word, submitting, withdrawing."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.auth.identity import the_person
from app.core import clock
from app.core.access import Permission, allow
from app.core.form_pages import form_on
from app.core.transactions import give_up, reading

from . import page, submission_services
from .access import Access, get_access, get_writable
from .errors import CityNotEligible, NeedsWord, NotComplete, WouldBeLost

bp = Blueprint("submissions", __name__, url_prefix="/grants/<slug>/application/<int:city_id>")


@bp.get("/submission")
@allow(Permission.LEARN)
def new(slug: str, city_id: int) -> Response | str:
    """All answers before they are submitted, with what is still missing."""
    person = the_person()
    access = get_access(slug, city_id, person, clock.now())
    if not access.may_edit:
        return redirect(url_for("applications.show", slug=slug, city_id=city_id))
    return page.look_over_page(access, person)


@bp.post("/submission")
@allow(Permission.LEARN)
def submit(slug: str, city_id: int) -> Response | tuple[str, int]:
    """Submit it, at the moment the server was asked to."""
    at, person = clock.now(), the_person()
    try:
        receipt = submission_services.submit(slug=slug, city_id=city_id, person_id=person.id, at=at)
    except (NotComplete, CityNotEligible, NeedsWord) as refused:
        give_up()
        access = get_writable(slug, city_id, person, at)
        return page.look_over_page(access, person, error=str(refused)), refused.status
    if receipt.is_new:
        flash(_("Submitted. A receipt is on its way to everyone who worked on it."), "done")
    else:
        flash(_("It was submitted already, once. This is the receipt."), "done")
    return redirect(url_for("applications.show", slug=slug, city_id=city_id), 303)


@bp.post("/withdrawal")
@allow(Permission.LEARN)
def withdraw(slug: str, city_id: int) -> Response | tuple[str, int]:
    """Make it a draft again, while the call is open."""
    access, person = _mine(slug, city_id), the_person()
    is_sure = request.form.get("sure") == "y"
    try:
        submission_services.withdraw(access=access, person_id=person.id, is_sure=is_sure)
    except WouldBeLost as refused:
        give_up()
        access = get_access(slug, city_id, person, clock.now())
        return page.read_page(access, person, refused=str(refused)), refused.status
    flash(_("Withdrawn. You can change it, and submit it again before the call closes."), "done")
    return redirect(url_for("applications.show", slug=slug, city_id=city_id), 303)


@bp.post("/word")
@allow(Permission.LEARN)
@form_on("submissions.new")
def endorse(slug: str, city_id: int) -> Response:
    """Give the coordinator's word."""
    submission_services.endorse(access=_mine(slug, city_id), person_id=the_person().id)
    flash(_("You gave your word. An eligible practitioner of your city can submit now, and so can you."), "done")
    return _look_over(slug, city_id)


@bp.post("/word/removal")
@allow(Permission.LEARN)
@form_on("submissions.new")
def take_back(slug: str, city_id: int) -> Response:
    """Take the word back."""
    submission_services.take_back_word(access=_mine(slug, city_id), person_id=the_person().id)
    flash(_("Your word is taken back."), "done")
    return _look_over(slug, city_id)


@bp.post("/word/request")
@allow(Permission.LEARN)
@form_on("submissions.new")
def ask(slug: str, city_id: int) -> Response:
    """Ask the city's coordinators for the word."""
    submission_services.ask_word(access=_mine(slug, city_id), person_id=the_person().id)
    flash(_("Your coordinator is asked. You get a message once it is submitted."), "done")
    return _look_over(slug, city_id)


def _mine(slug: str, city_id: int) -> Access:
    with reading():
        return get_writable(slug, city_id, the_person(), clock.now())


def _look_over(slug: str, city_id: int) -> Response:
    return redirect(url_for("submissions.new", slug=slug, city_id=city_id), 303)
