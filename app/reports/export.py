"""The list behind the reports as CSV and as a workbook, streamed row by row."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import islice
from typing import Protocol
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from app.core import workbooks
from app.core.sheets import BYTE_ORDER_MARK, csv_lines
from app.core.workbooks import Cell

from .labels import STATES
from .people_queries import Row
from .queries import ReportedCourse

ROWS_A_CHUNK = 500


class Format(Protocol):
    """Days in the time zone `zone`, titles in `language`, states as of `at`.

    Everything that needs the request is done at once, so that the pieces can be sent after it has ended.
    """

    def __call__(
        self, rows: Iterable[Row], courses: Sequence[ReportedCourse], *, at: datetime, zone: str, language: str
    ) -> Iterator[bytes]: ...


def as_csv(
    rows: Iterable[Row], courses: Sequence[ReportedCourse], *, at: datetime, zone: str, language: str
) -> Iterator[bytes]:
    """As CSV, in UTF-8 with the mark by which spreadsheets know it."""
    return _lines(_heading(), _cells(courses, at, zone, language), iter(rows))


def as_workbook(
    rows: Iterable[Row], courses: Sequence[ReportedCourse], *, at: datetime, zone: str, language: str
) -> Iterator[bytes]:
    """As a workbook. More rows than one sheet takes go on in the next."""
    cells = _cells(courses, at, zone, language)
    return workbooks.workbook(_heading(), map(cells, rows), name=_("People"))


FORMATS: dict[str, Format] = {"csv": as_csv, "xlsx": as_workbook}
TYPES = {"csv": "text/csv", "xlsx": workbooks.WORKBOOK}


def _heading() -> list[str]:
    return [
        _("Name"), _("City"), _("Course"), _("State"), _("Enrolled"), _("Completed"), _("Due"), _("Last activity"),
        _("Progress (%)"), _("Score (%)"),
    ]  # fmt: skip


def _cells(
    courses: Sequence[ReportedCourse], at: datetime, zone: str, language: str
) -> Callable[[Row], tuple[Cell, ...]]:
    titles = {course.id: course.title(language) for course in courses}
    states = {state: str(label) for state, label in STATES.items()}
    here = ZoneInfo(zone)

    def day(moment: datetime | None) -> date | None:
        return moment.astimezone(here).date() if moment else None

    def cells(row: Row) -> tuple[Cell, ...]:
        return (
            row.name,
            row.city,
            titles.get(row.course_id),
            states[row.state_at(at)],
            day(row.enrolled_at),
            day(row.completed_at),
            day(row.due_at),
            day(row.touched_at),
            row.done * 100 // row.total if row.total else 0,
            None if row.score is None else int(row.score * 100 + 1e-9),
        )

    return cells


def _lines(heading: list[str], cells: Callable[[Row], tuple[Cell, ...]], rows: Iterator[Row]) -> Iterator[bytes]:
    yield (BYTE_ORDER_MARK + csv_lines([heading])).encode()
    while chunk := list(islice(rows, ROWS_A_CHUNK)):
        yield csv_lines([cells(row) for row in chunk]).encode()
