"""Which page of a call's applications an address asks for, and what stands on it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from app.auth.identity import Identity
from app.core.folding import folded
from app.core.paging import page_number

from ..models import ApplicationState, GrantCall
from .list_queries import Entry, Line, list_entries, list_lines

PAGE_SIZE = 50


class Show(StrEnum):
    """Which applications a list has."""

    ALL = ""
    WAITING = "waiting"
    DRAFTED = "drafted"
    DECIDED = "decided"
    APPEALED = "appealed"


@dataclass(frozen=True, slots=True)
class Filters:
    show: Show = Show.ALL
    search: str = ""
    page: int = 1


@dataclass(frozen=True, slots=True)
class Found:
    """A page of applications. `counts`: of all of the call's, by state; `awarded`: the sum of what they were given."""

    rows: list[Line]
    total: int
    page: int
    counts: Counter[ApplicationState]
    awarded: int
    drafts: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE_SIZE))


def read_filters(asked: Mapping[str, str]) -> Filters:
    """The filters that an address has; what is none counts as not there."""
    show = asked.get("show", "")
    return Filters(
        show=Show(show) if show in list(Show) else Show.ALL,
        search=asked.get("q", "").replace("\0", "").strip()[:100],
        page=page_number(asked),
    )


def page_of(call: GrantCall, reader: Identity, filters: Filters) -> Found:
    """The page that is asked for; beyond the end, the last. Four statements, however many applications there are.

    Places are those of the whole list; what only a page shows is read for that page alone.
    """
    entries = list_entries(call, reader)
    chosen = [entry for entry in entries if _fits(entry, filters)]
    page = min(filters.page, max(1, -(-len(chosen) // PAGE_SIZE)))
    return Found(
        rows=list_lines(call, chosen[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]),
        total=len(chosen),
        page=page,
        counts=Counter(entry.state for entry in entries),
        awarded=sum(entry.amount or 0 for entry in entries if entry.state is ApplicationState.AWARDED),
        drafts=sum(entry.is_drafted for entry in entries),
    )


def _fits(entry: Entry, filters: Filters) -> bool:
    if filters.search and not all(word in folded(entry.city) for word in folded(filters.search).split()):
        return False
    match filters.show:
        case Show.WAITING:
            return entry.state is ApplicationState.SUBMITTED
        case Show.DRAFTED:
            return entry.is_drafted
        case Show.DECIDED:
            return entry.state in (ApplicationState.AWARDED, ApplicationState.REFUSED)
        case Show.APPEALED:
            return entry.appeal
        case _:
            return True
