"""Which page of a call's applications an address asks for, and what stands on it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

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

    @property
    def chosen(self) -> dict[str, str | None]:
        """What an address says of them but the page; None is left out of it."""
        return {"show": self.show.value or None, "q": self.search or None}

    @property
    def address(self) -> dict[str, Any]:
        """All that an address says, so that whoever comes back finds the list as it was."""
        return {**self.chosen, "page": self.page if self.page > 1 else None}


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


@dataclass(frozen=True, slots=True)
class Sending:
    """Decisions that are drafted, looked over before they are sent.

    `beyond`: they are more grants than the call announced. `left_out`: how many of the applications that were asked
    for have no drafted decision.
    """

    rows: list[Line]
    awards: int
    amount: int
    beyond: bool
    left_out: int


def sending_of(call: GrantCall, reader: Identity, applications: Collection[int]) -> Sending | None:
    """The drafted decisions of these applications as they stand, by city; None if there are none. Four statements."""
    entries = list_entries(call, reader)
    chosen = [entry for entry in entries if entry.id in applications and entry.is_drafted]
    rows = sorted(list_lines(call, chosen), key=lambda line: (folded(line.city), line.id))
    drafts = [line.draft for line in rows if line.draft and line.draft.outcome is ApplicationState.AWARDED]
    awarded = sum(entry.state is ApplicationState.AWARDED for entry in entries)
    return (
        Sending(
            rows,
            awards=len(drafts),
            amount=sum(draft.amount or 0 for draft in drafts),
            beyond=call.grants is not None and len(drafts) > 0 and awarded + len(drafts) > call.grants,
            left_out=len(applications) - len(rows),
        )
        if rows
        else None
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
