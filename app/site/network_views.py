"""The network page."""

from __future__ import annotations

from flask import render_template, request

from app.core.access import Permission, allow
from app.network.labels import country_name

from . import network as members_of
from .network_forms import NetworkFilter
from .views import bp


@bp.get("/network")
@allow(Permission.ANYONE)
def network() -> str:
    """The cities of the network, as one skyline and as a table."""
    form = NetworkFilter(request.args)
    members = members_of.list_members(form.chosen)
    towers = members_of.towers(members)
    return render_template("site/network.html", form=form, members=members, towers=towers, country_name=country_name)
