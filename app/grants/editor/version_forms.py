"""What is filled in about a version of a rule: when people are counted, why it changes, why it is dismissed."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, StringField, TextAreaField
from wtforms.validators import Length

from app.core.folding import one_line
from app.core.forms import Form
from app.core.text import Text

from .fields import DayField

LONGEST_REASON = 2000


class WhenForm(Form):
    """As of the end of which day people are counted."""

    class Meta:
        csrf = False

    on = DayField(_l("Another day"))


class VersionForm(Form):
    """What is said of a new version. `seen` as in `PartForm`; `at_once`: what the page offered to do with it."""

    seen = HiddenField()
    at_once = HiddenField()
    reason = TextAreaField(
        _l("Why the rule changes"),
        validators=[Length(max=LONGEST_REASON, message=_l("Keep this under %(max)d characters."))],
        render_kw={"rows": 3, "maxlength": LONGEST_REASON},
    )
    approved_by = StringField(
        _l("Who decided on it"),
        filters=[lambda words: one_line(words or "")],
        validators=[Length(max=200, message=_l("Keep this under %(max)d characters."))],
        render_kw={"maxlength": 200},
    )
    approved_on = DayField(_l("When they decided"))

    def said(self, language: str) -> dict[str, Any]:
        """What was typed, as services take it; `language` is the one that the call is written in."""
        who = self.approved_by.data
        return {
            "seen": self.seen.data or "",
            "reason": self.reason.data or "",
            "approved_by": Text.of({language: who}, language) if who else None,
            "approved_on": self.approved_on.day,
        }


class DismissalForm(Form):
    """Why a proposed rule is not wanted."""

    why = TextAreaField(
        _l("Why not"),
        validators=[Length(max=LONGEST_REASON, message=_l("Keep this under %(max)d characters."))],
        render_kw={"rows": 3, "maxlength": LONGEST_REASON},
    )
