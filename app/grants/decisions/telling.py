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

from ..applications.access import has_worked
from ..models import Application, GrantCall


def people_of(application_id: Any) -> sa.Select[int]:
    """The people of an application, as a select of ids, as `list_people` says."""
    return sa.select(Person.id).join(Application, sa.true()).where(Application.id == application_id, _is_of_it())


def list_people(applications: Collection[int], *, among: Collection[int] | None = None) -> dict[int, list[int]]:
    """The people of each application, by id: who coordinates its city, or belongs to it and worked on it.

    Who has left the city meanwhile is not among them. `among`: only these are asked for. One statement.
    """
    people: dict[int, list[int]] = {application_id: [] for application_id in applications}
    rows = db.session.execute(
        sa.select(Application.id.label("application_id"), Person.id)
        .select_from(Application)
        .join(Person, sa.true())
        .where(Application.id.in_(applications), _is_of_it(), sa.true() if among is None else Person.id.in_(among))
        .order_by(Application.id, Person.id)
    )
    for row in rows:
        people[row.application_id].append(row.id)
    return people


def list_untold(applications: Collection[int]) -> list[str]:
    """The cities of these applications where nobody is told, by name. One statement."""
    somebody = sa.exists().select_from(Person).where(_is_of_it()).correlate(Application)
    return list(
        db.session.scalars(
            sa.select(City.name)
            .join(Application, Application.city_id == City.id)
            .where(Application.id.in_(applications), ~somebody)
            .order_by(City.name)
        )
    )


def _is_of_it() -> sa.ColumnElement[bool]:
    """That a `Person` is one of the people of an `Application`."""
    coordinates = sa.exists().where(
        PersonRole.person_id == Person.id,
        PersonRole.role == Role.COORDINATOR,
        PersonRole.city_id == Application.city_id,
        PersonRole.to_at.is_(None),
    )
    worked = sa.and_(Person.city_id == Application.city_id, has_worked(Person.id))
    return sa.or_(coordinates.correlate_except(PersonRole), worked)


def tell_the_city(call: GrantCall, application: Application, kind: str, *, key: str, **values: Any) -> None:
    """Tell the people of an application something of it, once for each `key`. It names nobody."""
    people = db.session.scalars(people_of(application.id).order_by(Person.id)).all()
    city = db.session.get_one(City, application.city_id)
    said = {
        "slug": call.slug,
        "titles": source_first(call.title, call.source_language),
        "city_id": city.id,
        "city": city.name,
        **values,
    }
    tell_many(kind, [Told(f"{key}:{person_id}", person_id, said) for person_id in people])
