"""How often one address may ask for certificates that there are not, so that codes cannot be found by trying."""

from __future__ import annotations

from flask import current_app, request
from limits import parse
from limits.strategies import FixedWindowRateLimiter

from ..errors import TooManyCodes

# A whole city hall may share an address. A code has 60 random bits: at this rate, guessing one takes longer than
# the universe has lasted, even if every person had a certificate.
UNKNOWN_FROM_ONE_ADDRESS = parse("60 per 10 minutes")


def require_room() -> None:
    """Raise `TooManyCodes` where too many codes that there are not came from this address lately.

    Then codes that there are get the same answer, or trying could go on.
    """
    if not _counter().test(UNKNOWN_FROM_ONE_ADDRESS, *_key()):
        raise TooManyCodes


def count_unknown() -> None:
    """One more code that is not a certificate's came from this address."""
    _counter().hit(UNKNOWN_FROM_ONE_ADDRESS, *_key())


def _counter() -> FixedWindowRateLimiter:
    counter: FixedWindowRateLimiter = current_app.extensions["pace"]
    return counter


def _key() -> tuple[str, str]:
    return "certificate", request.remote_addr or "unknown"
