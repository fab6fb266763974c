"""Cohorts, for administrators, and for coordinators within their own city."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from app.core.access import Permission, allow
from app.core.paging import page_number
from app.network import queries as network

from ..identity import the_person
from ..models import Cohort
from ..people.labels import STATES
from . import queries, services
from .errors import NameTaken
from .forms import AddressesForm, CohortForm, NameForm
from .queries import MOST_FOUND
from .words import sentence

bp = Blueprint("cohorts", __name__, url_prefix="/cohorts")

MOST_TOLD = 20  # addresses that nobody was found by


@bp.get("")
@allow(Permission.REPORT)
def index() -> str:
    person, ended = the_person(), request.args.get("ended") == "y"
    return render_template("cohorts/index.html", cohorts=queries.list_cohorts(person, ended=ended), ended=ended)


@bp.route("/new", methods=["GET", "POST"])
@allow(Permission.REPORT)
def new() -> ResponseReturnValue:
    person = the_person()
    form = CohortForm(
        network.list_choices(among=None if person.is_administrator else person.coordinates),
        everywhere=person.is_administrator,
    )
    if not form.validate_on_submit():
        return render_template("cohorts/new.html", form=form), 422 if form.is_submitted() else 200
    try:
        cohort = services.create(name=form.name.data, rule=form.rule, city_id=form.city_id, by=person)
    except NameTaken as taken:
        form.refuse(taken)
        return render_template("cohorts/new.html", form=form), 422
    if cohort.rule is None:
        flash(_("The cohort is made. Now add people to it."), "done")
    return redirect(url_for("cohorts.show", cohort_id=cohort.id), 303)


@bp.get("/<int:cohort_id>")
@allow(Permission.REPORT)
def show(cohort_id: int) -> str:
    """A cohort with its members; the address may say whom to look for to add."""
    return _page(queries.get_cohort(the_person(), cohort_id))


@bp.post("/<int:cohort_id>/name")
@allow(Permission.REPORT)
def rename(cohort_id: int) -> ResponseReturnValue:
    person = the_person()
    cohort = queries.get_cohort(person, cohort_id)
    form = NameForm()
    if not form.validate():
        return _page(cohort, name=form), 422
    try:
        services.rename(cohort_id=cohort.id, name=form.name.data, by=person.id)
    except NameTaken as taken:
        form.refuse(taken)
        return _page(cohort, name=form), 422
    return _back(cohort_id)


@bp.post("/<int:cohort_id>/members")
@allow(Permission.REPORT)
def add(cohort_id: int) -> Response:
    """Add the people who were ticked among those found."""
    person = the_person()
    cohort = queries.get_cohort(person, cohort_id)
    said = [value for value in request.form.getlist("person")[:500] if value.isascii() and value.isdigit()]
    ids = [int(value) for value in said if len(value) < 10]
    _tell(services.add(cohort_id=cohort.id, people=ids, by=person))
    return _back(cohort_id)


@bp.post("/<int:cohort_id>/addresses")
@allow(Permission.REPORT)
def add_addresses(cohort_id: int) -> ResponseReturnValue:
    """Add the people whose addresses were pasted. Which belong to nobody here is said, and what is no address stays."""
    person = the_person()
    cohort = queries.get_cohort(person, cohort_id)
    form = AddressesForm()
    if not form.validate():
        return _page(cohort, addresses=form), 422
    emails = form.emails
    known = queries.list_by_address(person, cohort, emails)
    _tell(services.add(cohort_id=cohort.id, people=known.values(), by=person))
    if unknown := [email for email in emails if email not in known]:
        flash(
            _("Not found among the people you may add: %(addresses)s.", addresses=", ".join(unknown[:MOST_TOLD])), "due"
        )
    if wrong := form.keep_faults():
        flash(_("This is no e-mail address: %(words)s.", words=", ".join(wrong[:MOST_TOLD])), "due")
        return _page(cohort, addresses=form)
    return _back(cohort_id)


@bp.post("/<int:cohort_id>/members/<int:person_id>/removal")
@allow(Permission.REPORT)
def remove(cohort_id: int, person_id: int) -> Response:
    person = the_person()
    cohort = queries.get_cohort(person, cohort_id)
    services.remove(cohort_id=cohort.id, person_id=person_id, by=person.id)
    flash(_("Taken off the list. Courses that they are enrolled in stay."), "done")
    return _back(cohort_id)


@bp.post("/<int:cohort_id>/over")
@allow(Permission.REPORT)
def end(cohort_id: int) -> Response:
    person = the_person()
    cohort = queries.get_cohort(person, cohort_id)
    services.end(cohort_id=cohort.id, by=person.id)
    flash(_("The cohort has ended. Whoever is enrolled stays so."), "done")
    return _back(cohort_id)


def _page(cohort: Cohort, *, name: NameForm | None = None, addresses: AddressesForm | None = None) -> str:
    person = the_person()
    words = request.args.get("q", "")[:100]
    cities = dict(network.list_choices(with_left=True)) if cohort.city_id or cohort.rule else {}
    found = queries.find_people(person, words, not_in=cohort) if words.strip() and cohort.rule is None else []
    return render_template(
        "cohorts/show.html",
        cohort=cohort,
        city=cities.get(cohort.city_id or 0),
        rule=sentence(cohort.rule, cities) if cohort.rule else None,
        members=queries.list_members(cohort, page_number(request.args)),
        words=words,
        found=found[:MOST_FOUND],
        many=len(found) > MOST_FOUND,
        name=name or NameForm(formdata=None, name=cohort.name),
        addresses=addresses or AddressesForm(formdata=None),
        states=STATES,
    )


def _tell(new: int) -> None:
    words = ngettext("%(num)s person is added.", "%(num)s people are added.", new)
    flash(words if new else _("Nobody was added who is not in it already."), "done")


def _back(cohort_id: int) -> Response:
    return redirect(url_for("cohorts.show", cohort_id=cohort_id), 303)
