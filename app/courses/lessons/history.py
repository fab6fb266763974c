"""The history of lessons' texts: what a text said is kept before another takes its place, by whoever writes it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from app.core import clock, content, sanitise
from app.extensions import db

from ..models import LessonBody, Revision, RevisionReason

MEDIA_TYPE = "text/html"


def subject_of(body_id: int) -> str:
    """What the history calls a text."""
    return f"lesson_body:{body_id}"


@dataclass(frozen=True, slots=True)
class Former:
    """A text to keep of the body `body_id`: whose it is, since when, and why it is kept."""

    body_id: int
    html: str
    person_id: int | None
    at: datetime
    reason: RevisionReason
    note: str = ""

    @classmethod
    def of(cls, body: LessonBody, reason: RevisionReason = RevisionReason.SAVED, note: str = "") -> Former:
        """What stands now, as theirs who saved it."""
        return cls(body.id, body.html, body.saved_by_id, body.saved_at or clock.now(), reason, note)

    @property
    def _said(self) -> tuple[str, str, str]:
        return content.body_hash(MEDIA_TYPE, self.html), self.reason, self.note

    def revision(self) -> Revision:
        digest, reason, note = self._said
        return Revision(
            subject=subject_of(self.body_id), person_id=self.person_id, at=self.at, content_hash=digest, reason=reason,
            note=note,
        )  # fmt: skip

    def repeats(self, last: Revision | None) -> bool:
        """Whether this was the last that was kept."""
        return last is not None and (last.content_hash, last.reason, last.note) == self._said


def keep(formers: Iterable[Former], *, policy: int = sanitise.POLICY) -> None:
    """Add these to the history, cleaned by `policy`: none that is empty, none that was kept last just so.

    Two statements however many they are, and one for each text that is new; none for nothing.
    """
    wanted = [former for former in formers if former.html]
    if not wanted:
        return
    last = _last_kept([former.body_id for former in wanted])
    wanted = [former for former in wanted if not former.repeats(last.get(subject_of(former.body_id)))]
    content.store_all(content.NewBody(MEDIA_TYPE, former.html, policy) for former in wanted)
    db.session.add_all([former.revision() for former in wanted])
    db.session.flush()


def holds(body_id: int, html: str, person_id: int | None) -> bool:
    """Whether `html` was a text of this body, by this person, that was taken. One statement."""
    taken = sa.exists().where(
        Revision.subject == subject_of(body_id),
        Revision.content_hash == content.body_hash(MEDIA_TYPE, html),
        Revision.person_id == person_id,
        Revision.reason != RevisionReason.NOT_TAKEN,
    )
    return bool(db.session.scalar(sa.select(taken)))


def _last_kept(body_ids: Sequence[int]) -> dict[str, Revision]:
    """By subject, what was kept last."""
    subjects = {subject_of(body_id) for body_id in body_ids}
    last = sa.select(sa.func.max(Revision.id)).where(Revision.subject.in_(subjects)).group_by(Revision.subject)
    return {kept.subject: kept for kept in db.session.scalars(sa.select(Revision).where(Revision.id.in_(last)))}
