"""What the fixed lists of courses are called in the page's language."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from .models import TrainerRole

TRAINER_ROLES = {
    TrainerRole.LEAD: _l("Lead"),
    TrainerRole.AUTHOR: _l("Author"),
    TrainerRole.TRANSLATOR: _l("Translator"),
}
