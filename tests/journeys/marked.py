"""Puts a course with essays that wait, and a question with a wrong key, into the data of a site that runs.

`python -m tests.journeys.marked` with the site's environment; it prints the course's id and the quiz's.
"""

from __future__ import annotations

import sqlalchemy as sa

from app import create_app
from app.auth.models import Person
from app.core.transactions import unit_of_work
from app.courses.models import CourseTrainer
from app.extensions import db
from app.quizzes.types import EssayAnswer
from tests.factories import a_choice_question
from tests.quizzes.marking import A, B, School, a_corrected, an_essay

ESSAY = "First I would listen to those who live there.\n\nThen I would bring the schools to the table."


def main() -> None:
    with create_app().app_context():
        question = a_choice_question("Who is heard first?")
        school = School(question, an_essay(), marks=[1.0, 4.0])
        with unit_of_work():
            trainer = db.session.scalar(sa.select(Person.id).where(Person.email == "trainer@demo.example"))
            assert trainer
            db.session.add(CourseTrainer(course_id=school.course_id, person_id=trainer, role="lead"))
        people = (("Amina Trabelsi", "amina@marked.example", A), ("Bram Peeters", "bram@marked.example", B))
        for minute, (name, email, chosen) in enumerate(people):
            enrolment = school.practitioner(name, email=email)
            school.attempt(chosen, EssayAnswer(ESSAY), enrolment=enrolment, waits=[1], minute=minute)
        school.correct(0, a_corrected(question, "b"))
        print(school.course_id, school.quiz.id)


if __name__ == "__main__":
    main()
