"""When a certificate can be renewed. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

WINDOW = timedelta(days=60)


def may_renew(expires_at: datetime | None, now: datetime) -> bool:
    """From 60 days before it expires, and any time after; never where it does not expire."""
    return expires_at is not None and now >= expires_at - WINDOW
