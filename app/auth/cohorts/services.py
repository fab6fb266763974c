"""Making cohorts, and who is listed in one. Whoever acts may do so is asked before, by `queries`."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from app.core import audit, clock
from app.core.errors import NotFound
from app.extensions import db

from ..identity import Identity
from ..models import Cohort, CohortMember
from ..signals import cohort_changed
from .errors import CohortOver, FoundByRule, NameTaken
from .queries import find_namesake, list_people
from .rules import CohortRule


def create(*, name: str, rule: CohortRule | None, city_id: int | None, by: Identity) -> Cohort:
    """Make a cohort: listed, or (with a rule) whoever it finds. A coordinator's is of one of their cities.

    Raises `NotFound` for a city that is not theirs, and `NameTaken`.
    """
    if not by.is_administrator and city_id not in by.coordinates:
        raise NotFound
    _require_free(name, city_id)
    cohort = Cohort(name=name, rule=rule, city_id=city_id, created_by_id=by.id, created_at=clock.now())
    db.session.add(cohort)
    db.session.flush()
    audit.record("cohort.create", f"cohort:{cohort.id}", actor_id=by.id, city=city_id, by_rule=rule is not None)
    return cohort


def rename(*, cohort_id: int, name: str, by: int) -> None:
    """Call a cohort otherwise. Raises `CohortOver` and `NameTaken`."""
    cohort = _going_on(cohort_id)
    if cohort.name != name:
        _require_free(name, cohort.city_id, but=cohort_id)
        cohort.name = name
        audit.record("cohort.rename", f"cohort:{cohort_id}", actor_id=by)
        db.session.flush()


def add(*, cohort_id: int, people: Iterable[int], by: Identity) -> int:
    """List people in a cohort whom `by` may see and who belong to its city, if it has one; returns how many are new.

    Raises `CohortOver`, and `FoundByRule` where nobody is listed.
    """
    cohort = _listed(cohort_id)
    wanted = list(dict.fromkeys(people))
    may = {line.id for line in list_people(by, wanted, of_city=cohort.city_id)}
    there = set(
        db.session.scalars(
            sa.select(CohortMember.person_id).where(
                CohortMember.cohort_id == cohort_id, CohortMember.person_id.in_(wanted)
            )
        )
    )
    new = [person_id for person_id in wanted if person_id in may and person_id not in there]
    now = clock.now()
    db.session.add_all(
        CohortMember(cohort_id=cohort_id, person_id=person_id, added_by_id=by.id, added_at=now) for person_id in new
    )
    if new:
        audit.record("cohort.add", f"cohort:{cohort_id}", actor_id=by.id, people=new[:1000])
        db.session.flush()
        cohort_changed.send(None, cohort_id=cohort_id)
    return len(new)


def remove(*, cohort_id: int, person_id: int, by: int) -> None:
    """Take somebody off a cohort's list; their enrolments stay. Raises `NotFound` if they are not on it."""
    _listed(cohort_id)
    member = db.session.get(CohortMember, (cohort_id, person_id))
    if member is None:
        raise NotFound
    db.session.delete(member)
    audit.record("cohort.remove", f"cohort:{cohort_id}", actor_id=by, person=person_id)
    db.session.flush()


def end(*, cohort_id: int, by: int) -> None:
    """End a cohort: what was given to it reaches nobody any more; who is enrolled stays. Raises `CohortOver`."""
    cohort = _going_on(cohort_id)
    cohort.ended_at = clock.now()
    audit.record("cohort.end", f"cohort:{cohort_id}", actor_id=by)
    db.session.flush()


def _require_free(name: str, city_id: int | None, *, but: int | None = None) -> None:
    other = find_namesake(name, city_id=city_id, but=but)
    if other is not None:
        raise NameTaken(other)


def _going_on(cohort_id: int) -> Cohort:
    cohort = db.session.get(Cohort, cohort_id, with_for_update={"key_share": True}, populate_existing=True)
    if cohort is None:
        raise NotFound
    if cohort.ended_at is not None:
        raise CohortOver
    return cohort


def _listed(cohort_id: int) -> Cohort:
    cohort = _going_on(cohort_id)
    if cohort.rule is not None:
        raise FoundByRule
    return cohort
