"""What courses do when something is announced."""

from __future__ import annotations

from app.auth.signals import address_changed, person_erased
from app.core.redacting import Naming

from .audience import services as audience_services
from .library import uploads
from .signals import edition_published
from .trainers import services as trainer_services


@edition_published.connect
def tell_the_invited(_sender: object, *, course_id: int, edition_id: int) -> None:
    """Invitations to a course that was not published yet leave with its first edition."""
    audience_services.tell_the_invited(course_id=course_id)


@address_changed.connect
def invite_by_the_new_address(_sender: object, *, person_id: int, old: str, new: str) -> None:
    """Who is invited stays so, and the old address stands on no list any more."""
    audience_services.move(old=old, new=new)


@person_erased.connect
def forget(_sender: object, *, person_id: int, naming: Naming, keeps_name: bool, by: int | None) -> None:
    """The person teaches no course, is invited to none by address, and has no file on its way."""
    trainer_services.forget(person_id=person_id, by=by)
    audience_services.forget(email=naming.email)
    uploads.forget(person_id=person_id)
