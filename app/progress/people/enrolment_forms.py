"""What is filled in to take somebody out of a course."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import TextAreaField
from wtforms.validators import DataRequired, Length

from app.core.forms import Form

LONGEST_REASON = 1000


class WithdrawalForm(Form):
    """Why somebody is taken out."""

    reason = TextAreaField(
        _l("Reason"),
        filters=[lambda text: (text or "").replace("\r\n", "\n").strip()],
        validators=[
            DataRequired(_l("Write why: it stands in the audit log.")),
            Length(max=LONGEST_REASON, message=_l("At most %(max)d characters.")),
        ],
    )
