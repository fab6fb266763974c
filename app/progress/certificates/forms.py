"""The forms about certificates."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, TextAreaField
from wtforms.validators import DataRequired, Length

from app.core.forms import Form


class ShowForm(Form):
    """What the public page shows besides course, date and status."""

    holder = BooleanField(_l("your name"))
    city = BooleanField(_l("your city"))
    hours = BooleanField(_l("how long the course takes"))
    score = BooleanField(_l("your score"))


class RevokeForm(Form):
    """Why a certificate is void."""

    why = TextAreaField(
        _l("Reason"),
        filters=[lambda words: words.strip() if words else words],
        validators=[
            DataRequired(_l("Say why: the certificate’s page gives the reason.")),
            Length(max=500, message=_l("Keep it under 500 characters.")),
        ],
        render_kw={"required": True, "rows": 3, "maxlength": 500},
    )
