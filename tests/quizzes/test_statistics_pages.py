"""The statistics of real attempts: which are counted, what is shown of them, and what it costs."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.auth.models import Person, Role
from app.core.transactions import unit_of_work
from app.courses import services as courses
from app.courses.editions import get_edition
from app.courses.models import Course
from app.extensions import db
from app.progress import services as progress
from app.quizzes import queries, services
from app.quizzes.attempts import services as answer_services
from app.quizzes.attempts.queries import find_answering
from app.quizzes.bank.versions import add_version
from app.quizzes.models import Question
from app.quizzes.settings import QuizSettings
from app.quizzes.statistics import queries as statistics_queries
from app.quizzes.statistics.queries import Chosen, Which
from app.quizzes.types import ShortAnswer, ShortAnswerAnswer, SingleChoiceAnswer
from app.quizzes.types.short_answer import AcceptedAnswer
from tests.factories import a_choice_question, a_course, a_person, signed_in, text
from tests.pages import check_page

A, B, C = (SingleChoiceAnswer(key) for key in "abc")


@dataclass
class Asked:
    """A quiz of two questions, one chosen and one typed, with its trainer."""

    course: Course
    trainer: Person
    quiz_id: int

    def take(self, *answers: object, again: Person | None = None) -> Person:
        """Somebody's attempt with these answers, submitted; of who took it before, or of somebody new."""
        edition_id = db.session.scalar(sa.select(Course.edition_id).where(Course.id == self.course.id))
        assert edition_id
        edition = get_edition(edition_id)
        person = again or a_person()
        with unit_of_work():
            enrolment = progress.enrol(person=person, course_id=self.course.id)
        with unit_of_work():
            attempt_id = services.start_attempt(
                enrolment_id=enrolment.id, edition=edition, activity=edition.by_key["test"], language="en"
            ).id
        for slot, answer in enumerate(answers):
            to = find_answering(attempt_id, slot, person_id=person.id)
            assert to
            db.session.rollback()
            if answer is not None:
                with unit_of_work():
                    answer_services.save(to=to, answer=answer, flagged=False, sequence=0)  # type: ignore[arg-type]
        with unit_of_work():
            services.submit(attempt_id=attempt_id, activity=edition.by_key["test"])
        return person

    @property
    def address(self) -> str:
        return f"/teach/courses/{self.course.id}/quizzes/{self.quiz_id}/statistics"


def typed(words: str) -> ShortAnswerAnswer:
    return ShortAnswerAnswer(words)


@pytest.fixture
def asked(app: Flask) -> Asked:
    queries.forget()
    trainer = a_person("Ines Kraft", roles=(Role.TRAINER,))
    short = ShortAnswer(text("Which city?"), {"en": (AcceptedAnswer("Oslo"), AcceptedAnswer("Bergen", 0.5))}, "en")
    course = a_course(
        modules=1, lessons=0, questions=[a_choice_question("First?"), short], quiz=QuizSettings(shuffle=False),
        trainer=trainer,
    )  # fmt: skip
    edition_id = db.session.scalar(sa.select(Course.edition_id).where(Course.id == course.id))
    assert edition_id
    return Asked(course, trainer, get_edition(edition_id).by_key["test"].id)


@pytest.fixture
def taken(asked: Asked) -> Asked:
    """Six practitioners: two have all right, one half of the second, one only the second, two nothing."""
    for answers in (
        (A, typed("oslo")),
        (A, typed("Oslo")),
        (A, typed("Bergen")),
        (B, typed("Oslo")),
        (B, typed("Rome")),
    ):
        asked.take(*answers)
    asked.take(C, None)
    return asked


def test_items_are_counted(taken: Asked) -> None:
    computed = statistics_queries.compute(Chosen(taken.quiz_id))
    first, second = computed.items
    assert first.content.stem.best("en", "en") == "First?"
    assert first.figures.facility == pytest.approx(50)  # 3 of 6
    assert second.figures.facility == pytest.approx(100 * 3.5 / 6)
    assert first.figures.intended == second.figures.intended == pytest.approx(50)
    assert computed.figures.mean == pytest.approx((100 + 100 + 75 + 50 + 0 + 0) / 6)
    assert sorted(computed.totals) == [(0.0, 2), (50.0, 1), (75.0, 1), (100.0, 2)]


def test_every_answer_is_there(taken: Asked) -> None:
    chosen = Chosen(taken.quiz_id)
    computed = statistics_queries.compute(chosen)
    first, second = computed.items
    found = statistics_queries.list_answers(chosen, computed.items, computed.totals)
    (part,) = found[first.version_id]
    assert [(line.words.best("en", "en"), line.fraction, line.count) for line in part.lines] == [
        ("The right one", 1.0, 3), ("A wrong one", 0.0, 2), ("Another wrong one", 0.0, 1),
    ]  # fmt: skip
    assert part.lines[0].scored == pytest.approx((1 + 1 + 0.75) / 3)
    # Thirds of 0 0 50 75 100 100: two each.
    assert [line.thirds for line in part.lines] == [(0, 1, 2), (1, 1, 0), (1, 0, 0)]
    (part,) = found[second.version_id]
    assert [(line.words, line.count) for line in part.lines] == [("Oslo", 3), ("Bergen", 1)]
    assert [(line.words, line.count) for line in part.others] == [("Rome", 1)]
    assert part.unanswered.count == 1


def test_which_attempts(asked: Asked) -> None:
    person = asked.take(B, typed("Rome"))
    asked.take(A, typed("Oslo"), again=person)
    asked.take(A, typed("Rome"), again=person)

    def mean(which: Which) -> float | None:
        return statistics_queries.compute(Chosen(asked.quiz_id, which)).figures.mean

    assert [mean(which) for which in (Which.FIRST, Which.BEST, Which.LAST, Which.ALL)] == [0, 100, 50, 50]


def test_an_open_attempt_and_one_that_waits_are_not_counted(taken: Asked) -> None:
    with unit_of_work():
        db.session.execute(sa.text("UPDATE attempt SET score = NULL WHERE id = (SELECT min(id) FROM attempt)"))
        db.session.execute(sa.text("UPDATE attempt SET state = 'open' WHERE id = (SELECT max(id) FROM attempt)"))
    assert statistics_queries.compute(Chosen(taken.quiz_id)).figures.attempts == 4
    assert statistics_queries.count_unmarked(taken.quiz_id) == 1


def test_a_translation_is_the_same_item_and_a_corrected_key_another(taken: Asked) -> None:
    question = db.session.scalars(sa.select(Question).where(Question.key == "question-1")).one()
    old = question.versions[0].content
    with unit_of_work():
        other = msgspec.structs.replace(old, stem=text("First?", fr="La première ?"))
        add_version(db.session.merge(question), other, by=None)
        courses.publish(course_id=taken.course.id, by=None)
    taken.take(A, typed("Oslo"))
    computed = statistics_queries.compute(Chosen(taken.quiz_id))
    assert [item.numbers for item in computed.items] == [(1, 2), (1,)]
    assert computed.items[0].figures.attempts == 7
    with unit_of_work():
        wrong = msgspec.structs.replace(old.choices[1], fraction=1.0)
        right = msgspec.structs.replace(old.choices[0], fraction=0.0)
        other = msgspec.structs.replace(old, choices=(right, wrong, old.choices[2]))
        add_version(db.session.get_one(Question, question.id), other, by=None)
        courses.publish(course_id=taken.course.id, by=None)
    taken.take(B, typed("Oslo"))
    computed = statistics_queries.compute(Chosen(taken.quiz_id))
    assert sorted(item.numbers for item in computed.items) == [(1,), (1, 2), (3,)]
    editions = statistics_queries.list_editions(taken.quiz_id)
    assert [(line.number, line.attempts) for line in editions] == [(3, 1), (2, 1), (1, 6)]
    assert statistics_queries.compute(Chosen(taken.quiz_id, edition_id=editions[0].id)).figures.attempts == 1


def test_what_it_costs(taken: Asked, statements: list[str]) -> None:
    statements.clear()
    computed = statistics_queries.compute(Chosen(taken.quiz_id))
    assert len(statements) <= 4
    statements.clear()
    statistics_queries.list_answers(Chosen(taken.quiz_id), computed.items, computed.totals)
    assert len(statements) == 1


def test_the_pages(client: FlaskClient, taken: Asked) -> None:
    teaching = signed_in(client, taken.trainer)
    page = teaching.get(taken.address)
    assert page.status_code == 200 and check_page(page.text) == []
    assert "Too few attempts to judge" in page.text and "50\u202f%" in page.text
    item = statistics_queries.compute(Chosen(taken.quiz_id)).items[1]
    page = teaching.get(f"{taken.address}/{item.version_id}")
    assert check_page(page.text) == []
    assert "Rome" in page.text and "No answer" in page.text
    assert teaching.get(f"{taken.address}/9999").status_code == 404
    for address in ("?attempts=best", "?attempts=nonsense", "?edition=1", "?edition=nonsense", "?edition=99"):
        assert teaching.get(taken.address + address).status_code == 200


def test_nothing_to_look_at_yet(client: FlaskClient, asked: Asked) -> None:
    page = signed_in(client, asked.trainer).get(asked.address)
    assert "No attempts to look at yet" in page.text and check_page(page.text) == []


def test_csv(client: FlaskClient, taken: Asked) -> None:
    taken.take(A, typed("=cmd()"))
    teaching = signed_in(client, taken.trainer)
    sheet = teaching.get(f"{taken.address}.csv")
    assert sheet.headers["Content-Disposition"].endswith('-test-statistics.csv"')
    lines = sheet.text.removeprefix("\ufeff").splitlines()
    assert len(lines) == 3 and lines[1].startswith("1,question-1,1,First?,7,57.14,")
    item = statistics_queries.compute(Chosen(taken.quiz_id)).items[1]
    sheet = teaching.get(f"{taken.address}/{item.version_id}.csv")
    assert "'=cmd()" in sheet.text and "No answer" in sheet.text


def test_who_waits_for_marks_at_first_is_not_counted_by_a_later_attempt(asked: Asked) -> None:
    person = asked.take(B, typed("Rome"))
    asked.take(A, typed("Oslo"), again=person)
    asked.take(B, typed("Oslo"))
    with unit_of_work():
        db.session.execute(sa.text("UPDATE attempt SET score = NULL WHERE id = (SELECT min(id) FROM attempt)"))

    def attempts(which: Which) -> tuple[int, float | None]:
        figures = statistics_queries.compute(Chosen(asked.quiz_id, which)).figures
        return figures.attempts, figures.mean

    assert attempts(Which.FIRST) == (1, 50)
    assert attempts(Which.LAST) == attempts(Which.BEST) == attempts(Which.ALL) == (2, 75)
