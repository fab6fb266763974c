"""What an attempt says of itself."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import ngettext

from .queries import Sitting


def words(answered: int, sitting: Sitting) -> dict[str, str]:
    """How far an attempt has come, and what finishing it now would mean."""
    total = len(sitting.questions)
    left = total - answered
    return {
        "progress": _("%(answered)s of %(total)s answered", answered=answered, total=total),
        "finish": ngettext("Finish: %(num)s question unanswered", "Finish: %(num)s questions unanswered", left)
        if left
        else _("Finish attempt"),
    }
