"""People, for administrators, and for coordinators within their own city."""

from __future__ import annotations

from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.core import audit, slots
from app.core.access import Permission, allow
from app.core.errors import DomainError, NotFound
from app.core.paging import page_number
from app.network import queries as network

from .. import pace, services
from .. import queries as account_queries
from ..cities import views as city_views
from ..cohorts import views as cohort_views
from ..identity import Identity, the_person
from ..models import PersonState, Role
from . import queries
from . import services as people_services
from .forms import EraseForm, PlaceForm, RoleForm
from .labels import ROLES, STATES, role_label
from .queries import Filters, Held, Record

bp = Blueprint("people", __name__, url_prefix="/people")


def register_people(app: Flask) -> None:
    """Register the pages of people, of cities and of cohorts."""
    app.register_blueprint(bp)
    app.register_blueprint(city_views.bp)
    app.register_blueprint(cohort_views.bp)


@bp.get("")
@allow(Permission.REPORT)
def index() -> str:
    person = the_person()
    cities = network.list_choices(among=None if person.is_administrator else person.coordinates, with_left=True)
    filters = _filters(dict(cities))
    return render_template(
        "people/index.html",
        people=queries.list_people(person, filters),
        waiting=queries.count_waiting(person) if person.is_administrator else 0,
        filters=filters,
        cities=cities,
        states=STATES,
        roles=ROLES,
        role_label=role_label,
    )


@bp.get("/<int:person_id>")
@allow(Permission.REPORT)
def show(person_id: int) -> str:
    person = the_person()
    record = queries.get_record(person, person_id)
    if record.id != person.id:
        audit.record_reading("person.open", f"person:{record.id}", actor_id=person.id)
    return _page(person, record)


@bp.post("/<int:person_id>/affiliation")
@allow(Permission.ADMINISTER)
def place(person_id: int) -> ResponseReturnValue:
    person = the_person()
    record = queries.get_record(person, person_id)
    form = PlaceForm(record, network.list_choices())
    if not form.validate_on_submit():
        return _page(person, record, place=form), 422
    try:
        people_services.place(person_id=record.id, city_id=form.city_id, by=person.id)
    except DomainError as error:
        if not _may_place(person, record):
            raise
        form.city.errors = [str(error)]
        return _page(person, record, place=form), error.status
    flash(_("%(name)s now belongs to %(city)s.", name=record.name, city=form.city.labels[form.city.data]), "done")
    return redirect(url_for("people.show", person_id=record.id))


@bp.post("/<int:person_id>/roles")
@allow(Permission.ADMINISTER)
def grant(person_id: int) -> ResponseReturnValue:
    person = the_person()
    record = queries.get_record(person, person_id)
    form = RoleForm(record)
    if not form.validate_on_submit():
        return _page(person, record, role=form), 422
    role, city_id = form.chosen
    try:
        people_services.grant_role(person_id=record.id, role=role, city_id=city_id, by=person.id)
    except DomainError as error:
        if not _may_place(person, record):
            raise
        form.role.errors = [str(error)]
        return _page(person, record, role=form), error.status
    label = role_label(role, record.city if city_id else None)
    flash(_("%(name)s has the role “%(role)s” from now on.", name=record.name, role=label), "done")
    return redirect(url_for("people.show", person_id=record.id))


@bp.post("/<int:person_id>/roles/<int:role_id>/end")
@allow(Permission.ADMINISTER)
def end_role(person_id: int, role_id: int) -> ResponseReturnValue:
    person = the_person()
    record = queries.get_record(person, person_id)
    held = next((held for held in record.open_roles if held.id == role_id), None)
    if held is None:
        raise NotFound
    try:
        people_services.end_role(person_id=record.id, role=held.role, city_id=held.city_id, by=person.id)
    except DomainError as error:
        return _page(person, record, refused={f"role-{held.id}": str(error)}), error.status
    label = role_label(held.role, held.city)
    flash(_("%(name)s no longer has the role “%(role)s”.", name=record.name, role=label), "done")
    return redirect(url_for("people.show", person_id=record.id))


@bp.post("/<int:person_id>/departure")
@allow(Permission.ADMINISTER)
def leave(person_id: int) -> ResponseReturnValue:
    person = the_person()
    record = queries.get_record(person, person_id)
    try:
        people_services.close(person_id=record.id, by=person.id)
    except DomainError as error:
        return _page(person, record, refused={"departure": str(error)}), error.status
    flash(_("The account of %(name)s is closed. What they learned stays on record.", name=record.name), "done")
    return redirect(url_for("people.show", person_id=record.id))


@bp.post("/<int:person_id>/invitation")
@allow(Permission.REPORT)
def invite_again(person_id: int) -> ResponseReturnValue:
    """Mail an invitation once more; the link in the mail before stops working once this one is used."""
    record = queries.get_record(the_person(), person_id)
    if pace.too_fast("register", record.email):
        flash(_("Several mails are on their way already. Wait ten minutes before asking for another."), "due")
    else:
        services.invite_again(person_id=record.id)
        flash(_("The invitation is on its way to %(email)s again.", email=record.email), "done")
    return redirect(url_for("people.show", person_id=record.id))


@bp.post("/<int:person_id>/return")
@allow(Permission.ADMINISTER)
def reopen(person_id: int) -> ResponseReturnValue:
    person = the_person()
    record = queries.get_record(person, person_id)
    try:
        people_services.reopen(person_id=record.id, by=person.id)
    except DomainError as error:
        return _page(person, record, refused={"departure": str(error)}), error.status
    flash(_("The account of %(name)s is open again. Now choose their city.", name=record.name), "done")
    return redirect(url_for("people.show", person_id=record.id))


@bp.get("/<int:person_id>/erasure")
@allow(Permission.ADMINISTER)
def erasure(person_id: int) -> str:
    """What erasing somebody means, and the form that does it."""
    return _erasure_page(queries.get_record(the_person(), person_id), EraseForm(formdata=None))


@bp.post("/<int:person_id>/erasure")
@allow(Permission.ADMINISTER)
def erase(person_id: int) -> ResponseReturnValue:
    """Erase somebody who asked for it."""
    person, form = the_person(), EraseForm()
    record = queries.get_record(person, person_id)
    if not form.validate_on_submit():
        return _erasure_page(record, form), 422
    try:
        people_services.erase(
            person_id=record.id, keeps_name=form.names.keeps_name, reason=form.reason.data, by=person.id
        )
    except NotFound:
        raise
    except DomainError as error:
        form.reason.errors = [str(error)]
        return _erasure_page(record, form), error.status
    flash(_("The account is erased. What was learned with it stays, under a number."), "done")
    return redirect(url_for("people.index"))


def _erasure_page(record: Record, form: EraseForm) -> str:
    return render_template(
        "people/erasure.html", record=record, form=form, leaving=account_queries.get_leaving(record.id)
    )


def _page(
    person: Identity,
    record: Record,
    *,
    place: PlaceForm | None = None,
    role: RoleForm | None = None,
    refused: dict[str, str] | None = None,
) -> str:
    """A person's page; `refused` says under the name of an action why it was not done."""
    if _may_place(person, record):
        place = place or PlaceForm(record, network.list_choices(), formdata=None)
        role = role or (RoleForm(record, formdata=None) if record.state != PersonState.INVITED else None)
    return render_template(
        "people/show.html",
        record=record,
        place=place,
        role=role,
        refused=refused or {},
        states=STATES,
        held_label=_held_label,
        pieces=slots.PERSON.fill(person, [record.id]).get(record.id, []),
    )


def _may_place(person: Identity, record: Record) -> bool:
    """Whether the page offers to place somebody and to give roles."""
    states = (PersonState.WAITING, PersonState.ACTIVE, PersonState.INVITED)
    return person.is_administrator and record.state in states


def _held_label(held: Held) -> str:
    return role_label(held.role, held.city)


def _filters(cities: dict[int, str]) -> Filters:
    """What the address asks for. Raises `NotFound` for a city, state or role that there is not, or not for them."""
    city, state, role = (request.args.get(name, "") for name in ("city", "state", "role"))
    try:
        filters = Filters(
            search=request.args.get("q", "")[:100],
            city_id=int(city) if city else None,
            state=PersonState(state) if state else None,
            role=Role(role) if role else None,
            page=page_number(request.args),
        )
    except ValueError:
        raise NotFound from None
    if (filters.city_id is not None and filters.city_id not in cities) or filters.state is PersonState.ERASED:
        raise NotFound
    return filters
