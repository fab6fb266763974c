"""Commands about certificates, for whoever runs the site."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from app.core.transactions import unit_of_work

from . import signing, signing_services
from .queries import list_keys

certificates = AppGroup("certificates", help="The keys that sign badges.")


@certificates.command("prepare")
def prepare() -> None:
    """Make the first key, unless there is one, and say if the newest cannot be used."""
    with unit_of_work():
        signing_services.ensure_key()
    if not signing.can_sign(list_keys()):
        click.echo(
            "No badge can be signed: the newest key was sealed under another SECRET_KEY. "
            "Set that one again, or make a new key by: flask certificates rotate-key",
            err=True,
        )


@certificates.command("rotate-key")
def rotate_key() -> None:
    """Make a new key, which signs from now on. What old ones signed goes on verifying."""
    with unit_of_work():
        number = signing_services.rotate_key(by=None)
    click.echo(f"Key {number} signs from now on.")
