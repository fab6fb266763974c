"""Plain functions that make what a test needs, through the same services as the site where there is one.

Each opens its own unit of work, or joins the test's. Everything has a sensible default.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime
from itertools import count
from typing import Any

from flask.testing import FlaskClient

from app.auth.models import Affiliation, Person, PersonRole, PersonState, Role, SignIn
from app.core import clock, media, rank
from app.core.store import the_store
from app.core.text import Text
from app.core.transactions import unit_of_work
from app.courses import services as courses
from app.courses.models import Course, CourseMedia, CourseTrainer, Lesson, LessonBody, Module
from app.courses.outline import CourseSettings, Opens, Order
from app.extensions import db
from app.network.models import City, CityDomain, Region, SizeBand
from app.quizzes.models import Question, QuestionVersion, Quiz, QuizSlot
from app.quizzes.settings import QuizSettings
from app.quizzes.types import Choice, Content, SingleChoice, marks_hash

_numbers = count(1)

# argon2id of "correct horse", with the cheapest parameters, so that tests do not wait for it.
PASSWORD = "correct horse"
PASSWORD_HASH = "$argon2id$v=19$m=8,t=1,p=1$he1/LXcCzrOyT73kM5srSw$SqVZMSdG7d6mzv8C4ugm4zNKpcLFYrmgl+cykk0BrKo"


def text(string: str, **others: str) -> Text:
    """A text in English, with others by language tag."""
    return Text.of({"en": string, **others}, "en")


def a_city(
    name: str | None = None, *, domain: str | None = None, region: Region = Region.EUROPE, **values: object
) -> City:
    """A member city, with an e-mail domain if one is given."""
    with unit_of_work():
        fields = {
            "name": name or f"City {next(_numbers)}",
            "country": "NO",
            "region": region,
            "size_band": SizeBand.MEDIUM,
            "joined_on": date(2016, 5, 1),
            **values,
        }
        city = City(**fields)
        if domain:
            city.domains.append(CityDomain(domain=domain))
        db.session.add(city)
        db.session.flush()
    return city


def a_person(
    name: str = "Amina Trabelsi",
    *,
    email: str | None = None,
    city: City | None = None,
    roles: tuple[Role, ...] = (),
    state: PersonState = PersonState.ACTIVE,
    language: str = "en",
    since: datetime = datetime(2024, 1, 1, tzinfo=UTC),
) -> Person:
    """A person with an open affiliation to `city`; a coordinator coordinates that city."""
    with unit_of_work():
        person = Person(
            email=email or f"person{next(_numbers)}@city.example",
            name=name,
            language=language,
            time_zone="UTC",
            password_hash=PASSWORD_HASH,
            state=state,
            city_id=city.id if city else None,
            created_at=since,
            confirmed_at=None if state is PersonState.UNCONFIRMED else since,
        )
        db.session.add(person)
        db.session.flush()
        if city:
            db.session.add(Affiliation(person_id=person.id, city_id=city.id, from_at=since))
        for role in roles:
            of_city = city.id if city and role is Role.COORDINATOR else None
            db.session.add(PersonRole(person_id=person.id, role=role, city_id=of_city, from_at=since))
        db.session.flush()
    return person


def an_answer(slot: int, *, sequence: int = 0, **fields: object) -> dict[str, Any]:
    """The fields of an attempt's page with one question, as a browser sends them: `an_answer(0, choice="a")`."""
    return {"slot": slot, **{f"q{slot}-{name}": value for name, value in {"sequence": sequence, **fields}.items()}}


def a_choice_question(stem: str = "Which first step fits?") -> SingleChoice:
    """A single-choice question whose choice `a` is right; each choice has feedback."""
    return SingleChoice(
        stem=text(stem),
        choices=(
            Choice("a", text("The right one"), 1.0, text("Because it is right.")),
            Choice("b", text("A wrong one"), 0.0, text("Because it is wrong.")),
            Choice("c", text("Another wrong one"), 0.0, text("Because it is wrong too.")),
        ),
        feedback=text("Think of who is heard first."),
    )


def a_draft(
    slug: str | None = None,
    *,
    modules: int = 2,
    lessons: int = 2,
    questions: list[Content] | None = None,
    quiz: QuizSettings | None = None,
    order: Order = Order.FREE,
    certificate_months: int | None = 24,
    trainer: Person | None = None,
    quiz_opens: Opens | None = None,
) -> Course:
    """A course of `modules` modules of `lessons` lessons each (keys `lesson-1-1` …), and with questions a `test`."""
    with unit_of_work():
        course = Course(
            slug=slug or f"course-{next(_numbers)}",
            source_language="en",
            languages=["en"],
            title=text("The city’s part"),
            summary=text("What a city can do."),
            topics=["prevention"],
            settings=CourseSettings(order=order, certificate_months=certificate_months),
            created_at=clock.now(),
        )
        db.session.add(course)
        db.session.flush()
        for m, module_rank in enumerate(rank.spread(modules), 1):
            module = Module(course_id=course.id, key=f"module-{m}", rank=module_rank, title=text(f"Module {m}"))
            course.modules.append(module)
            db.session.flush()
            for n, place in enumerate(rank.spread(lessons), 1):
                lesson = Lesson(
                    course_id=course.id,
                    module_id=module.id,
                    key=f"lesson-{m}-{n}",
                    rank=place,
                    title=text(f"Lesson {m}.{n}"),
                    minutes=5,
                )
                lesson.bodies.append(LessonBody(language="en", html=f"<p>Body of lesson {m}.{n}.</p>"))
                module.activities.append(lesson)
        if questions:
            last = course.modules[-1]
            test = Quiz(
                course_id=course.id,
                module_id=last.id,
                key="test",
                rank="zz",
                title=text("Test"),
                minutes=10,
                settings=quiz or QuizSettings(pass_mark=70),
                opens_after=quiz_opens,
            )
            last.activities.append(test)
            db.session.flush()
            for i, (content, place) in enumerate(zip(questions, rank.spread(len(questions)), strict=True), 1):
                question = Question(course_id=course.id, key=f"question-{i}", source_language="en", tags=[])
                question.versions.append(
                    QuestionVersion(number=1, content=content, marks_hash=marks_hash(content), created_at=clock.now())
                )
                db.session.add(question)
                db.session.flush()
                test.slots.append(QuizSlot(question_id=question.id, rank=place, marks=1.0))
        if trainer:
            db.session.add(CourseTrainer(course_id=course.id, person_id=trainer.id, role="lead"))
        db.session.flush()
    return course


def a_course(slug: str | None = None, **values: object) -> Course:
    """As `a_draft`, published."""
    course = a_draft(slug, **values)  # type: ignore[arg-type]
    with unit_of_work():
        courses.publish(course_id=course.id, by=None)
    return course


def signed_in(client: FlaskClient, person: Person) -> FlaskClient:
    """The browser of `person`, as after signing in."""
    with unit_of_work():
        row = SignIn(person_id=person.id, created_at=clock.now(), last_used_at=clock.now())
        db.session.add(row)
        db.session.flush()
        sign_in_id = row.id
    with client.session_transaction() as session:
        session["_user_id"] = str(sign_in_id)
        session["_fresh"] = True
    return client


def a_file(
    course: Course,
    name: str = "photo.webp",
    content: bytes = b"content",
    *,
    media_type: str = "image/webp",
    **values: Any,
) -> CourseMedia:
    """A file in the course's library, and in the store. `values` are of the library's row; sizes are the file's own."""
    digest = hashlib.sha256(content).hexdigest()
    the_store().put(digest, content)
    own = {key: values.pop(key) for key in ("width", "height", "seconds") if key in values}
    with unit_of_work():
        media.keep_file(digest, name, media_type, len(content), **own)
        item = CourseMedia(
            course_id=course.id, media_hash=digest, name=name, added_at=clock.now(), **{"captions": {}, **values}
        )
        db.session.add(item)
        db.session.flush()
    return item
