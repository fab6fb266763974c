"""What can go wrong with a city, in words for people."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.core.errors import DomainError

from .facts import CityFacts
from .labels import plain_day


class CityTaken(DomainError):
    """Another city has this name in this country."""

    field = "name"
    message = _l("There is already a city with this name in this country.")


class DomainTaken(DomainError):
    """Another city has one of the domains."""

    field = "domains"
    message = _l("Another city has one of these domains.")


class Disputed(DomainError):
    """Somebody else changed `names` meanwhile; `theirs` is what stands now, `mine` what the two make but for these."""

    message = _l("Somebody else changed this while you were editing. Nothing of yours is lost: compare, then choose.")

    def __init__(self, mine: CityFacts, theirs: CityFacts, names: frozenset[str]) -> None:
        super().__init__()
        self.mine, self.theirs, self.names = mine, theirs, names


class LeavesTooEarly(DomainError):
    """What two people wrote together cannot be, though each form alone was in order."""

    field = "left_on"

    def __init__(self, wanted: CityFacts) -> None:
        assert wanted.left_on is not None
        super().__init__(
            _(
                "Somebody else changed the other day meanwhile: the city would join on %(joined)s and leave on "
                "%(left)s. Choose a later day, or none.",
                joined=plain_day(wanted.joined_on),
                left=plain_day(wanted.left_on),
            )
        )
