"""What roles and the states of an account are called on pages."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from ..models import PersonState, Role

ROLES = {
    Role.TRAINER: _l("Trainer"),
    Role.TRANSLATOR: _l("Translator"),
    Role.COORDINATOR: _l("Coordinator"),
    Role.ADMINISTRATOR: _l("Administrator"),
}

# Those that a list can be narrowed to: of erased accounts nothing is left to show.
STATES = {
    PersonState.WAITING: _l("Waits for a city"),
    PersonState.ACTIVE: _l("Active"),
    PersonState.UNCONFIRMED: _l("Address not confirmed"),
    PersonState.INVITED: _l("Invited, not here yet"),
    PersonState.LEFT: _l("Left"),
}


def role_label(role: Role, city: str | None) -> str:
    """A role as held: `Coordinator of Sfax`."""
    if city is None:
        return str(ROLES[role])
    return str(_("%(role)s of %(city)s", role=ROLES[role], city=city))
