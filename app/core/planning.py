"""What a statement says to SQLite about how to look for its rows: nothing else, and nothing to other databases.

SQLite plans without figures about the tables, and so may begin a join at the small one and then find the rows of the
large one in no order, one read of the disk each.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


class unindexed(FunctionElement[Any]):
    """A column that no index is searched by: of the table to begin a join at, so that the other table is looked up.

    To SQLite a plus before a column takes no part in choosing an index
    (https://www.sqlite.org/optoverview.html#disqualifying_where_clause_terms_using_unary_).
    """

    inherit_cache = True

    def __init__(self, column: Any) -> None:
        super().__init__(column)
        self.type = column.type


@compiles(unindexed)
def _as_it_is(element: unindexed, compiler: Any, **options: Any) -> str:
    return str(compiler.process(*element.clauses, **options))


@compiles(unindexed, "sqlite")
def _with_a_plus(element: unindexed, compiler: Any, **options: Any) -> str:
    return f"+{_as_it_is(element, compiler, **options)}"
