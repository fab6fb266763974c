"""How a person wants each kind of notice."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectChoice, SelectField

from .kinds import KINDS
from .models import Way

WAYS = {
    Way.AT_ONCE: _l("By mail at once"),
    Way.DIGEST: _l("In a daily mail"),
    Way.NOT: _l("Only on this site"),
}


class WaysForm(FlaskForm):  # type: ignore[misc]
    """One choice for each kind of notice that can be turned off; subclassed with a field for each."""

    @property
    def ways(self) -> dict[str, Way]:
        return {name: Way(field.data) for name, field in self._fields.items() if name in KINDS}


def ways_form(ways: Mapping[str, Way]) -> WaysForm:
    """The form with a field for each of these kinds, standing as they do now."""
    fields = {
        name: SelectField(KINDS[name].label, choices=[SelectChoice(way.value, label) for way, label in WAYS.items()])
        for name in ways
    }  # fmt: skip
    form: WaysForm = type("OwnWaysForm", (WaysForm,), fields)(data={name: way.value for name, way in ways.items()})
    return form
