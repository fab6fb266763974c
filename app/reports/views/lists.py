"""The list behind every number of enrolments, and the same as files."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from app.auth.identity import page_language
from app.core.access import Permission, allow
from app.core.paging import page_number

from .. import people_queries
from ..columns import of_enrolments
from ..people_queries import PAGE_SIZE, Sort
from ..scope import Filters
from .asking import Asked, Page, shown
from .blueprint import bp
from .files import ask_for_file, sent


@bp.get("/people")
@allow(Permission.FOLLOW)
def people() -> Page:
    """Who is counted: enrolments with their people, a page at a time."""
    return shown("reports/people.html", _people)


def _people(asked: Asked, filters: Filters) -> dict[str, Any]:
    total = people_queries.count_rows(asked.person, filters)
    pages = max(1, -(-total // PAGE_SIZE))
    page = min(page_number(request.args), pages)
    return {
        "rows": people_queries.list_rows(asked.person, filters, _sort(), page) if total else [],
        "total": total,
        "page": page,
        "pages": pages,
        "sort": _sort(),
        "courses": {course.id: course for course in asked.choices.courses},
    }


@bp.get("/people.<any(csv, xlsx):format>")
@allow(Permission.FOLLOW)
def people_file(format: str) -> Response:
    """The same rows as a file, sent as they are read. That it was taken is written down."""
    asked, filters = ask_for_file()
    rows = people_queries.stream_rows(asked.person, filters, _sort())
    columns = of_enrolments(asked.choices.courses, at=asked.at, zone=asked.person.time_zone, language=page_language())
    return sent(asked, "people", format, rows, columns)


def _sort() -> Sort:
    asked = request.args.get("sort", "")
    return Sort(asked) if asked in set(Sort) else Sort.NEWEST
