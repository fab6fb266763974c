"""For administrators: how the whole network stands against a call, and whom the call reaches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from babel import Locale
from flask import Response, render_template, request
from flask_babel import get_locale
from flask_babel import gettext as _

from app.auth.identity import the_person
from app.core import audit, clock
from app.core.access import Permission, allow
from app.core.paging import page_number
from app.core.sheets import BYTE_ORDER_MARK, csv_lines
from app.network.labels import REGIONS, SIZES, country_name
from app.network.models import Region

from .. import queries
from ..calls.call import Call
from ..views import bp
from .network_queries import get_network, list_near
from .standings import OTHERS, Group, Network, NetworkCity

PAGE_SIZE = 50  # cities


@dataclass(frozen=True, slots=True)
class Paged:
    """A page of the cities asked for."""

    cities: tuple[NetworkCity, ...]
    total: int
    page: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE_SIZE))


@bp.get("/grants/<slug>/network")
@allow(Permission.ADMINISTER)
def network(slug: str) -> str:
    """Which cities are eligible, and which are one step away."""
    now = clock.now()
    call = queries.get_call(slug, now)
    at = call.judged_at(now)
    whole = get_network(call, at)
    near, region = request.args.get("show") == "near", _region()
    paged = _page([city for city in (whole.near if near else whole.eligible) if region in (None, city.region)])
    return render_template(
        "grants/network.html",
        call=call,
        state=call.state_at(now),
        network=whole,
        near=near,
        region=region,
        paged=paged,
        people=list_near(call, at, [city.id for city in paged.cities]),
    )


@bp.get("/grants/<slug>/network.csv")
@allow(Permission.ADMINISTER)
def network_file(slug: str) -> Response:
    """All cities with their figures, as a file."""
    heading = [
        _("City"), _("Country"), _("Region"), _("Size"), _("Practitioners"), _("Reached"), _("Practitioners eligible"),
        _("One step away"),
    ]  # fmt: skip
    call, whole = _judged(slug)
    return _csv(call, "network", [heading, *map(_cells, whole.cities)])


@bp.get("/grants/<slug>/fairness")
@allow(Permission.ADMINISTER)
def fairness(slug: str) -> str:
    """Whom the call reaches and who is eligible, by region, size of city and language."""
    call, whole = _judged(slug)
    return render_template("grants/fairness.html", call=call, network=whole, views=_views(whole), label=_label)


@bp.get("/grants/<slug>/fairness.csv")
@allow(Permission.ADMINISTER)
def fairness_file(slug: str) -> Response:
    """The same as a file; of fewer than five people it says no more than the page."""
    heading = [
        _("By"), _("Group"), _("Practitioners"), _("Reached"), _("Practitioners eligible"), _("Cities"),
        _("Cities reached"), _("Cities eligible"),
    ]  # fmt: skip
    call, whole = _judged(slug)
    lines = [[title, _label(group), *_figures(group)] for title, groups in _views(whole) for group in groups]
    return _csv(call, "fairness", [heading, *lines])


def _judged(slug: str) -> tuple[Call, Network]:
    now = clock.now()
    call = queries.get_call(slug, now)
    return call, get_network(call, call.judged_at(now))


def _views(whole: Network) -> list[tuple[str, list[Group]]]:
    return [
        (_("Region"), whole.by_region()),
        (_("Size of city"), whole.by_size()),
        (_("Language of people"), whole.by_language()),
    ]


def _label(group: Group) -> str:
    """What a group is called: a region, a size, a language."""
    if group.key == OTHERS:
        return _("Other languages")
    known: dict[Any, Any] = {**REGIONS, **SIZES}
    if group.key in known:
        return str(known[group.key])
    name = Locale.parse(str(group.key), sep="-").get_display_name(get_locale() or "en")
    return name or str(group.key)


def _figures(group: Group) -> list[object]:
    counts = group.counts
    if group.is_hidden:
        return [_("fewer than 5"), "", "", *([""] * 3)]
    cities = [group.cities, group.reached, group.eligible] if group.cities is not None else [""] * 3
    return [counts.people, counts.reached, counts.eligible, *cities]


def _cells(city: NetworkCity) -> list[object]:
    counts = city.counts
    return [
        city.name, country_name(city.country), str(REGIONS[city.region]), str(SIZES[city.size]), counts.people,
        counts.reached, counts.eligible, counts.near,
    ]  # fmt: skip


def _csv(call: Call, what: str, rows: list[list[Any]]) -> Response:
    audit.record_reading("grant_call.export", f"grant_call:{call.id}", actor_id=the_person().id, what=what)
    headers = {
        "Content-Disposition": f'attachment; filename="{call.slug}-{what}.csv"',
        "Cache-Control": "private, no-store",
    }
    return Response(BYTE_ORDER_MARK + csv_lines(rows), mimetype="text/csv", headers=headers)


def _region() -> Region | None:
    wanted = request.args.get("region", "")
    return Region(wanted) if wanted in list(Region) else None


def _page(cities: list[NetworkCity]) -> Paged:
    pages = max(1, -(-len(cities) // PAGE_SIZE))
    page = min(page_number(request.args), pages)
    return Paged(tuple(cities[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]), len(cities), page)
