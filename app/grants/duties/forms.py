"""What a city fills in for a report."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, TextAreaField
from wtforms.validators import Length

from app.core.forms import Form

from ..reviews.forms import plain_lines, version_of

LONGEST_REPORT = 60_000


class ReportForm(Form):
    """The report, with the version that it was made from."""

    version = HiddenField()
    text = TextAreaField(
        _l("Your report"),
        filters=[plain_lines],
        validators=[Length(max=LONGEST_REPORT, message=_l("At most 60,000 characters."))],
        render_kw={"rows": 16},
    )

    @property
    def made_from(self) -> int:
        return version_of(self.version.data)
