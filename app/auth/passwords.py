"""Passwords: Argon2id, never within a transaction, and two hashes at a time at most (each takes 64 MB)."""

from __future__ import annotations

from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask_babel import gettext as _

from app.core.transactions import outside_transaction

SHORTEST = 10
LONGEST = 500
DEMONSTRATION = "demo-demo-demo"

# Of ten characters and more, those that people choose first. Shorter ones are refused for their length.
COMMONPLACE = frozenset(
    {
        "1234567890", "0123456789", "0987654321", "1234567891", "12345678910", "123456789a", "1111111111",
        "0000000000", "1q2w3e4r5t", "qwertyuiop", "qwerty1234", "qwerty12345", "qwerty123456", "azertyuiop",
        "azerty1234", "asdfghjkl1", "abcdefghij", "abcdefghijk", "password12", "password123", "password1234",
        "passwordpassword", "motdepasse", "motdepasse1", "motdepasse123", "iloveyou12", "iloveyou123",
        "administrator", "administrateur", "welcome123", "welcome1234", "bienvenue123", "letmein123",
        "changeme123", "strongcities", "strong cities", "strongcities1", DEMONSTRATION,
    }
)  # fmt: skip

# The hash of something nobody types, with today's parameters: checked when the e-mail is unknown,
# so that the time an answer takes does not tell.
DUMMY = "$argon2id$v=19$m=65536,t=3,p=4$8uRtNas2BF1d7vA5ultF1Q$AIHDQf19fvAV7k5OJB1Qd42sRvU+wyB6nblikR6eC1c"

_hasher = PasswordHasher()
_at_once = BoundedSemaphore(2)


def hash_password(password: str) -> str:
    """The Argon2id hash of `password`; slow on purpose, so refused within a writing transaction."""
    with outside_transaction("hashing a password"), _at_once:
        return _hasher.hash(password)


def matches(password_hash: str | None, password: str) -> bool:
    """Whether `password` is the one behind the hash; as slow for somebody who has none."""
    with outside_transaction("hashing a password"), _at_once:
        try:
            return _hasher.verify(password_hash or DUMMY, password) and password_hash is not None
        except (VerificationError, InvalidHashError):
            return False


def is_outdated(password_hash: str) -> bool:
    """Whether the hash was made with other parameters than today's."""
    return _hasher.check_needs_rehash(password_hash)


def fault(password: str, email: str) -> str | None:
    """Why `password` cannot be chosen by the owner of `email`, in words; None if it can."""
    folded = password.strip().casefold()
    if len(password) < SHORTEST:
        return str(_("Use at least %(number)s characters. A few words in a row are easy to remember.", number=SHORTEST))
    if len(password) > LONGEST:
        return str(_("Use at most %(number)s characters.", number=LONGEST))
    if folded == email.strip().casefold():
        return str(_("Your e-mail address is the first thing others would try. Choose something else."))
    if folded in COMMONPLACE:
        return str(_("Many people use this password, so it is tried first. Choose something else."))
    return None
