"""What the network's fixed lists are called in the page's language: regions, sizes, countries."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from babel import Locale
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.core.folding import folded
from app.core.formats import date_by

from .facts import CityFacts
from .models import Region, SizeBand

REGIONS = {
    Region.AFRICA: _l("Africa"),
    Region.AMERICAS: _l("The Americas"),
    Region.ASIA_PACIFIC: _l("Asia and the Pacific"),
    Region.EUROPE: _l("Europe"),
    Region.MIDDLE_EAST_NORTH_AFRICA: _l("Middle East and North Africa"),
}

SIZES = {
    SizeBand.SMALL: _l("Under 100,000 residents"),
    SizeBand.MEDIUM: _l("100,000 to a million residents"),
    SizeBand.LARGE: _l("A million residents and more"),
}

# Two-letter territories of CLDR that are no country in ISO 3166-1. Kosovo (XK) stays: ISO leaves that code
# for users to assign, and CLDR and the European Union use it so.
_NO_COUNTRY = frozenset({"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"})


def countries() -> list[tuple[str, str]]:
    """ISO 3166-1 code and name of every country, by name in the page's language."""
    locale = get_locale() or Locale("en")
    named = {code: name for code, name in locale.territories.items() if len(code) == 2 and code not in _NO_COUNTRY}
    return sorted(named.items(), key=lambda pair: folded(pair[1]))


def country_name(code: str) -> str:
    """The name of a country in the page's language; the code itself if it has none."""
    return str((get_locale() or Locale("en")).territories.get(code, code))


def city_label(name: str, country: str) -> str:
    """A city where its name alone may not say which: `Valencia, Spain`."""
    return str(_("%(city)s, %(country)s", city=name, country=country_name(country)))


def city_labels(places: Iterable[tuple[str, str]]) -> list[str]:
    """As `city_label` of each (name, country), at the cost of one: there may be a thousand."""
    pattern, names = str(_("%(city)s, %(country)s", city="%(city)s", country="%(country)s")), dict[str, str]()
    labels = []
    for name, country in places:
        if country not in names:
            names[country] = country_name(country)
        labels.append(pattern % {"city": name, "country": names[country]})
    return labels


def plain_day(day: date) -> str:
    """`3 May 2016`: a day that is the same in every time zone."""
    return date_by(day, "d MMMM y")


def city_words(name: str, facts: CityFacts) -> str:
    """What one of the facts of a city says, as people read it."""
    match name:
        case "country":
            return country_name(facts.country)
        case "region":
            return str(REGIONS[facts.region])
        case "size_band":
            return str(SIZES[facts.size_band])
        case "joined_on" | "left_on":
            day: date | None = getattr(facts, name)
            return plain_day(day) if day else _("nothing")
        case "figures_public":
            return _("Public, from five people on") if facts.figures_public else _("Not public")
        case "domains":
            return "\n".join(facts.domains) or _("nothing")
    return facts.name
