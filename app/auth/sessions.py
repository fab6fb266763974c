"""The browser's side of a sign-in: its cookie, begun anew each time somebody signs in or out."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

import flask_babel
from flask import Response, g, request, session, url_for
from flask_login import login_user, logout_user

from app.core import clock
from app.core.transactions import SAFE_METHODS

from . import services
from .devices import device_name
from .identity import current_person, find_identity

TOUCH_AFTER = timedelta(hours=1)


def begin(sign_in_id: int) -> None:
    """Make this browser the one of an open sign-in, for 30 days from its last visit. Nothing old is kept."""
    if (before := current_person()) is not None:
        services.end_sign_in(sign_in_id=before.sign_in_id)
    _clear()
    session.permanent = True
    login_user(find_identity(sign_in_id))


def end() -> None:
    """Sign this browser out; its page stays in the language it had."""
    person = current_person()
    if person is None:
        return
    services.end_sign_in(sign_in_id=person.sign_in_id)
    logout_user()
    _clear()
    session["language"] = person.language


def has_ended() -> bool:
    """Whether this browser was signed in and is no more: ended from elsewhere, or with the account."""
    return "_user_id" in session and current_person() is None


def this_device() -> str:
    """What this browser calls itself."""
    return device_name(request.user_agent.string)


def local_path(address: str | None) -> str | None:
    """`address` if it is a path of this site, else None: a link must not lead elsewhere after signing in."""
    if not address or not address.startswith("/") or address.startswith("//"):
        return None
    if "\\" in address or not address.isprintable() or len(address) > 2000:
        return None
    parts = urlsplit(address)
    return None if parts.scheme or parts.netloc or parts.path == url_for("auth.sign_in") else address


def note_use(response: Response) -> Response:
    """Note that the sign-in is in use: on unsafe requests only, and once an hour at most."""
    if request.method in SAFE_METHODS or response.status_code >= 400:
        return response
    person = current_person()
    if person is not None and person.last_used_at and person.last_used_at < clock.now() - TOUCH_AFTER:
        services.touch(sign_in_id=person.sign_in_id)
        session.modified = True  # so that the cookie lasts 30 days from now
    return response


def _clear() -> None:
    """Forget the cookie, and what this request has worked out from it."""
    session.clear()
    for known in ("csrf_token", "page_language"):
        g.pop(known, None)
    flask_babel.refresh()
