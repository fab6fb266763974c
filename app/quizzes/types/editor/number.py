"""The form of a number question: a row for each accepted number, and the units."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction
from typing import Any

from flask_babel import get_locale
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, FieldList, FormField, HiddenField, StringField, ValidationError
from wtforms import Form as Row

from app.core.folding import one_line
from app.quizzes.fields import ShareField, share

from .. import AcceptedNumber, Content, Number, Unit
from ..numerals import read, typeable
from .base import LONGEST_FEEDBACK, MOST_ROWS_READ, QuestionForm, at_most, box, feedback, words

LONGEST_NUMBER = 40  # characters
SPARE_UNITS = 2


class ExactField(StringField):  # type: ignore[misc]
    """A number of any size, as people type it. `number` is it once it is valid; None where nothing was typed."""

    def __init__(self, label: object, **values: Any) -> None:
        shown = {"maxlength": LONGEST_NUMBER, "autocomplete": "off", "size": 12}
        super().__init__(label, filters=[lambda typed: one_line(typed or "")], render_kw=shown, **values)
        self.number: Fraction | None = None

    def pre_validate(self, form: Any) -> None:
        self.number = self._read()
        if self.data and self.number is None:
            raise ValidationError(_l("Write a number, as 1250.5 or 1.2e6."))

    def _read(self) -> Fraction | None:
        typed = self.data or ""
        return read(typed, str(get_locale() or "")) if len(typed) <= LONGEST_NUMBER else None


class NumberRow(Row):  # type: ignore[misc]
    """One accepted number. `place` is where it stood in the version that was edited, from 0."""

    place = HiddenField()
    value = ExactField(_l("Accepted number"))
    tolerance = ExactField(_l("More or less by"))
    relative = BooleanField(_l("That is in percent of the number"))
    earns = ShareField(_l("Earns, in percent of the mark"), lowest=0)
    feedback = box(_l("Feedback to those who answer so"), LONGEST_FEEDBACK, 2)

    @property
    def empty(self) -> bool:
        """Whether nothing was typed into it."""
        return not (self.value.data or self.tolerance.data or self.feedback.data)

    def validate_value(self, field: Any) -> None:
        if not field.data and not self.empty:
            raise ValidationError(_l("Write the accepted number, or remove it."))

    def validate_tolerance(self, field: ExactField) -> None:
        if field.number is not None and field.number < 0:
            raise ValidationError(_l("A tolerance is not less than nothing."))


class UnitRow(Row):  # type: ignore[misc]
    name = StringField(
        _l("Unit"),
        filters=[lambda typed: one_line(typed or "")],
        validators=[at_most(30)],
        render_kw={"maxlength": 30, "autocomplete": "off", "size": 8},
    )
    factor = ExactField(_l("is worth"))

    def validate_name(self, field: Any) -> None:
        if not field.data and self.factor.data:
            raise ValidationError(_l("Name the unit, or take out what it is worth."))

    def validate_factor(self, field: ExactField) -> None:
        if field.number is not None and field.number <= 0:
            raise ValidationError(_l("A unit is worth more than nothing."))
        if not field.data and self.name.data:
            raise ValidationError(_l("Write what one of it is worth; 1 for the unit of the accepted numbers."))


class NumberForm(QuestionForm):
    """In each row the order decides, as in a short answer. Units without a name are left out."""

    type = "number"
    label = _l("Number")
    summary = _l("A number is typed, right within a tolerance")
    rows = "answers"
    first_rows = 1
    row_word = _l("Number {number}")
    add_word = _l("Add another accepted number")

    answers = FieldList(FormField(NumberRow), max_entries=MOST_ROWS_READ)
    units = FieldList(FormField(UnitRow), min_entries=SPARE_UNITS, max_entries=MOST_ROWS_READ)
    unit_penalty = ShareField(_l("A wrong or missing unit costs, in percent of the mark"), lowest=0, default="100")

    def validate_answers(self, field: FieldList) -> None:
        self.limit_rows(field)

    def validate_units(self, field: FieldList) -> None:
        named = [entry for entry in field.entries if entry.form.name.data]
        if len(named) > self.most_rows:
            raise ValidationError(_l("At most %(most)d units.", most=self.most_rows))

    @classmethod
    def row_values(cls, content: Number, language: str) -> dict[str, Any]:
        rows = [
            {
                "place": str(place),
                "value": typeable(accepted.value),
                "tolerance": _typed_tolerance(accepted),
                "relative": accepted.relative,
                "earns": "" if accepted.fraction == 1 else share(accepted.fraction),
                "feedback": words(accepted.feedback, language),
            }
            for place, accepted in enumerate(content.answers)
        ]
        units = [{"name": unit.name, "factor": typeable(unit.factor)} for unit in content.units]
        spare: list[dict[str, str]] = [{}] * SPARE_UNITS
        penalty = {"unit_penalty": share(content.unit_penalty)} if content.units else {}
        return {"answers": rows, "units": [*units, *spare], **penalty}

    def content(self, former: Content | None, language: str) -> Number:
        old = former if isinstance(former, Number) else None
        units = tuple(
            Unit(entry.form.name.data, _float(entry.form.factor))
            for entry in self.units.entries
            if entry.form.name.data
        )
        return Number(
            **self.shared(old, language),
            answers=tuple(_accepted(e.form, old, language) for e in self.entries if not e.form.empty),
            units=units,
            unit_penalty=(self.unit_penalty.fraction or 0.0) if units else 0.0,
        )


def _accepted(row: NumberRow, former: Number | None, language: str) -> AcceptedNumber:
    """The row's number; its feedback keeps the translations of the one in its place."""
    place = row.place.data or ""
    there = [a for at, a in enumerate(former.answers if former else ()) if str(at) == place]
    tolerance = row.tolerance.number or Fraction(0)
    return AcceptedNumber(
        value=_float(row.value),
        tolerance=float(tolerance / 100 if row.relative.data else tolerance),
        relative=bool(row.relative.data),
        fraction=1.0 if row.earns.fraction is None else row.earns.fraction,
        feedback=feedback(there[0].feedback if there else None, row.feedback.data, language),
    )


def _float(field: ExactField) -> float:
    """What was typed; not a number where it is none, as on a page that comes back with its faults."""
    return math.nan if field.number is None else float(field.number)


def _typed_tolerance(accepted: AcceptedNumber) -> str:
    if not accepted.sound or not accepted.tolerance:
        return ""
    if not accepted.relative:
        return typeable(accepted.tolerance)
    return f"{(Decimal(repr(accepted.tolerance)) * 100).normalize():f}"
