"""The base of every form: what a page of ours can send, and nothing else."""

from __future__ import annotations

from typing import Any

from flask import request
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.form import _Auto
from werkzeug.datastructures import MultiDict
from wtforms import DateField, IntegerField

from .transactions import SAFE_METHODS

MOST_DIGITS = 20  # more than any range that is asked for


class Form(FlaskForm):  # type: ignore[misc]
    """A form whose fields are strings: a file sent in place of one, or JSON, counts as nothing sent.

    The character NUL, which nobody can type and PostgreSQL cannot hold, is left out.
    """

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        def wrap_formdata(self, form: FlaskForm, formdata: Any) -> Any:
            if formdata is not _Auto:
                return formdata
            if request.method in SAFE_METHODS:
                return None
            pairs = list(request.form.items(multi=True))
            if any("\0" in value for _name, value in pairs):
                return MultiDict([(name, value.replace("\0", "")) for name, value in pairs])
            return request.form


class WholeField(IntegerField):  # type: ignore[misc]
    """A whole number that a column can hold. One of hundreds of digits is none: nothing compares it with a range."""

    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata([value.strip()[:MOST_DIGITS] for value in valuelist])


class DayField(DateField):  # type: ignore[misc]
    """A day, as the browser's date control sends it."""

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(_l("Write the day as year-month-day, for instance 2019-05-31.")) from None
