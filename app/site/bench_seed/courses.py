"""The courses of a large network: written as drafts and published, so that editions are what editions are."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.core import clock, rank
from app.core.text import Text
from app.courses import services as courses
from app.courses.editions import PublishedEdition, get_edition
from app.courses.models import Course, CourseTrainer, Lesson, LessonBody, Module
from app.courses.outline import CourseSettings, OutlineActivity
from app.extensions import db
from app.progress.models import ActivityState
from app.quizzes.freezing import data_of
from app.quizzes.models import Question, QuestionVersion, Quiz, QuizSlot
from app.quizzes.settings import QuizSettings
from app.quizzes.types import Choice, SingleChoice, marks_hash

QUESTIONS = 5  # of each quiz, so that scores are fifths
PASS_MARK = 70

SUBJECTS = (
    "Early warning", "Family support", "Youth work", "Schools and teachers", "Hate online", "Local media",
    "Reintegration", "Community dialogue", "Public spaces", "Crisis communication", "Mental health", "Sport",
    "Libraries and museums", "Local data", "Working with police", "Elections", "Faith communities", "Volunteers",
)  # fmt: skip
ANGLES = ("first steps", "in practice", "with partners", "on a small budget", "and how to measure it")


@dataclass(frozen=True, slots=True)
class Taught:
    """A published course, and of each of its activities how its state stands in `Enrolment.states`."""

    edition: PublishedEdition
    slug: str
    trainer_id: int
    said: dict[tuple[int, ActivityState], str]
    versions: dict[int, tuple[int, ...]]
    towers: str

    @classmethod
    def of(cls, edition: PublishedEdition, slug: str, trainer_id: int) -> Taught:
        said = {(a.id, state): f'"{a.id}": "{state}"' for a in edition.activities for state in ActivityState}
        quizzes = [a for a in edition.activities if a.kind == "quiz"]
        versions = {a.id: tuple(slot.version_id for slot in data_of(a).slots) for a in quizzes}
        towers = [len(module.activities) for module in edition.outline.modules]
        return cls(edition, slug, trainer_id, said, versions, str(towers))

    def is_quiz(self, activity: OutlineActivity) -> bool:
        return activity.id in self.versions


def teach(count: int, length: int, trainer_ids: Sequence[int], at: datetime, chance: random.Random) -> list[Taught]:
    """Write and publish `count` courses of about `length` activities as of `at`."""
    taught = []
    with clock.at(at):
        for number in range(1, count + 1):
            trainer_id = trainer_ids[number % len(trainer_ids)]
            course = _draft(number, max(length + chance.randint(-3, 3), 4), trainer_id, chance)
            edition = courses.publish(course_id=course.id, by=trainer_id, note="The first edition.")
            taught.append(Taught.of(get_edition(edition.id), course.slug, trainer_id))
            db.session.expunge_all()
    return taught


def _draft(number: int, length: int, trainer_id: int, chance: random.Random) -> Course:
    title = f"{SUBJECTS[number % len(SUBJECTS)]}, {ANGLES[number // len(SUBJECTS) % len(ANGLES)]}"
    if number >= len(SUBJECTS) * len(ANGLES):
        title += f" {number}"
    in_french = number % 3 == 0
    course = Course(
        slug=f"course-{number}",
        source_language="en",
        languages=["en", "fr"] if in_french else ["en"],
        title=Text.of({"en": title, **({"fr": f"{title} (fr)"} if in_french else {})}, "en"),
        summary=_text(f"What a city can do: {title}."),
        topics=["prevention"],
        settings=CourseSettings(
            certificate_months=chance.choice((None, 12, 24, 24)), min_score=chance.choice((None, None, 60.0))
        ),
        created_at=clock.now(),
    )
    course.trainers.append(CourseTrainer(person_id=trainer_id, role="lead"))
    db.session.add(course)
    db.session.flush()
    modules = max(length // 5, 1)
    for m, place in enumerate(rank.spread(modules), 1):
        share = length * m // modules - length * (m - 1) // modules
        _module(course, m, place, share, chance)
    db.session.flush()
    return course


def _module(course: Course, number: int, place: str, length: int, chance: random.Random) -> None:
    """`length` activities, the last of them a quiz."""
    module = Module(key=f"module-{number}", rank=place, title=_text(f"Part {number}"))
    course.modules.append(module)
    db.session.flush()
    for n, at in enumerate(rank.spread(length), 1):
        what = {
            "course_id": course.id, "module_id": module.id, "key": f"activity-{number}-{n}", "rank": at,
            "title": _text(f"Step {number}.{n}"), "minutes": chance.randint(3, 15),
        }  # fmt: skip
        if n == length:
            module.activities.append(_quiz(course, what))
        else:
            lesson = Lesson(**what, required=chance.random() > 0.1)
            lesson.bodies.append(LessonBody(language="en", html=f"<p>What to read in step {number}.{n}.</p>"))
            module.activities.append(lesson)


def _quiz(course: Course, what: dict[str, object]) -> Quiz:
    quiz = Quiz(**what, settings=QuizSettings(pass_mark=PASS_MARK, attempts=None))
    db.session.add(quiz)
    for n, place in enumerate(rank.spread(QUESTIONS), 1):
        content = SingleChoice(
            stem=_text(f"Question {n}: which step comes first?"),
            choices=(
                Choice("a", _text("To listen"), 1.0),
                Choice("b", _text("To wait")),
                Choice("c", _text("To tell")),
            ),
        )
        question = Question(course_id=course.id, key=f"{what['key']}-{n}", source_language="en", tags=[])
        question.versions.append(
            QuestionVersion(number=1, content=content, marks_hash=marks_hash(content), created_at=clock.now())
        )
        quiz.slots.append(QuizSlot(question=question, rank=place, marks=1.0))
        db.session.add(question)
    return quiz


def _text(words: str) -> Text:
    return Text.of({"en": words}, "en")
