"""The filters of a report, as they stand in its address: the same for every report."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import Field, ValidationError
from wtforms.widgets import DateInput

from app.auth.models import Role
from app.auth.people.labels import ROLES
from app.core import clock
from app.core.choosing import ChoiceField, Options
from app.core.folding import folded
from app.core.forms import Form
from app.network.labels import REGIONS, city_labels, country_name
from app.network.models import Region

from .choices import Choices
from .labels import BASES, DUE, IDLE, STATES, cohort_labels
from .scope import NO_CITY, NO_ROLE, Basis, Came, Filters, Stand, State, both

LAST_MONTHS = ("3", "6", "12")
ALL_TIME = "all"
DEFAULT_PERIOD = "12"
WITHOUT_CITY = "none"
ONLY_ONE = ("cohort", "role", "activity", "came")  # an address asks one of each, though people may stand in several


class DateField(Field):  # type: ignore[misc]
    """A day; empty, or as the browser's field for dates sends it. `data` stays the words that were sent."""

    widget = DateInput()
    day: date | None = None

    def _value(self) -> str:
        return self.data or ""

    def said(self) -> str:
        return self.data or ""

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = valuelist[0].strip() if valuelist else ""

    def pre_validate(self, form: Any) -> None:
        if not self.data:
            return
        try:
            if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", self.data):
                raise ValueError
            self.day = date.fromisoformat(self.data)
        except ValueError:
            raise ValidationError(_("Write the day as year, month and day: 2026-03-31.")) from None
        if not 2000 <= self.day.year <= 2100:
            raise ValidationError(_("Write a day from 2000 to 2100."))


class ReportFilters(Form):
    """What every report can be narrowed by. Nothing chosen means all, and who enrolled in the last twelve months.

    `without` are choices that this report neither offers nor takes.
    """

    class Meta:
        csrf = False

    period = ChoiceField(_l("Period"), default=DEFAULT_PERIOD)
    basis = ChoiceField(_l("Counted by"), default=Basis.ENROLLED)
    since = DateField(_l("From"), name="from")
    until = DateField(_l("To"), name="to")
    region = ChoiceField(_l("Region"))
    country = ChoiceField(_l("Country"))
    city = ChoiceField(_l("City"))
    course = ChoiceField(_l("Course"))
    cohort = ChoiceField(_l("Cohort"))
    role = ChoiceField(_l("Role"))
    state = ChoiceField(_l("State"))
    due = ChoiceField(_l("Due"))
    idle = ChoiceField(_l("Untouched"))
    activity = ChoiceField(_l("Activity"))
    came = ChoiceField(_l("Who"), default=Came.STOPPED)

    def __init__(
        self,
        asked: MultiDict[str, str],
        choices: Choices,
        language: str,
        time_zone: str,
        *,
        without: Collection[str] = (),
    ) -> None:
        super().__init__(MultiDict(pair for pair in asked.items(multi=True) if pair[0] not in without))
        self._choices, self._zone = choices, ZoneInfo(time_zone)
        self._courses = {course.slug: course for course in choices.courses}
        self._offer_times()
        self._offer_places(language)
        self._offer_people()
        self._offer_activities()
        for name in without:
            del self[name].options[1:]

    def _offer_times(self) -> None:
        months: Options = [(months, _("Last %(months)s months", months=months)) for months in LAST_MONTHS]
        self.period.offer([*months, (ALL_TIME, _("At any time"))])
        self.basis.offer([(basis.value, BASES[basis]) for basis in Basis])
        self.due.offer([("", _("Whenever due")), *((str(days), label) for days, label in DUE.items())])
        self.idle.offer([("", _("Whenever touched")), *((str(days), label) for days, label in IDLE.items())])

    def _offer_places(self, language: str) -> None:
        cities = self._choices.cities
        regions = {city.region for city in cities}
        self.region.offer(
            [("", _("All regions")), *((one.value, REGIONS[one]) for one in Region if one.value in regions)]
        )
        countries = [(code, country_name(code)) for code in {city.country for city in cities}]
        self.country.offer([("", _("All countries")), *by_label(countries)])
        labels = city_labels((city.name, city.country) for city in cities)
        named = [(str(city.id), label) for city, label in zip(cities, labels, strict=True)]
        self.city.offer([("", _("All cities")), *by_label(named)])
        if self._choices.without_city:
            self.city.options.append((WITHOUT_CITY, _("No city")))
        titles = [(course.slug, course.label(language)) for course in self._choices.courses]
        self.course.offer([("", _("All courses")), *by_label(titles)])
        self.city.source, self.course.source = "cities", "courses"

    def _offer_people(self) -> None:
        cohorts = [(str(cohort_id), label) for cohort_id, label in cohort_labels(self._choices).items()]
        self.cohort.offer([("", _("All practitioners")), *by_label(cohorts)])
        roles: Options = [(role.value, ROLES[role]) for role in Role]
        self.role.offer([("", _("All roles")), (NO_ROLE, _("Practitioner only")), *roles])
        self.state.offer([("", _("All states")), *((state.value, STATES[state]) for state in State)])

    def _offer_activities(self) -> None:
        course = self._courses.get(self.course.data or "")
        activities = course.edition.activities if course else ()
        self.activity.options = [("", ""), *((one.key, one.key) for one in activities)]
        self.came.options = [(came.value, came.value) for came in Came]

    def validate_until(self, field: DateField) -> None:
        if self.since.day and field.day and field.day < self.since.day:
            raise ValidationError(_("That is before the day it begins."))

    @property
    def dated(self) -> bool:
        """Whether days bound the period, and not the months."""
        return bool(self.since.data or self.until.data)

    def filters(self, at: datetime) -> Filters:
        """What was chosen; only after the form was found valid."""
        city, course = self.city.data, self._courses.get(self.course.data or "")
        since, before = self._bounds(at)
        return Filters(
            since=since,
            before=before,
            basis=Basis(self.basis.data),
            region=Region(self.region.data) if self.region.data else None,
            country=self.country.data or None,
            course_id=course.id if course else None,
            city_id=NO_CITY if city == WITHOUT_CITY else int(city) if city else None,
            cohort=next((one for one in self._choices.cohorts if str(one.id) == self.cohort.data), None),
            role=self.role.data or None,
            state=State(self.state.data) if self.state.data else None,
            due=int(self.due.data) if self.due.data else None,
            idle=int(self.idle.data) if self.idle.data else None,
            stand=self._stand(),
            at=at,
        )

    def _bounds(self, at: datetime) -> tuple[datetime | None, datetime | None]:
        if not self.dated:
            months = self.period.data
            here = at.astimezone(self._zone)
            return (None if months == ALL_TIME else self._begin(clock.months_before(here, int(months)).date())), None
        since, until = self.since.day, self.until.day
        return self._begin(since) if since else None, self._begin(until + timedelta(days=1)) if until else None

    def _begin(self, day: date) -> datetime:
        return datetime.combine(day, time(), self._zone)

    def _stand(self) -> Stand | None:
        course = self._courses.get(self.course.data or "")
        if course is None or not self.activity.data:
            return None
        ids = tuple(activity.id for activity in course.edition.activities)
        place = course.edition.position(course.edition.by_key[self.activity.data].id)
        return Stand(ids, place, Came(self.came.data))

    def asked(self, **changes: str | None) -> dict[str, str]:
        """The choices as they go into an address, without those that are the default anyway."""
        chosen = {field.short_name: str(field.data or "") for field in self}
        chosen |= {name: value or "" for name, value in changes.items()}
        if chosen["from"] or chosen["to"]:
            chosen["period"] = DEFAULT_PERIOD
        if not chosen["activity"] or not chosen["course"]:
            chosen["activity"], chosen["came"] = "", Came.STOPPED
        defaults = {field.short_name: str(field.default or "") for field in self}
        return {name: value for name, value in chosen.items() if value != defaults.get(name, "")}

    def behind(self, **asks: str) -> dict[str, str] | None:
        """As `asked`, for the list behind a number that `asks` something besides; None where no address asks both."""
        chosen = self.asked()
        if "activity" in chosen:
            chosen["came"] = self.came.data
        if any(chosen.get(name, asks[name]) != asks[name] for name in ONLY_ONE if name in asks):
            return None
        if "state" in asks and "state" in chosen:
            state = both(State(chosen["state"]), State(asks["state"]))
            if state is None:
                return None
            asks["state"] = state
        return self.asked(**asks)


def by_label(choices: Iterable[tuple[str, Any]]) -> Sequence[tuple[str, Any]]:
    """Choices in the order of their labels."""
    return sorted(choices, key=lambda choice: (folded(str(choice[1])), choice[0]))
