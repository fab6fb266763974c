"""Which activities of a draft can ever be opened, when everybody does whatever is open."""

from __future__ import annotations

from dataclasses import dataclass

from ..models import Course, Module
from ..outline import Opens, Order


@dataclass(frozen=True, slots=True)
class Wait:
    """What must be done before an activity opens: activities by key, and of each of these modules its number."""

    keys: frozenset[str]
    modules: tuple[int, ...]


def numbered(course: Course) -> list[tuple[Module, int]]:
    """The modules that ask for a number of their activities, with it; none where the course says one for all."""
    if course.settings.enough:
        return []
    return [(m, m.enough) for m in course.living_modules() if m.enough and m.living_activities()]


def openable(course: Course) -> set[str]:
    """The keys of the activities that can be opened."""
    waits = _waits(course)
    quotas = {module.id: ({a.key for a in module.living_activities()}, enough) for module, enough in numbered(course)}
    opened: set[str] = set()

    def opens(wait: Wait) -> bool:
        reached = all(len(quotas[m][0] & opened) >= quotas[m][1] for m in wait.modules)
        return reached and wait.keys <= opened

    while more := {key for key, wait in waits.items() if key not in opened and opens(wait)}:
        opened |= more
    return opened


def _waits(course: Course) -> dict[str, Wait]:
    """Activity key to what it waits for."""
    quotas = {module.id for module, _enough in numbered(course)}
    waits: dict[str, Wait] = {}
    so_far: set[str] = set()
    modules: list[int] = []
    for module in course.living_modules():
        above: set[str] = set()
        for activity in module.living_activities():
            opens = activity.opens_after or Opens()
            in_order = course.settings.order is Order.SEQUENTIAL
            keys = set(opens.after) | (so_far if in_order else set()) | (above if opens.above else set())
            waits[activity.key] = Wait(frozenset(keys), tuple(modules) if in_order else ())
            if activity.required and module.id not in quotas:
                above.add(activity.key)
                so_far.add(activity.key)
        if module.id in quotas:
            modules.append(module.id)
    return waits
