"""A cohort's rule as a sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from babel.lists import format_list
from flask_babel import get_locale
from flask_babel import gettext as _

from app.core.formats import day
from app.network import labels
from app.network.models import Region, SizeBand

from ..models import Role
from ..people.labels import ROLES
from .rules import CohortRule


def sentence(rule: CohortRule, cities: Mapping[int, str]) -> str:
    """`Everyone active of Ghent or Sfax, who is a trainer, with an account since 1 May 2026.` `cities`: by name."""
    parts = []
    if rule.cities:
        parts.append(_("of %(cities)s", cities=_or([cities.get(city_id, "?") for city_id in rule.cities])))
    if rule.regions:
        parts.append(
            _("in the region %(regions)s", regions=_or([str(labels.REGIONS[Region(r)]) for r in rule.regions]))
        )
    if rule.countries:
        parts.append(_("in %(countries)s", countries=_or([labels.country_name(code) for code in rule.countries])))
    if rule.sizes:
        sizes = _or([str(labels.SIZES[SizeBand(size)]) for size in rule.sizes])
        parts.append(_("of a city of this size: %(sizes)s", sizes=sizes))
    if rule.roles:
        parts.append(_("with the role %(roles)s", roles=_or([str(ROLES[Role(role)]) for role in rule.roles])))
    if rule.joined_from:
        parts.append(_("with an account since %(day)s or later", day=day(rule.joined_from)))
    if rule.joined_before:
        parts.append(_("with an account from before %(day)s", day=day(rule.joined_before)))
    if not parts:
        return _("Everyone who is active.")
    return _("Everyone active %(conditions)s.", conditions=", ".join(parts))


def _or(words: Sequence[str]) -> str:
    return format_list(list(words), style="or", locale=get_locale() or "en")
