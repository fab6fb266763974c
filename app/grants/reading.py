"""Everything that the page of a call says to a reader whom its rule can judge."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from app.auth.identity import Identity, page_language

from . import queries
from .calls.call import Call, CityStanding, Judgement
from .eligibility.applied import applied
from .eligibility.way import way_of
from .eligibility.way_queries import get_beside, list_names_and_closest, may_know_names
from .eligibility.wording import Wording
from .judging.evidence import PeopleEvidence
from .judging.facts import Named
from .judging.lasting import until_close
from .judging.shapes import Facts


def read_by(person: Identity, call: Call, now: datetime) -> dict[str, Any]:
    """The verdict, the way and the city, by the names that `grants/show.html` gives them.

    Five statements: the city’s figures, facts, what is known beside them, and for readers who may know them names.
    """
    at = call.judged_at(now)
    city_id = city_of(person)
    named = may_know_names(person, city_id)
    judgement = queries.judge(call, at, person_id=person.id, city_id=city_id, named=named)
    beside = get_beside(call.id, person_id=person.id, city_id=person.city_id, at=at)
    mine = judgement.mine
    is_met = mine is not None and mine.is_met and mine.facts.city_id == person.city_id  # not for a city they left since
    way = way_of(mine, beside.pace) if mine else None
    steps = way.city if way and mine and mine.facts.city_id == city_id else ()
    names, closest = list_names_and_closest(_named(judgement, city_id), steps, city_id=city_id, reader=person, at=at)
    return {
        "mine": mine,
        "city": judgement.city,
        "beside": beside,
        "applied": applied(person, beside.application, is_met=is_met, has_worked=beside.worked),
        "way": way,
        "closest": closest if steps else [],
        "names": names,
        "knows_names": named,
        "lasting": until_close(mine) if mine else None,
        "say": wording(
            mine.facts if mine else None,
            city=mine.facts.city_name if mine else None,
            names=names,
            time_zone=call.time_zone,
        ),
    }


def wording(
    known: Facts | Named | None,
    *,
    city: str | None = None,
    names: Mapping[int, str] | None = None,
    time_zone: str = "UTC",
) -> Wording:
    """The words for what is known of a subject, or for what a rule names."""
    courses, quizzes = (known.courses, known.quizzes) if known else ({}, {})
    return Wording(courses, page_language(), quizzes=quizzes, city=city, names=names, time_zone=time_zone)


def city_of(person: Identity) -> int | None:
    """The city whose standing a reader sees: their own, else one that they coordinate."""
    return person.city_id or min(person.coordinates, default=None)


def _named(judgement: Judgement, city_id: int | None) -> set[int]:
    """The people whose names the page would show to a reader who may know them."""
    return {*_in_city(judgement.city), *_in_evidence(judgement, city_id)}


def _in_city(city: CityStanding | None) -> Iterable[int]:
    return (*city.some_eligible, *city.some_near) if city else ()


def _in_evidence(judgement: Judgement, city_id: int | None) -> Iterable[int]:
    """Those of the reader's own verdict, where it speaks of the city whose names the reader may know."""
    mine = judgement.mine
    pending = list(mine.requirements) if mine and mine.facts.city_id == city_id else []
    while pending:
        finding = pending.pop()
        pending.extend(finding.parts)
        evidence = getattr(finding, "evidence", None)
        if isinstance(evidence, PeopleEvidence):
            yield from evidence.person_ids
