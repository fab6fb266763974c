"""Every hour what was appended to the tallies is added up, so that there is little to read."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from app.core.jobs import job
from app.core.transactions import unit_of_work

from . import services


@job("progress.add_up", _l("Adding up the figures of reports"), every_hour_at=17)
def add_up() -> int:
    """Returns how many rows fewer there are. Safe to run twice, and at once."""
    with unit_of_work():
        return services.add_up()
