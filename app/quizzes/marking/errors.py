"""What can go wrong with marks, in words for people."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from app.core.errors import DomainError


class MarkedMeanwhile(DomainError):
    title = _l("Marked meanwhile")
    message = _l("Somebody else marked this answer meanwhile. Nothing of yours is lost: compare, then choose.")


class NotHandedIn(DomainError):
    title = _l("Not handed in yet")
    message = _l("This attempt has not been handed in, so its answers cannot be marked.")


class PreviewOutdated(DomainError):
    """What is about to be done is not what was seen."""

    message = _l("Something changed since this preview was shown, so no mark was changed. Look again, then confirm.")
