"""What is told of a move while it runs and when it is over: the `report` of its row."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec

from .fates import Imported
from .faults import Fault

MOST_TOLD = 500  # faults, and things


class Question(StrEnum):
    """What an import asks before it goes on."""

    OVER = "over"  # a course of theirs is there: whether it is to be changed so
    TAKEN = "taken"  # the address is somebody else's: which other


class Told(msgspec.Struct, frozen=True):
    """One thing of an import; `id` is that of an activity which stands in the draft."""

    what: str
    key: str
    fate: str
    title: str
    id: int | None = None


class ToldFault(msgspec.Struct, frozen=True):
    file: str
    line: int
    reason: str


class Story(msgspec.Struct, frozen=True):
    """`tries` counts the runs, `run` is the one that is on, `touched_at` when it was last heard of.

    An import asks `question` and waits; `over` is the course that it would change, `address` the key chosen in place
    of the folder's, `agreed` that the person said yes. `things` is what came in or, while it asks, would come in;
    `left_out` counts what is not told. `size` is that of the file, in bytes.
    """

    tries: int = 0
    run: str = ""
    touched_at: datetime | None = None
    question: Question | None = None
    title: str = ""
    over: int | None = None
    address: str = ""
    agreed: bool = False
    reviewed: bool = False
    things: tuple[Told, ...] = ()
    faults: tuple[ToldFault, ...] = ()
    warnings: tuple[ToldFault, ...] = ()
    left_out: int = 0
    why: str = ""
    size: int = 0

    def but(self, **changes: Any) -> Story:
        """This story with something changed."""
        return msgspec.structs.replace(self, **changes)


def read(report: dict[str, Any]) -> Story:
    """The story as the row holds it."""
    return msgspec.convert(report, Story)


def write(story: Story) -> dict[str, Any]:
    """The story as the row is to hold it."""
    written: dict[str, Any] = msgspec.to_builtins(story)
    return written


def things_of(imported: Imported, *, rows: bool) -> tuple[Told, ...]:
    """What an import did; without the ids of rows where it was only tried."""
    return tuple(
        Told(thing.what, thing.key, str(thing.fate), " ".join(thing.title.split())[:200], thing.id if rows else None)
        for thing in imported.things
    )


def faults_of(faults: Iterable[Fault]) -> tuple[ToldFault, ...]:
    """The first of these faults."""
    return tuple(ToldFault(fault.file, fault.line, fault.reason) for fault in list(faults)[:MOST_TOLD])
