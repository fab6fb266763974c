"""The filters of an address, in a request and outside one."""

from __future__ import annotations

import re
from datetime import datetime

from werkzeug.datastructures import MultiDict

from app.auth.identity import Identity
from app.progress.queries import find_moved

from .catalogue import OWN_FILTERS
from .choices import Choices, choices_of
from .forms import ReportFilters
from .scope import Filters


def form_of(
    report: str, person: Identity, asked: MultiDict[str, str], choices: Choices, language: str
) -> ReportFilters:
    """The filters of an address as a report takes them. A course that has moved is found by its old address, too.

    No statement; one for what could be an address and is none of a course to choose. A typed title could not.
    """
    slug, slugs = asked.get("course", "").strip(), {course.slug for course in choices.courses}
    if slug not in slugs and re.fullmatch(r"[a-z0-9-]{1,60}", slug):
        moved = find_moved(slug)
        if moved in slugs:
            asked = MultiDict({**asked.to_dict(), "course": moved})
    return ReportFilters(asked, choices, language, person.time_zone, without=OWN_FILTERS.get(report, ()))


def read(
    report: str, person: Identity, asked: MultiDict[str, str], language: str, at: datetime
) -> tuple[Filters, Choices] | None:
    """What an address asks of a report for `person`, and their choices; None if it is not, or no longer, among them."""
    choices = choices_of(person)
    form = form_of(report, person, asked, choices, language)
    return (form.filters(at), choices) if form.validate() else None
