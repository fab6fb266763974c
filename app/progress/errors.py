"""What can go wrong while learning, in words for people."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from app.core.errors import DomainError


class NotEnrolled(DomainError):
    message = _l("Start the course first; then its lessons open for you.")


class NotAdmitted(DomainError):
    """Carries in its message whom the course is for, and what to do."""

    status = 403
    title = _l("This course is not open to everyone")


class ActivityLocked(DomainError):
    """Carries in its message what opens it."""

    title = _l("Not open yet")


class CompletedAlready(DomainError):
    status = 409
    message = _l("They have completed this by themselves, so there is nothing to excuse.")


class NotGiven(DomainError):
    status = 409
    message = _l("Nobody excused them from this or completed it for them, so there is nothing to take back.")


class CompletionRests(DomainError):
    status = 409
    message = _l("The course is completed by this, and a completion stays. So it cannot be taken back any more.")


class HasWithdrawn(DomainError):
    status = 409
    message = _l("They have withdrawn from the course. Nothing can be changed until they come back.")


class NotRenewable(DomainError):
    status = 409
    message = _l("This certificate cannot be renewed now. It can be from 60 days before it expires.")


class ActivityGone(DomainError):
    status = 404
    message = _l("This activity is no longer part of the course. What you did in it is kept.")


class TooManyCodes(DomainError):
    status = 429
    title = _l("Too many codes were tried")
    message = _l(
        "Too many codes that are not a certificate’s were tried from your network. Wait ten minutes and try again."
    )


class AlreadyRevoked(DomainError):
    message = _l("This certificate is revoked already.")


class Revoked(DomainError):
    title = _l("Revoked")
    message = _l("This certificate is revoked, so there is no file of it. Its page says why.")


class NotRevoked(DomainError):
    message = _l("This certificate is not revoked.")


class NoSigningKey(DomainError):
    """No key of the site can sign: the operator changed its secret, or never prepared one. The log says more."""

    status = 503
    title = _l("Badges cannot be signed now")
    message = _l(
        "The key that signs badges cannot be used. Your certificate and its page are not touched by this. "
        "The people who run the site have been told in its log; try again tomorrow."
    )
