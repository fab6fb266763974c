"""Commands about people, for whoever runs the site."""

from __future__ import annotations

import click
import sqlalchemy as sa
from flask.cli import AppGroup

from app.core.errors import DomainError
from app.core.transactions import unit_of_work
from app.extensions import db

from . import addresses, services
from .models import Person, Role

people = AppGroup("people", help="People and their roles.")


@people.command("make-administrator")
@click.argument("email")
def make_administrator(email: str) -> None:
    """Give the person who registered with EMAIL, and confirmed it, the role of an administrator."""
    with unit_of_work():
        person_id = db.session.scalar(sa.select(Person.id).where(Person.email == addresses.folded(email)))
        if person_id is None:
            raise click.ClickException(f"nobody has registered with {email}")
        try:
            services.grant_role(person_id=person_id, role=Role.ADMINISTRATOR, city_id=None, by=None)
        except DomainError as error:
            raise click.ClickException(str(error)) from None
    click.echo(f"{email} is an administrator.")
