"""Taking a question out of sight, and back.

A question is hidden when all its versions are. Then `latest` and `latest_ready` are None, so that no list, no draw
and no quiz that follows the latest meets it; editions and attempts keep their versions, and a quiz that comes back
into the draft pinned to one asks it as before. Which version was in which state stands in the audit log, and comes
back from there; of a question that nobody hid here, the newest version comes back as a draft.
"""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from app.core.models import AuditEvent
from app.extensions import db

from ..models import Question, VersionState
from .versions import add_version

HIDE = "bank.hide"

States = dict[str, str]  # number of a version to its state


def is_hidden(question: Question) -> bool:
    return bool(question.versions) and question.latest is None


def hide(question: Question) -> States:
    """Hide all versions of a question; gives the states they had."""
    states = {str(version.number): version.state for version in question.versions}
    for version in question.versions:
        version.state = VersionState.HIDDEN
    return states


def show(question: Question, states: States | None, *, by: int | None) -> None:
    """Give the versions of a hidden question the states back that they had."""
    for version in question.versions:
        if states and str(version.number) in states:
            version.state = VersionState(states[str(version.number)])
    if question.latest is None:
        newest = max(question.versions, key=lambda version: version.number)
        add_version(question, newest.content, by=by, state=VersionState.DRAFT)


def former_states(course_id: int, question_ids: Sequence[int]) -> dict[int, States]:
    """The states that the versions of hidden questions had, by the ids of the questions. One statement."""
    found: dict[int, States] = {}
    hidings = db.session.scalars(
        sa.select(AuditEvent.details)
        .where(AuditEvent.subject == f"course:{course_id}", AuditEvent.action == HIDE)
        .order_by(AuditEvent.id.desc())
    )
    for details in hidings:
        before = details["before"]
        for question_id in question_ids:
            if question_id not in found and str(question_id) in before:
                found[question_id] = before[str(question_id)]
    return found
