"""The list behind a number of practitioners, and the same as files."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from app.core.access import Permission, allow
from app.core.paging import page_number

from .. import practitioner_queries, queries
from ..columns import of_practitioners
from ..people_queries import PAGE_SIZE
from ..practitioner_queries import Sort
from ..scope import Filters
from .asking import Asked, Page, shown
from .blueprint import bp
from .files import ask_for_file, sent


@bp.get("/practitioners")
@allow(Permission.FOLLOW)
def practitioners() -> Page:
    """Who is counted, each once, a page at a time."""
    return shown("reports/practitioners.html", _practitioners)


def _practitioners(asked: Asked, filters: Filters) -> dict[str, Any]:
    total = queries.count_practitioners(asked.person, filters)
    pages = max(1, -(-total // PAGE_SIZE))
    page = min(page_number(request.args), pages)
    return {
        "rows": practitioner_queries.list_rows(asked.person, filters, _sort(), page) if total else [],
        "total": total,
        "page": page,
        "pages": pages,
        "sort": _sort(),
    }


@bp.get("/practitioners.<any(csv, xlsx):format>")
@allow(Permission.FOLLOW)
def practitioners_file(format: str) -> Response:
    """The same rows as a file, sent as they are read. That it was taken is written down."""
    asked, filters = ask_for_file()
    rows = practitioner_queries.stream_rows(asked.person, filters, _sort())
    return sent(asked, "practitioners", format, rows, of_practitioners(zone=asked.person.time_zone))


def _sort() -> Sort:
    asked = request.args.get("sort", "")
    return Sort(asked) if asked in set(Sort) else Sort.NEWEST
