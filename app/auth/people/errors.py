"""What an administrator cannot do to a person, in words."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from app.core.errors import DomainError


class OwnRole(DomainError):
    message = _l("This is your own administrator role. Another administrator can end it for you.")


class GivenByCourses(DomainError):
    message = _l("Courses give and end this role: their leads choose who translates them.")


class OwnAccount(DomainError):
    message = _l("This is your own account. Another administrator can close it for you.")


class OwnErasure(DomainError):
    message = _l("This is your own account. You can erase it in your settings, with your password.")


class NotClosed(DomainError):
    message = _l("This account is open already.")


class Closed(DomainError):
    message = _l("This account is closed. Open it again first.")
