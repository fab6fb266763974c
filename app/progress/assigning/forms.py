"""What is filled in to give a course: to whom, and by when it is due."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, ValidationError

from app.auth.cohorts.queries import MemberLine
from app.auth.models import Role
from app.core import clock
from app.core.folding import one_line
from app.core.forms import Form

from .giving import Due, Target, end_of

LONGEST_SEARCH = 100
MOST_DAYS = 3650
LAST_YEAR = 2100


class Whom(StrEnum):
    """To what sort of target a course is given."""

    PERSON = "person"
    COHORT = "cohort"
    CITY = "city"
    ROLE = "role"


class When(StrEnum):
    """How the due date is said."""

    NEVER = "never"
    DAY = "day"
    DAYS = "days"


class OneOf(RadioField):  # type: ignore[misc]
    """One of a few, each with its words."""

    def offer(self, options: Mapping[Any, object]) -> None:
        self.choices = [SelectChoice(option.value, words) for option, words in options.items()]

    def pre_validate(self, form: Form) -> None:
        if not self.raw_data or self.data not in {choice.value for choice in self.choices}:
            raise ValidationError(_l("Choose one."))


def picked(data: str | None) -> int | None:
    """An id as a form sends it; None for what is none."""
    said = data or ""
    return int(said) if said.isascii() and said.isdigit() and len(said) < 10 else None


class DueForm(Form):
    """By when it is due."""

    when = OneOf(_l("Due"), choices=[])
    day = StringField(_l("Day"), render_kw={"type": "date"})
    days = StringField(
        _l("Days after enrolling"), render_kw={"inputmode": "numeric", "maxlength": 4, "autocomplete": "off"}
    )

    def __init__(self, zone: str, due: Due | None = None, **values: Any) -> None:
        due = due or Due()
        when = When.DAY if due.at else When.DAYS if due.days else When.NEVER
        shown = {
            "when": when.value,
            "day": due.at.astimezone(ZoneInfo(zone)).date().isoformat() if due.at else "",
            "days": str(due.days or ""),
        }
        super().__init__(data={**shown, **values.pop("data", {})}, **values)
        self.zone = zone
        self.when.offer(
            {When.NEVER: _l("Never"), When.DAY: _l("On a day"), When.DAYS: _l("Some days after they are enrolled")}
        )

    def validate_day(self, field: StringField) -> None:
        if self.when.data != When.DAY:
            return
        day = self._day
        if day is None or not day.year <= LAST_YEAR:
            raise ValidationError(_l("Choose the day, or write it as year-month-day, for instance 2027-05-31."))
        if end_of(day, self.zone) < clock.now():
            raise ValidationError(_l("That day is over. Choose a later one."))

    def validate_days(self, field: StringField) -> None:
        if self.when.data == When.DAYS and not 1 <= (picked(field.data) or 0) <= MOST_DAYS:
            raise ValidationError(_l("Write a number of days, from 1 to %(most)s.", most=MOST_DAYS))

    @property
    def _day(self) -> date | None:
        try:
            return date.fromisoformat((self.day.data or "").strip())
        except ValueError:
            return None

    @property
    def due(self) -> Due:
        """What was said, once it is valid."""
        if self.when.data == When.DAY and self._day is not None:
            return Due(at=end_of(self._day, self.zone))
        return Due(days=picked(self.days.data)) if self.when.data == When.DAYS else Due()


class AssignmentForm(DueForm):
    """A course, and to whom it is given. A person is looked for by `who`; where several are found, they are offered."""

    course = SelectField(_l("Course"), validate_choice=False)
    whom = OneOf(_l("To whom"), choices=[])
    who = StringField(
        _l("Name or e-mail address"),
        filters=[lambda text: one_line(text or "")],
        validators=[Length(max=LONGEST_SEARCH, message=_l("At most %(max)d characters."))],
        render_kw={"maxlength": LONGEST_SEARCH, "autocomplete": "off", "spellcheck": "false"},
    )
    person = RadioField(_l("Which of them?"), choices=[], validate_choice=False)
    cohort = SelectField(_l("Cohort"), validate_choice=False)
    city = SelectField(_l("City"), validate_choice=False)
    role = SelectField(_l("Role"), validate_choice=False)

    def __init__(
        self, zone: str, *, courses: Sequence[tuple[int, str]], cohorts: Sequence[tuple[int, str]],
        cities: Sequence[tuple[int, str]], roles: Mapping[Role, object] | None, **values: Any,
    ) -> None:  # fmt: skip
        super().__init__(zone, **values)
        options: dict[Whom, object] = {Whom.PERSON: _l("A person")}
        if cohorts:
            options[Whom.COHORT] = _l("A cohort")
        options[Whom.CITY] = _l("Everyone of a city")
        if roles:
            options[Whom.ROLE] = _l("Everyone with a role")
        self.whom.offer(options)
        if not self.whom.data:
            self.whom.data = Whom.PERSON.value
        _offer(self.course, _l("Choose a course"), courses)
        _offer(self.cohort, _l("Choose a cohort"), cohorts)
        _offer(self.city, _l("Choose a city"), cities)
        _offer(self.role, _l("Choose a role"), [(role.value, words) for role, words in (roles or {}).items()])

    def offer(self, people: Sequence[MemberLine]) -> None:
        """Let one of these be chosen."""
        self.person.choices = [
            SelectChoice(str(one.id), " · ".join(part for part in (one.name, one.email, one.city) if part))
            for one in people
        ]

    def validate_course(self, field: SelectField) -> None:
        _require(field)

    def validate_who(self, field: StringField) -> None:
        if self.whom.data == Whom.PERSON and not field.data and picked(self.person.data) is None:
            raise ValidationError(_l("Write a name or an e-mail address."))

    def validate_cohort(self, field: SelectField) -> None:
        if self.whom.data == Whom.COHORT:
            _require(field)

    def validate_city(self, field: SelectField) -> None:
        if self.whom.data == Whom.CITY:
            _require(field)

    def validate_role(self, field: SelectField) -> None:
        if self.whom.data == Whom.ROLE:
            _require(field)

    def target(self, person_id: int | None) -> Target:
        """To whom it is given, once the form is valid; `person_id`: who was found."""
        match self.whom.data:
            case Whom.COHORT:
                return Target(cohort_id=picked(self.cohort.data))
            case Whom.CITY:
                return Target(city_id=picked(self.city.data))
            case Whom.ROLE:
                return Target(role=Role(self.role.data))
        return Target(person_id=person_id)


def _offer(field: SelectField, prompt: object, pairs: Iterable[tuple[Any, Any]]) -> None:
    field.choices = [SelectChoice("", prompt), *(SelectChoice(str(value), label) for value, label in pairs)]


def _require(field: SelectField) -> None:
    if not field.data or field.data not in {choice.value for choice in field.choices}:
        raise ValidationError(_l("Choose one from the list."))
