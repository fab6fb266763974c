"""What if people of the city finished a course? The choices stand in the address, and nothing is stored."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.auth.identity import Identity, the_person
from app.core import clock
from app.core.access import Permission, allow
from app.core.errors import NotFound

from .. import queries
from ..views import bp
from .certificate_queries import list_certificate_months
from .way_queries import list_coordinated, may_know_names
from .what_if import Choice, imagine

MOST_SHOWN = 100  # practitioners; whoever is chosen or would become eligible is shown besides


@bp.get("/grants/<slug>/what-if")
@allow(Permission.REPORT)
def what_if(slug: str) -> str | Response:
    """How a city and each of its practitioners would stand. An administrator chooses a city of the network."""
    now, reader = clock.now(), the_person()
    call = queries.get_call(slug, now)
    city_id = _city(reader)
    if city_id is None:
        return redirect(url_for("grants.network", slug=slug))
    if not may_know_names(reader, city_id):
        raise NotFound
    city = queries.judge_city(call, call.judged_at(now), city_id)
    names = queries.list_names_for_reader(list(city.facts), city_id=city_id, reader=reader)
    courses = city.facts_alone.courses
    choice = _choice(frozenset(courses))
    result = imagine(call, city, choice, names)
    return render_template(
        "grants/what_if.html",
        call=call,
        city=city.city,
        cities=list_coordinated(reader) if len(reader.coordinates) > 1 else [],
        courses=courses,
        asks_word=any(leaf.declaration_keys for leaf in call.rule.leaves()),
        choice=choice,
        result=result,
        shown=[
            one
            for place, one in enumerate(result.people)
            if place < MOST_SHOWN or one.is_chosen or one.becomes_eligible
        ],
        names=names,
    )


def _choice(courses: frozenset[int]) -> Choice:
    chosen = _chosen("course") & courses
    return Choice(_chosen("person"), chosen, request.args.get("states") == "y", list_certificate_months(chosen))


def _city(reader: Identity) -> int | None:
    """The city that the address names, else one that the reader coordinates or belongs to; 0 for what is none."""
    asked = request.args.get("city", "")
    return _number(asked) if asked else min(reader.coordinates, default=None) or reader.city_id


def _chosen(name: str) -> frozenset[int]:
    return frozenset(_number(value) for value in request.args.getlist(name))


def _number(value: str) -> int:
    """An id as an address has it; 0, which nothing has, for what is none."""
    return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else 0
