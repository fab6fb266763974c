"""What the databases make of moments."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.schema import CreateTable

from app.core.base import Instant
from app.core.moments import whole_days
from app.extensions import db


def test_whole_days_are_exact_to_the_second(app: Flask) -> None:
    """Also just before a day is full, at every fraction of a second, in every year."""
    chance = random.Random(1)
    pairs: list[tuple[datetime, datetime]] = []
    for _each in range(3_000):
        start = datetime(2000, 1, 1, tzinfo=UTC) + timedelta(
            seconds=chance.randrange(3_000_000_000), microseconds=chance.choice((0, 1, 499, 500, 999_499, 999_999))
        )
        took = timedelta(days=chance.randrange(800), seconds=chance.choice((-1, 0, 1, chance.randrange(86_400))))
        pairs.append((start, start + max(took, timedelta())))
    table = sa.Table(
        "some_moments",
        sa.MetaData(),
        sa.Column("place", sa.Integer, primary_key=True),
        sa.Column("start", Instant),
        sa.Column("end", Instant),
        prefixes=["TEMPORARY"],
    )
    with db.engine.connect() as connection:
        connection.execute(CreateTable(table))
        rows = [{"place": place, "start": start, "end": end} for place, (start, end) in enumerate(pairs)]
        connection.execute(sa.insert(table), rows)
        found = connection.scalars(sa.select(whole_days(table.c.start, table.c.end)).order_by(table.c.place)).all()
        connection.rollback()
    assert list(found) == [(end - start).days for start, end in pairs]
