"""Certificate codes: 12 random characters of Crockford's base 32 and one that checks them.

The alphabet leaves out I, L, O and U (Douglas Crockford, "Base 32", 2002). The check character is by the
Luhn mod N algorithm with N = 32 over that alphabet, so it stays within it: every single wrong character and
nearly every swap of neighbours is noticed before anything is looked up.
"""

from __future__ import annotations

import hashlib

from app.core import chance

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 12
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1"})


def new_code() -> str:
    """A fresh code with its check character, without prefix and hyphens."""
    body = "".join(chance.source().choice(ALPHABET) for _ in range(LENGTH))
    return body + check_character(body)


def check_character(body: str) -> str:
    """The Luhn mod 32 check character of `body`."""
    total, factor = 0, 2
    for character in reversed(body):
        addend = factor * ALPHABET.index(character)
        total += addend // 32 + addend % 32
        factor = 3 - factor
    return ALPHABET[-total % 32]


def shown(code: str) -> str:
    """`SC-XXXX-XXXX-XXXX-C`."""
    return f"SC-{code[:4]}-{code[4:8]}-{code[8:12]}-{code[12:]}"


def read(typed: str) -> str | None:
    """The code a person typed, however they wrote it; None if it cannot be one."""
    code = "".join(c for c in typed.upper() if c.isascii() and c.isalnum()).translate(_READ_AS)
    code = code.removeprefix("SC") if len(code) == LENGTH + 3 else code
    if len(code) != LENGTH + 1 or any(c not in ALPHABET for c in code):
        return None
    return code if check_character(code[:-1]) == code[-1] else None


def hashed(email: str, code: str) -> str:
    """Whose a certificate is, for who knows the e-mail: its SHA-256, salted with the code.

    An IdentityHash of Open Badges 3.0 (https://www.imsglobal.org/spec/ob/v3p0/#identityhash).
    """
    return "sha256$" + hashlib.sha256((email + code).encode()).hexdigest()
