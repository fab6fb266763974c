"""Who completed what: cities by course, or by anything else; and where people stop."""

from __future__ import annotations

from typing import Any

from flask import request

from app.auth.identity import page_language
from app.core.access import Permission, allow
from app.core.paging import page_number
from app.network.labels import country_name

from .. import grouping, queries, report
from ..grouping import By, Order
from ..scope import Filters
from .asking import Asked, Page, shown
from .blueprint import bp


@bp.get("/completion")
@allow(Permission.FOLLOW)
def completion() -> Page:
    """Who completed what, city by city, and where people stop."""
    return shown("reports/completion.html", _completion)


def _completion(asked: Asked, filters: Filters) -> dict[str, Any]:
    by, page = _by(), page_number(request.args)
    by_city = queries.list_by_city(asked.person, filters) if by is None else []
    overview = queries.total_of(by_city) if by is None else queries.get_totals(asked.person, filters)
    if not overview.enrolled:
        return {"overview": None, "ever": queries.has_enrolments(asked.person), "by": by}
    figures = report.figures_of(asked.person, filters, overview)
    if by is None:
        found: Any = report.completion(asked.person, filters, asked.choices, by_city, page)
    else:
        found = grouping.table(asked.person, filters, asked.choices, by, _order(), page=page, language=page_language())
    return {"overview": overview, "figures": figures, "by": by, "report": found, "country_name": country_name}


def _by() -> By | None:
    asked = request.args.get("by", "")
    return By(asked) if asked in set(By) else None


def _order() -> Order:
    asked = request.args.get("sort", "")
    return Order(asked) if asked in set(Order) else Order.NAME
