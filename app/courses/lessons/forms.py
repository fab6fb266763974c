"""The form that withdraws a published text."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import TextAreaField
from wtforms.validators import DataRequired, Length

from app.core.forms import Form

LONGEST_REASON = 500


class WithdrawForm(Form):
    """Why a text is withdrawn, for practitioners to read in its place."""

    why = TextAreaField(
        _l("Reason"),
        filters=[lambda words: words.strip() if words else words],
        validators=[
            DataRequired(_l("Say why: practitioners read it in place of the text.")),
            Length(max=LONGEST_REASON, message=_l("Keep the reason under %(max)d characters.")),
        ],
        render_kw={"rows": 2, "maxlength": LONGEST_REASON},
    )
