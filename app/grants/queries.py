"""What is read of grant calls: the calls, how people stand, who in the network is eligible."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

import sqlalchemy as sa

from app.auth.identity import Identity, page_language
from app.core.errors import NotFound
from app.core.text import Text
from app.extensions import db

from .calls.call import Call, CallState, RuleVersion, Standing
from .eligibility.applied import Applied, applied
from .eligibility.wording import Wording, moment_there
from .judging.facts import facts
from .judging.findings import is_barred, shortest_way
from .judging.queries import (
    CityChange,
    Comparison,
    compare,
    count_network,
    is_eligible_city,
    judge,
    judge_city,
    list_names_for_reader,
    list_problems,
)
from .models import Application, ApplicationState, GrantCall, Rule, Waiver
from .rules import Any_, Pardon, read

__all__ = [
    "Asked",
    "CityChange",
    "Comparison",
    "ForHome",
    "NearestCall",
    "compare",
    "count_network",
    "for_home",
    "get_call",
    "is_eligible_city",
    "judge",
    "judge_city",
    "list_calls",
    "list_coming_and_open",
    "list_names_for_reader",
    "list_problems",
    "list_standings",
    "rule_at",
]

# The columns of a waiver that `pardon_of` reads.
PARDON = (
    Waiver.id.label("waiver_id"),
    Waiver.city_id,
    Waiver.leaf,
    Waiver.reason,
    Waiver.owner_id,
    Waiver.granted_at,
    Waiver.expires_at,
    Waiver.revoked_at,
)
_EVERY = (
    sa.select(
        GrantCall.id,
        GrantCall.slug,
        GrantCall.source_language,
        GrantCall.title,
        GrantCall.summary,
        GrantCall.grants,
        GrantCall.ceiling,
        GrantCall.currency,
        GrantCall.time_zone,
        GrantCall.opens_at,
        GrantCall.closes_at,
        Rule.id.label("rule_id"),
        Rule.tree,
        Rule.number,
        Rule.approved_by,
        Rule.approved_on,
        *PARDON,
    )
    .join(Rule, Rule.id == GrantCall.rule_id)
    .outerjoin(Waiver, Waiver.call_id == GrantCall.id)
    .order_by(GrantCall.closes_at, GrantCall.id, Waiver.id)
)
_CALLS = _EVERY.where(GrantCall.published_at <= sa.bindparam("at"))
_ONE = _CALLS.where(GrantCall.slug == sa.bindparam("slug")).add_columns(GrantCall.questionnaire)
NOT_CLOSED = _CALLS.where(GrantCall.closes_at > sa.bindparam("at"))
_OF_CITY = (
    sa.select(Application.state)
    .where(Application.call_id == GrantCall.id, Application.city_id == sa.bindparam("city", type_=sa.Integer))
    .scalar_subquery()
    .label("applied")
)
_CALLS_AND_APPLIED, _NOT_CLOSED_AND_APPLIED = _CALLS.add_columns(_OF_CITY), NOT_CLOSED.add_columns(_OF_CITY)


def list_calls(at: datetime, city_id: int | None = None) -> tuple[list[Call], dict[int, ApplicationState]]:
    """The calls published by `at`: what closes next first, then those that have closed, the latest first.

    With how far the application of the city is to each, by call, where it has begun one. One statement.
    """
    calls, applications = _calls_and_applied(_CALLS_AND_APPLIED, at, city_id)
    closed = [call for call in calls if call.state_at(at) is CallState.CLOSED]
    return calls[len(closed) :] + closed[::-1], applications  # they come by when they close


def list_coming_and_open(at: datetime) -> list[Call]:
    """The calls published by `at` that have not closed: what closes next first."""
    return _calls(NOT_CLOSED, at=at)


def _calls_and_applied(
    statement: Any, at: datetime, city_id: int | None
) -> tuple[list[Call], dict[int, ApplicationState]]:
    rows = db.session.execute(statement, {"at": at, "city": city_id}).all()
    return grouped(rows), {row.id: ApplicationState(row.applied) for row in rows if row.applied}


def get_call(slug: str, at: datetime) -> Call:
    """The call at `slug`, published by `at`. Raises `NotFound`."""
    calls = _calls(_ONE, slug=slug, at=at)
    if not calls:
        raise NotFound
    return calls[0]


def get_any_call(slug: str) -> Call:
    """The call at `slug`, published or not, for administrators. Raises `NotFound`, also where it has no rule."""
    calls = _calls(_EVERY.where(GrantCall.slug == slug))
    if not calls:
        raise NotFound
    return calls[0]


def _calls(statement: Any, **values: Any) -> list[Call]:
    return grouped(db.session.execute(statement, values))


def grouped(rows: Iterable[Any]) -> list[Call]:
    """The calls that rows of `NOT_CLOSED` and its like say, in their order."""
    return [_call(list(group)) for _id, group in groupby(rows, key=lambda row: row.id)]


def _call(rows: Sequence[Any]) -> Call:
    row = rows[0]
    return Call(
        id=row.id,
        slug=row.slug,
        source_language=row.source_language,
        title=row.title,
        summary=row.summary,
        grants=row.grants,
        time_zone=row.time_zone,
        opens_at=row.opens_at,
        closes_at=row.closes_at,
        rule=read(row.tree),
        rule_id=row.rule_id,
        rule_number=row.number,
        approved_by=row.approved_by,
        approved_on=row.approved_on,
        waivers=tuple(pardon_of(each) for each in rows if each.waiver_id is not None),
        ceiling=row.ceiling,
        currency=row.currency,
        questions=tuple(row.questionnaire.questions) if "questionnaire" in row._mapping else (),
    )


def pardon_of(row: Any) -> Pardon:
    """The waiver of a row with the columns `PARDON`."""
    return Pardon(
        waiver_id=row.waiver_id,
        city_id=row.city_id,
        mark=row.leaf,
        reason=row.reason,
        owner_id=row.owner_id,
        granted_at=row.granted_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
    )


def rule_at(call_id: int, at: datetime) -> RuleVersion | None:
    """The version of a call's rule that was in force at `at`; None before there was one."""
    row = db.session.execute(
        sa.select(Rule)
        .where(Rule.call_id == call_id, Rule.in_force_at <= at)
        .order_by(Rule.in_force_at.desc(), Rule.number.desc())
        .limit(1)
    ).scalar_one_or_none()
    if row is None or row.in_force_at is None:
        return None
    return RuleVersion(
        id=row.id,
        number=row.number,
        rule=read(row.tree),
        approved_by=row.approved_by,
        approved_on=row.approved_on,
        reason=row.reason,
        in_force_at=row.in_force_at,
    )


def list_standings(calls: Sequence[Call], person_id: int, at: datetime) -> list[Standing]:
    """How a person stands against each call as of `at`, in the calls' order. One statement for all."""
    if not calls:
        return []
    known = facts([person_id], at, Any_(of=tuple(call.rule for call in calls)))[person_id]
    return [Standing(call, at, known, call.judged.check(known, at)) for call in calls]


@dataclass(frozen=True, slots=True)
class NearestCall:
    """The call a card on home shows: how many requirements are met, and what is next, in words."""

    slug: str
    title: Text
    source_language: str
    met: int
    total: int
    is_met: bool
    sentence: str
    opens: str | None
    closes: str
    application: int | None = None  # the city whose application the sentence is about


@dataclass(frozen=True, slots=True)
class Asked:
    """An open call that asks for a course, and until when."""

    slug: str
    title: Text
    source_language: str
    closes: str


@dataclass(frozen=True, slots=True)
class ForHome:
    """What home shows of grants: the nearest call, and by course id which open call it would bring nearer."""

    nearest: NearestCall | None
    asked: dict[int, Asked]


def for_home(person: Identity, at: datetime) -> ForHome:
    """The call that the person is nearest to, and the courses that open calls still ask of them; two statements.

    Nearest: what is open to the person's city first, then what can be done now, then the fewest steps, then what is
    open before what is coming, then what closes soonest. Courses are those that can be taken now on the shortest way to
    each open call that is open to the city, which the person has not completed; the call that closes first names them.
    They count for the person's city: who belongs to none is asked for nothing.
    """
    calls, applications = _calls_and_applied(_NOT_CLOSED_AND_APPLIED, at, person.city_id)
    standings = list_standings(calls, person.id, at)
    if not standings:
        return ForHome(None, {})
    asked: dict[int, Asked] = {}
    for standing in standings if person.city_id is not None else ():
        call = standing.call
        asks = standing.state is CallState.OPEN and not standing.is_out_of_reach
        for leaf in shortest_way(standing.finding) if asks else ():
            course_id = getattr(leaf.rule, "course_id", None)
            if course_id is not None and course_id not in standing.facts.completions and not is_barred(leaf):
                closes = moment_there(call.closes_at, call.time_zone)
                asked.setdefault(course_id, Asked(call.slug, call.title, call.source_language, closes))
    nearest = min(
        standings,
        key=lambda s: (
            s.is_out_of_reach, s.has_to_wait, s.steps, s.state is not CallState.OPEN, s.call.closes_at, s.call.id
        ),
    )  # fmt: skip
    application = applied(person, applications.get(nearest.call.id), is_met=nearest.is_met)
    # While it is being written and the person is not eligible, what they can do about that comes first.
    is_told = application is not None and (nearest.is_met or not application.is_draft)
    return ForHome(_nearest(nearest, application if is_told else None), asked)


def _nearest(nearest: Standing, application: Applied | None) -> NearestCall:
    call = nearest.call
    facts = nearest.facts
    say = Wording(facts.courses, page_language(), quizzes=facts.quizzes, city=facts.city_name)
    return NearestCall(
        slug=call.slug,
        title=call.title,
        source_language=call.source_language,
        met=nearest.met,
        total=nearest.total,
        is_met=nearest.is_met,
        sentence=say.in_short(nearest)
        if application is None
        else say.applied(application, nearest.state is CallState.OPEN),
        opens=moment_there(call.opens_at, call.time_zone) if nearest.state is CallState.COMING else None,
        closes=moment_there(call.closes_at, call.time_zone),
        application=application.city_id if application else None,
    )
