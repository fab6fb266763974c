"""The filters of an address, read outside a request."""

from __future__ import annotations

from datetime import datetime

from werkzeug.datastructures import MultiDict

from app.auth.identity import Identity

from .choices import choices_of
from .forms import ReportFilters
from .scope import Filters


def read(person: Identity, asked: MultiDict[str, str], language: str, at: datetime) -> Filters | None:
    """What an address asks of a report for `person`; None if it is not, or no longer, among their choices."""
    form = ReportFilters(asked, choices_of(person), language, person.time_zone)
    return form.filters(at) if form.validate() else None
