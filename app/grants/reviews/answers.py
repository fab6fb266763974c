"""The answers of an application as they are read: each question with what was answered, and its files."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from app.extensions import db

from ..calls.questionnaire import Answer, Question, Questionnaire
from ..models import ApplicationAnswer, ApplicationFile


@dataclass(frozen=True, slots=True)
class Answered:
    """A question, what was answered (None: nothing), and the files that answer it."""

    question: Question
    value: Answer
    files: tuple[ApplicationFile, ...]


def list_answers(application_id: int, questionnaire: Questionnaire) -> tuple[Answered, ...]:
    """The answers of an application in the order of its questions; two statements."""
    values = dict(
        db.session.execute(
            sa.select(ApplicationAnswer.key, ApplicationAnswer.value).where(
                ApplicationAnswer.application_id == application_id
            )
        ).all()
    )
    files: dict[str, list[ApplicationFile]] = {}
    for file in db.session.scalars(
        sa.select(ApplicationFile)
        .where(ApplicationFile.application_id == application_id, ApplicationFile.removed_at.is_(None))
        .order_by(ApplicationFile.id)
    ):
        files.setdefault(file.key, []).append(file)
    return tuple(
        Answered(question, values.get(question.key), tuple(files.get(question.key, ())))
        for question in questionnaire.questions
    )
