"""A browser that fills in forms: it sends the token of its session, and says which site it comes from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import unescape

import sqlalchemy as sa
from flask import current_app
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from werkzeug.test import TestResponse

from app.core.models import Outbox
from app.extensions import db

SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}


def token(client: FlaskClient) -> str:
    """A token that goes with the client's session, as any page of it would carry."""
    with client.session_transaction() as session:
        secret = session.setdefault("csrf_token", "0123456789abcdef0123456789abcdef01234567")
    return str(URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="wtf-csrf-token").dumps(secret))


def post(
    client: FlaskClient,
    path: str,
    fields: Mapping[str, object] | None = None,
    *,
    headers: Mapping[str, str] = SAME_ORIGIN,
) -> TestResponse:
    """Send a form of one of the site's own pages."""
    return client.post(path, data={**(fields or {}), "csrf_token": token(client)}, headers=headers)


def hidden(page: str) -> dict[str, str]:
    """The hidden inputs of a page, by name."""
    found = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', page)
    return {unescape(name): unescape(value) for name, value in found}


def mails(kind: str) -> list[Outbox]:
    """The mails of that kind in the outbox, oldest first, as they are now."""
    db.session.rollback()
    return list(db.session.scalars(sa.select(Outbox).where(Outbox.kind == kind).order_by(Outbox.id)))
