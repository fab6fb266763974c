"""A choice that is a select where there are few, and a box to type in, which is helped, where there are many."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import ValidationError
from wtforms.fields.choices import Choice, SelectFieldBase
from wtforms.widgets import SearchInput, Select

from .folding import folded

MOST_OPTIONS = 30  # with more, one types and is helped; a page cannot carry a thousand options
MOST_SUGGESTED = 3
Options = list[tuple[str, Any]]


class ChoiceWidget:
    """A select; a box to type in where there are too many choices to send along."""

    def __call__(self, field: ChoiceField, **attributes: Any) -> str:
        if not field.typed:
            return Select()(field, **attributes)
        attributes |= {"placeholder": str(dict(field.options).get("", "")), "list": f"{field.id}-list"}
        if field.source:
            attributes["data_choices"] = field.source
        return SearchInput()(field, autocomplete="off", maxlength=200, **attributes)


class ChoiceField(SelectFieldBase):  # type: ignore[misc]
    """A choice by its value, or by its label as typed; what is not offered to this person says so beside the field."""

    widget = ChoiceWidget()
    unknown = _l("That is not among your choices. Choose another and apply.")

    def __init__(self, label: Any = None, *, default: str = "", unknown: Any = None, **kwargs: Any) -> None:
        super().__init__(label, default=default, **kwargs)
        self.unknown = unknown or self.unknown
        self.options: Options = []
        self.source: str | None = None

    def process_formdata(self, valuelist: list[str]) -> None:
        if valuelist:
            self.data = valuelist[0].strip()

    def offer(self, options: Options) -> None:
        self.options = options

    @property
    def typed(self) -> bool:
        return len(self.options) > MOST_OPTIONS

    @property
    def choosable(self) -> bool:
        """Whether there is anything to choose between, or a fault to show."""
        return len(self.options) > 2 or bool(self.errors)

    def iter_choices(self) -> Iterable[Choice]:
        """The options, as the select asks for them."""
        return (Choice(value, label, value == self.data, {}) for value, label in self.options)

    def _value(self) -> str:
        return self.said() if self.data else ""

    def said(self) -> str:
        """What was chosen, in words."""
        return str(dict(self.options).get(self.data or "", self.data or ""))

    def pre_validate(self, form: Any) -> None:
        values = dict(self.options)
        if self.data in values:
            return
        words = folded(self.data or "")
        exact = [value for value, label in self.options if value and folded(str(label)) == words]
        near = exact or [value for value, label in self.options if value and folded(str(label)).startswith(words)]
        if len(near) == 1 and words:
            self.data = near[0]
        elif near and words:
            some = "; ".join(str(values[value]) for value in near[:MOST_SUGGESTED])
            raise ValidationError(_("More than one fits: %(some)s. Write the whole name.", some=some))
        else:
            raise ValidationError(self.unknown)
