"""What the fixed lists of courses are called in the page's language."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from app.core.filetypes import Sort

from .models import TrainerRole

TRAINER_ROLES = {
    TrainerRole.LEAD: _l("Lead"),
    TrainerRole.AUTHOR: _l("Author"),
    TrainerRole.TRANSLATOR: _l("Translator"),
}

SORTS = {
    Sort.PICTURE: _l("Pictures"),
    Sort.VIDEO: _l("Videos"),
    Sort.SOUND: _l("Sounds"),
    Sort.DOCUMENT: _l("Documents"),
    Sort.CAPTIONS: _l("Captions"),
}
