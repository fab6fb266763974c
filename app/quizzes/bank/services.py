"""What trainers do with many questions of the bank at once.

Each locks the course's row, then changes what it may, leaves the rest and says why, and writes one event into the
audit log, with what was before: from there the page tells what was done, and `undo` takes it back.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from app.core import clock
from app.core.errors import NotFound
from app.core.models import AuditEvent
from app.courses.models import Course
from app.extensions import db

from ..errors import TooManyQuestions
from ..models import Question, QuestionVersion, QuizSlot, VersionState
from ..studio import services as studio_services
from .errors import NothingChanged, Stays, TooLate
from .hiding import former_states, hide, is_hidden, show
from .queries import get_contents
from .tags import MOST, spelled, with_tags, without_tags
from .usage import Usage, usage_in
from .versions import add_version

Kept = dict[int, Stays]


def add_tags(*, course_id: int, question_ids: Sequence[int], tags: Sequence[str], by: int) -> int:
    """Give questions these tags, spelled as the bank has them. Gives the event. Raises `NothingChanged`."""
    questions = _locked(course_id, question_ids)
    known = db.session.scalars(sa.select(Question.tags).where(Question.course_id == course_id).order_by(Question.id))
    more = spelled(tags, (tag for have in known for tag in have))
    crowded = {q.id: Stays.CROWDED for q in questions if len(with_tags(q.tags, more)) > MOST}
    before = _retag([q for q in questions if q.id not in crowded], lambda have: with_tags(have, more))
    return _done("bank.tag", course_id, question_ids, questions, before, crowded, by, tags=more)


def remove_tags(*, course_id: int, question_ids: Sequence[int], tags: Sequence[str], by: int) -> int:
    """Take these tags off questions. Gives the event. Raises `NothingChanged`."""
    questions = _locked(course_id, question_ids)
    before = _retag(questions, lambda have: without_tags(have, tags))
    return _done("bank.untag", course_id, question_ids, questions, before, {}, by, tags=list(tags))


def move(*, course_id: int, question_ids: Sequence[int], category: str, by: int) -> int:
    """Put questions into a category; "" takes them out of any. Gives the event. Raises `NothingChanged`."""
    questions = _locked(course_id, question_ids)
    before: dict[int, Any] = {q.id: q.category for q in questions if q.category != category}
    for question in questions:
        question.category = category
    return _done("bank.move", course_id, question_ids, questions, before, {}, by, category=category)


def make_ready(*, course_id: int, question_ids: Sequence[int], by: int) -> int:
    """A ready version of each question whose latest is a draft without faults. Gives the event.

    Raises `NothingChanged`.
    """
    questions = _locked(course_id, question_ids, with_versions=True)
    before: dict[int, Any] = {}
    kept: Kept = {}
    drafts = {q.id: q.latest for q in questions if q.latest and q.latest.state == VersionState.DRAFT}
    contents = get_contents(draft.id for draft in drafts.values())
    for question in questions:
        draft = drafts.get(question.id)
        if draft is None:
            kept |= {question.id: Stays.HIDDEN} if is_hidden(question) else {}
        elif any(contents[draft.id].faults()):
            kept[question.id] = Stays.FAULTY
        else:
            before[question.id] = draft.number
            add_version(question, contents[draft.id], by=by)
    return _done("bank.ready", course_id, question_ids, questions, before, kept, by)


def hide_questions(*, course_id: int, question_ids: Sequence[int], by: int) -> int:
    """Hide questions that no quiz of the draft asks. Gives the event. Raises `NothingChanged`."""
    questions = _locked(course_id, question_ids, with_versions=True)
    usage = _usage(course_id, questions)
    kept: Kept = {q.id: Stays.ASKED for q in questions if usage[q.id].quizzes}
    before = {q.id: hide(q) for q in questions if q.id not in kept and not is_hidden(q)}
    return _done("bank.hide", course_id, question_ids, questions, before, kept, by)


def show_questions(*, course_id: int, question_ids: Sequence[int], by: int) -> int:
    """Show hidden questions again, as they were. Gives the event. Raises `NothingChanged`."""
    questions = _locked(course_id, question_ids, with_versions=True)
    hidden = [question for question in questions if is_hidden(question)]
    states = former_states(course_id, [question.id for question in hidden])
    for question in hidden:
        show(question, states.get(question.id), by=by)
    before: dict[int, Any] = {question.id: None for question in hidden}
    return _done("bank.show", course_id, question_ids, questions, before, {}, by)


def delete_questions(*, course_id: int, question_ids: Sequence[int], by: int) -> int:
    """Delete the questions that no quiz asks and no edition ever had, with their versions. Gives the event.

    Raises `NothingChanged`.
    """
    questions = _locked(course_id, question_ids, with_versions=True)
    usage = _usage(course_id, questions)
    kept = {q.id: why for q in questions if (why := stays(usage[q.id]))}
    gone = [question for question in questions if question.id not in kept]
    before: dict[int, Any] = {question.id: question.key for question in gone}
    for question in gone:
        for version in question.versions:
            db.session.delete(version)
    db.session.flush()
    for question in gone:
        db.session.delete(question)
    return _done("bank.delete", course_id, question_ids, questions, before, kept, by)


def ask_in_quiz(*, course_id: int, question_ids: Sequence[int], activity_id: int, by: int) -> int:
    """Let a quiz ask these questions, in this order, at its end; those it asks already stay where they are.

    Gives the event. Raises `NotFound`, `TooManyQuestions` and `NothingChanged`.
    """
    # Whoever adds one of them to the quiz holds it, and refers to the question: that must not wait for this.
    found = _locked(course_id, question_ids, with_versions=True, may_be_asked=True)
    questions = {question.id: question for question in found}
    asked = set(db.session.scalars(sa.select(QuizSlot.question_id).where(QuizSlot.quiz_id == activity_id)))
    kept = {question.id: Stays.HIDDEN for question in questions.values() if is_hidden(question)}
    wanted = [i for i in dict.fromkeys(question_ids) if i in questions and i not in kept and i not in asked]
    if len(wanted) > studio_services.MOST_SLOTS:
        raise TooManyQuestions
    for question_id in wanted:
        studio_services.add_slot(course_id=course_id, activity_id=activity_id, question_id=question_id)
    before: dict[int, Any] = dict.fromkeys(wanted)
    return _done("bank.ask", course_id, question_ids, list(questions.values()), before, kept, by, quiz=activity_id)


def undo(*, course_id: int, event_id: int, by: int) -> int:
    """Take a change back, for the questions that still are as it left them. Gives how many.

    Of tags, those that it added or took off, whatever else was changed since. Raises `NotFound`, and `TooLate`
    where there are none.
    """
    event = db.session.get(AuditEvent, event_id)
    if event is None or event.subject != f"course:{course_id}" or event.action not in UNDOABLE:
        raise NotFound
    before: dict[int, Any] = {int(key): value for key, value in event.details["before"].items()}
    undone = []
    for question in _locked(course_id, list(before), with_versions=True):
        if _taken_back(question, event, before[question.id], by):
            undone.append(question.id)
    if not undone:
        raise TooLate
    _write(f"{event.action}.undo", course_id, by, {"event": event.id, "questions": undone})
    db.session.flush()
    return len(undone)


UNDOABLE = frozenset({"bank.tag", "bank.untag", "bank.move", "bank.hide"})


def stays(usage: Usage) -> Stays | None:
    """Why a question may not be deleted; None where it may."""
    if usage.quizzes:
        return Stays.ASKED
    if usage.editions:
        return Stays.PUBLISHED
    return Stays.REMOVED if usage.removed else None


def _taken_back(question: Question, event: AuditEvent, before: Any, by: int) -> bool:
    """Whether there was something to take back of one question."""
    if event.action == "bank.move":
        if question.category != event.details["category"]:
            return False
        question.category = before
    elif event.action == "bank.hide":
        if not is_hidden(question):
            return False
        show(question, before, by=by)
    else:
        changed = event.details["tags"]
        if event.action == "bank.tag":
            back = without_tags(question.tags, without_tags(changed, before))
        else:
            back = with_tags(question.tags, [tag for tag in before if tag not in without_tags(before, changed)])
        if back == question.tags:
            return False
        question.tags = back
    return True


def _retag(questions: Sequence[Question], change: Callable[[list[str]], list[str]]) -> dict[int, Any]:
    """The tags that were, of the questions whose tags changed."""
    before: dict[int, Any] = {}
    for question in questions:
        tags = change(question.tags)
        if tags != question.tags:
            before[question.id] = question.tags
            question.tags = tags
    return before


def _usage(course_id: int, questions: Sequence[Question]) -> dict[int, Usage]:
    usage = usage_in(course_id)
    return {question.id: usage.of(question.id, question.category, question.tags) for question in questions}


def _locked(
    course_id: int, question_ids: Sequence[int], *, with_versions: bool = False, may_be_asked: bool = False
) -> list[Question]:
    """The questions of the course with these ids, by id, once nobody else is at its bank; others are left out.

    What their versions ask is read where it is needed: many are changed without it. `may_be_asked`: quizzes can be
    made to ask them meanwhile.
    """
    db.session.execute(sa.select(Course.id).where(Course.id == course_id).with_for_update())
    found: list[Question] = []
    for start in range(0, len(question_ids), 1000):
        found += db.session.scalars(
            sa.select(Question)
            .where(Question.course_id == course_id, Question.id.in_(question_ids[start : start + 1000]))
            .order_by(Question.id)
            .with_for_update(of=Question, key_share=may_be_asked)
            .options(*([selectinload(Question.versions).defer(QuestionVersion.content)] if with_versions else []))
            .execution_options(populate_existing=True)
        )
    return found


def _done(
    action: str, course_id: int, asked_for: Sequence[int], found: Sequence[Question], before: dict[int, Any],
    kept: Kept, by: int, **details: Any,
) -> int:  # fmt: skip
    """Write the event of a change; one that changed nothing is refused."""
    if not before:
        raise NothingChanged(kept)
    db.session.flush()
    gone = len(set(asked_for)) - len(found)
    return _write(action, course_id, by, {"before": _keyed(before), "kept": _keyed(kept), "gone": gone, **details})


def _write(action: str, course_id: int, by: int, details: dict[str, Any]) -> int:
    event = AuditEvent(at=clock.now(), actor_id=by, action=action, subject=f"course:{course_id}", details=details)
    db.session.add(event)
    db.session.flush()
    return event.id


def _keyed(values: dict[int, Any]) -> dict[str, Any]:
    return {str(key): str(value) if isinstance(value, Stays) else value for key, value in values.items()}
