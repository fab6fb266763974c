"""Signing a document: a Data Integrity proof by the cryptosuite eddsa-jcs-2022.

https://www.w3.org/TR/vc-di-eddsa/#eddsa-jcs-2022. What is signed is the document as RFC 8785 writes it, so that a
verifier needs no network and no processor of linked data.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import rfc8785

from .keys import multibase

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Signer:
    """A key that can sign. `method` is the address where its public half is found, `since` when it was made."""

    private: Ed25519PrivateKey
    method: str
    since: datetime


def signed(document: Document, signer: Signer, at: datetime) -> Document:
    """`document` with its proof, made at `at`, but not before there was the key."""
    options: Document = {
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-jcs-2022",
        "created": timestamp(max(at, signer.since)),
        "verificationMethod": signer.method,
        "proofPurpose": "assertionMethod",
        "@context": document["@context"],
    }
    hashed = b"".join(hashlib.sha256(rfc8785.dumps(part)).digest() for part in (options, document))
    return {**document, "proof": {**options, "proofValue": multibase(signer.private.sign(hashed))}}


def timestamp(moment: datetime) -> str:
    """A moment as XML Schema writes it, to the second: `2026-11-21T09:30:00Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
