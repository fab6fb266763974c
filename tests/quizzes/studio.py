"""A course with a quiz on a trainer's desk, for the tests of the studio."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask.testing import FlaskClient

from app.auth.models import Person, Role
from app.core.transactions import unit_of_work
from app.courses.models import CourseTrainer
from app.extensions import db
from app.quizzes.models import Question, QuestionVersion, Quiz, QuizSlot
from app.quizzes.types import Content
from tests.factories import a_choice_question, a_draft, a_person


@dataclass(frozen=True)
class Desk:
    """Ids to make addresses of."""

    course_id: int
    quiz_id: int
    trainer: Person

    @property
    def course(self) -> str:
        return f"/teach/courses/{self.course_id}"

    @property
    def quiz(self) -> str:
        return f"{self.course}/quizzes/{self.quiz_id}"

    def question(self, question_id: int) -> str:
        return f"{self.course}/questions/{question_id}"


def a_desk(*stems: str, contents: list[Content] | None = None, **values: Any) -> Desk:
    """A draft whose quiz asks questions with these stems, and its lead."""
    trainer = a_person("Stian Halvorsen", roles=(Role.TRAINER,))
    questions = contents or [a_choice_question(stem) for stem in stems or ("First?", "Second?", "Third?")]
    course = a_draft(questions=questions, trainer=trainer, **values)
    quiz_id = db.session.scalar(sa.select(Quiz.id).where(Quiz.course_id == course.id))
    course_id = course.id
    db.session.rollback()
    assert quiz_id
    return Desk(course_id, quiz_id, trainer)


def a_colleague(desk: Desk, part: str = "author", *, role: Role = Role.TRAINER) -> Person:
    person = a_person("Amal Khoury", roles=(role,))
    with unit_of_work():
        db.session.add(CourseTrainer(course_id=desk.course_id, person_id=person.id, role=part))
    return person


def stems(desk: Desk) -> list[str]:
    """What the quiz asks, in order, in the latest version of each question."""
    db.session.rollback()
    slots = db.session.scalars(
        sa.select(QuizSlot).where(QuizSlot.quiz_id == desk.quiz_id).order_by(QuizSlot.rank, QuizSlot.id)
    )
    asked = [slot.question.latest for slot in slots]
    found = [version.content.stem.best("en", "en") for version in asked if version]
    db.session.rollback()
    return found


def slot_ids(desk: Desk) -> list[int]:
    db.session.rollback()
    ids = db.session.scalars(
        sa.select(QuizSlot.id).where(QuizSlot.quiz_id == desk.quiz_id).order_by(QuizSlot.rank, QuizSlot.id)
    ).all()
    db.session.rollback()
    return list(ids)


def versions(question_id: int) -> list[tuple[int, str, Content]]:
    """Number, state and content of a question's versions, the oldest first."""
    db.session.rollback()
    rows = db.session.execute(
        sa.select(QuestionVersion.number, QuestionVersion.state, QuestionVersion.content)
        .where(QuestionVersion.question_id == question_id)
        .order_by(QuestionVersion.number)
    ).all()
    db.session.rollback()
    return [(row.number, row.state, row.content) for row in rows]


def count(model: type) -> int:
    db.session.rollback()
    found = db.session.scalar(sa.select(sa.func.count()).select_from(model)) or 0
    db.session.rollback()
    return found


def keys(course_id: int) -> list[str]:
    db.session.rollback()
    found = list(
        db.session.scalars(sa.select(Question.key).where(Question.course_id == course_id).order_by(Question.id))
    )
    db.session.rollback()
    return found


SINGLE = {
    "type": "single_choice",
    "number": "0",
    "stem": "Who should be heard first?",
    "choices-0-text": "The neighbours",
    "choices-0-feedback": "Yes, they live with it.",
    "choices-1-text": "The press",
    "right": "0",
    "feedback": "Think of who is nearest.",
    "action": "save",
}
MULTIPLE = {
    "type": "multiple_choice",
    "number": "0",
    "stem": "Which of these help?",
    "choices-0-text": "Listening",
    "choices-0-right": "y",
    "choices-1-text": "Asking",
    "choices-1-right": "y",
    "choices-2-text": "Guessing",
    "action": "save",
}
SHORT = {
    "type": "short_answer",
    "number": "0",
    "stem": "Which crossing has stripes?",
    "answers-0-text": "zebra*",
    "answers-0-language": "en",
    "action": "save",
}
TRUE_FALSE = {
    "type": "true_false",
    "number": "0",
    "stem": "A city can prevent what a state cannot.",
    "truth": "true",
    "true_feedback": "Yes: it is nearer.",
    "false_feedback": "",
    "action": "save",
}
NUMBER = {
    "type": "number",
    "number": "0",
    "stem": "How far is the next clinic?",
    "answers-0-value": "1,5e3",
    "answers-0-tolerance": "5",
    "answers-0-relative": "y",
    "answers-0-feedback": "As the crow flies.",
    "units-0-name": "m",
    "units-0-factor": "1",
    "units-1-name": "km",
    "units-1-factor": "1000",
    "unit_penalty": "20",
    "action": "save",
}
MATCHING = {
    "type": "matching",
    "number": "0",
    "stem": "Who does what?",
    "pairs-0-prompt": "Budget",
    "pairs-0-match": "The council",
    "pairs-1-prompt": "Patrols",
    "pairs-1-match": "The police",
    "pairs-2-prompt": "By-laws",
    "pairs-2-match": "The council",
    "pairs-3-match": "The press",
    "action": "save",
}
ORDERING = {
    "type": "ordering",
    "number": "0",
    "stem": "What comes first?",
    "items-0-text": "Listen",
    "items-1-text": "Plan",
    "items-2-text": "Act",
    "credit": "pairs",
    "action": "save",
}


def post(client: FlaskClient, address: str, **fields: str) -> Any:
    return client.post(address, data=fields)
