"""What tests of translations need: a course in English, French and Arabic, and people who may write what."""

from __future__ import annotations

from app.auth.models import Person, Role
from app.core.transactions import unit_of_work
from app.courses import drafts
from app.courses.models import Course, CourseTrainer, LessonBody, TrainerRole
from app.extensions import db
from app.quizzes.types import AcceptedAnswer, Content, ShortAnswer
from tests.factories import a_choice_question, a_draft, a_person, text

LANGUAGES = ["en", "fr", "ar"]


def a_short_question() -> ShortAnswer:
    """A short answer that accepts two words in English, the first with feedback."""
    return ShortAnswer(
        stem=text("What is a story that nobody checked?"),
        answers={"en": (AcceptedAnswer("rumour", 1.0, text("Yes.")), AcceptedAnswer("hearsay", 0.5))},
        source_language="en",
        feedback=text("Ask who saw it."),
    )


def a_course_to_translate(
    trainer: Person | None = None, *, questions: list[Content] | None = None, **values: object
) -> Course:
    """A draft of one module with two lessons and a quiz, in English, with French and Arabic offered and empty."""
    asked = [a_choice_question(), a_short_question()] if questions is None else questions
    course = a_draft(trainer=trainer, modules=1, questions=asked, **values)  # type: ignore[arg-type]
    with unit_of_work():
        course = drafts.load(course.id)
        course.languages = list(LANGUAGES)
        db.session.flush()
    return course


def a_translator(course: Course, *languages: str, name: str = "Salma Haddad") -> Person:
    """Somebody who may translate this course into these languages, and nothing else."""
    person = a_person(name, roles=(Role.TRANSLATOR,))
    with unit_of_work():
        db.session.add(
            CourseTrainer(
                course_id=course.id, person_id=person.id, role=TrainerRole.TRANSLATOR, languages=list(languages)
            )
        )
    return person


def change(
    course: Course, key: str, language: str = "en", *, title: str | None = None, html: str | None = None
) -> None:
    """New words in the title or the body of the activity with this key, as the course’s authors save them."""
    with unit_of_work():
        loaded = drafts.load(course.id)
        activity = next(a for a in drafts.living_activities(loaded) if a.key == key)
        if title is not None:
            activity.title = activity.title.with_phrase(language, title, "en")
        if html is not None:
            bodies = {body.language: body for body in activity.bodies}  # type: ignore[attr-defined]
            if language in bodies:
                bodies[language].html = html
            else:
                activity.bodies.append(LessonBody(language=language, html=html))  # type: ignore[attr-defined]


def activity_id(course: Course, key: str) -> int:
    db.session.rollback()
    return next(a.id for a in drafts.living_activities(drafts.load(course.id)) if a.key == key)
