"""What a person types in a shell about grants: `flask grants explain`, `flask grants check`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, time

import click
from flask.cli import AppGroup

from app.auth.identity import LANGUAGES
from app.auth.names import erased_name
from app.core import clock
from app.core.errors import DomainError, NotFound
from app.core.formats import speaking_to
from app.core.transactions import reading

from . import rules
from .calls.zones import day_before
from .eligibility.wording import Wording
from .labels import APPEAL_STATES
from .models import Appeal, Waiver
from .trace import freezing, frozen_queries
from .trace import lines as trace
from .trace import queries as trace_queries
from .trace.queries import Case

YEARS = range(1900, 3000)  # far from where the calendar of computers ends, so that months can be counted from a moment
_HIGHEST_ID, _DIGITS = 2**31 - 1, 10

group = AppGroup("grants", help="Calls, verdicts, and what was frozen of them.")


class Unfit(click.ClickException):
    """What was typed cannot be meant."""

    exit_code = 2


@group.command("explain")
@click.option("--call", "slug", required=True, help="The address of the call.")
@click.option("--city", "words", required=True, help="The city’s name or number.")
@click.option("--at", "said", help="As of when: a day (its end, by UTC) or a moment, as 2026-01-31T17:00+00:00.")
@click.option("--person", "person_id", type=int, help="The number of a person; by default who is nearest.")
@click.option("--language", default="en", help="The language to speak.")
def explain_command(slug: str, words: str, said: str | None, person_id: int | None, language: str) -> None:
    """Say how a city stands against a call, with every fact that was looked at, by the rule in force then."""
    if language not in LANGUAGES:
        raise Unfit(f"{language} is no language of this site: choose one of {', '.join(LANGUAGES)}.")
    at = _moment(said) if said else clock.now()
    with reading(), speaking_to(language, "UTC"):
        try:
            case = trace_queries.get_case(slug, _city(words), at, person_id)
        except NotFound as error:
            raise click.ClickException(
                f"No published call is called {slug}, or nobody of that number is there."
            ) from error
        except DomainError as error:
            raise click.ClickException(str(error)) from error
        for line in _told(case, language):
            click.echo(line)


@group.command("check")
def check_command() -> None:
    """Compute the hash of everything that was frozen again, and compare with the hashes that the audit log holds.

    Ends with 1 where a document was changed, also together with its hash, or is there no more.
    """
    changed = count = 0
    with reading():
        for count, row in enumerate(frozen_queries.each_frozen(), 1):  # noqa: B007  (how many there were)
            if not freezing.is_intact(row):
                changed += 1
                click.echo(f"frozen:{row.id} of application:{row.application_id} does not match its hash")
        lost = frozen_queries.list_lost()
        for one in lost:
            click.echo(
                f"application:{one.application_id} has no document with the hash {one.hash}, which the audit log holds"
                f" ({one.action}, {trace.moment(one.at)}): it was changed with its hash, or deleted"
            )
    click.echo(f"{count} frozen, {changed} changed" + (f", {len(lost)} not as the audit log says" if lost else ""))
    if changed or lost:
        sys.exit(1)


def _told(case: Case, language: str) -> Iterator[str]:
    """What `explain` says, line by line."""
    call = case.call
    say = Wording(
        case.facts.courses, language, quizzes=case.facts.quizzes, city=case.city.name, names=case.names,
        time_zone=call.time_zone, of_another=True,
    )  # fmt: skip
    yield f"{call.title.best(language, call.source_language)} ({call.slug})"
    yield f"{case.city.name}, as of {trace.moment(case.at)}, by rule {call.rule_number}"
    yield f"{len(case.eligible)} of {case.practitioners} practitioners eligible"
    marks = {rules.mark_of(part): say.in_one_line(part) for _path, part in rules.walk(call.rule)}
    for waiver in case.waivers:
        yield from _waiver(case, waiver, marks.get(waiver.leaf) or "a requirement that the rule no longer has")
    who = f"{case.city.name}, judged alone," if case.subject is None else _name(case, case.subject)
    yield trace.stands(who, case.finding)
    for line in trace.lines(case.finding, say, case.facts):
        yield f"{'  ' * (line.depth + 1)}{line.verdict}: {line.words}"
        for fact in line.facts:
            yield f"{'  ' * (line.depth + 2)}- {fact}"
    for row in case.frozen:
        intact = "intact" if freezing.is_intact(row) else "CHANGED"
        yield f"frozen at {row.occasion}, {trace.moment(row.at)}: {row.hash} ({intact})"
    for lost in case.lost:
        yield f"frozen on {trace.moment(lost.at)}, by the audit log: {lost.hash} (CHANGED OR DELETED)"
    for appeal in case.appeals:
        yield from _appeal(case, appeal)


def _waiver(case: Case, waiver: Waiver, requirement: str) -> Iterator[str]:
    zone = case.call.time_zone
    ended = f", ended early on {trace.moment(waiver.revoked_at)}" if waiver.revoked_at else ""
    yield (
        f"waiver {waiver.id} of “{requirement}” by {_name(case, waiver.owner_id)}, {trace.moment(waiver.granted_at)}"
        f" until the end of {day_before(waiver.expires_at, zone)} ({zone}){ended}: {waiver.reason}"
    )
    if waiver.revoked_at:
        yield f"  ended by {_name(case, waiver.revoked_by_id)}: {waiver.revoked_why}"


def _appeal(case: Case, appeal: Appeal) -> Iterator[str]:
    zone, owner = case.call.time_zone, _name(case, appeal.owner_id) if appeal.owner_id else "nobody yet"
    yield (
        f"appeal {appeal.id} by {_name(case, appeal.made_by_id)}, {trace.moment(appeal.made_at)}"
        f" ({APPEAL_STATES[appeal.state]}): {appeal.reason}"
    )
    yield f"  answered for by {owner}, due by the end of {day_before(appeal.due_at, zone)} ({zone})"
    if appeal.answered_at:
        yield f"  answer of {_name(case, appeal.answered_by_id)}, {trace.moment(appeal.answered_at)}: {appeal.answer}"


def _name(case: Case, person_id: int | None) -> str:
    return f"{case.names.get(person_id or 0) or erased_name()} (person {person_id})"


def _city(words: str) -> int:
    if words.isdecimal() and (len(words) > _DIGITS or int(words) > _HIGHEST_ID):
        raise Unfit(f"No city has a number as high as {words}.")
    found = trace_queries.find_city(words)
    if not found:
        raise click.ClickException(f"There is no city {words}.")
    if len(found) > 1:
        numbers = ", ".join(f"{city.id} ({city.country})" for city in found)
        raise click.ClickException(f"Several cities are called {words}. Name one by its number: {numbers}.")
    return found[0].id


def _moment(said: str) -> datetime:
    try:
        moment = _read(said)
    except ValueError as error:
        raise Unfit(f"{said} is no day and no moment: write 2026-01-31 or 2026-01-31T17:00+00:00.") from error
    if moment.year not in YEARS:
        raise Unfit(f"{said} is too far off: give a day from {YEARS.start} to {YEARS.stop - 1}.")
    if moment.tzinfo is None:
        return moment.replace(tzinfo=UTC)
    return moment.astimezone(UTC)  # months before it are counted in UTC, whatever the offset it is written with


def _read(said: str) -> datetime:
    """The end of a day, or a moment. Raises `ValueError`."""
    if len(said) != len("2026-01-31"):
        return datetime.fromisoformat(said)
    return datetime.combine(date.fromisoformat(said), time(23, 59, 59), UTC)
