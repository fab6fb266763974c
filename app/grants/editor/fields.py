"""Fields of the forms of a rule, and how numbers stand in them."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, SelectMultipleField, StringField, ValidationError
from wtforms.widgets import CheckboxInput, DateInput

from app.core.choosing import ChoiceField
from app.core.forms import Form
from app.quizzes.fields import NumberField, plain

from ..rules import Node


class DayField(StringField):  # type: ignore[misc]
    """A day, as the browser's field for dates sends it. `day` once it is valid; None where nothing was typed."""

    widget = DateInput()
    day: date | None = None

    def pre_validate(self, form: Any) -> None:
        typed = (self.data or "").strip()
        if not typed:
            return
        try:
            day = date.fromisoformat(typed)
        except ValueError:
            raise ValidationError(_l("Write the day as year-month-day, for instance 2026-03-31.")) from None
        if len(typed) != 10 or not 2000 <= day.year <= 2100:
            raise ValidationError(_l("Write a day from 2000 to 2100."))
        self.day = day


class Ticks(SelectMultipleField):  # type: ignore[misc]
    """Any of a list, as boxes to tick."""

    option_widget = CheckboxInput()

    def pre_validate(self, form: Any) -> None:
        if not set(self.data or ()) <= {choice.value for choice in self.choices}:
            raise ValidationError(_l("Choose from the list."))


class Choice(ChoiceField):
    """One of a list; none is no answer."""

    def pre_validate(self, form: Any) -> None:
        if not self.data:
            raise ValidationError(self.unknown)
        super().pre_validate(form)


class PartForm(Form):
    """What all have in common. `seen` is the mark of the draft that the page showed, see `Ruled.seen`."""

    kind: ClassVar[str]
    seen = HiddenField()

    @property
    def part(self) -> Node:
        """The part as filled in, once the form is valid."""
        raise NotImplementedError

    @classmethod
    def shown(cls, _part: Any) -> dict[str, Any]:
        """The values of the fields that say `part`."""
        return {}


def months(label: Any, **values: Any) -> NumberField:
    return NumberField(label, lowest=1, highest=1200, whole=True, **values)


def score() -> NumberField:
    return NumberField(_l("Score of at least, in percent"), lowest=0, highest=100)


def whole(field: NumberField) -> int | None:
    return None if field.number is None else int(field.number)


def typed(number: float | None) -> str:
    return "" if number is None else plain(number)
