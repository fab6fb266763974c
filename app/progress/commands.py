"""What a person types in a shell about progress: `flask progress check`."""

from __future__ import annotations

import sys
from itertools import groupby

import click
from flask.cli import AppGroup

from app.core.transactions import reading, unit_of_work

from . import checking, repairing
from .tallies import queries as tally_queries
from .tallies import services as tally_services

group = AppGroup("progress", help="What people have done in courses.")


@group.command("check")
@click.option("--repair", "repairs", is_flag=True, help="Count anew whatever differs, from what it is counted from.")
def check_command(repairs: bool) -> None:
    """Count everything anew and say what differs, by enrolment. Ends with 1 where anything does.

    May run beside the site, and be stopped half way.
    """
    looked_at = differing = 0
    for seen, differences in checking.check():
        looked_at = seen
        for enrolment_id, group_of in groupby(differences, key=lambda difference: difference.enrolment_id):
            found = list(group_of)
            differing += 1
            for difference in found:
                click.echo(f"enrolment:{enrolment_id} {difference.words}")
            if repairs:
                with unit_of_work():
                    repairing.repair(enrolment_id, found)
                _say_what_stays(enrolment_id)
    click.echo(f"{looked_at} enrolments, {differing} differ")
    if _check_tallies(repairs) or differing:
        sys.exit(1)


def _check_tallies(repairs: bool) -> bool:
    """Say whether what reports sum up differs from the enrolments, and count it anew where that is asked for."""
    wrong = _wrong_tallies() & _wrong_tallies()  # what changed between two statements is not wrong twice
    for words in sorted(wrong):
        click.echo(words)
    if wrong and repairs:
        with unit_of_work():
            tally_services.count_anew()
        click.echo("tallies counted anew")
    return bool(wrong)


def _wrong_tallies() -> set[str]:
    with reading():
        tallies = {
            f"{d.table} {' '.join(map(str, d.key))}: kept {d.kept}, counted {d.counted}"
            for d in tally_queries.list_differences()
        }
        return tallies | {f"learner:{person_id} newest enrolment" for person_id in tally_queries.list_wrong_learners()}


def _say_what_stays(enrolment_id: int) -> None:
    with unit_of_work():
        left = checking.find([enrolment_id])
    for difference in left:
        click.echo(f"enrolment:{enrolment_id} stays: {difference.words}")
    if not left:
        click.echo(f"enrolment:{enrolment_id} repaired")
