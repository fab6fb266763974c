"""What a grant call costs in a large network: judging everybody, its page, and the count while its rule is written."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from app.auth.models import Affiliation, Person, PersonState
from app.core import clock
from app.core.text import Text
from app.core.transactions import unit_of_work
from app.courses.models import Course
from app.extensions import db
from app.grants import queries, services
from app.grants.editor import counts as rule_counts
from app.grants.eligibility import network_queries
from app.grants.judging.subject import network
from app.grants.models import GrantCall
from app.grants.rules import All, Any_, Certified, CityIn, CityTrained, Completed, MemberFor, Node
from app.network.models import City, Region

from .results import Figure

SLUG = "bench-call"
RUNS = 5


def ensure_call() -> None:
    """A published, open call whose rule has six leaves, where there is none yet."""
    if db.session.scalar(sa.select(GrantCall.id).where(GrantCall.slug == SLUG)) is not None:
        return
    now = clock.now()
    with unit_of_work():
        call = services.create_call(
            slug=SLUG, source_language="en", title=_text("A call"), summary=_text("To be measured"),
            opens_at=now - timedelta(days=30), closes_at=now + timedelta(days=3650), time_zone="UTC", by=None,
        )  # fmt: skip
        services.set_rule(call_id=call.id, rule=six_leaves(), by=None)
        services.publish_call(call_id=call.id, by=None)


def in_the_middle() -> sa.Select[Person]:
    """A practitioner of the city that half of all cities are not smaller than."""
    sizes = db.session.execute(
        sa.select(Affiliation.city_id)
        .where(Affiliation.to_at.is_(None))
        .group_by(Affiliation.city_id)
        .order_by(sa.func.count())
    ).all()
    middle = sizes[len(sizes) // 2].city_id
    return sa.select(Person).where(Person.city_id == middle, Person.state == PersonState.ACTIVE).limit(1)


def six_leaves() -> Node:
    """The courses that most are in, and facts of the city."""
    first, second, third = db.session.scalars(sa.select(Course.id).order_by(Course.id).limit(3))
    return All(
        of=(
            Completed(first, min_score=60, within_months=24),
            Any_(of=(Certified(second), Completed(third))),
            CityTrained(first, people=3, within_months=24),
            MemberFor(months=12),
            CityIn(regions=(Region.AFRICA, Region.EUROPE, Region.AMERICAS)),
        )
    )


def _text(words: str) -> Text:
    return Text.of({"en": words}, "en")


def measure(page: Callable[[str], int], largest: Callable[[str], int]) -> dict[str, Figure]:
    """The figures; `page` gives the milliseconds of an address for a practitioner of a city of middle size, `largest`
    for one of the largest city."""
    call = queries.get_call(SLUG, clock.now())
    return {
        "eligibility_network_seconds": round(_seconds(lambda: judge_network(call.judged, clock.now())), 3),
        "eligibility_steps_seconds": round(_seconds(lambda: network_queries.get_network(call, clock.now())), 3),
        "rule_count_ms": round(_seconds(lambda: rule_counts.count(call.rule, clock.now())) * 1000),
        "rule_parts_ms": round(_seconds(lambda: rule_counts.count_parts(call.rule, clock.now())) * 1000),
        "grant_page_ms": page(f"/grants/{SLUG}"),
        "grant_page_largest_city_ms": largest(f"/grants/{SLUG}"),
    }


def judge_network(rule: Node, at: datetime) -> list[Any]:
    """The verdict on every practitioner and every city, counted by city, in one statement."""
    each = (
        sa.select(City.id.label("city_id"), rule.clause(at).label("verdict"))
        .select_from(network(at, rule))
        .cte("each")
        .prefix_with("MATERIALIZED")
    )
    return list(
        db.session.execute(
            sa.select(
                each.c.city_id,
                sa.func.count(sa.case((each.c.verdict, 1))).label("met"),
                sa.func.count(sa.case((sa.not_(each.c.verdict), 1))).label("missing"),
                sa.func.count(sa.case((each.c.verdict.is_(None), 1))).label("unknown"),
            ).group_by(each.c.city_id)
        )
    )


def _seconds(work: Callable[[], Any]) -> float:
    """The middle of some runs, after one that warms up."""
    taken = []
    for _run in range(RUNS + 1):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
        db.session.rollback()
    return statistics.median(taken[1:])
