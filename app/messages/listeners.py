"""What messages do when others announce something."""

from __future__ import annotations

from app.auth.signals import account_activated

from . import services


@account_activated.connect
def welcome(_sender: object, *, person_id: int) -> None:
    """Who can begin is told so, once."""
    services.tell(key=f"welcome:{person_id}", kind="welcome", person_id=person_id)
