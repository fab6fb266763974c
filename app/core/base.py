"""The base of every table, and the column types that carry the project's own values."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, registry

from .text import Text


class Instant(sa.TypeDecorator[datetime]):
    """A moment: aware in Python, UTC in the database. SQLite forgets the zone, so it is put back."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment without a time zone cannot be stored: {value!r}")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Document(sa.TypeDecorator[Any]):
    """A typed JSON document: any type msgspec can convert, checked on the way in and on the way out.

    A change in place is not seen: put a new value.
    """

    impl = sa.JSON(none_as_null=True)
    cache_ok = True

    def __init__(self, shape: Any) -> None:
        super().__init__()
        self.shape = shape

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> Any:
        return None if value is None else msgspec.to_builtins(value, str_keys=True)

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> Any:
        return None if value is None else msgspec.convert(value, self.shape, strict=False)

    def coerce_compared_value(self, op: Any, value: Any) -> Any:
        return self


# Sorted by code point on both databases, as ranks need.
Rank = sa.String(40).with_variant(sa.String(40, collation="C"), "postgresql")


class Base(DeclarativeBase):
    """Every table's base, with names for constraints so that migrations can speak of them on both databases."""

    registry = registry(
        metadata=sa.MetaData(
            naming_convention={
                "ix": "ix_%(table_name)s_%(column_0_N_name)s",
                "uq": "uq_%(table_name)s_%(column_0_N_name)s",
                "ck": "ck_%(table_name)s_%(constraint_name)s",
                "fk": "fk_%(table_name)s_%(column_0_name)s",
                "pk": "pk_%(table_name)s",
            }
        ),
        type_annotation_map={datetime: Instant, Text: Document(Text), str: sa.String(255)},
    )


def one_of(column: str, values: type) -> sa.CheckConstraint:
    """A check that `column` holds a value of the enumeration `values`."""
    allowed = ", ".join(f"'{member.value}'" for member in values)  # type: ignore[attr-defined]
    return sa.CheckConstraint(f"{column} IN ({allowed})", name=column)
