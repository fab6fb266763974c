"""What cannot be done with a cohort, in words."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from app.core.errors import DomainError


class CohortOver(DomainError):
    message = _l("This cohort has ended. Make another one.")


class NameTaken(DomainError):
    """Another cohort that goes on has the name, in the same city: `cohort_id`."""

    message = _l("Another cohort has this name. Choose one that tells them apart.")
    field = "name"

    def __init__(self, cohort_id: int) -> None:
        super().__init__()
        self.cohort_id = cohort_id


class FoundByRule(DomainError):
    message = _l("This cohort finds its people by its rule, so nobody is added or taken off by hand.")
