"""What the first page and home show, gathered in a fixed number of statements."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import to_user_timezone

from app.auth.identity import Identity, page_language
from app.core import clock
from app.courses import queries as courses
from app.courses.cards import CourseCard, card_of
from app.grants import queries as grants
from app.progress import queries as progress
from app.progress.queries import Place

from . import queries

# The picture of the first page, not of real cities: share of lit windows, floors.
_dice = random.Random(2015)
HERO = [(_dice.uniform(0.35, 0.95), _dice.randint(4, 13)) for _tower in range(27)]


@dataclass(frozen=True, slots=True)
class Home:
    """Home of one person. `places` are their courses: late first, then due, then under way, then complete."""

    greeting: str
    going_on: Place | None
    places: list[Place]
    grant: Any
    coming: list[Place]
    suggested: list[CourseCard]


def of(person: Identity) -> Home:
    """Home in at most 3 statements besides the person's own: courses, and two for the nearest grant."""
    known = progress.list_home(person.id)
    places = [p for p in known if p.enrolled]
    under_way = [p for p in places if p.enrolled and not p.enrolled.completed_at and p.enrolled.standing.next]
    coming = sorted(
        (p for p in under_way if p.enrolled and p.enrolled.due_at),
        key=lambda p: p.enrolled.due_at,  # type: ignore[union-attr, return-value, arg-type]
    )
    begun = [p for p in under_way if p.enrolled and p.enrolled.standing.states]
    late = [p for p in coming if p.enrolled and p.enrolled.late]
    return Home(
        greeting=_greeting(person),
        going_on=next(iter([*begun, *late, *under_way]), None),
        places=sorted(places, key=_urgency),
        grant=grants.nearest_call(person, clock.now()),
        coming=coming,
        suggested=[] if places else [card_of(p.slug, p.edition, p.audience) for p in known if p.admits(person)][:3],
    )


def _urgency(place: Place) -> int:
    enrolled = place.enrolled
    assert enrolled is not None
    if enrolled.completed_at:
        return 3
    if enrolled.late:
        return 0
    return 1 if enrolled.due_at else 2


def _greeting(person: Identity) -> str:
    name = person.name.split()[0] if person.name else person.email
    hour = to_user_timezone(clock.now()).hour
    if 5 <= hour < 12:
        return _("Good morning, %(name)s", name=name)
    if 12 <= hour < 18:
        return _("Good afternoon, %(name)s", name=name)
    return _("Good evening, %(name)s", name=name)


def welcome() -> dict[str, Any]:
    """The first page: the network in figures, and courses to start with."""
    return {
        "figures": queries.figures(clock.now()),
        "items": courses.list_cards(language=page_language())[:3],
        "hero_cities": HERO,
    }
