"""Who may apply by the SQL of a rule: the cities of the network by name, with who in them is eligible."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from app.auth.models import Person
from app.extensions import db
from app.grants.calls.call import Call
from app.grants.judging.subject import network
from app.network.models import City


def list_eligible(call: Call, at: datetime) -> dict[str, list[str]]:
    """By the city's name the names of its eligible practitioners; none, where the rule asks only about the city.

    One statement.
    """
    rows = db.session.execute(
        sa.select(City.name.label("city"), Person.name)
        .select_from(network(at, call.judged))
        .where(call.judged.met(at))
        .order_by(City.name, City.id, Person.name, Person.id)
    )
    cities: dict[str, list[str]] = {}
    for row in rows:
        people = cities.setdefault(row.city, [])
        if row.name is not None:
            people.append(row.name)
    return cities
