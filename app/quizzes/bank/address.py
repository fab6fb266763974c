"""The filters of the bank as they stand in an address."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, TypeVar

from app.core.folding import one_line
from app.core.paging import page_number

from ..types.editor import FORMS
from . import categories, tags
from .queries import Filters, Order, QuestionState, Used

LONGEST_SEARCH = 200
UNFILED = "/"  # how an address names the questions in no category

Value = TypeVar("Value", bound=StrEnum)


def read_filters(asked: Mapping[str, str]) -> Filters:
    """The filters that an address names; what it says wrongly counts as not said."""
    category = asked.get("category", "")
    return Filters(
        words=asked.get("q", "")[:LONGEST_SEARCH].strip(),
        category=categories.path_of(category[: categories.LONGEST]) if category else None,
        tag=one_line(asked.get("tag", "")[: tags.LONGEST]),
        type=kind if (kind := asked.get("type", "")) in FORMS else "",
        state=_value(QuestionState, asked.get("state")),
        used=_value(Used, asked.get("used")),
        order=_value(Order, asked.get("order")) or Order.CHANGED,
        page=page_number(asked),
    )


def in_address(filters: Filters, **changed: str | int | None) -> dict[str, Any]:
    """The filters as an address names them, with some of them `changed`; a change leads to the first page."""
    said: dict[str, str | int | None] = {
        "q": filters.words,
        "category": None if filters.category is None else filters.category or UNFILED,
        "tag": filters.tag,
        "type": filters.type,
        "state": filters.state,
        "used": filters.used,
        "order": None if filters.order is Order.CHANGED else filters.order,
        "page": None if changed or filters.page == 1 else filters.page,
    }
    return {name: str(value) for name, value in (said | changed).items() if value}


def _value(values: type[Value], said: str | None) -> Value | None:
    return values(said) if said in {value.value for value in values} else None
