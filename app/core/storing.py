"""Rows that are written many at once."""

from __future__ import annotations

from typing import Any

from sqlalchemy.dialects import postgresql, sqlite

from app.extensions import db


def insert_new(table: Any, *unique: str) -> Any:
    """An insert that leaves a row alone which has the same in the columns `unique`, whoever was quicker."""
    make = postgresql.insert if db.session.connection().dialect.name == "postgresql" else sqlite.insert
    return make(table).on_conflict_do_nothing(index_elements=list(unique))
