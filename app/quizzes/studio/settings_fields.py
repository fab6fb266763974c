"""The fields of the settings form: one of a few, moments to tick, and rows of what is said to a score."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import Form as Row
from wtforms import HiddenField, RadioField, SelectMultipleField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import ValidationError
from wtforms.widgets import CheckboxInput

from app.core.forms import Form

from ..fields import ShareField
from ..labels import WHENS
from ..settings import When
from ..types.editor.base import box

LONGEST_BAND = 1000


class OneOf(RadioField):  # type: ignore[misc]
    """One of a few, each with its words."""

    def __init__(self, label: object, options: Mapping[Any, object], **values: Any) -> None:
        choices = [SelectChoice(option.value, words_of) for option, words_of in options.items()]
        super().__init__(label, choices=choices, **values)

    def pre_validate(self, form: Form) -> None:
        if not self.raw_data or self.data not in {choice.value for choice in self.choices}:
            raise ValidationError(_l("Choose one."))


class Moments(SelectMultipleField):  # type: ignore[misc]
    """When a part of an attempt is shown: a row of boxes."""

    option_widget = CheckboxInput()

    def __init__(self, label: object, whens: tuple[When, ...], **values: Any) -> None:
        choices = [SelectChoice(when.value, WHENS[when]) for when in whens]
        super().__init__(label, choices=choices, **values)

    def pre_validate(self, form: Form) -> None:
        if not set(self.data or ()) <= {choice.value for choice in self.choices}:
            raise ValidationError(_l("Choose from the list."))

    @property
    def whens(self) -> tuple[When, ...]:
        return tuple(when for when in When if when.value in (self.data or ()))


class BandRow(Row):  # type: ignore[misc]
    """What is said from a score upwards. `was` is the place of the band that it is made from, from 0."""

    was = HiddenField()
    start = ShareField(_l("From a score of, in percent"), lowest=0)
    text = box(_l("What is said"), LONGEST_BAND, 2)

    @property
    def empty(self) -> bool:
        return not (self.text.data or (self.start.data or "").strip())

    def validate_start(self, field: ShareField) -> None:
        if field.number is None and not self.empty:
            raise ValidationError(_l("Write from which score on this is said."))

    def validate_text(self, field: Any) -> None:
        if not field.data and not self.empty:
            raise ValidationError(_l("Write what is said, or empty the score beside it."))
