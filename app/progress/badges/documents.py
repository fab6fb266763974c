"""The documents of Open Badges 3.0 (https://www.imsglobal.org/spec/ob/v3p0/) that the site gives out, not yet signed.

Whatever a credential says comes from the certificate's own row, so that it is the same for good.
"""

from __future__ import annotations

import base64
import gzip
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from app.progress.certificates import codes
from app.progress.models import Certificate

from .proofs import Document, timestamp

CREDENTIALS = "https://www.w3.org/ns/credentials/v2"
OPEN_BADGES = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
CONTROLLER = "https://www.w3.org/ns/did/v1"  # what verifiers know a controlled identifier document by
MULTIKEY = "https://w3id.org/security/multikey/v1"
LIST_LENGTH = 131_072  # the least there may be, so that none stands out


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the site's documents stand, below its base address."""

    base: str

    @property
    def issuer(self) -> str:
        return f"{self.base}/issuer.json"

    def key(self, key_id: int) -> str:
        return f"{self.issuer}#key-{key_id}"

    def certificate(self, code: str) -> str:
        return f"{self.base}/v/{codes.shown(code)}"

    def achievement(self, course_id: int, edition: int) -> str:
        return f"{self.base}/badges/{course_id}/{edition}"

    def statuses(self, number: int) -> str:
        return f"{self.base}/issuer/statuses/{number}"


def credential(certificate: Certificate, addresses: Addresses) -> Document:
    """The certificate as an `OpenBadgeCredential`; its holder is named by the salted hash of their e-mail alone."""
    document: Document = {
        "@context": [CREDENTIALS, OPEN_BADGES],
        "id": addresses.certificate(certificate.code),
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": certificate.course_title,
        "issuer": {"id": addresses.issuer, "type": ["Profile"], "name": certificate.issuer, "url": addresses.base},
        "validFrom": timestamp(certificate.issued_at),
    }
    if certificate.expires_at is not None:
        document["validUntil"] = timestamp(certificate.expires_at)
    return {
        **document,
        "credentialSubject": _subject(certificate, addresses),
        "credentialStatus": _status(certificate.id, addresses),
    }


def _subject(certificate: Certificate, addresses: Addresses) -> Document:
    subject: Document = {"type": ["AchievementSubject"]}
    if certificate.recipient is not None:
        subject["identifier"] = [
            {
                "type": "IdentityObject",
                "hashed": True,
                "identityHash": certificate.recipient,
                "identityType": "emailAddress",
                "salt": certificate.code,
            }
        ]
    else:
        subject["id"] = addresses.certificate(certificate.code) + "#holder"
    subject["achievement"] = achievement(
        addresses.achievement(certificate.course_id, certificate.edition_number),
        title=certificate.course_title,
        language=certificate.language,
        edition=certificate.edition_number,
        minutes=certificate.minutes,
        rule=certificate.rule,
    )
    return subject


def achievement(address: str, *, title: str, language: str, edition: int, minutes: int, rule: str) -> Document:
    """A course in one edition, as an `Achievement`; `rule` is what completes it. Its sentences are English."""
    return {
        "id": address,
        "type": ["Achievement"],
        "achievementType": "CertificateOfCompletion",
        "name": title,
        "inLanguage": language,
        "description": f"The course “{title}”, edition {edition}: about {minutes} minutes of learning.",
        "criteria": {"id": address, "narrative": f"Completing the course. What completes it: {rule}."},
        "image": {"id": f"{address}.png", "type": "Image", "caption": "The course’s skyline, every window lit."},
    }


def _status(certificate_id: int, addresses: Addresses) -> Document:
    """Where to see whether it is revoked: its place in a Bitstring Status List.

    https://www.w3.org/TR/vc-bitstring-status-list/. A list of revoked credentials would publish their codes.
    """
    number, index = divmod(certificate_id, LIST_LENGTH)
    address = addresses.statuses(number)
    return {
        "id": f"{address}#{index}",
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": str(index),
        "statusListCredential": address,
    }


def status_list(number: int, revoked: Iterable[int], at: datetime, addresses: Addresses) -> Document:
    """The list that tells of certificates `number` × `LIST_LENGTH` and on which are revoked."""
    bits = bytearray(LIST_LENGTH // 8)
    for certificate_id in revoked:
        byte, bit = divmod(certificate_id % LIST_LENGTH, 8)
        bits[byte] |= 0x80 >> bit
    packed = base64.urlsafe_b64encode(gzip.compress(bytes(bits), mtime=0)).decode().rstrip("=")
    address = addresses.statuses(number)
    return {
        "@context": [CREDENTIALS],
        "id": address,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": addresses.issuer,
        "validFrom": timestamp(at),
        "credentialSubject": {
            "id": f"{address}#list",
            "type": "BitstringStatusList",
            "statusPurpose": "revocation",
            "encodedList": f"u{packed}",
        },
    }


def issuer(name: str, keys: Iterable[tuple[int, str]], addresses: Addresses) -> Document:
    """Who issues: a `Profile`, and the controlled identifier document with every key that ever signed."""
    held = [(addresses.key(key_id), public) for key_id, public in keys]
    return {
        "@context": [CONTROLLER, MULTIKEY, OPEN_BADGES],
        "id": addresses.issuer,
        "type": ["Profile"],
        "name": name,
        "url": addresses.base,
        "verificationMethod": [
            {"id": address, "type": "Multikey", "controller": addresses.issuer, "publicKeyMultibase": public}
            for address, public in held
        ],
        "assertionMethod": [address for address, _public in held],
    }
