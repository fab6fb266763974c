"""The forms about a city's case: waiving a requirement, and ending that."""

from __future__ import annotations

from datetime import timedelta

from flask_babel import lazy_gettext as _l
from wtforms import SelectField, TextAreaField, ValidationError
from wtforms.validators import DataRequired, InputRequired, Length

from app.core import clock
from app.core.forms import DayField, Form

LONGEST = 1000  # characters of a reason
MOST_YEARS = 20  # that a waiver holds

_stripped = [lambda words: words.strip() if words else words]


class WaiveForm(Form):
    """Which requirement a city need not meet, why, and until the end of which day."""

    leaf = SelectField(_l("Requirement"), validators=[InputRequired(_l("Choose what is waived."))])
    reason = TextAreaField(
        _l("Reason"),
        filters=_stripped,
        validators=[
            DataRequired(_l("Say why: it stands in the city’s case as long as the case is kept.")),
            Length(max=LONGEST, message=_l("At most 1,000 characters.")),
        ],
        render_kw={"required": True, "rows": 3, "maxlength": LONGEST},
    )
    until = DayField(
        _l("Until the end of"),
        validators=[InputRequired(_l("Choose the last day of the waiver."))],
        render_kw={"required": True},
    )

    def validate_until(self, field: DayField) -> None:
        if field.data and field.data > clock.now().date() + timedelta(days=round(365.25 * MOST_YEARS)):
            raise ValidationError(_l("This day is too far off. Choose one within the next 20 years."))


class EndWaiverForm(Form):
    """Why a waiver ends early."""

    why = TextAreaField(
        _l("Reason"),
        filters=_stripped,
        validators=[
            DataRequired(_l("Say why the waiver ends.")),
            Length(max=LONGEST, message=_l("At most 1,000 characters.")),
        ],
        render_kw={"required": True, "rows": 2, "maxlength": LONGEST},
    )
