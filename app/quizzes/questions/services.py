"""What trainers do with a question of the bank. Each save is a new version; no version ever changes."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from app.core import audit
from app.core.errors import NotFound
from app.courses.errors import EditedMeanwhile
from app.courses.models import Course
from app.extensions import db

from ..bank.hiding import former_states, is_hidden, show
from ..bank.usage import find_usage
from ..bank.versions import add_version, free_key, slug
from ..errors import StillAsked
from ..models import Question, QuestionVersion, VersionState
from ..types import Content


def create_question(
    *, course_id: int, content: Content, source_language: str, state: VersionState, by: int
) -> Question:
    """A new question in the bank of a course, with a key from its stem.

    One that says the very same, and has its key from the same words, is taken for it: the button was pressed twice.
    """
    db.session.execute(sa.select(Course.id).where(Course.id == course_id).with_for_update())
    stem = content.stem.best(source_language, source_language).rstrip().rpartition("\n\n")[2]  # what is asked, at last
    alike = db.session.scalars(
        sa.select(Question)
        .where(Question.course_id == course_id, Question.key.startswith(slug(stem)[:50] or "question"))
        .options(selectinload(Question.versions))
        .order_by(Question.id)
    )
    for question in alike:
        if question.latest and question.latest.content == content and question.latest.state == state:
            return question
    question = Question(
        course_id=course_id, key=free_key(course_id, stem), source_language=source_language, category="", tags=[]
    )
    db.session.add(question)
    db.session.flush()
    add_version(question, content, by=by, state=state)
    audit.record("question.create", f"question:{question.id}", actor_id=by, course=course_id)
    db.session.flush()
    return question


def save_question(
    *, course_id: int, question_id: int, content: Content, state: VersionState, made_from: int, by: int
) -> QuestionVersion | None:
    """A new version of a question; None where it would say what the latest says.

    `made_from` is the number of the version that it was made from. A hidden question is shown again by this.
    Raises `EditedMeanwhile` if there is a newer version that says something else, and `NotFound`.
    """
    question = _shown(_locked(course_id, question_id), by)
    latest = question.latest
    if latest and latest.content == content and latest.state == state:
        return None
    if latest and latest.number != made_from:
        raise EditedMeanwhile
    return _saved(question, content, state, by)


def restore_version(*, course_id: int, question_id: int, number: int, by: int) -> QuestionVersion | None:
    """A new version that says what an older one said; a draft stays one. None where the latest says so already.

    A hidden question is shown again by this. Raises `NotFound`.
    """
    question = _shown(_locked(course_id, question_id), by)
    for version in question.versions:
        if version.number == number:
            break
    else:
        raise NotFound
    latest = question.latest
    if latest and (latest.content, latest.state) == (version.content, version.state):
        return None
    state = VersionState.DRAFT if version.state == VersionState.HIDDEN else VersionState(version.state)
    return _saved(question, version.content, state, by)


def delete_question(*, course_id: int, question_id: int, by: int) -> None:
    """Take a question out of the bank, with its versions. Raises `StillAsked`, and `NotFound`."""
    question = _locked(course_id, question_id)
    if not find_usage(course_id, question_id).can_go:
        raise StillAsked
    for version in question.versions:
        db.session.delete(version)
    db.session.flush()
    db.session.delete(question)
    audit.record("question.delete", f"question:{question_id}", actor_id=by, course=course_id, key=question.key)
    db.session.flush()


def _shown(question: Question, by: int) -> Question:
    """The question, with the states back that its versions had before it was hidden."""
    if is_hidden(question):
        states = former_states(question.course_id, [question.id]).get(question.id)
        if states:
            show(question, states, by=by)
    return question


def _saved(question: Question, content: Content, state: VersionState, by: int) -> QuestionVersion:
    version = add_version(question, content, by=by, state=state)
    audit.record("question.save", f"question:{question.id}", actor_id=by, version=version.number, state=str(state))
    db.session.flush()
    return version


def _locked(course_id: int, question_id: int) -> Question:
    """The question, its row held until the commit."""
    question = db.session.scalar(
        sa.select(Question)
        .where(Question.id == question_id, Question.course_id == course_id)
        .with_for_update()
        .options(selectinload(Question.versions))
        .execution_options(populate_existing=True)
    )
    if question is None:
        raise NotFound
    return question
