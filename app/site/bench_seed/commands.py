"""`flask bench seed`."""

from __future__ import annotations

import time

import click
import sqlalchemy as sa
from flask import current_app
from flask.cli import AppGroup

from app.auth.models import Person
from app.auth.passwords import hash_password
from app.core.transactions import reading
from app.courses.models import Course
from app.extensions import db
from app.network.models import City

from .shape import Shape

PASSWORD = "bench-bench-bench"

group = AppGroup("bench", help="A network as large as one may get, to measure on.")


@group.command("seed")
@click.option("--cities", default=1_000, show_default=True)
@click.option("--courses", default=200, show_default=True)
@click.option("--people", default=200_000, show_default=True)
@click.option("--enrolments", default=1_000_000, show_default=True)
@click.option("--activities", default=10_000_000, show_default=True, help="About how many rows of progress.")
@click.option("--scale", default=1.0, show_default=True, help="0.1 is a tenth of the people and of what they did.")
@click.option("--seed", "number", default=1, show_default=True, help="The same on the same day gives the same network.")
def seed_command(
    cities: int, courses: int, people: int, enrolments: int, activities: int, scale: float, number: int
) -> None:
    """Fill an empty database with a large network: cities, people, courses, enrolments and progress."""
    from .seed import seed  # with the driver of PostgreSQL, which a site on SQLite need not hold

    if not current_app.config["SETTINGS"].demo:
        raise click.ClickException(
            "this is no demonstration, so nothing was made. Its sign-ins have a password that everyone knows: "
            "set DEMO=yes only where no real person has an account."
        )
    with reading():
        empty = not any(db.session.scalar(sa.select(table.id).limit(1)) for table in (Person, City, Course))
    if not empty:
        raise click.ClickException("there is something in the database already, so nothing was made.")
    began = time.monotonic()
    shape = Shape(cities, courses, people, enrolments, activities)
    written = seed(shape.scaled(scale) if scale != 1 else shape, number=number, password_hash=hash_password(PASSWORD))
    click.echo(f"A large network was made in {time.monotonic() - began:.0f} s:")
    for what, count in written.items():
        click.echo(f"  {count:>10,} {what}")
    click.echo(f"Sign in with the password {PASSWORD} as admin1@bench.example or coordinator1@bench.example.")
