"""What the fixed lists of courses are called in the page's language."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from .models import RevisionReason, TrainerRole

TRAINER_ROLES = {
    TrainerRole.LEAD: _l("Lead"),
    TrainerRole.AUTHOR: _l("Author"),
    TrainerRole.TRANSLATOR: _l("Translator"),
}
REVISION_REASONS = {
    RevisionReason.SAVED: _l("Before it was changed"),
    RevisionReason.KEPT: _l("Kept by hand"),
    RevisionReason.IMPORTED: _l("Before an import"),
    RevisionReason.NOT_TAKEN: _l("Written at the same time, not taken"),
}
