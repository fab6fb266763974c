"""How far a reader's city is with its application to a call, where the reader may know. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from app.auth.identity import Identity

from ..models import ApplicationState


@dataclass(frozen=True, slots=True)
class Applied:
    """The application of the reader's city to a call, as it is today."""

    city_id: int
    city: str | None
    state: ApplicationState

    @property
    def is_draft(self) -> bool:
        return self.state in (ApplicationState.DRAFT, ApplicationState.WITHDRAWN)


def applied(
    person: Identity, state: ApplicationState | None, *, is_met: bool = False, has_worked: bool = False
) -> Applied | None:
    """What a reader may know of it: the city's coordinator, who is eligible, and who worked on it. None: nothing.

    `is_met` and `has_worked` are of the city that the reader belongs to today.
    """
    if state is None or person.city_id is None:
        return None
    knows = is_met or has_worked or person.city_id in person.coordinates
    return Applied(person.city_id, person.city_name, state) if knows else None
