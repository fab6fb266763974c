"""A course copied: its draft, bank and library, row by row, with nobody's name on it and nothing published."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from app.core import clock
from app.core.base import Base
from app.core.text import Phrase, Text
from app.courses import drafts
from app.courses.models import Activity, Course, CourseMedia, Lesson
from app.courses.outline import Audience
from app.extensions import db
from app.quizzes.models import Question, QuestionVersion, Quiz, VersionState

Row = TypeVar("Row", bound=Base)


@dataclass(slots=True)
class Copy:
    """One copy of one course. What was removed from the draft is not copied."""

    course: Course
    by: int
    now: datetime = field(default_factory=clock.now)
    row: Course = field(init=False)
    questions: dict[int, Question] = field(default_factory=dict)
    versions: dict[int, QuestionVersion] = field(default_factory=dict)

    def run(self, title: str, slug: str) -> Course:
        self.row = twin(
            self.course,
            slug=slug,
            title=_renamed(self.course.title, title, self.course.source_language),
            audience=Audience(),
            edition_id=None,
            created_at=self.now,
        )
        _add([self.row])
        self.copy_library()
        self.copy_bank()
        modules = [(module, twin(module, course_id=self.row.id)) for module in self.course.living_modules()]
        _add(copy for _module, copy in modules)
        activities = [
            (activity, twin(activity, course_id=self.row.id, module_id=copy.id, **_undelivered(activity)))
            for module, copy in modules
            for activity in module.living_activities()
        ]
        _add(copy for _activity, copy in activities)
        for activity, copy in activities:
            self.copy_part(activity, copy)
        db.session.flush()
        return self.row

    def copy_library(self) -> None:
        """The files by their hash: the bytes are there already."""
        mine = sa.select(CourseMedia).where(CourseMedia.course_id == self.course.id)
        _add(
            twin(entry, course_id=self.row.id, media_hash=entry.media_hash, added_by_id=self.by, added_at=self.now)
            for entry in db.session.scalars(mine)
        )

    def copy_bank(self) -> None:
        """Every question with its latest ready version and those that a quiz is pinned to, numbered anew."""
        quizzes = [activity for activity in drafts.living_activities(self.course) if isinstance(activity, Quiz)]
        pinned = {slot.pinned_version_id for quiz in quizzes for slot in quiz.slots}
        bank = db.session.scalars(
            sa.select(Question)
            .where(Question.course_id == self.course.id)
            .order_by(Question.id)
            .options(selectinload(Question.versions))
        ).all()
        for question in bank:
            ready = [version for version in question.versions if version.state == VersionState.READY]
            kept = [version for version in question.versions if version.id in pinned or version in ready[-1:]]
            if not kept:
                continue
            copy = self.questions[question.id] = twin(question, course_id=self.row.id)
            for number, version in enumerate(kept, 1):
                self.versions[version.id] = twin(version, question_id=None, number=number, created_at=self.now)
                copy.versions.append(self.versions[version.id])
        _add(self.questions.values())

    def copy_part(self, activity: Activity, copy: Activity) -> None:
        if isinstance(activity, Lesson) and isinstance(copy, Lesson):
            copy.bodies = [
                twin(body, lesson_id=copy.id, saved_by_id=self.by, saved_at=self.now) for body in activity.bodies
            ]
        elif isinstance(activity, Quiz) and isinstance(copy, Quiz):
            copy.slots = [
                twin(
                    slot,
                    quiz_id=copy.id,
                    question_id=slot.question_id and self.questions[slot.question_id].id,
                    pinned_version_id=slot.pinned_version_id and self.versions[slot.pinned_version_id].id,
                )
                for slot in activity.slots
                if slot.question_id is None or slot.question_id in self.questions
            ]
        else:
            raise TypeError(f"the kind {activity.kind!r} cannot be copied")


def _undelivered(activity: Activity) -> dict[str, None]:
    """What a copy does without: the dates and the code of the course it is made from."""
    return dict.fromkeys(("opens_at", "closes_at", "access_code")) if isinstance(activity, Quiz) else {}


def twin(row: Row, **values: Any) -> Row:
    """A new row of the same kind with the same columns, but for `values`, its key and its version."""
    mapper = sa.inspect(type(row))
    own = {
        attribute.key: getattr(row, attribute.key)
        for attribute in mapper.column_attrs
        if not any(column.primary_key for column in attribute.columns) and attribute.key != "version_id"
    }
    return type(row)(**{**own, **values})


def _add(rows: Iterable[Base]) -> None:
    db.session.add_all(list(rows))
    db.session.flush()


def _renamed(text: Text, title: str, language: str) -> Text:
    """`text` with `title` in its own language; what it was translated into then shows as out of date."""
    if text.best(language, language) == title:
        return text
    return Text({**text.phrases, language: Phrase(title)})
