"""Whole days between two moments, counted by either database."""

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
def _sqlite(element: whole_days, compiler: Any, **options: Any) -> str:
    # In whole seconds: the difference of two julian days falls short of a whole day by a rounding error.
    start, end = (compiler.process(clause, **options) for clause in element.clauses)
    return f"((CAST(strftime('%s', {end}) AS INTEGER) - CAST(strftime('%s', {start}) AS INTEGER)) / 86400)"


@compiles(whole_days, "postgresql")
def _postgresql(element: whole_days, compiler: Any, **options: Any) -> str:
    start, end = (compiler.process(clause, **options) for clause in element.clauses)
    return f"CAST(floor(extract(epoch FROM ({end} - {start})) / 86400) AS INTEGER)"
