"""Ed25519 keys: as Multikeys, and how their private halves are kept.

Multikey: Controlled Identifiers 1.0, https://www.w3.org/TR/cid-1.0/#Multikey. The private half is sealed by AES-GCM
under a key that HKDF-SHA256 draws from the site's secret, bound to the public half.
"""

from __future__ import annotations

import base64
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # where it is used it is loaded: eight megabytes, which only a process that signs need hold
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_ED25519_PUBLIC = b"\xed\x01"  # its multicodec
_NONCE = 12


def new_key(secret: str) -> tuple[str, str]:
    """A fresh key: its public half as a Multikey, its private half sealed under the site's `secret`."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    private = Ed25519PrivateKey.generate()
    public = multibase(_ED25519_PUBLIC + private.public_key().public_bytes_raw())
    nonce = os.urandom(_NONCE)
    sealed = nonce + _seal(secret).encrypt(nonce, private.private_bytes_raw(), public.encode())
    return public, base64.urlsafe_b64encode(sealed).decode()


def unseal(sealed: str, public: str, secret: str) -> Ed25519PrivateKey | None:
    """The private half; None if it was not sealed under this secret."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    try:
        raw = base64.urlsafe_b64decode(sealed)
        return Ed25519PrivateKey.from_private_bytes(_seal(secret).decrypt(raw[:_NONCE], raw[_NONCE:], public.encode()))
    except (ValueError, InvalidTag):
        return None


def multibase(data: bytes) -> str:
    """`data` in base58btc, as Multibase writes it (https://www.w3.org/TR/cid-1.0/#multibase-0): `z6Mk…`."""
    number = int.from_bytes(data)
    digits = ""
    while number:
        number, digit = divmod(number, 58)
        digits = _BASE58[digit] + digits
    zeros = len(data) - len(data.lstrip(b"\0"))
    return "z" + "1" * zeros + digits


def _seal(secret: str) -> AESGCM:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return AESGCM(HKDF(SHA256(), length=32, salt=None, info=b"academy signing keys").derive(secret.encode()))
