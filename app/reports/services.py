"""Reports by mail: begun, stopped, and sent when their time comes."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

import sqlalchemy as sa
from flask_babel import force_locale
from werkzeug.datastructures import MultiDict

from app.auth.identity import LANGUAGES, Identity
from app.auth.models import Person
from app.auth.permissions import may_follow
from app.core import clock, mail
from app.extensions import db

from . import mailed, schedule_queries
from .catalogue import PATHS
from .errors import TooManySchedules
from .models import ReportSchedule, Rhythm
from .reading import read
from .rhythm import next_time

MOST_SCHEDULES = 20


def schedule(person: Identity, report: str, filters: dict[str, str], rhythm: Rhythm) -> ReportSchedule:
    """Send `person` a report by its filters from now on. The same one again only changes how often.

    Raises `TooManySchedules`.
    """
    db.session.execute(sa.select(Person.id).where(Person.id == person.id).with_for_update(key_share=True))
    words, mine = urlencode(filters), schedule_queries.list_schedules(person)
    next_at = next_time(clock.now(), rhythm, person.time_zone)
    for row in mine:
        if (row.report, row.filters) == (report, words):
            row.rhythm, row.next_at = rhythm, next_at
            return row
    if len(mine) >= MOST_SCHEDULES:
        raise TooManySchedules
    row = ReportSchedule(
        person_id=person.id,
        report=report,
        filters=words,
        rhythm=rhythm,
        created_at=clock.now(),
        next_at=next_at,
    )
    db.session.add(row)
    return row


def stop(person: Identity, schedule_id: int) -> None:
    """Send it no more. Raises `NotFound`."""
    schedule_queries.get_schedule(person, schedule_id).ended_at = clock.now()


def forget(*, person_id: int) -> None:
    """Send an erased person nothing any more."""
    mine = sa.update(ReportSchedule).where(ReportSchedule.person_id == person_id, ReportSchedule.ended_at.is_(None))
    db.session.execute(mine.values(ended_at=clock.now()))


def send(schedule_id: int) -> bool:
    """Write the mail of a schedule whose time has come, once for each time, and say when the next one goes.

    It ends where its reader has left, or may not see such a report any more.
    """
    row = db.session.get(ReportSchedule, schedule_id, with_for_update=True)
    at = clock.now()
    if row is None or row.ended_at is not None or row.next_at > at:
        return False
    reader = schedule_queries.find_reader(row.person_id)
    language = reader.language if reader and reader.language in LANGUAGES else "en"
    with force_locale(language):
        words = MultiDict(parse_qsl(row.filters))
        asked = read(row.report, reader, words, language, at) if reader and may_follow(reader) else None
    if reader is None or asked is None or row.report not in PATHS:
        row.ended_at = at
        return False
    filters, choices = asked
    mail.post(
        key=f"report:{row.id}:{row.next_at.isoformat()}",
        kind="report",
        recipient=reader.email,
        language=language,
        person_id=reader.id,
        name=reader.name,
        report=row.report,
        path=f"{PATHS[row.report]}?{row.filters}".rstrip("?"),
        figures=mailed.told(row.report, reader, filters, choices, language),
    )
    row.next_at = next_time(at, Rhythm(row.rhythm), reader.time_zone)
    return True
