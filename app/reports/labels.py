"""What reports call things, in the page's language."""

from __future__ import annotations

from collections import Counter

from flask_babel import lazy_gettext as _l

from app.network.labels import city_label

from .choices import Choices
from .models import Rhythm
from .scope import Basis, State

BASES = {Basis.ENROLLED: _l("Enrolled then"), Basis.COMPLETED: _l("Completed then")}
STATES = {
    State.OPEN: _l("Under way"),
    State.COMPLETED: _l("Completed"),
    State.LATE: _l("Late"),
    State.UNSTARTED: _l("Not started"),
}
DUE = {7: _l("Within 7 days"), 14: _l("Within 14 days"), 30: _l("Within 30 days")}
IDLE = {30: _l("For 30 days"), 60: _l("For 60 days"), 90: _l("For 90 days")}
TAGS = {State.OPEN: "info", State.COMPLETED: "done", State.LATE: "late", State.UNSTARTED: ""}
RHYTHMS = {
    Rhythm.DAILY: _l("Every day"),
    Rhythm.WEEKLY: _l("Every Monday"),
    Rhythm.MONTHLY: _l("Every first of a month"),
}


def cohort_labels(choices: Choices) -> dict[int, str]:
    """What each cohort is called, by its id: a city's with the city, and with the country where cities share a name."""
    names = Counter(city.name for city in choices.cities)
    cities = {
        city.id: city_label(city.name, city.country) if names[city.name] > 1 else city.name for city in choices.cities
    }
    return {
        cohort.id: f"{cohort.name} ({cities[cohort.city_id]})" if cohort.city_id else cohort.name
        for cohort in choices.cohorts
    }
