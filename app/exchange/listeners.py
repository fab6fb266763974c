"""What exchange does when others announce something."""

from __future__ import annotations

from app.auth.signals import person_erased
from app.core.jobs import enqueue
from app.core.redacting import Naming
from app.core.transactions import after_commit
from app.courses.trainers import services as trainer_services

from . import moves
from .people import services as people_services


@person_erased.connect
def forget(_sender: object, *, person_id: int, naming: Naming, keeps_name: bool, by: int | None) -> None:
    """Files that the person sent go no further; a moment later, none of others' has their address in it."""
    moves.forget(person_id=person_id)
    trainer_services.forget(person_id=person_id, by=by)  # of a course whose import had come to its end just before
    people_services.forget(person_id=person_id)
    if naming.email:
        address = people_services.fingerprint(naming.email)
        after_commit(lambda: enqueue("exchange.forget_address", address=address))
