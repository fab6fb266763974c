"""Grant calls: the list, a call with its reader's verdict, and who in the network is eligible."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Blueprint, render_template, request

from app.auth.identity import Identity, current_person, page_language
from app.auth.permissions import may_learn
from app.core import clock
from app.core.access import Permission, allow
from app.network.models import Region

from . import queries
from .calls import CallState, CityStanding, Judgement
from .facts import list_courses
from .findings import PeopleEvidence
from .wording import Wording

bp = Blueprint("grants", __name__)


@bp.get("/grants")
@allow(Permission.ANYONE)
def index() -> str:
    """The calls: open, coming, closed; each that is not closed with the reader's own verdict."""
    at = clock.now()
    calls = queries.list_calls(at)
    person = _subject()
    living = [call for call in calls if call.state_at(at) is not CallState.CLOSED]
    standings = queries.list_standings(living, person.id, at) if person else []
    return render_template(
        "grants/index.html",
        groups={state: [call for call in calls if call.state_at(at) is state] for state in CallState},
        standings={standing.call.id: standing for standing in standings},
        say=Wording(standings[0].facts.courses if standings else {}, page_language(), city=_city_name(person)),
    )


@bp.get("/grants/<slug>")
@allow(Permission.ANYONE)
def show(slug: str) -> str:
    """A call: for a visitor its rule in words, for a practitioner where they and their city stand."""
    now = clock.now()
    call = queries.get_call(slug, now)
    person = _subject()
    if person is None:
        say = Wording(list_courses(leaf.course_id for leaf in call.rule.leaves()), page_language())
        return render_template("grants/show.html", call=call, state=call.state_at(now), say=say, mine=None, city=None)
    city_id = person.city_id or min(person.coordinates, default=None)
    judgement = queries.judge(call, call.judged_at(now), person_id=person.id, city_id=city_id)
    names = queries.list_names(_named(judgement), city_id=city_id, reader=person)
    mine = judgement.mine
    return render_template(
        "grants/show.html",
        call=call,
        state=call.state_at(now),
        mine=mine,
        city=judgement.city,
        names=names,
        say=Wording(
            mine.facts.courses if mine else {},
            page_language(),
            city=mine.facts.city_name if mine else None,
            names=names,
        ),
    )


@bp.get("/grants/<slug>/eligible")
@allow(Permission.ADMINISTER)
def eligible(slug: str) -> str:
    """Who in the network is eligible for a call, by city."""
    now = clock.now()
    call = queries.get_call(slug, now)
    wanted = request.args.get("region", "")
    region = Region(wanted) if wanted in list(Region) else None
    return render_template(
        "grants/eligible.html",
        call=call,
        state=call.state_at(now),
        region=region,
        cities=queries.list_eligible(call, call.judged_at(now), region=region),
    )


def _subject() -> Identity | None:
    """The reader, where a rule can judge them: not a visitor, nor an account that still waits."""
    person = current_person()
    return person if may_learn(person) else None


def _city_name(person: Identity | None) -> str | None:
    return person.city_name if person else None


def _named(judgement: Judgement) -> set[int]:
    """The people whose names the page would show to a reader who may know them."""
    return {*_in_city(judgement.city), *_in_evidence(judgement)}


def _in_city(city: CityStanding | None) -> Iterable[int]:
    return (*city.eligible, *(person_id for person_id, _leaf in city.one_step)) if city else ()


def _in_evidence(judgement: Judgement) -> Iterable[int]:
    pending = list(judgement.mine.requirements) if judgement.mine else []
    while pending:
        finding = pending.pop()
        pending.extend(finding.parts)
        evidence = getattr(finding, "evidence", None)
        if isinstance(evidence, PeopleEvidence):
            yield from evidence.person_ids
