"""Who of a city is told of its application: its coordinators, and those of its people who worked on it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa

from app.auth.models import Person, PersonRole, Role
from app.core.text import source_first
from app.extensions import db
from app.messages.services import Told, tell_many
from app.network.models import City

from ..applications.access import workers
from ..models import Application, GrantCall


def list_people(applications: Collection[int], *, among: Collection[int] | None = None) -> dict[int, list[int]]:
    """The people of each application, by id: who coordinates its city, or belongs to it and worked on it.

    Who has left the city meanwhile is not among them. `among`: only these are asked for. One statement.
    """
    people: dict[int, list[int]] = {application_id: [] for application_id in applications}
    found = _people_of(applications).subquery()
    rows = db.session.execute(
        sa.select(found)
        .where(sa.true() if among is None else found.c.person_id.in_(among))
        .order_by(found.c.application_id, found.c.person_id)
    )
    for row in rows:
        people[row.application_id].append(row.person_id)
    return people


def list_untold(applications: Collection[int]) -> list[str]:
    """The cities of these applications where nobody is told, by name. One statement."""
    told = sa.select(_people_of(applications).subquery().c.application_id)
    return list(
        db.session.scalars(
            sa.select(City.name)
            .join(Application, Application.city_id == City.id)
            .where(Application.id.in_(applications), Application.id.not_in(told))
            .order_by(City.name)
        )
    )


def _people_of(applications: Collection[int]) -> sa.CompoundSelect[int, int]:
    """`application_id` and `person_id` of their people, each pair once: found from the few applications."""
    which = Application.id.in_(applications)
    coordinating = (
        sa.select(Application.id.label("application_id"), PersonRole.person_id.label("person_id"))
        .join(PersonRole, PersonRole.city_id == Application.city_id)
        .where(which, PersonRole.role == Role.COORDINATOR, PersonRole.to_at.is_(None))
    )
    working = (
        sa.select(Application.id, who)
        .select_from(joined)
        .join(Person, sa.and_(Person.id == who, Person.city_id == Application.city_id))
        .where(which)
        for who, joined in workers()
    )
    return sa.union(coordinating, *working)


def tell_the_city(call: GrantCall, application: Application, kind: str, *, key: str, **values: Any) -> None:
    """Tell the people of an application something of it, once for each `key`. It names nobody."""
    people = list_people([application.id])[application.id]
    city = db.session.get_one(City, application.city_id)
    said = {
        "slug": call.slug,
        "titles": source_first(call.title, call.source_language),
        "city_id": city.id,
        "city": city.name,
        **values,
    }
    tell_many(kind, [Told(f"{key}:{person_id}", person_id, said) for person_id in people])
