"""Several applications to several reviewers in one go, evenly. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from .conflicts import Pair


def spread(
    wanted: Mapping[int, int], reviewers: Sequence[int], taken: Collection[Pair], load: Mapping[int, int]
) -> list[Pair]:
    """Who gets which application: as many as can be given, and the most that anybody then has is as few as can be.

    `wanted`: how many more reviewers each application is to get, by its id. `taken`: application and reviewer that
    cannot be put together, as they are already, or have a conflict. `load`: how many reviews each reviewer has open,
    none if it is not said. The pairs are in the order of `wanted`, then of `reviewers`.

    A matching with growing room: everybody may have one more, and as long as that helps, applications are given by
    augmenting paths (Kuhn's, with several places on both sides).
    """
    held: dict[int, list[int]] = {reviewer: [] for reviewer in reviewers}  # the applications each is given
    places = [application for application, count in wanted.items() for _place in range(count)]
    room = min((load.get(reviewer, 0) for reviewer in reviewers), default=0)
    most = max((load.get(reviewer, 0) for reviewer in reviewers), default=0) + len(wanted)
    waiting = places
    while waiting and room < most:
        room += 1
        left: list[int] = []
        for application in waiting:
            has_room = any(load.get(one, 0) + len(given) < room for one, given in held.items())
            if not (has_room and _give(application, held, taken, load, room, visited=set())):
                left.append(application)
        waiting = left
    order = {reviewer: place for place, reviewer in enumerate(reviewers)}
    rank = {application: place for place, application in enumerate(wanted)}
    pairs = [(application, reviewer) for reviewer, given in held.items() for application in given]
    return sorted(pairs, key=lambda pair: (rank[pair[0]], order[pair[1]]))


def _give(
    application: int,
    held: dict[int, list[int]],
    taken: Collection[Pair],
    load: Mapping[int, int],
    room: int,
    *,
    visited: set[int],
) -> bool:
    """Give the application to somebody who has room, if need be by passing on what they have to another."""
    able = [
        reviewer
        for reviewer, given in held.items()
        if reviewer not in visited and application not in given and (application, reviewer) not in taken
    ]
    for reviewer in sorted(able, key=lambda one: load.get(one, 0) + len(held[one])):
        if reviewer in visited:
            continue
        visited.add(reviewer)
        if load.get(reviewer, 0) + len(held[reviewer]) < room:
            held[reviewer].append(application)
            return True
        for other in list(held[reviewer]):
            held[reviewer].remove(other)
            if _give(other, held, taken, load, room, visited=visited):
                held[reviewer].append(application)
                return True
            held[reviewer].append(other)
    return False
