"""Rules and waivers as chance makes them, and how many sorts of them there are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import combinations
from random import Random
from typing import Any, cast

from app.auth.models import Role
from app.grants.rules import (
    All,
    Any_,
    AtLeast,
    Certified,
    CityIn,
    CityTrained,
    Completed,
    Declared,
    HasRole,
    MemberFor,
    Node,
    Not,
    Pardon,
    Passed,
    Waived,
    mark_of,
    walk,
)
from app.network.models import Region, SizeBand
from tests.factories import text

from .networks import DAY, KEYS, MONTHS, Dice, Grounds, edges

# What is asked of a leaf besides what it must name.
OPTIONS: dict[type[Any], tuple[str, ...]] = {
    Completed: ("min_score", "within_months"),
    Certified: ("valid_on",),
    Passed: ("min_score",),
    CityTrained: ("within_months", "people", "share"),
    CityIn: ("regions", "countries", "sizes"),
}


def sort_of(rule: Node | Waived) -> str:
    """`completed`, `completed min_score`, `role coordinator`, `all`, `waived all`: what is to have every verdict."""
    if isinstance(rule, Waived):
        return "waived"
    name = str(rule.__struct_config__.tag)
    if isinstance(rule, HasRole):
        return f"{name} {rule.role}"
    given = (option for option in OPTIONS.get(type(rule), ()) if getattr(rule, option) not in (None, ()))
    return " ".join((name, *given))


def every_sort() -> dict[str, set[bool | None]]:
    """The verdicts that each sort can have: what asks a person is unknown only where they must say something."""
    known: set[bool | None] = {True, False}
    found = {
        **dict.fromkeys(_with_options("completed", ("min_score", "within_months")), known),
        **dict.fromkeys(_with_options("certified", ("valid_on",)), known),
        **dict.fromkeys(_with_options("passed", ("min_score",)), known),
        **{f"role {role}": known for role in Role if role is not Role.COORDINATOR},
    }
    others = {
        "role coordinator", "declared", "member_for", "all", "any", "at_least", "not", "waived",
        *(f"{sort} {many}" for many in ("people", "share") for sort in ("city_trained", "city_trained within_months")),
        *_with_options("city_in", OPTIONS[CityIn]),
    }  # fmt: skip
    return found | dict.fromkeys(others, known | {None})


def _with_options(name: str, options: Sequence[str]) -> list[str]:
    return [" ".join((name, *some)) for n in range(len(options) + 1) for some in combinations(options, n)]


def rules(chance: Random, grounds: Grounds, at: datetime) -> tuple[Node, ...]:
    """One leaf of each kind, `DENIALS`, each combinator over leaves, and trees of three and of four levels and more."""

    def leaf() -> Node:
        kind = chance.choice((*PERSONAL, *OF_CITY, _denied))
        return kind(chance, grounds, at)

    def branch() -> Node:
        return _combined(chance, leaf) if chance.random() < 0.3 else leaf()

    def tree() -> Node:
        return _combined(chance, branch)

    return (
        *(kind(chance, grounds, at) for kind in (*PERSONAL, *OF_CITY)),
        *(_denied(chance, grounds, at) for _ in range(DENIALS)),
        *(_combined(chance, leaf, sort) for sort in (All, Any_, AtLeast)),
        *(tree() for _ in range(TREES)),
        *(_combined(chance, tree) for _ in range(TREES)),
    )


def _combined(chance: Random, part: Callable[[], Node], sort: type[Any] | None = None) -> Node:
    parts = tuple(part() for _ in range(chance.choice((1, 2, 2, 3))))
    sort = sort or chance.choice((All, Any_, AtLeast))
    if sort is not AtLeast:
        return cast(Node, sort(of=parts))
    # More than there are can never be met.
    return AtLeast(of=parts, n=chance.choice((*range(1, len(parts) + 1), *range(1, len(parts) + 2))))


def _denied(chance: Random, grounds: Grounds, at: datetime) -> Node:
    def about_city() -> Node:
        return chance.choice(OF_CITY)(chance, grounds, at)

    def either() -> Node:
        return about_city() if chance.random() < 0.7 else Not(about_city())

    return Not(about_city() if chance.random() < 0.6 else _combined(chance, either))


def _completed(chance: Random, grounds: Grounds, _at: datetime) -> Node:
    return Completed(chance.choice(grounds.courses), _score(chance), _months(chance))


def _certified(chance: Random, grounds: Grounds, at: datetime) -> Node:
    valid_on = chance.choice((None, None, *(at.date() + n * DAY for n in (-1, 0, 1, 30, 30))))
    return Certified(chance.choice(grounds.courses), valid_on)


def _passed(chance: Random, grounds: Grounds, _at: datetime) -> Node:
    return Passed(chance.choice(grounds.quizzes), _score(chance))


def _role(chance: Random, _grounds: Grounds, _at: datetime) -> Node:
    return HasRole(chance.choice((*Role, Role.COORDINATOR)))


def _declared(chance: Random, _grounds: Grounds, _at: datetime) -> Node:
    return Declared(chance.choice(KEYS), text("So it is"), "en")


def _some_trained(chance: Random, grounds: Grounds, _at: datetime) -> Node:
    return CityTrained(chance.choice(grounds.courses), chance.choice((1, 1, 2, 3)), _months(chance))


def _share_trained(chance: Random, grounds: Grounds, _at: datetime) -> Node:
    share = chance.choice((0.1, 25.0, 100 / 3, 50.0, 66.7, 100.0))
    return CityTrained(chance.choice(grounds.courses), None, _months(chance), share)


def _member_for(chance: Random, _grounds: Grounds, _at: datetime) -> Node:
    return MemberFor(chance.choice(MONTHS))


def _city_in(chance: Random, _grounds: Grounds, _at: datetime) -> Node:
    asked = ((Region.AFRICA, Region.EUROPE), ("NO", "KE"), tuple(SizeBand))
    return CityIn(*(tuple(chance.sample(values, chance.choice((0, 0, 1, 2)))) for values in asked))


def _score(chance: Random) -> float | None:
    return chance.choice((None, None, 0.0, 50.0, 70.0, 70.0, 100.0))


def _months(chance: Random) -> int | None:
    return chance.choice((None, None, None, *MONTHS))


PERSONAL = (_completed, _certified, _passed, _role, _declared)
OF_CITY = (_some_trained, _share_trained, _member_for, _city_in)
LEAVES, DENIALS, TREES = len(PERSONAL) + len(OF_CITY), 2, 2


def pardons(rule: Node, cities: Sequence[int], at: datetime, data: bytes) -> list[Pardon]:
    """Waivers of some of the rule's requirements for about half of the cities: begun, held, ended, or about to."""
    dice, moments = Dice(data), edges(at)
    marks = sorted({mark_of(node) for _path, node in walk(rule) if not node.parts or isinstance(node, Not)})
    found = []
    for city_id in cities:
        if dice.pick((False, True)):
            granted, ends = sorted((dice.pick(moments), dice.pick((at + 9 * DAY, at + DAY, dice.pick(moments)))))
            found.append(
                Pardon(
                    waiver_id=len(found), city_id=city_id, mark=dice.pick(marks), reason="A flood", owner_id=1,
                    granted_at=granted, expires_at=ends, revoked_at=dice.pick((None, None, None, dice.pick(moments))),
                )
            )  # fmt: skip
    return found
