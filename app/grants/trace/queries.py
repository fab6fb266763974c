"""How a city stood against a call at any moment, with everybody and every fact, for administrators."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from app.core.errors import NotFound
from app.extensions import db
from app.network.models import City

from ..calls.call import Call, CityJudgement
from ..errors import NoRuleThen
from ..judging.effort import effort
from ..judging.findings import Finding, Met
from ..judging.queries import judge_city
from ..judging.shapes import Facts
from ..models import Appeal, Application, GrantCall, Waiver
from ..queries import get_any_call, rule_at
from .dossier_queries import list_appeals, list_names, list_waivers, people_of
from .frozen_queries import Kept, Lost, list_frozen, list_lost

PEOPLE = 12  # whom a page names at once: who is eligible, then who is nearest


@dataclass(frozen=True, slots=True)
class Case:
    """A city in a call as of `at`. `subject` is the person whose finding is spelled out, None for the city alone.

    `absent`: who was asked for instead, and was no practitioner of the city then.
    `nearest`: by id, who is eligible and then who is nearest to it. `frozen`: what was kept of its application,
    `lost`: what the audit log says was kept of it and is no more. `appeals`: in order of time.
    """

    call: Call
    city: City
    at: datetime
    practitioners: int
    eligible: tuple[int, ...]
    nearest: tuple[int, ...]
    subject: int | None
    absent: int | None
    facts: Facts
    finding: Finding
    waivers: Sequence[Waiver]
    application: Application | None
    appeals: Sequence[Appeal]
    frozen: Sequence[Kept]
    lost: Sequence[Lost]
    names: dict[int, str]


def get_case(slug: str, city_id: int, at: datetime, person_id: int | None = None, *, or_nearest: bool = False) -> Case:
    """Ten statements, and one for editions not read yet. Raises `NotFound`, `NoRuleThen`.

    Spelled out is the person asked for, else who is eligible or nearest to it; the city alone where nobody belongs.
    Who was no practitioner of the city then is not found, or, with `or_nearest`, as if nobody was asked for.
    """
    call = get_call_as_of(slug, at)
    city = db.session.get(City, city_id)
    if city is None:
        raise NotFound
    judged = judge_city(call, at, city_id)
    absent = None if person_id in judged.findings else person_id
    if absent is not None and not or_nearest:
        raise NotFound
    ranked = sorted(judged.findings, key=lambda i: (not isinstance(judged.findings[i], Met), _effort(judged, i), i))
    subject = person_id if person_id in judged.findings else next(iter(ranked), None)
    known = judged.facts_alone if subject is None else judged.facts[subject]
    application = db.session.scalars(
        sa.select(Application).where(Application.call_id == call.id, Application.city_id == city_id)
    ).one_or_none()
    waivers = list_waivers(call.id, city_id)
    appeals = () if application is None else list_appeals(application.id)
    owners = {who for waiver in waivers for who in (waiver.owner_id, waiver.revoked_by_id) if who is not None}
    nearest = tuple(ranked[:PEOPLE])
    colleagues = {one.person_id for ones in known.colleagues.values() for one in ones}
    return Case(
        call=call,
        city=city,
        at=at,
        practitioners=len(judged.findings),
        eligible=tuple(i for i, finding in judged.findings.items() if isinstance(finding, Met)),
        nearest=nearest,
        subject=subject,
        absent=absent,
        facts=known,
        finding=judged.alone if subject is None else judged.findings[subject],
        waivers=waivers,
        application=application,
        appeals=appeals,
        frozen=() if application is None else list_frozen(application.id),
        lost=() if application is None else list_lost(application.id),
        names=list_names(
            [
                *nearest,
                *colleagues,
                *owners,
                *people_of(appeals),
                *(one for one in (subject, absent) if one is not None),
            ]
        ),
    )


def get_call_as_of(slug: str, at: datetime) -> Call:
    """A call, published or not, under the rule in force at `at`. Raises `NotFound`, `NoRuleThen`."""
    call = get_any_call(slug)
    version = rule_at(call.id, at)
    if version is None:
        raise NoRuleThen
    return call.under(version)


def get_grant_call(slug: str) -> GrantCall:
    """The row of a call, published or not. Raises `NotFound`."""
    call: GrantCall | None = db.session.scalars(sa.select(GrantCall).where(GrantCall.slug == slug)).one_or_none()
    if call is None:
        raise NotFound
    return call


def get_application_id(slug: str, city_id: int) -> int:
    """The application of a city in a call. Raises `NotFound`."""
    found: int | None = db.session.scalars(
        sa.select(Application.id)
        .join(GrantCall, GrantCall.id == Application.call_id)
        .where(GrantCall.slug == slug, Application.city_id == city_id)
    ).one_or_none()
    if found is None:
        raise NotFound
    return found


def get_frozen(slug: str, city_id: int, frozen_id: int) -> Kept:
    """A frozen document of a city's application in a call. Raises `NotFound`."""
    kept = list_frozen(get_application_id(slug, city_id))
    found = next((row for row in kept if row.id == frozen_id), None)
    if found is None:
        raise NotFound
    return found


def find_city(words: str) -> list[City]:
    """The cities that `words` names: by id, or by name in any case. One statement."""
    wanted = City.id == int(words) if words.isdecimal() else sa.func.lower(City.name) == words.lower()
    return list(db.session.scalars(sa.select(City).where(wanted).order_by(City.id)))


def _effort(judged: CityJudgement, person_id: int) -> tuple[int, ...]:
    return effort(judged.findings[person_id])
