"""Which key signs what. The site's keys are rows; each signs the badges issued while it was in force, for good."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import structlog
from flask import current_app

from app.core import clock

from ..badges import baking, documents, keys
from ..badges.documents import Addresses
from ..badges.proofs import Document, Signer, signed
from ..errors import NoSigningKey
from ..models import Certificate, SigningKey
from .queries import list_keys, list_revoked

log = structlog.get_logger()


def addresses() -> Addresses:
    """Where this site's documents stand."""
    return Addresses(current_app.config["SETTINGS"].base_url)


def badge_of(certificate: Certificate) -> str:
    """The certificate's signed credential as text, the same for good. Raises `NoSigningKey`. One statement."""
    signer = _signer(list_keys(), certificate.issued_at)
    return baking.written(signed(documents.credential(certificate, addresses()), signer, certificate.issued_at))


def signed_status_list(number: int) -> Document:
    """The list of what is revoked among some of all certificates, signed. Raises `NoSigningKey`. Two statements."""
    now, at = clock.now(), addresses()
    revoked = list_revoked(number * documents.LIST_LENGTH, documents.LIST_LENGTH)
    return signed(documents.status_list(number, revoked, now, at), _signer(list_keys(), now), now)


def can_sign(held: Sequence[SigningKey]) -> bool:
    """Whether the newest key can be used: it cannot after the site's secret was changed."""
    return bool(held) and _opened(held[-1]) is not None


def _signer(held: Sequence[SigningKey], at: datetime) -> Signer:
    """The key in force at a moment, before any the first; where it cannot be unsealed, the next one that can."""
    in_force = [i for i, key in enumerate(held) if key.created_at <= at]
    for key in held[in_force[-1] if in_force else 0 :]:
        if signer := _opened(key):
            return signer
    log.error("no_signing_key", keys=len(held), mend="flask certificates rotate-key")
    raise NoSigningKey


def _opened(key: SigningKey) -> Signer | None:
    private = keys.unseal(key.private, key.public, current_app.config["SETTINGS"].secret_key)
    if private is None:
        log.error("signing_key_sealed", key=key.id, why="it was sealed under another SECRET_KEY")
        return None
    return Signer(private, addresses().key(key.id), key.created_at)
