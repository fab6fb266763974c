"""What pages of learning send."""

from __future__ import annotations

import msgspec
from flask_babel import lazy_gettext as _l
from wtforms import StringField, TextAreaField
from wtforms.validators import AnyOf, DataRequired, Length

from app.core.folding import one_line
from app.core.forms import Form

from .clocking import Claim
from .models import ActivityState
from .time_services import Moved

LONGEST_REASON = 500
MOST_SECONDS = 86_400
LONGEST_SITTING = 40
LONGEST_HASH = 64
BACK = "back"


class GiveForm(Form):
    """Excuse a practitioner from an activity, complete it for them, or take that back; and why."""

    action = StringField(validators=[AnyOf([ActivityState.EXCUSED, ActivityState.COMPLETE, BACK])])
    reason = TextAreaField(
        _l("Reason"),
        filters=[lambda text: one_line(text or "")],
        validators=[
            DataRequired(_l("Write why, in a sentence. The practitioner reads it.")),
            Length(max=LONGEST_REASON, message=_l("Keep the reason under %(max)d characters.")),
        ],
        render_kw={"rows": 2, "maxlength": LONGEST_REASON},
    )


class TimeForm(Form):
    """What the script of a page reports. Whatever makes no sense counts as not sent: nobody could put it right."""

    sitting = StringField()
    sequence = StringField()
    visible = StringField()
    used = StringField()
    share = StringField()
    media = StringField()
    ago = StringField()

    @property
    def claim(self) -> Claim | None:
        """The time that is claimed; number 0 opens the sitting."""
        sitting, sequence = self.sitting.data or "", _whole(self.sequence.data, 2**31 - 1)
        if not 8 <= len(sitting) <= LONGEST_SITTING or not sitting.isascii() or sequence is None:
            return None
        return Claim(
            sitting, sequence, _whole(self.visible.data, MOST_SECONDS) or 0, _whole(self.used.data, MOST_SECONDS) or 0
        )

    @property
    def moved(self) -> Moved | None:
        """Where the person is, if the page says so."""
        ago = _whole(self.ago.data, MOST_SECONDS * 30)
        try:
            share = float(self.share.data or "")
            media = msgspec.json.decode(self.media.data or "{}", type=dict[str, float])
        except (ValueError, msgspec.DecodeError, UnicodeEncodeError):
            return None
        sound = all(len(digest) <= LONGEST_HASH and 0 <= at <= MOST_SECONDS for digest, at in media.items())
        return Moved(share, media, ago) if ago is not None and 0 <= share <= 1 and sound else None


def _whole(typed: str | None, most: int) -> int | None:
    """A whole number from 0 to `most`."""
    if not typed or len(typed) > 10 or not (typed.isascii() and typed.isdigit()):
        return None
    return min(int(typed), most)
