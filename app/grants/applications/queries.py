"""What is read of one application: the answers with who saved them, who works on it, how the city stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from app.auth.identity import Identity
from app.auth.models import Person
from app.core.errors import NotFound
from app.core.models import AuditEvent
from app.extensions import db

from ..calls.call import Standing
from ..calls.questionnaire import Answer, Question
from ..judging import queries as judging_queries
from ..models import ApplicationAnswer, ApplicationFile, Occasion
from ..trace.freezing import UNREADABLE, opened
from ..trace.frozen_queries import Kept, list_frozen
from .access import ASK, WORK, Access, Author
from .faults import Fault, fault_of


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file that answers a question, as its row says."""

    id: int
    key: str
    name: str
    media_type: str
    size: int
    hash: str
    added_by: Author
    added_at: datetime
    removed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A question with its answer as it stands: `version` 0 is none. `fault`: what keeps it from being submitted.

    `after_word`: it changed since a coordinator gave the word.
    """

    question: Question
    value: Answer
    version: int
    saved_by: Author | None
    saved_at: datetime | None
    files: tuple[StoredFile, ...] = ()
    removed: tuple[StoredFile, ...] = ()
    fault: Fault | None = None
    after_word: bool = False

    @property
    def key(self) -> str:
        return self.question.key

    @property
    def is_answered(self) -> bool:
        """Whether it can be submitted as it is, and says something."""
        return self.fault is None and (bool(self.files) or self.value not in (None, "", ()))


def list_entries(access: Access) -> list[Entry]:
    """The questions of the call in their order, with what the city answered. Two statements."""
    answers = {row.key: row for row in db.session.execute(_answers(access.id))}
    files = list_files(access.id)
    return [_entry(access, q, answers.get(q.key), files) for q in access.questionnaire.questions]


def _entry(access: Access, question: Question, row: Any, files: Sequence[StoredFile]) -> Entry:
    own = tuple(file for file in files if file.key == question.key and file.removed_at is None)
    removed = tuple(file for file in files if file.key == question.key and file.removed_at is not None)
    changed = [file.removed_at or file.added_at for file in (*own, *removed)]
    last = max([*changed, *([row.saved_at] if row else [])], default=None)
    return Entry(
        question=question,
        value=row.value if row else None,
        version=row.version_id if row else 0,
        saved_by=Author(row.saved_by_id, row.name) if row else None,
        saved_at=row.saved_at if row else None,
        files=own,
        removed=removed,
        fault=fault_of(question, row.value if row else None, len(own), access.currency),
        after_word=bool(access.endorsed_at and last and last > access.endorsed_at),
    )


def _answers(application_id: int) -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(
            ApplicationAnswer.key,
            ApplicationAnswer.value,
            ApplicationAnswer.version_id,
            ApplicationAnswer.saved_by_id,
            ApplicationAnswer.saved_at,
            Person.name,
        )
        .join(Person, Person.id == ApplicationAnswer.saved_by_id)
        .where(ApplicationAnswer.application_id == application_id)
    )


def list_files(application_id: int) -> list[StoredFile]:
    """All files of an application, those that were removed too, in the order they came. One statement."""
    rows = db.session.execute(_files().where(ApplicationFile.application_id == application_id))
    return [_stored(row) for row in rows]


def get_file(access: Access, file_id: int) -> StoredFile:
    """A file of this application. Raises `NotFound`, also for one that was removed, unless the reader writes it."""
    row = db.session.execute(
        _files().where(ApplicationFile.application_id == access.id, ApplicationFile.id == file_id)
    ).one_or_none()
    if row is None or (row.removed_at is not None and not access.writes):
        raise NotFound
    return _stored(row)


def list_file_hashes() -> list[str]:
    """The hashes that applications refer to, of files that were removed too: no sweep of the store takes them."""
    return list(db.session.scalars(sa.select(ApplicationFile.hash).distinct()))


def _files() -> sa.Select[*tuple[Any, ...]]:
    columns = (
        ApplicationFile.id,
        ApplicationFile.key,
        ApplicationFile.name,
        ApplicationFile.media_type,
        ApplicationFile.size,
        ApplicationFile.hash,
        ApplicationFile.added_by_id,
        ApplicationFile.added_at,
        ApplicationFile.removed_at,
    )
    return (
        sa.select(*columns, Person.name.label("person"))
        .join(Person, Person.id == ApplicationFile.added_by_id)
        .order_by(ApplicationFile.id)
    )


def _stored(row: Any) -> StoredFile:
    author = Author(row.added_by_id, row.person)
    return StoredFile(
        row.id, row.key, row.name, row.media_type, row.size, row.hash, author, row.added_at, row.removed_at
    )


@dataclass(frozen=True, slots=True)
class Worker:
    """Somebody who works on an application, and when they last did."""

    author: Author
    last_at: datetime
    is_of_city: bool


def list_workers(access: Access) -> list[Worker]:
    """Who worked on it, the latest first: by the audit log and by the answers that stand. One statement."""
    logged = sa.select(AuditEvent.actor_id.label("person_id"), AuditEvent.at).where(
        AuditEvent.subject == access.subject, AuditEvent.action.in_(WORK), AuditEvent.actor_id.is_not(None)
    )
    saved = sa.select(ApplicationAnswer.saved_by_id, ApplicationAnswer.saved_at).where(
        ApplicationAnswer.application_id == access.id
    )
    work = sa.union_all(logged, saved).subquery()
    last = sa.func.max(work.c.at).label("last_at")
    rows = db.session.execute(
        sa.select(Person.id, Person.name, Person.city_id, last)
        .join(work, work.c.person_id == Person.id)
        .group_by(Person.id, Person.name, Person.city_id)
        .order_by(last.desc(), Person.id)
    )
    return [Worker(Author(row.id, row.name), row.last_at, row.city_id == access.city_id) for row in rows]


def when_asked(access: Access) -> datetime | None:
    """When a coordinator was last asked for the word; None if nobody was, or the word was given since."""
    asked = db.session.scalar(
        sa.select(sa.func.max(AuditEvent.at)).where(AuditEvent.subject == access.subject, AuditEvent.action == ASK)
    )
    return None if asked is None or (access.endorsed_at and access.endorsed_at >= asked) else asked


@dataclass(frozen=True, slots=True)
class Evidence:
    """Whether the city may apply, how many of its people meet the rule, and what shows it of one whom the reader knows.

    `shown_name`: whose evidence that is, where it is not the reader's own. `is_out_of_reach`: a fact about the city
    keeps everybody from meeting the rule before the call closes.
    """

    is_eligible: bool
    is_out_of_reach: bool
    practitioners: int
    eligible: int
    shown: Standing | None
    shown_name: str | None
    names: dict[int, str]


def get_evidence(access: Access, person: Identity) -> Evidence:
    """How the city stands, as the application's page tells its reader. Two statements at most.

    A person's own evidence is theirs to see; another's is for the city's coordinators and administrators.
    """
    at = access.call.judged_at(access.at)
    judged = judging_queries.judge_city(access.call, at, access.city_id)
    names = judging_queries.list_names_for_reader(judged.eligible, city_id=access.city_id, reader=person)
    shown = person.id if person.id in judged.eligible else next(iter(names), None)
    facts = judged.facts_alone if judged.best_id is None else judged.facts[judged.best_id]
    return Evidence(
        is_eligible=judged.is_eligible,
        is_out_of_reach=Standing(access.call, at, facts, judged.best).is_out_of_reach,
        practitioners=len(judged.findings),
        eligible=len(judged.eligible),
        shown=None if shown is None else Standing(access.call, at, judged.facts[shown], judged.findings[shown]),
        shown_name=names.get(shown) if shown is not None and shown != person.id else None,
        names=names,
    )


@dataclass(frozen=True, slots=True)
class Submitted:
    """What was submitted, as it was frozen: with `receipt`, the first characters of its hash.

    `is_readable` is False, and there are no questions, where somebody changed the document past the site.
    """

    at: datetime
    hash: str
    receipt: str
    questions: tuple[Question, ...]
    answers: dict[str, Answer]
    is_readable: bool


def find_submitted(application_id: int) -> Submitted | None:
    """The last submission of an application; None before the first. One statement."""
    submissions = [row for row in list_frozen(application_id) if row.occasion == Occasion.SUBMISSION]
    return _submitted(max(submissions, key=lambda row: (row.at, row.id))) if submissions else None


def _submitted(row: Kept) -> Submitted:
    read = _what_stands(row)
    questions, answers = read or ((), {})
    return Submitted(row.at, row.hash, receipt_of(row.hash), questions, answers, is_readable=read is not None)


def _what_stands(row: Kept) -> tuple[tuple[Question, ...], dict[str, Answer]] | None:
    """The questions of a submission and their answers; None where they cannot be read."""
    if (found := opened(row)) is None:
        return None
    try:
        answers = {key: msgspec.convert(value, Answer) for key, value in found.snapshot.answers.items()}
    except UNREADABLE:
        return None
    return found.questionnaire.questions, answers


def receipt_of(digest: str) -> str:
    """The number on a receipt: the first characters of the hash of what was submitted, `7F3A-92BD-01CC`."""
    return "-".join(digest[start : start + 4].upper() for start in (0, 4, 8))
