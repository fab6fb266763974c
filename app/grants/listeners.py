"""What grants do when others announce something."""

from __future__ import annotations

from app.auth.signals import person_erased
from app.core.redacting import Naming

from .appeals import services as appeal_services
from .eligibility import reminder_services
from .reviews import services as review_services


@person_erased.connect
def forget(_sender: object, *, person_id: int, naming: Naming, keeps_name: bool, by: int | None) -> None:
    """Nobody waits for the person: not for a reminder, a review or the answer to an appeal. What decided stays."""
    reminder_services.forget(person_id=person_id)
    review_services.forget(person_id=person_id, by=by)
    appeal_services.forget(person_id=person_id, by=by)
