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


@people.command("erase")
@click.argument("email")
@click.option("--names", type=click.Choice(["keep", "take-off"]), required=True, help="The name on certificates.")
@click.option("--reason", required=True, help="Why; it stands in the audit log, so name nobody in it.")
@click.confirmation_option(prompt="This cannot be undone. Erase this person?")
def erase(email: str, names: str, reason: str) -> None:
    """Erase the person with the address EMAIL: who they were goes, what they completed stays under a number."""
    with unit_of_work():
        person_id = db.session.scalar(sa.select(Person.id).where(Person.email == addresses.folded(email)))
        if person_id is None:
            raise click.ClickException(f"nobody has the address {email}")
        try:
            services.erase(person_id=person_id, keeps_name=names == "keep", reason=reason, by=None)
        except DomainError as error:
            raise click.ClickException(str(error)) from None
    click.echo(f"Person {person_id} is erased. The address is free again.")
