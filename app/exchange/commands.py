"""Commands for courses as files: `flask courses import` and `flask courses export`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import click
from flask.cli import AppGroup

from app.core.transactions import reading, unit_of_work
from app.courses import drafts
from app.courses import services as courses
from app.courses.archiving.errors import PublishingArchived
from app.courses.errors import NothingToPublish, NotReady
from app.courses.kinds import Level

from . import folder, queries, services, stored
from .fates import Fate, Imported
from .faults import Fault, Refused

group = AppGroup("courses", help="Courses as files.")


@group.command("import")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--trainer", metavar="EMAIL", help="Whose course it is: becomes a lead trainer of it.")
@click.option("--publish", is_flag=True, help="Publish the draft as the next edition.")
@click.option("--note", default="", metavar="TEXT", help="What the edition changes, for those who take the course.")
@click.option(
    "--translations-reviewed",
    "reviewed",
    is_flag=True,
    help="Take translations that have not changed as right, although their source has.",
)
def import_command(path: Path, trainer: str | None, publish: bool, note: str, reviewed: bool) -> None:
    """Bring in the course at PATH, a course folder or a zip of one, over the course with its key if there is one."""
    trainer_id = _trainer(trainer) if trainer else None
    parsed = folder.read(path)
    try:
        services.prepare(parsed)
        with unit_of_work():
            imported = services.import_course(parsed, trainer_id=trainer_id, by=None, reviewed=reviewed)
    except Refused as error:
        _complain(error.faults)
        count = len(error.faults)
        raise click.ClickException(
            f"{path} was refused for {count} fault{'s'[: count > 1]}; nothing was changed."
        ) from None
    _complain(parsed.warnings)
    _tell(imported)
    if publish:
        _publish(imported, note)


@group.command("export")
@click.argument("slug")
@click.argument("path", type=click.Path(path_type=Path))
def export_command(slug: str, path: Path) -> None:
    """Write the draft of the course SLUG to PATH, as a folder, or as a zip if PATH ends in .zip."""
    with reading():
        course_id = queries.find_course(slug)
        if course_id is None:
            raise click.ClickException(f"there is no course {slug!r}")
        files = queries.get_folder(course_id)
    try:
        folder.save(files, path, stored.copy)
    except FileExistsError:
        raise click.ClickException(f"{path} is there already; nothing was written.") from None
    click.echo(f"{len(files)} files written to {path}")


def _trainer(email: str) -> int:
    with reading():
        person_id = queries.find_active_person(email)
    if person_id is None:
        raise click.ClickException(f"there is no active person with the address {email}")
    return person_id


def _complain(faults: Iterable[Fault]) -> None:
    for fault in faults:
        click.echo(str(fault), err=True)


def _tell(imported: Imported) -> None:
    """What came in: a line for each fate, with names but for what did not change."""
    click.echo(f"Imported {imported.slug}")
    for fate, count in sorted(imported.count().items()):
        named = ""
        if fate is not Fate.UNCHANGED:
            named = ": " + ", ".join(f"{thing.what} {thing.key}" for thing in imported.with_fate(fate))
        click.echo(f"  {count} {fate}{named}")


def _publish(imported: Imported, note: str) -> None:
    try:
        with unit_of_work():
            number = courses.publish(course_id=imported.course_id, by=None, note=note).number
    except PublishingArchived:
        raise click.ClickException("The draft was imported, and is not published: the course is archived.") from None
    except NothingToPublish as error:
        click.echo(str(error))
        return
    except NotReady:
        with reading():
            blocking = [
                check.message
                for check in drafts.checks(drafts.load(imported.course_id))
                if check.level is Level.BLOCKER
            ]
        for message in blocking:
            click.echo(message, err=True)
        raise click.ClickException("The draft was imported, and is not ready to be published.") from None
    click.echo(f"Published as edition {number}")
