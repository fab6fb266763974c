"""What a person types in a shell about what is published: `flask content resanitise`."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from app.core import resanitising as bodies
from app.core.sanitise import POLICY
from app.core.transactions import reading, unit_of_work

from .lessons import resanitising as drafts

BATCH = 100

group = AppGroup("content", help="What is published.")


@group.command("resanitise")
@click.option("--dry-run", "dry", is_flag=True, help="Say what would be done, and do nothing.")
def resanitise_command(dry: bool) -> None:
    """Clean again, by today's policy, every text of a draft and every published body of an older policy.

    Readers see the cleaner body at once, in every edition. Safe to run again, and to stop half way.
    """
    would = "would be " if dry else ""
    cleaned, looked_at = _drafts(dry)
    click.echo(f"Drafts: {cleaned} of {looked_at} texts {would}cleaned")
    cleaned, looked_at = _bodies(dry)
    click.echo(f"Published: {cleaned} of {looked_at} bodies of an older policy than {POLICY} {would}replaced")


def _drafts(dry: bool) -> tuple[int, int]:
    """How many texts of drafts were cleaned, of how many."""
    cleaned = looked_at = last = 0
    while True:
        with reading():
            batch = drafts.list_drafts(after=last, limit=BATCH)
        if not batch:
            return cleaned, looked_at
        differing = drafts.clean_drafts(batch)
        for one in differing:
            click.echo(f"  lesson_body:{one.id}")
        if dry or not differing:
            cleaned += len(differing)
        else:
            with unit_of_work():
                cleaned += drafts.replace_drafts(differing, note=f"Before it was cleaned by policy {POLICY}")
        looked_at += len(batch)
        last = batch[-1][0]


def _bodies(dry: bool) -> tuple[int, int]:
    """How many published bodies were replaced, of how many that an older policy had cleaned."""
    replaced = looked_at = 0
    last = ""
    while True:
        with reading():
            batch = bodies.list_outdated(after=last, limit=BATCH)
        if not batch:
            return replaced, looked_at
        cleaned = bodies.clean_all(batch)
        for one in cleaned:
            if one.differs:
                click.echo(f"  content:{one.digest} by content:{one.cleaner}")
        if not dry:
            with unit_of_work():
                bodies.replace_all(cleaned, by=None)
        replaced += sum(one.differs for one in cleaned)
        looked_at += len(batch)
        last = batch[-1][0]
