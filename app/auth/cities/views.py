"""Cities, for administrators. They stand here since they need to know who asks, which the network does not."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.core import clock
from app.core.access import Permission, allow
from app.core.errors import DomainError, NotFound
from app.network import labels, services
from app.network import queries as network
from app.network.errors import Disputed
from app.network.facts import CityFacts, facts_of
from app.network.models import Region, SizeBand

from ..identity import the_person
from . import queries
from .forms import CityForm

bp = Blueprint("cities", __name__, url_prefix="/cities")


@bp.get("")
@allow(Permission.ADMINISTER)
def index() -> str:
    search, region = request.args.get("q", "")[:100], request.args.get("region", "")
    if region and region not in list(Region):
        raise NotFound
    return render_template(
        "cities/index.html",
        cities=queries.list_cities(search, Region(region) if region else None),
        search=search,
        region=region,
        regions=labels.REGIONS,
        country_name=labels.country_name,
    )


@bp.get("/<int:city_id>")
@allow(Permission.ADMINISTER)
def show(city_id: int) -> str:
    city = network.get_city(city_id)
    return render_template(
        "cities/show.html",
        city=city,
        people=queries.get_city_people(city_id, since=clock.now() - timedelta(days=30)),
        country=labels.country_name(city.country),
        region=labels.REGIONS[Region(city.region)],
        plain_day=labels.plain_day,
        size=labels.SIZES[SizeBand(city.size_band)],
    )


@bp.route("/new", methods=["GET", "POST"])
@allow(Permission.ADMINISTER)
def new() -> ResponseReturnValue:
    form = CityForm()
    if form.validate_on_submit():
        try:
            city = services.add_city(form.facts, by=the_person().id)
        except DomainError as error:
            _put_beside(form, error)
        else:
            flash(_("%(city)s is in the network.", city=city.name), "done")
            return redirect(url_for("cities.show", city_id=city.id))
    return render_template("cities/new.html", form=form, names=frozenset()), 422 if form.errors else 200


@bp.route("/<int:city_id>/edit", methods=["GET", "POST"])
@allow(Permission.ADMINISTER)
def edit(city_id: int) -> ResponseReturnValue:
    """Change a city; where a colleague changed the same meanwhile, both values, to choose from."""
    facts = facts_of(network.get_city(city_id))
    form = CityForm(facts)
    if form.validate_on_submit():
        try:
            services.edit_city(city_id, form.facts, before=form.seen, by=the_person().id)
        except Disputed as disputed:
            form = CityForm(disputed.mine, seen=disputed.theirs, formdata=None)
            return _edit_page(city_id, disputed.theirs, form, disputed.names, disputed=True), disputed.status
        except DomainError as error:
            _put_beside(form, error)
        else:
            flash(_("Saved."), "done")
            return redirect(url_for("cities.show", city_id=city_id))
    return _edit_page(city_id, facts, form, form.taken), 422 if form.errors else 200


def _edit_page(city_id: int, facts: CityFacts, form: CityForm, names: frozenset[str], *, disputed: bool = False) -> str:
    """`names`: the fields beside which stands what a colleague saved, to take instead."""
    return render_template(
        "cities/edit.html", form=form, city_id=city_id, name=facts.name, names=names, disputed=disputed,
        city_words=labels.city_words,
    )  # fmt: skip


def _put_beside(form: CityForm, error: DomainError) -> None:
    field = form[error.field or "name"]
    field.errors = [*field.errors, str(error)]
