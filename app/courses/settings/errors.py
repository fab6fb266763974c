"""What can go wrong with the settings of a course and with its trainers, in words."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from app.core.errors import DomainError

from ..errors import EditedMeanwhile
from .facts import CourseFacts


class Disputed(EditedMeanwhile):
    """Somebody else changed `fields` meanwhile; `theirs` is what stands now, `mine` what the two make but for these."""

    def __init__(self, mine: CourseFacts, theirs: CourseFacts, fields: frozenset[str]) -> None:
        super().__init__()
        self.mine, self.theirs, self.fields = mine, theirs, fields


class NobodyThere(DomainError):
    field = "email"
    message = _l("Nobody has an account with this address. Ask them to create one, then invite them again.")


class NotReadyToTeach(DomainError):
    """Its account is closed, not confirmed, or waits for a city."""

    field = "email"
    message = _l("This account is not open yet. An administrator sees on its page what is missing.")


class AlreadyThere(DomainError):
    field = "email"
    message = _l("This person is in the list already. Change what they do there.")


class NoTrainer(DomainError):
    field = "role"
    message = _l(
        "Only trainers and administrators can be lead or author. Ask an administrator to give this person the role "
        "trainer, or invite them as a translator."
    )


class NoLanguage(DomainError):
    field = "languages"
    message = _l("Choose at least one language that the course is translated into.")


class LastLead(DomainError):
    field = "role"
    message = _l("A course needs a lead. Make somebody else a lead first.")
