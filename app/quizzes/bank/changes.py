"""What a change of many questions did, as its event in the audit log says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask_babel import ngettext

from app.core.models import AuditEvent
from app.courses.models import Activity
from app.extensions import db

from ..models import Question
from .errors import Stays
from .labels import STAYS
from .services import UNDOABLE

MOST_TOLD = 10  # of the questions that stayed as they are


@dataclass(frozen=True, slots=True)
class KeptQuestion:
    """A question that stayed as it is, and why."""

    id: int
    key: str
    why: object


@dataclass(frozen=True, slots=True)
class Told:
    """What a change did, in a sentence; which questions it left, of `kept_count`; `gone`: ticked, and deleted since."""

    event_id: int
    sentence: str
    kept: tuple[KeptQuestion, ...]
    kept_count: int
    gone: int
    undoable: bool
    quiz_id: int | None


def find_change(course_id: int, event_id: int, language: str) -> Told | None:
    """What a change in the bank of a course did; titles in `language`. At most three statements."""
    row = db.session.execute(
        sa.select(AuditEvent.action, AuditEvent.details).where(
            AuditEvent.id == event_id, AuditEvent.subject == f"course:{course_id}"
        )
    ).one_or_none()
    if row is None or row.action not in SENTENCES:
        return None
    details = row.details
    kept = {int(question_id): Stays(why) for question_id, why in details["kept"].items()}
    quiz_id = details.get("quiz")
    title = db.session.scalar(sa.select(Activity.title).where(Activity.id == quiz_id)) if quiz_id else None
    said = {**details, "quiz": title.best(language, language) if title else ""}
    sentence = SENTENCES[row.action](len(details["before"]), said)
    return Told(
        event_id, sentence, tuple(list_kept(course_id, kept)), len(kept), details["gone"], row.action in UNDOABLE,
        quiz_id,
    )  # fmt: skip


def list_kept(course_id: int, kept: dict[int, Stays]) -> list[KeptQuestion]:
    """The first `MOST_TOLD` of the questions that stayed, by key. At most one statement."""
    if not kept:
        return []
    rows = db.session.execute(
        sa.select(Question.id, Question.key)
        .where(Question.course_id == course_id, Question.id.in_(kept))
        .order_by(Question.key)
        .limit(MOST_TOLD)
    )
    return [KeptQuestion(row.id, row.key, STAYS[kept[row.id]]) for row in rows]


def _tagged(count: int, details: dict[str, Any]) -> str:
    tags = ", ".join(details["tags"])
    return ngettext(
        "%(num)s question was given the tags: %(tags)s", "%(num)s questions were given the tags: %(tags)s", count,
        tags=tags,
    )  # fmt: skip


def _untagged(count: int, details: dict[str, Any]) -> str:
    tags = ", ".join(details["tags"])
    return ngettext(
        "The tags %(tags)s were taken off %(num)s question.", "The tags %(tags)s were taken off %(num)s questions.",
        count, tags=tags,
    )  # fmt: skip


def _moved(count: int, details: dict[str, Any]) -> str:
    if not details["category"]:
        return ngettext(
            "%(num)s question stands in no category now.", "%(num)s questions stand in no category now.", count
        )
    return ngettext(
        "%(num)s question was moved to %(category)s.", "%(num)s questions were moved to %(category)s.", count,
        category=details["category"],
    )  # fmt: skip


def _ready(count: int, _details: dict[str, Any]) -> str:
    return ngettext("%(num)s draft is ready now.", "%(num)s drafts are ready now.", count)


def _hidden(count: int, _details: dict[str, Any]) -> str:
    return ngettext(
        "%(num)s question is hidden: it stands in no list, and nothing draws it.",
        "%(num)s questions are hidden: they stand in no list, and nothing draws them.",
        count,
    )


def _shown(count: int, _details: dict[str, Any]) -> str:
    return ngettext("%(num)s question is shown again.", "%(num)s questions are shown again.", count)


def _deleted(count: int, _details: dict[str, Any]) -> str:
    return ngettext("%(num)s question was deleted.", "%(num)s questions were deleted.", count)


def _asked(count: int, details: dict[str, Any]) -> str:
    return ngettext(
        "“%(quiz)s” asks %(num)s question more.", "“%(quiz)s” asks %(num)s questions more.", count,
        quiz=details["quiz"],
    )  # fmt: skip


SENTENCES = {
    "bank.tag": _tagged,
    "bank.untag": _untagged,
    "bank.move": _moved,
    "bank.ready": _ready,
    "bank.hide": _hidden,
    "bank.show": _shown,
    "bank.delete": _deleted,
    "bank.ask": _asked,
}
