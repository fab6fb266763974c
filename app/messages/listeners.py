"""What messages do when others announce something."""

from __future__ import annotations

from app.auth.signals import account_activated, person_erased
from app.core.jobs import enqueue
from app.core.redacting import Naming
from app.core.transactions import after_commit

from . import services


@account_activated.connect
def welcome(_sender: object, *, person_id: int) -> None:
    """Who can begin is told so, once."""
    services.tell(key=f"welcome:{person_id}", kind="welcome", person_id=person_id)


@person_erased.connect
def forget(_sender: object, *, person_id: int, naming: Naming, keeps_name: bool, by: int | None) -> None:
    """What the person was told goes; what others were told names them no more, a moment later."""
    services.forget(people=[person_id])
    after_commit(_take_names_out)


def _take_names_out() -> None:
    enqueue("messages.forget")
