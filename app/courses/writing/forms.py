"""Forms of the lesson editor and its history."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, ValidationError

from app.core.forms import Form, WholeField

from ..errors import TextTooLong
from .services import LARGEST_TEXT, Choice

LONGEST_NAME = 200
MOST_SAVES = 2**31 - 1


class BodyForm(Form):
    """A lesson's text, and the version of it that it was made from (0: there was none).

    `source`, of a translation, is the hash of the source that was beside it; empty where the page did not say. `again`
    and `last` are said by the page's script: the same was sent before, and the page is closed.
    """

    html = TextAreaField(_l("Text, as HTML"), render_kw={"rows": 24, "spellcheck": "true"})
    version = WholeField(validators=[InputRequired(), NumberRange(0, MOST_SAVES)])
    source = HiddenField(validators=[Length(max=16)])
    choice = SelectField(choices=[SelectChoice(choice) for choice in Choice], default=Choice.NONE)
    again = BooleanField()
    last = BooleanField()

    def validate_html(self, field: TextAreaField) -> None:
        if field.data is None:  # an empty text is one that was emptied, and comes as such
            raise ValidationError(_l("The text did not come along, so nothing was saved. Load the page again."))
        if len(field.data.encode()) > LARGEST_TEXT:
            raise ValidationError(TextTooLong.message)


class VersionForm(Form):
    """A version to keep by hand, under a name of one's own."""

    note = StringField(
        _l("Name of this version"),
        validators=[Length(max=LONGEST_NAME, message=_l("Keep the name under %(max)d characters."))],
        render_kw={"maxlength": LONGEST_NAME},
    )


class RestoreForm(Form):
    """Which version is to be the text again."""

    version = WholeField(validators=[InputRequired(), NumberRange(1, MOST_SAVES)])
