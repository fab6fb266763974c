"""What the attempts at quizzes make of them, for whoever compares it with what was recorded."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

import sqlalchemy as sa

from app.courses.editions import list_editions
from app.courses.kinds import Recorded
from app.courses.models import Activity, Edition
from app.extensions import db

from ..freezing import data_of
from ..grading import Made, outcome_of
from ..models import Attempt
from ..settings import QuizSettings

_attempt = Attempt.__table__


def recorded(enrolment_ids: Collection[int]) -> Mapping[tuple[int, int, int], Sequence[Recorded]]:
    """Enrolment, cycle and quiz to what their attempts come to: by the settings in force, then by any that were.

    A quiz was graded by what was in force at its last attempt, by the attempts allowed then. Two statements.
    """
    made: dict[tuple[int, int, int], list[Made]] = defaultdict(list)
    rows = db.session.connection().execute(
        sa.select(_attempt.c.enrolment_id, _attempt.c.cycle, _attempt.c.activity_id, _attempt.c.state, _attempt.c.score)
        .where(_attempt.c.enrolment_id.in_(enrolment_ids))
        .order_by(_attempt.c.number)
    )
    for row in rows:
        made[row.enrolment_id, row.cycle, row.activity_id].append(Made(row.state, row.score))
    settings = _settings({quiz_id for _enrolment, _cycle, quiz_id in made})
    found = {}
    for key, attempts in made.items():
        outcomes = [
            outcome_of(attempts, each, allowed)
            for each in settings[key[2]]
            for allowed in dict.fromkeys((each.attempts, None))
        ]
        made_of = [
            Recorded(one.state, one.score, one.passed) for one in outcomes if one is not None and one.state is not None
        ]
        if made_of:
            found[key] = made_of
    return found


def _settings(quiz_ids: Collection[int]) -> dict[int, list[QuizSettings]]:
    """The settings that each quiz ever had in an edition, the latest first."""
    if not quiz_ids:
        return {}
    ids = db.session.scalars(
        sa.select(Edition.id)
        .where(Edition.course_id.in_(sa.select(Activity.course_id).where(Activity.id.in_(quiz_ids))))
        .order_by(Edition.number.desc())
    ).all()
    settings: dict[int, list[QuizSettings]] = defaultdict(list)
    for edition in list_editions(ids):
        for quiz_id in quiz_ids & edition.by_id.keys():
            each = data_of(edition.by_id[quiz_id]).settings
            if each not in settings[quiz_id]:
                settings[quiz_id].append(each)
    return settings
