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


OTHERS = 3  # courses one may begin, where nothing asks for them


@dataclass(frozen=True, slots=True)
class Recommended:
    """A course that an open call asks for and the person has not begun."""

    card: CourseCard
    asked: grants.Asked


@dataclass(frozen=True, slots=True)
class Home:
    """Home of one person: what to do next, in this order.

    `places` are their courses: late first, then due, then under way, then complete. `coming` are the due ones.
    """

    greeting: str
    going_on: Place | None
    places: list[Place]
    grant: grants.NearestCall | None
    coming: list[Place]
    recommended: list[Recommended]
    others: list[CourseCard]


def of(person: Identity) -> Home:
    """Home in at most 3 statements besides the person's own: courses, and two for the grants."""
    granted = grants.for_home(person, clock.now())
    known = progress.list_home(person.id, asked=granted.asked)
    places = sorted((p for p in known if p.enrolled), key=_urgency)
    under_way = [p for p in places if p.enrolled and not p.enrolled.completed_at and p.enrolled.standing.next]
    open_to_them = [p for p in known if not p.enrolled and p.admits(person)]
    return Home(
        greeting=_greeting(person),
        going_on=next(iter(under_way), None),
        places=places,
        grant=granted.nearest,
        coming=[p for p in under_way if p.enrolled and p.enrolled.due_at],
        recommended=[
            Recommended(card_of(p.slug, p.edition, p.audience), granted.asked[p.course_id])
            for p in open_to_them
            if p.course_id in granted.asked
        ],
        others=[card_of(p.slug, p.edition, p.audience) for p in open_to_them if p.course_id not in granted.asked][
            :OTHERS
        ],
    )


def _urgency(place: Place) -> tuple[int, float]:
    """Late and due by their dates, the earliest first; then under way, then not begun, then complete, as touched."""
    enrolled = place.enrolled
    assert enrolled is not None
    touched = -enrolled.touched_at.timestamp()
    if enrolled.completed_at:
        return 4, touched
    if enrolled.due_at:
        return 0 if enrolled.late else 1, enrolled.due_at.timestamp()
    return 2 if enrolled.standing.states else 3, touched


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
