"""What of a certificate is shown to whom: everything to its holder, to the public what the holder chose.

Pages and files about a certificate are made from a `Disclosure` alone, so that none can show what was kept back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import ngettext

from app.core.skyline import LIT

from ..models import Certificate, CertificateStatus
from . import codes


@dataclass(frozen=True, slots=True)
class Disclosure:
    """What may be shown. `holder`, `city`, `minutes` and `score` (0 to 1) are None where they may not, or are not."""

    code: str  # as people read it, with prefix and hyphens
    title: str
    language: str  # of the title
    holder: str | None
    city: str | None
    minutes: int | None
    score: float | None
    edition: int
    issuer: str
    issued_at: datetime
    expires_at: datetime | None
    status: CertificateStatus
    revoked_at: datetime | None
    revoked_why: str | None
    towers: Sequence[Sequence[str]]

    @property
    def picture(self) -> str:
        """What the skyline says to who does not see it: how large the course is, and not how many its holder did, since
        a course may ask for some of its activities only.
        """
        number = sum(len(tower) for tower in self.towers)
        return ngettext(
            "A course of %(num)s activity: all that it asks for is complete",
            "A course of %(num)s activities: all that it asks for is complete",
            number,
        )


def to_the_holder(certificate: Certificate, at: datetime) -> Disclosure:
    """All that a certificate says, as it stands at a moment."""
    return _disclose(certificate, at, name=True, city=True, hours=True, score=True)


def to_the_public(certificate: Certificate, at: datetime) -> Disclosure:
    """What the holder lets anyone see who has the code; of one who was erased without name, course, days and status."""
    named = bool(certificate.holder)
    return _disclose(
        certificate,
        at,
        name=certificate.shows_name,
        city=named and certificate.shows_city,
        hours=named and certificate.shows_hours,
        score=named and certificate.shows_score,
    )


def _disclose(
    certificate: Certificate, at: datetime, *, name: bool, city: bool, hours: bool, score: bool
) -> Disclosure:
    return Disclosure(
        code=codes.shown(certificate.code),
        title=certificate.course_title,
        language=certificate.language,
        holder=(certificate.holder or None) if name else None,
        city=certificate.city if city else None,
        minutes=certificate.minutes if hours else None,
        score=certificate.score if score else None,
        edition=certificate.edition_number,
        issuer=certificate.issuer,
        issued_at=certificate.issued_at,
        expires_at=certificate.expires_at,
        status=certificate.status_at(at),
        revoked_at=certificate.revoked_at,
        revoked_why=certificate.revoked_why,
        towers=[[LIT] * count for count in certificate.towers],
    )
