"""What progress does when others announce something."""

from __future__ import annotations

from app.auth.signals import city_changed
from app.core.jobs import enqueue
from app.core.transactions import after_commit
from app.courses.editions import get_edition
from app.courses.signals import edition_published
from app.messages.services import tell

from . import codes, services, signing_services
from .models import Certificate, Completion
from .signals import course_completed


@city_changed.connect
def follow_the_move(_sender: object, *, person_id: int, city_id: int | None) -> None:
    """Unfinished enrolments move with the person."""
    services.follow_move(person_id=person_id, city_id=city_id)


@edition_published.connect
def recount_later(_sender: object, *, course_id: int, edition_id: int) -> None:
    """Open enrolments are counted against the new edition, in the background."""
    after_commit(lambda: enqueue("progress.recount", course_id=course_id))


@course_completed.connect
def tell_of_the_certificate(_sender: object, *, completion: Completion, certificate: Certificate) -> None:
    """Its holder is told, and there is a key to sign its badge with."""
    signing_services.ensure_key()
    tell(
        key=f"certificate:{certificate.id}",
        kind="certificate",
        person_id=certificate.person_id,
        code=codes.shown(certificate.code),
        titles=get_edition(completion.edition_id).outline.title.strings(),
    )
