"""The completion report as CSV, streamed row by row."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from app.auth.identity import Identity
from app.core.sheets import BYTE_ORDER_MARK, csv_lines
from app.progress.models import EnrolmentState

from . import queries
from .queries import Filters
from .report import Choices

ROWS_A_CHUNK = 200


def completion_csv(
    person: Identity, filters: Filters, choices: Choices, *, at: datetime, language: str
) -> Iterator[str]:
    """The enrolments of the report, under a heading; days in the person's time zone, shares in whole percent.

    Everything that needs the request is done at once, so that the lines can be sent after it has ended.
    """
    heading = [
        _("Name"), _("City"), _("Course"), _("State"), _("Enrolled"), _("Completed"), _("Progress (%)"), _("Score (%)"),
    ]  # fmt: skip
    cells = _cells(person, choices, at, language)
    return _lines(heading, cells, queries.stream_enrolments(person, filters))


def _cells(person: Identity, choices: Choices, at: datetime, language: str) -> Callable[[Any], list[str]]:
    titles = {course.id: course.title(language) for course in choices.courses}
    zone = ZoneInfo(person.time_zone)
    completed, overdue, under_way = _("Completed"), _("Overdue"), _("Under way")

    def day(moment: datetime | None) -> str:
        return moment.astimezone(zone).date().isoformat() if moment else ""

    def cells(row: Any) -> list[str]:
        late = row.due_at is not None and row.due_at < at
        state = completed if row.state == EnrolmentState.COMPLETED else overdue if late else under_way
        return [
            row.name,
            row.city or "",
            titles[row.course_id],
            state,
            day(row.enrolled_at),
            day(row.completed_at),
            str(row.done * 100 // row.total if row.total else 0),
            "" if row.score is None else str(int(row.score * 100 + 1e-9)),
        ]

    return cells


def _lines(heading: list[str], cells: Callable[[Any], list[str]], rows: Iterator[Any]) -> Iterator[str]:
    yield BYTE_ORDER_MARK + csv_lines([heading])
    while chunk := list(islice(rows, ROWS_A_CHUNK)):
        yield csv_lines([cells(row) for row in chunk])
