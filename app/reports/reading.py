"""The filters of an address, read outside a request."""

from __future__ import annotations

from datetime import datetime

from werkzeug.datastructures import MultiDict

from app.auth.identity import Identity

from .choices import Choices, choices_of
from .forms import ReportFilters
from .scope import Filters


def read(person: Identity, asked: MultiDict[str, str], language: str, at: datetime) -> tuple[Filters, Choices] | None:
    """What an address asks of a report for `person`, and their choices; None if it is not, or no longer, among them."""
    choices = choices_of(person)
    form = ReportFilters(asked, choices, language, person.time_zone)
    return (form.filters(at), choices) if form.validate() else None
