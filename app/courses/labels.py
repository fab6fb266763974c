"""What the fixed lists and the settings of courses are called in the page's language."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from app.core.filetypes import Sort
from app.core.formats import minutes, percent

from .models import RevisionReason, TrainerRole
from .outline import Order
from .settings.facts import CourseFacts
from .topics import topic_label

TRAINER_ROLES = {
    TrainerRole.LEAD: _l("Lead"),
    TrainerRole.AUTHOR: _l("Author"),
    TrainerRole.TRANSLATOR: _l("Translator"),
}

TRAINER_DUTIES = {
    TrainerRole.LEAD: _l("writes and publishes, and chooses settings and trainers"),
    TrainerRole.AUTHOR: _l("writes and publishes"),
    TrainerRole.TRANSLATOR: _l("sees the course, and writes its texts in certain languages"),
}

ORDERS = {Order.FREE: _l("Free"), Order.SEQUENTIAL: _l("One after another")}


def setting_words(name: str, facts: CourseFacts) -> str:
    """The value of one setting, in words."""
    value = getattr(facts, name)
    match name:
        case "topics":
            return ", ".join(topic_label(topic) for topic in value) or _("None")
        case "order":
            return str(ORDERS[value])
        case "minutes":
            return _("As its activities take together") if value is None else minutes(value)
        case "enough":
            if value is None:
                return _("All required activities")
            return ngettext("%(num)s activity, whichever", "%(num)s activities, whichever", value)
        case "min_score":
            return _("No score is asked for") if value is None else percent(value / 100)
        case "certificate_months":
            return _("Valid for ever") if value is None else ngettext("%(num)s month", "%(num)s months", value)
        case _words:
            return str(value) or _("Empty")


SORTS = {
    Sort.PICTURE: _l("Pictures"),
    Sort.VIDEO: _l("Videos"),
    Sort.SOUND: _l("Sounds"),
    Sort.DOCUMENT: _l("Documents"),
    Sort.CAPTIONS: _l("Captions"),
}

REVISION_REASONS = {
    RevisionReason.SAVED: _l("Before it was changed"),
    RevisionReason.KEPT: _l("Kept by hand"),
    RevisionReason.IMPORTED: _l("Before an import"),
    RevisionReason.NOT_TAKEN: _l("Written at the same time, not taken"),
}
