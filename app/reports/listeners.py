"""What reports do when others announce something."""

from __future__ import annotations

from app.auth.signals import person_erased
from app.core.redacting import Naming

from . import services


@person_erased.connect
def forget(_sender: object, *, person_id: int, naming: Naming, keeps_name: bool, by: int | None) -> None:
    """No report goes to the person any more."""
    services.forget(person_id=person_id)
