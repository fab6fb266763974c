"""Forms of moving and copying courses."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, StringField
from wtforms.validators import DataRequired, Length

from app.core.folding import one_line
from app.core.forms import Form

from .folder.fields import LONGEST_KEY, LONGEST_TITLE


class ImportForm(Form):
    """The folder is a file, and so no field here; `upload` is the id of one that came in parts."""

    upload = HiddenField()


class AddressForm(Form):
    """Where a new course is to stand."""

    address = StringField(
        _l("Address"),
        filters=[lambda text: one_line(text or "").lower()],
        validators=[DataRequired(_l("Write an address."))],
        render_kw={"maxlength": LONGEST_KEY, "autocapitalize": "none", "spellcheck": "false"},
    )


class AnswerForm(Form):
    """That a course is to be changed as was shown."""

    reviewed = BooleanField(_l("Translations that stay the same are right, also where their source has changed"))


class CopyForm(AddressForm):
    title = StringField(
        _l("Title"),
        filters=[lambda text: one_line(text or "")],
        validators=[
            DataRequired(_l("Write a title.")),
            Length(max=LONGEST_TITLE, message=_l("At most %(max)d characters.")),
        ],
        render_kw={"maxlength": LONGEST_TITLE},
    )
