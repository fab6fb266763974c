"""What the page of a call sends."""

from __future__ import annotations

from wtforms import StringField
from wtforms.validators import AnyOf, Length

from app.core.forms import Form

YES, NO = "yes", "no"


class ReminderForm(Form):
    """Whether to be told when the call opens: what the button that was pressed says."""

    wanted = StringField(validators=[AnyOf([YES, NO])])


class DeclarationForm(Form):
    """What a person states of themselves, by the key of the requirement."""

    key = StringField(validators=[Length(min=1, max=40)])
    holds = StringField(validators=[AnyOf([YES, NO])])
