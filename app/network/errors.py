"""What can go wrong with a city, in words for people."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from app.core.errors import DomainError


class CityTaken(DomainError):
    """Another city has this name in this country."""

    field = "name"
    message = _l("There is already a city with this name in this country.")


class DomainTaken(DomainError):
    """Another city has one of the domains."""

    field = "domains"
    message = _l("Another city has one of these domains.")
