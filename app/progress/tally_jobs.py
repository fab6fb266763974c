"""Every hour what was appended to the tallies is added up, so that there is little to read."""

from __future__ import annotations

from app.core.jobs import job
from app.core.transactions import unit_of_work

from . import tally_services


@job("progress.add_up", every_hour_at=17)
def add_up() -> int:
    """Returns how many rows fewer there are. Safe to run twice, and at once."""
    with unit_of_work():
        return tally_services.add_up()
