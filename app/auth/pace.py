"""How often one address may try to sign in, register or ask for a mail."""

from __future__ import annotations

from flask import Flask, current_app, request
from limits import RateLimitItem, parse
from limits.storage import storage_from_string
from limits.strategies import FixedWindowRateLimiter

from . import addresses

# For one network address (a whole city hall may share one), and for one e-mail address.
FROM_ONE_ADDRESS = parse("60 per 10 minutes")
FOR_ONE_EMAIL = parse("10 per 10 minutes")


def init_app(app: Flask) -> None:
    """Count in the memory of this process, or where the settings say, for many hosts."""
    app.extensions["pace"] = FixedWindowRateLimiter(storage_from_string(app.config["SETTINGS"].rate_limits))


def too_fast(what: str, email: str) -> bool:
    """Count one more try at `what` with this e-mail, and say whether there were too many lately."""
    if current_app.testing:
        return False
    counter: FixedWindowRateLimiter = current_app.extensions["pace"]
    counted: list[tuple[RateLimitItem, str]] = [
        (FROM_ONE_ADDRESS, request.remote_addr or "unknown"),
        (FOR_ONE_EMAIL, addresses.folded(email)),
    ]
    # A list, so that each is counted whatever the others say.
    within = [counter.hit(limit, what, key) for limit, key in counted]
    return not all(within)
