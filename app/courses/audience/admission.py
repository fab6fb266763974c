"""Whom a course takes in, and in words whom it does not and what to do then. Pure: no database."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from babel.lists import format_list
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.auth.models import Role

from ..outline import Admits, Audience

MOST_NAMED = 6  # cities that a sentence names

# Those that hold a role, in a sentence: "for coordinators and trainers".
HOLDERS = {
    Role.TRAINER: _l("trainers"),
    Role.TRANSLATOR: _l("translators"),
    Role.COORDINATOR: _l("coordinators"),
    Role.ADMINISTRATOR: _l("administrators"),
}


@dataclass(frozen=True, slots=True)
class Candidate:
    """What decides whether somebody may enrol; `invited`: their address is on the course's list."""

    email: str
    city_id: int | None
    roles: Collection[str]
    invited: bool


def admits(audience: Audience, candidate: Candidate) -> bool:
    """Whether a course for `audience` takes the candidate in."""
    if audience.admits is Admits.ANYONE:
        return True
    if audience.admits is Admits.INVITED:
        return candidate.invited
    return candidate.city_id in audience.cities or not set(candidate.roles).isdisjoint(audience.roles)


def tag(audience: Audience) -> str:
    """What a card says of it, in a few words; nothing for a course that takes anyone in."""
    if audience.admits is Admits.ANYONE:
        return ""
    if audience.admits is Admits.INVITED:
        return _("By invitation")
    if audience.cities and audience.roles:
        return _("For certain cities and roles")
    return _("For certain cities") if audience.cities else _("For certain roles")


def sentence(audience: Audience, cities: Sequence[str]) -> str:
    """Whom a course is for, whole: `This course is for practitioners of Ghent, Belgium.` `cities`: by name."""
    if audience.admits is Admits.ANYONE:
        return _("This course is open to anyone in the network.")
    if audience.admits is Admits.INVITED:
        return _("This course is by invitation.")
    roles = listed([str(HOLDERS[role]) for role in Role if role in audience.roles])
    if not audience.cities:
        return _("This course is for %(roles)s.", roles=roles)
    named = list(cities[:MOST_NAMED])
    if more := len(cities) - len(named):
        named.append(ngettext("%(num)s more city", "%(num)s more cities", more))
    if not audience.roles:
        return _("This course is for practitioners of %(cities)s.", cities=listed(named))
    return _(
        "This course is for practitioners of %(cities)s, and for %(roles)s of any city.",
        cities=listed(named),
        roles=roles,
    )


def next_step(audience: Audience, email: str) -> str:
    """What somebody can do whom the course does not take in."""
    if audience.admits is Admits.INVITED:
        return _("Ask the trainer who told you about it to invite you as %(email)s.", email=email)
    if audience.cities:
        return _("Ask your city’s coordinator or an administrator if your city should be among them.")
    return _("An administrator gives roles: ask one if you should have it.")


def listed(words: Sequence[str]) -> str:
    """`a, b and c`, as the page's language joins them."""
    return format_list(list(words), locale=get_locale() or "en")
