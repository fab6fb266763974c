"""The filters of a report, as they stand in its address."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import SelectField, ValidationError

from app.core import clock
from app.core.folding import folded
from app.core.forms import Form
from app.network.labels import REGIONS, country_name
from app.network.models import Region

from .queries import NO_CITY, Filters
from .report import Choices

LAST_MONTHS = ("3", "6", "12")
ALL_TIME = "all"
DEFAULT_PERIOD = "12"
WITHOUT_CITY = "none"


class FilterField(SelectField):  # type: ignore[misc]
    """A choice; one that is not offered, or not to this person, says so beside the field."""

    def pre_validate(self, form: Any) -> None:
        if self.data not in [value for value, _label in self.choices]:
            raise ValidationError(_("That is not among your choices. Choose another and apply."))

    @property
    def choosable(self) -> bool:
        """Whether there is anything to choose between, or a fault to show."""
        return len(self.choices) > 2 or bool(self.errors)


class CompletionFilters(Form):
    """Period, region, course and city. Nothing chosen means all, and the last twelve months."""

    class Meta:
        csrf = False

    period = FilterField(_l("Enrolled"), default=DEFAULT_PERIOD)
    region = FilterField(_l("Region"), default="")
    course = FilterField(_l("Course"), default="")
    city = FilterField(_l("City"), default="")

    def __init__(self, asked: MultiDict[str, str], choices: Choices, language: str) -> None:
        super().__init__(asked)
        self._courses = {course.slug: course.id for course in choices.courses}
        regions = {city.region for city in choices.cities}
        titles = [(course.slug, course.title(language)) for course in choices.courses]
        cities = [(str(city.id), f"{city.name}, {country_name(city.country)}") for city in choices.cities]
        self.period.choices = [
            *((months, _("Last %(months)s months", months=months)) for months in LAST_MONTHS),
            (ALL_TIME, _("At any time")),
        ]
        self.region.choices = [
            ("", _("All regions")),
            *((region.value, REGIONS[region]) for region in Region if region in regions),
        ]
        self.course.choices = [("", _("All courses")), *_by_label(titles)]
        self.city.choices = [("", _("All cities")), *_by_label(cities)]
        if choices.without_city:
            self.city.choices.append((WITHOUT_CITY, _("No city")))

    def filters(self, at: datetime) -> Filters:
        """What was chosen; only after the form was found valid."""
        city = self.city.data
        return Filters(
            since=None if self.period.data == ALL_TIME else clock.months_before(at, int(self.period.data)),
            region=Region(self.region.data) if self.region.data else None,
            course_id=self._courses[self.course.data] if self.course.data else None,
            city_id=NO_CITY if city == WITHOUT_CITY else int(city) if city else None,
        )

    def asked(self, **changes: str) -> dict[str, str]:
        """The choices as they go into an address, without those that are the default anyway."""
        chosen = {field.short_name: str(field.data or "") for field in self} | changes
        return {name: value for name, value in chosen.items() if value != self[name].default}


def _by_label(choices: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return sorted(choices, key=lambda choice: (folded(choice[1]), choice[0]))
