"""What either database makes of moments: whole days between two, and the month of one."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


class whole_days(FunctionElement[int]):
    """`whole_days(from, to)`: how many times 24 hours have passed between two moments, rounded down."""

    name = "whole_days"
    type = sa.Integer()
    inherit_cache = True


@compiles(whole_days, "sqlite")
def _sqlite_days(element: whole_days, compiler: Any, **options: Any) -> str:
    # In whole seconds: the difference of two julian days falls short of a whole day by a rounding error. They are of
    # whole milliseconds; half of one makes up for the error, at most a tenth. `strftime('%s')` says the same, and takes
    # twice as long.
    second = "CAST(julianday({}) * 86400.0 + 0.0005 AS INTEGER)".format
    start, end = (second(compiler.process(clause, **options)) for clause in element.clauses)
    return f"(({end} - {start}) / 86400)"


@compiles(whole_days, "postgresql")
def _postgresql_days(element: whole_days, compiler: Any, **options: Any) -> str:
    start, end = (compiler.process(clause, **options) for clause in element.clauses)
    return f"CAST(floor(extract(epoch FROM ({end} - {start})) / 86400) AS INTEGER)"


class utc_month(FunctionElement[str]):
    """`utc_month(moment)`: the calendar month in UTC, as `2026-11`."""

    name = "utc_month"
    type = sa.String()
    inherit_cache = True


@compiles(utc_month, "sqlite")
def _sqlite_month(element: utc_month, compiler: Any, **options: Any) -> str:
    (moment,) = (compiler.process(clause, **options) for clause in element.clauses)
    return f"substr({moment}, 1, 7)"


@compiles(utc_month, "postgresql")
def _postgresql_month(element: utc_month, compiler: Any, **options: Any) -> str:
    (moment,) = (compiler.process(clause, **options) for clause in element.clauses)
    return f"to_char({moment} AT TIME ZONE 'UTC', 'YYYY-MM')"
