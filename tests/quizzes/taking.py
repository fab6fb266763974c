"""A practitioner taking a quiz through its services."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from app.core import clock
from app.core.errors import NotFound
from app.core.transactions import unit_of_work
from app.courses.editions import PublishedEdition, get_edition
from app.courses.models import Course
from app.extensions import db
from app.network.models import City
from app.progress import services as progress
from app.quizzes import queries, services
from app.quizzes.attempts import services as answer_services
from app.quizzes.attempts.queries import find_answering
from app.quizzes.models import Attempt, Extension, Quiz, Response
from app.quizzes.queries import Sitting
from app.quizzes.settings import QuizSettings
from app.quizzes.types import Content
from tests.factories import a_choice_question, a_course, a_person


class Taking:
    """A practitioner in a course that is one quiz, by default of two questions whose choice `a` is right."""

    def __init__(self, settings: QuizSettings, questions: list[Content] | None = None, **quiz: Any) -> None:
        queries.forget()
        asked = questions or [a_choice_question("One?"), a_choice_question("Two?")]
        course = a_course("quiz", modules=1, lessons=0, questions=asked, quiz=settings)
        person = a_person()
        self.person = person
        if quiz:
            with unit_of_work():
                row = db.session.scalars(sa.select(Quiz)).one()
                for name, value in quiz.items():
                    setattr(row, name, value)
        self.person_id = person.id
        edition_id = db.session.scalar(sa.select(Course.edition_id).where(Course.id == course.id))
        assert edition_id is not None
        self.edition: PublishedEdition = get_edition(edition_id)
        self.quiz = self.edition.by_key["test"]
        with unit_of_work():
            self.enrolment_id = progress.enrol(person=person, course_id=course.id).id

    def start(self, code: str = "") -> int:
        with unit_of_work():
            return services.start_attempt(
                enrolment_id=self.enrolment_id, edition=self.edition, activity=self.quiz, language="en", code=code
            ).id

    def sitting(self, attempt_id: int) -> Sitting:
        found = queries.find_sitting(attempt_id, person_id=self.person_id)
        assert found is not None
        db.session.rollback()
        return found

    def answer(self, attempt_id: int, slot: int, answer: object, sequence: int = 0) -> int:
        to = find_answering(attempt_id, slot, person_id=self.person_id)
        db.session.rollback()
        if to is None:
            raise NotFound
        with unit_of_work():
            return answer_services.save(to=to, answer=answer, flagged=False, sequence=sequence)  # type: ignore[arg-type]

    def check(self, attempt_id: int, slot: int) -> Response:
        with unit_of_work():
            return answer_services.check(attempt_id=attempt_id, slot=slot)

    def attempt(self, attempt_id: int) -> Attempt:
        db.session.rollback()
        return db.session.get_one(Attempt, attempt_id, populate_existing=True)

    def hand_in(self, attempt_id: int) -> Attempt:
        """Submit, however that ends."""
        with unit_of_work():
            services.submit(attempt_id=attempt_id, activity=self.quiz)
        return self.attempt(attempt_id)

    def extend(self, *, city: City | None = None, **values: Any) -> None:
        """An extension for the person, or for a city, with whatever follows from it."""
        whose = {"city_id": city.id} if city else {"person_id": self.person_id}
        with unit_of_work():
            db.session.add(
                Extension(quiz_id=self.quiz.id, reason="Illness", given_at=clock.now(), **{**whose, **values})
            )
            db.session.flush()
            services.move_deadlines(quiz_id=self.quiz.id)

    def submit(self, attempt_id: int) -> float:
        with unit_of_work():
            score = services.submit(attempt_id=attempt_id, activity=self.quiz).score
        assert score is not None
        return score
