from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask

from app.auth.identity import Identity
from app.auth.models import PersonState, Role
from app.core.errors import NotFound
from app.core.transactions import unit_of_work
from app.courses import queries, services
from app.courses.models import Course, CourseTrainer, TrainerRole
from app.courses.queries import Filters, Length
from app.extensions import db
from tests.factories import a_course, a_draft, a_person, text


def the_identity_of(person_id: int, *roles: Role) -> Identity:
    return Identity(
        id=person_id, sign_in_id=1, email="t@city.example", name="T", language="en", time_zone="UTC",
        state=PersonState.ACTIVE, city_id=None, city_name=None, roles=frozenset(roles),
    )  # fmt: skip


def published(slug: str, *, minutes: int = 10, **values: object) -> Course:
    """A course of one lesson of `minutes`, with these columns, published."""
    course = a_draft(slug, modules=1, lessons=1)
    with unit_of_work():
        row = db.session.get_one(Course, course.id)
        for name, value in values.items():
            setattr(row, name, value)
        row.modules[0].activities[0].minutes = minutes
    with unit_of_work():
        services.publish(course_id=course.id, by=None)
    return course


def found(language: str = "en", **filters: object) -> list[str]:
    return [card.slug for card in queries.get_catalogue(Filters(**filters), language=language).cards]  # type: ignore[arg-type]


def test_the_catalogue_is_what_is_published_by_title(app: Flask) -> None:
    published("z", title=text("Élan"))
    published("y", title=text("Data"))
    published("x", title=text("future"))
    a_draft("unpublished")
    assert found() == ["y", "z", "x"]
    assert [card.slug for card in queries.list_cards(language="en")] == ["y", "z", "x"]


def test_titles_are_ordered_in_the_page_s_language(app: Flask) -> None:
    published("one", title=text("Apple", fr="Pomme"), languages=["en", "fr"])
    published("two", title=text("Pear", fr="Haricot"), languages=["en", "fr"])
    assert found("en") == ["one", "two"]
    assert found("fr") == ["two", "one"]


def test_a_card_shows_the_edition_and_not_the_draft(app: Flask) -> None:
    course = a_course("city", modules=2, lessons=3)
    with unit_of_work():
        db.session.get_one(Course, course.id).title = text("Not published yet")
    card = queries.list_cards(language="en")[0]
    assert card.title.best("en", "en") == "The city’s part"
    assert (card.id, card.modules, card.minutes, card.topics) == (course.id, 2, 30, ("prevention",))
    assert card.towers == (("", "", ""), ("", "", ""))
    assert card.label == "A course of 6 activities"


@pytest.mark.parametrize(
    ("search", "slugs"),
    [
        ("", ["other", "schools"]),
        ("SCHOOLS", ["schools"]),
        ("parents  schools", ["schools"]),
        ("ecoles", []),
        ("schools rumour", []),
        ("module", ["other", "schools"]),
        ("%", []),
        ("_", []),
        ("\x00", ["other", "schools"]),
        ("'; drop table course", []),
        ("scho", ["schools"]),
    ],
)
def test_every_word_must_be_there(app: Flask, search: str, slugs: list[str]) -> None:
    published("schools", title=text("Working with schools and parents", fr="Écoles"), languages=["en", "fr"])
    published("other", title=text("Rumour"))
    assert found(search=search) == slugs


def test_words_are_found_in_the_page_s_language_and_in_the_course_s_own(app: Flask) -> None:
    published("schools", title=text("Working with schools", fr="Travailler avec les écoles"), languages=["en", "fr"])
    assert found("fr", search="ECOLES") == ["schools"]
    assert found("fr", search="schools") == ["schools"]
    assert found("en", search="ecoles") == []


def test_filters_by_language_topic_and_length(app: Flask) -> None:
    both = text("B", fr="B")
    published("a", title=text("A"), topics=["rights"], minutes=59)
    published("b", title=both, summary=both, languages=["en", "fr"], topics=["rights", "youth"], minutes=60)
    published("c", title=text("C"), topics=["youth"], minutes=180)
    published("d", title=text("D"), topics=[], minutes=181)
    assert found(language="en") == ["a", "b", "c", "d"]
    assert found("en", topic="rights") == ["a", "b"]
    assert found("en", length=Length.SHORT) == ["a"]
    assert found("en", length=Length.MEDIUM) == ["b", "c"]
    assert found("en", length=Length.LONG) == ["d"]
    french = queries.get_catalogue(Filters(language="fr", topic="youth"), language="en")
    assert [card.slug for card in french.cards] == ["b"]
    assert (french.languages, french.topics) == (["en", "fr"], ["rights", "youth"])


def test_a_filter_for_what_no_course_has_counts_as_any(app: Flask) -> None:
    published("a")
    catalogue = queries.get_catalogue(Filters(language="xx", topic="nonsense"), language="en")
    assert len(catalogue.cards) == 1
    assert catalogue.filters == Filters()


def test_the_catalogue_costs_one_statement_once_its_editions_were_read(app: Flask, statements: list[str]) -> None:
    for _ in range(3):
        a_course()
    queries.list_cards(language="en")
    statements.clear()
    assert len(found(search="city")) == 3
    assert len(statements) == 1


@pytest.mark.parametrize(
    ("role", "sees", "edits"),
    [
        (TrainerRole.LEAD, True, True),
        (TrainerRole.AUTHOR, True, True),
        (TrainerRole.TRANSLATOR, True, False),
        (None, False, False),
    ],
)
def test_what_a_trainer_may_do_with_a_course(app: Flask, role: TrainerRole | None, sees: bool, edits: bool) -> None:
    person = a_person()
    course, other = a_draft("mine"), a_draft("other", trainer=a_person("Someone else"))
    if role:
        with unit_of_work():
            db.session.add(CourseTrainer(course_id=course.id, person_id=person.id, role=role))
    trainer = the_identity_of(person.id, Role.TRAINER)
    if sees:
        assert queries.get_access(course.id, trainer).editable is edits
    else:
        with pytest.raises(NotFound):
            queries.get_access(course.id, trainer)
    with pytest.raises(NotFound):
        queries.get_access(other.id, trainer)
    editable = db.session.scalars(sa.select(Course.slug).where(queries.editable_by(trainer))).all()
    assert editable == (["mine"] if edits else [])
    assert [review.course.slug for review in queries.list_taught(trainer)] == (["mine"] if sees else [])


def test_an_administrator_may_do_everything_with_every_course(app: Flask) -> None:
    course = a_draft()
    administrator = the_identity_of(a_person().id, Role.ADMINISTRATOR)
    assert queries.get_access(course.id, administrator).editable is True
    with pytest.raises(NotFound):
        queries.get_access(course.id + 1, administrator)


def test_taught_courses_cost_the_same_however_many(app: Flask, statements: list[str]) -> None:
    administrator = the_identity_of(a_person().id, Role.ADMINISTRATOR)
    costs = []
    for more in (1, 4):
        for _ in range(more):
            a_course()
        db.session.remove()
        statements.clear()
        assert all(review.difference.count == 0 for review in queries.list_taught(administrator))
        costs.append(len(statements))
    assert costs[0] == costs[1] <= 8


def test_editions_are_listed_newest_first_with_who_published_them(app: Flask) -> None:
    trainer = a_person("Stian Halvorsen")
    course = a_course()
    with unit_of_work():
        db.session.get_one(Course, course.id).title = text("Another")
    with unit_of_work():
        services.publish(course_id=course.id, by=trainer.id, note="A better title")
    lines = queries.list_course_editions(course.id)
    assert [(line.number, line.by, line.note) for line in lines] == [
        (2, "Stian Halvorsen", "A better title"),
        (1, None, ""),
    ]


def test_trainers_are_listed_lead_first(app: Flask) -> None:
    course = a_draft()
    people = [
        ("Ana", TrainerRole.TRANSLATOR),
        ("Bo", TrainerRole.AUTHOR),
        ("Cem", TrainerRole.LEAD),
        ("Di", TrainerRole.AUTHOR),
    ]
    for name, role in people:
        person = a_person(name)
        with unit_of_work():
            db.session.add(CourseTrainer(course_id=course.id, person_id=person.id, role=role))
    assert [name for name, _ in queries.list_trainers(course.id)] == ["Cem", "Bo", "Di", "Ana"]
