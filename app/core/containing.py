"""What either database finds in a JSON document: whether a list in it holds a value."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


class holds(FunctionElement[bool]):
    """`holds(document, key, value)`: that the list at the top of the document under `key` has the value."""

    name = "holds"
    type = sa.Boolean()
    inherit_cache = True


@compiles(holds, "sqlite")
def _sqlite(element: holds, compiler: Any, **options: Any) -> str:
    document, key, value = (compiler.process(clause, **options) for clause in element.clauses)
    return f"EXISTS (SELECT 1 FROM json_each({document}, '$.' || {key}) AS held WHERE held.value = {value})"


@compiles(holds, "postgresql")
def _postgresql(element: holds, compiler: Any, **options: Any) -> str:
    document, key, value = (compiler.process(clause, **options) for clause in element.clauses)
    return f"coalesce(CAST({document} AS jsonb) -> CAST({key} AS text) @> to_jsonb({value}), false)"
