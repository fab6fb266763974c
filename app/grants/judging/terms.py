"""Conditions over columns, of which those that are known beforehand never reach the database."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import sqlalchemy as sa

Term = sa.ColumnElement[bool] | bool
Holds = Callable[[Any], Term]  # over the columns of the inner select


def always(_columns: Any) -> Term:
    return True


def never(_columns: Any) -> Term:
    return False


def every(terms: Iterable[Term]) -> Term:
    found = [term for term in terms if term is not True]
    if any(term is False for term in found):
        return False
    return sa.and_(*(sql(term) for term in found)) if found else True


def some(terms: Iterable[Term]) -> Term:
    found = [term for term in terms if term is not False]
    if any(term is True for term in found):
        return True
    return sa.or_(*(sql(term) for term in found)) if found else False


def contrary(term: Term) -> Any:
    """The contrary, where unknown is no."""
    return not term if isinstance(term, bool) else sa.case((term, sa.false()), else_=sa.true())


def enough(terms: list[Term], n: int) -> Term:
    """`n` of the terms, each written once, or it would double with every level of the rule."""
    n -= sum(term is True for term in terms)
    unsure = [sql(term) for term in terms if not isinstance(term, bool)]
    if n <= 0 or n > len(unsure):
        return n <= 0
    total = number(0)
    for term in unsure:
        total = total + sa.case((term, number(1)), else_=number(0))
    return total >= number(n)


def sql(term: Term) -> sa.ColumnElement[bool]:
    return (sa.true() if term else sa.false()) if isinstance(term, bool) else term


def number(value: int) -> sa.ColumnElement[int]:
    return sa.literal_column(str(value), sa.Integer)
