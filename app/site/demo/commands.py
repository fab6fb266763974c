"""`flask demo load`."""

from __future__ import annotations

import time

import click
import sqlalchemy as sa
from flask import current_app
from flask.cli import AppGroup

from app.auth.models import Person
from app.auth.passwords import DEMONSTRATION
from app.core.transactions import reading
from app.extensions import db

group = AppGroup("demo", help="The demonstration network.")

SIGN_INS = {
    "practitioner@demo.example": "a practitioner",
    "trainer@demo.example": "a trainer",
    "coordinator@demo.example": "a city's coordinator",
    "admin@demo.example": "an administrator",
}


@group.command("load")
@click.option("--if-empty", is_flag=True, help="Do nothing if there are people already, instead of refusing.")
@click.option("--seed", default=1, show_default=True, help="The same seed on the same day gives the same network.")
@click.option("--people", default=110, show_default=True, help="About how many people, those with a story included.")
def load_command(if_empty: bool, seed: int, people: int) -> None:
    """Fill an empty database with the demonstration network: cities, people, courses, progress, grant calls."""
    from .load import load  # and all that it is made of, which a process that serves pages need not hold

    if not current_app.config["SETTINGS"].demo:
        raise click.ClickException(
            "this is no demonstration, so nothing was loaded. Its sign-ins have a password that everyone knows: "
            "set DEMO=yes only where no real person has an account."
        )
    with reading():
        inhabited = db.session.scalar(sa.select(Person.id).limit(1)) is not None
    if inhabited:
        if if_empty:
            return
        raise click.ClickException("there are people in the database already, so nothing was loaded.")
    began = time.monotonic()
    made = load(seed=seed, people=people)
    click.echo(f"The demonstration network was made in {time.monotonic() - began:.0f} s:")
    for what, count in made.items():
        click.echo(f"  {count:>6,} {what}")
    click.echo(f"Sign in with the password {DEMONSTRATION} as")
    for email, who in SIGN_INS.items():
        click.echo(f"  {email:<27} {who}")
