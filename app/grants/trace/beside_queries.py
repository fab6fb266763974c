"""What stands beside the applications of a call, all of it at once: reviews, decisions, appeals, waivers, reports."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

import sqlalchemy as sa

from app.auth.models import Person
from app.extensions import db
from app.network.models import City

from .. import rules
from ..models import Appeal, Application, Duty, Frozen, Occasion, Review, Rule, Waiver
from ..reviews.conflicts import list_kept
from .decision_queries import list_former_of
from .dossier_queries import list_names

Row = TypeVar("Row", Review, Appeal, Duty)


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision, in force or, from `changed_at` on, changed by an appeal. `hash`: of what was frozen at it."""

    city: City
    outcome: str
    amount: int | None
    reason: str
    at: datetime | None
    by_id: int | None
    changed_at: datetime | None
    hash: str | None


def list_reviews(call_id: int, *, reader_id: int) -> list[tuple[City, Review, str]]:
    """The reviews of a call with the reviewer's name, without those that are kept from the reader. Two statements."""
    kept = list_kept(call_id, reader_id)
    rows = db.session.execute(
        _of(Review, call_id).add_columns(Person.name).join(Person, Person.id == Review.person_id)
    ).all()
    return [(city, review, name) for city, review, name in rows if review.application_id not in kept]


def list_decisions(call_id: int) -> list[Decided]:
    """The decisions of a call, by city and in order of time, those that an appeal changed too. Three statements."""
    hashes = _hashes(call_id)
    former = list_former_of(call_id)
    rows = db.session.execute(
        sa.select(Application, City)
        .join(City, City.id == Application.city_id)
        .where(Application.call_id == call_id, Application.decided_at.is_not(None))
        .order_by(City.name, City.id)
    )
    found: list[Decided] = []
    for application, city in rows:
        found += [
            Decided(
                city, one.outcome, one.amount, one.reason, one.at, one.by_id, one.changed_at,
                hashes.get((application.id, one.at)),
            )
            for one in former.get(application.id, ())
        ]  # fmt: skip
        found.append(
            Decided(
                city, application.state, application.amount, application.decision_reason, application.decided_at,
                application.decided_by_id, None, hashes.get((application.id, application.decided_at)),
            )
        )  # fmt: skip
    return found


def list_appeals(call_id: int) -> Sequence[Any]:
    """The appeals of a call, each after its `City`; one statement."""
    return db.session.execute(_of(Appeal, call_id)).all()


def list_duties(call_id: int) -> Sequence[Any]:
    """The reports that cities owe after an award of a call, each after its `City`, by when they are due."""
    return db.session.execute(_of(Duty, call_id, Duty.due_on)).all()


def list_waivers(call_id: int) -> Sequence[Any]:
    """Every waiver of a call, ended ones too, each after its `City`; one statement."""
    return db.session.execute(
        sa.select(City, Waiver)
        .join(City, City.id == Waiver.city_id)
        .where(Waiver.call_id == call_id)
        .order_by(City.name, City.id, Waiver.id)
    ).all()


def list_rules(call_id: int) -> list[rules.Node]:
    """Every version of a call's rule that was ever in force; one statement."""
    trees = db.session.scalars(
        sa.select(Rule.tree).where(Rule.call_id == call_id, Rule.in_force_at.is_not(None)).order_by(Rule.number.desc())
    )
    return [rules.read(tree) for tree in trees]


def names_of(ids: Iterable[int | None]) -> dict[int, str]:
    """As `list_names`, of those that are somebody's."""
    return list_names(one for one in ids if one is not None)


def _of(table: type[Row], call_id: int, *first: Any) -> Any:
    """The rows of a table about the applications of a call, each after its city, by city and as they came."""
    chosen: Any = sa.select(City, table)
    return (
        chosen.join(Application, Application.id == table.application_id)
        .join(City, City.id == Application.city_id)
        .where(Application.call_id == call_id)
        .order_by(City.name, City.id, *first, table.id)
    )


def _hashes(call_id: int) -> dict[tuple[int, datetime | None], str]:
    """The hash of what was frozen at each decision, by application and moment."""
    rows = db.session.execute(
        sa.select(Frozen.application_id, Frozen.at, Frozen.hash)
        .join(Application, Application.id == Frozen.application_id)
        .where(Application.call_id == call_id, Frozen.occasion.in_((Occasion.DECISION, Occasion.APPEAL)))
    )
    return {(row.application_id, row.at): row.hash for row in rows}
