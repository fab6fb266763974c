"""What a report's address asks, read once for every report."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.auth.identity import Identity, page_language, the_person
from app.core import clock

from ..choices import Choices, choices_of
from ..forms import ReportFilters
from ..labels import STATES, TAGS
from ..reading import form_of
from ..scope import Filters

Page = str | tuple[str, int] | Response
BESIDES = ("by", "sort", "quiz", "outcome", "page")  # what an address says besides the filters


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks, when, and what. `filters` None: the form says what is wrong."""

    person: Identity
    at: datetime
    choices: Choices
    form: ReportFilters
    filters: Filters | None


def ask() -> Asked:
    """Read the address: four statements at most, and one more where a course has moved."""
    person, at = the_person(), clock.now()
    choices = choices_of(person)
    report = (request.endpoint or "").removeprefix("reports.")
    form = form_of(report, person, request.args, choices, page_language())
    return Asked(person, at, choices, form, form.filters(at) if form.validate() else None)


def shown(template: str, make: Callable[[Asked, Filters], dict[str, Any]]) -> Page:
    """The page of a report: the form with its faults (422), a shorter address of the same, or what `make` gives."""
    asked = ask()
    if asked.filters is None:
        return render_template(template, form=asked.form, found=False, besides=besides()), 422
    shorter: dict[str, Any] = asked.form.asked() | besides()
    if shorter != request.args.to_dict():
        return redirect(url_for(request.endpoint or "", **shorter))
    return render_template(
        template,
        form=asked.form,
        found=True,
        besides=besides(),
        at=asked.at,
        states=STATES,
        tags=TAGS,
        **make(asked, asked.filters),
    )


def besides() -> dict[str, str]:
    """What the address says besides the filters, as far as it is anything."""
    return {name: request.args[name][:60] for name in BESIDES if request.args.get(name)}
