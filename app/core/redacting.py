"""Taking an erased person's name out of what was written down by value: found by their id, never by the name.

Whatever names somebody in such a document does so as `by`, with their id beside it as `by_id`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app.extensions import db

from .transactions import reading, unit_of_work

GONE = "…"
BATCH = 200


@dataclass(frozen=True, slots=True)
class Naming:
    """What names a person in words: the address, folded, and the name. Either may be empty."""

    email: str
    name: str

    def out_of(self, words: str) -> str:
        """`words` with `GONE` for the whole address and the whole name."""
        if self.email:
            words = re.sub(rf"(?<![\w.+-]){re.escape(self.email)}(?![\w-])", GONE, words, flags=re.IGNORECASE)
        return re.sub(rf"(?<!\w){re.escape(self.name)}(?!\w)", GONE, words) if self.name else words


def without(document: Any, people: Collection[int]) -> Any:
    """`document`, plain JSON, with `GONE` and no id wherever it says that something was `by` one of `people`."""
    if isinstance(document, dict):
        kept = {key: without(value, people) for key, value in document.items()}
        is_by_them = isinstance(kept.get("by_id"), int) and kept["by_id"] in people
        return kept | {"by": GONE, "by_id": None} if is_by_them else kept
    if isinstance(document, list | tuple):
        return [without(one, people) for one in document]
    return document


def redact(document: Any, people: Collection[int]) -> int:
    """Take people out of a column of JSON documents, in transactions of its own; returns how many rows were changed.

    `document` is the mapped column of a table with an `id`. It reads the whole table: work for a job.
    """
    table = document.class_
    found: set[int] = set()
    with reading():
        for some in _batches(people):
            found |= set(db.session.scalars(sa.select(table.id).where(_names(document, some))))
        db.session.rollback()
    for ids in _batches(found):
        rows = sa.select(table).where(table.id.in_(ids)).order_by(table.id).with_for_update()
        with unit_of_work():
            for row in db.session.scalars(rows.execution_options(populate_existing=True)):
                setattr(row, document.key, without(getattr(row, document.key), people))
    return len(found)


def _names(document: Any, people: Iterable[int]) -> sa.ColumnElement[bool]:
    """That a document has any of these ids as `by_id`, by how it is written down: at any depth, on both databases."""
    written = sa.cast(document, sa.Text)
    return sa.or_(*(written.contains(f'"by_id": {person_id}{end}') for person_id in people for end in ",}"))


def _batches(ids: Iterable[int]) -> list[list[int]]:
    ordered = sorted(ids)
    return [ordered[start : start + BATCH] for start in range(0, len(ordered), BATCH)]
