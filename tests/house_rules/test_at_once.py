"""What must not race does not, through real requests in threads, on whichever database the run has."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import partial

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient

from app.auth import passwords, tokens
from app.auth.models import Person, PersonState, Role
from app.auth.tokens import Purpose
from app.core import clock
from app.core.models import Outbox
from app.core.text import string_hash
from app.core.transactions import unit_of_work
from app.courses import drafts
from app.courses.models import Activity, Course, Edition
from app.courses.publishing.seen import mark_of
from app.extensions import db
from app.progress import services as progress
from app.progress.models import Certificate, Completion, Enrolment
from app.quizzes.jobs import close_overdue
from app.quizzes.models import Attempt, Response
from app.quizzes.settings import QuizSettings
from app.quizzes.types import AcceptedAnswer, ShortAnswer
from tests.at_once import at_once
from tests.factories import PASSWORD, a_choice_question, a_city, a_course, a_draft, a_person, an_answer, signed_in, text

ROUNDS = 3


@pytest.fixture(autouse=True)
def tokens_apart(app: Flask) -> Iterator[None]:
    """Forms are taken without their token, which is another question."""
    app.config["WTF_CSRF_ENABLED"] = False
    yield
    app.config["WTF_CSRF_ENABLED"] = True
    db.session.remove()


def browsers(app: Flask, person: Person, count: int) -> list[FlaskClient]:
    """As many windows of one person's browser."""
    return [signed_in(app.test_client(), person) for _window in range(count)]


def count(model: type, *conditions: sa.ColumnElement[bool]) -> int:
    db.session.rollback()
    return db.session.scalar(sa.select(sa.func.count()).select_from(model).where(*conditions)) or 0


def post(client: FlaskClient, address: str, **data: object) -> int:
    return client.post(address, data=data).status_code


@pytest.mark.parametrize("times", range(ROUNDS))
def test_the_last_two_activities_complete_a_course_once(app: Flask, times: int) -> None:
    course = a_course("course", modules=1, lessons=2)
    person = a_person(city=a_city())
    with unit_of_work():
        progress.enrol(person=person, course_id=course.id)
    addresses = [f"/learn/course/lesson-1-{n}/completion" for n in (1, 2, 1, 2)]
    answers = at_once([partial(post, c, a) for c, a in zip(browsers(app, person, 4), addresses, strict=True)])
    assert answers == [303] * 4
    assert (count(Completion), count(Certificate)) == (1, 1)
    assert db.session.scalar(sa.select(Enrolment.done)) == 2


@pytest.mark.parametrize("times", range(ROUNDS))
def test_enrolling_and_starting_at_once_makes_one_of_each(app: Flask, times: int) -> None:
    a_course("course", modules=1, lessons=0, questions=[a_choice_question()])
    person = a_person()
    answers = at_once([partial(post, c, "/courses/course/enrolment") for c in browsers(app, person, 4)])
    assert answers == [303] * 4
    answers = at_once([partial(post, c, "/learn/course/test/attempts") for c in browsers(app, person, 4)])
    assert answers == [303] * 4
    assert (count(Enrolment), count(Attempt)) == (1, 1)


@pytest.mark.parametrize("times", range(ROUNDS * 2))
def test_an_acknowledged_answer_is_graded(app: Flask, times: int) -> None:
    """Saving and submitting in the same moment: either the answer counts, or the person is told that it does not."""
    question = ShortAnswer(text("Which crossing?"), {"en": (AcceptedAnswer("zebra"),)}, "en")
    a_course("course", modules=1, lessons=0, questions=[question] * 4, quiz=QuizSettings(pass_mark=1))
    person = a_person()
    windows = browsers(app, person, 6)
    post(windows[0], "/courses/course/enrolment")
    post(windows[0], "/learn/course/test/attempts")
    saves = [
        partial(post, windows[slot], "/attempts/1/responses", **an_answer(slot, text="zebra")) for slot in range(4)
    ]
    submissions = [partial(post, windows[n], "/attempts/1/submission") for n in (4, 5)]
    answers = at_once([*saves, *submissions])
    assert set(answers[:4]) <= {303, 409}
    assert answers[4:] == [303, 303]
    db.session.rollback()
    graded = db.session.execute(sa.select(Response.answer, Response.fraction).order_by(Response.slot)).all()
    for saved, (answer, fraction) in zip(answers[:4], graded, strict=True):
        assert (answer is not None, fraction) == ((True, 1.0) if saved == 303 else (False, 0.0))


@pytest.mark.parametrize("times", range(ROUNDS))
def test_the_clock_and_the_person_end_an_attempt_once(app: Flask, times: int) -> None:
    """The job, two submissions and a new start, all after the deadline: it ends once, at the deadline."""
    a_course("course", modules=1, lessons=0, questions=[a_choice_question()], quiz=QuizSettings(pass_mark=1))
    person = a_person()
    windows = browsers(app, person, 4)
    post(windows[0], "/courses/course/enrolment")
    post(windows[0], "/learn/course/test/attempts")
    post(windows[0], "/attempts/1/responses", **an_answer(0, choice="a"))
    due_at = clock.now() - timedelta(minutes=5)
    with unit_of_work():
        db.session.execute(sa.update(Attempt).values(due_at=due_at, started_at=due_at - timedelta(minutes=30)))

    def close() -> int:
        with app.app_context():
            return close_overdue()

    submissions = [partial(post, window, "/attempts/1/submission") for window in windows[:2]]
    answers = at_once([*submissions, partial(post, windows[2], "/learn/course/test/attempts"), close, close])
    assert answers[:3] == [303] * 3
    assert sum(answers[3:]) <= 1
    db.session.rollback()
    first = db.session.get_one(Attempt, 1)
    assert (first.state, first.finished_at, first.score) == ("submitted", due_at, 1.0)
    assert (count(Attempt), count(Completion)) == (2, 1)


@pytest.mark.parametrize("times", range(ROUNDS))
def test_of_two_answers_made_from_one_the_first_is_kept(app: Flask, times: int) -> None:
    a_course("course", modules=1, lessons=0, questions=[a_choice_question()])
    person = a_person()
    windows = browsers(app, person, 3)
    post(windows[0], "/courses/course/enrolment")
    post(windows[0], "/learn/course/test/attempts")
    address = "/attempts/1/responses"
    answers = at_once(
        [partial(post, w, address, **an_answer(0, choice=c)) for w, c in zip(windows, "abc", strict=True)]
    )
    assert sorted(answers) == [303, 409, 409]
    kept = db.session.scalar(sa.select(Response.answer))
    assert kept and "abc"[answers.index(303)] == kept.choice


@pytest.mark.parametrize("times", range(ROUNDS))
def test_publishing_twice_makes_one_edition(app: Flask, times: int) -> None:
    course = a_course("course", modules=1, lessons=1)
    with unit_of_work():
        db.session.execute(sa.update(Course).values(summary=text("Another")))
    administrator = a_person(roles=(Role.ADMINISTRATOR,))
    address = f"/teach/courses/{course.id}/editions"
    seen = mark_of(drafts.outline_of(drafts.load(course.id)), 1)
    db.session.rollback()
    answers = at_once([partial(post, c, address, note="Once", seen=seen) for c in browsers(app, administrator, 4)])
    assert sorted(answers) == [303, 409, 409, 409]
    assert count(Edition) == 2


@pytest.mark.parametrize("times", range(ROUNDS))
def test_registering_and_asking_again_at_once(app: Flask, times: int) -> None:
    """One account; and of mails that say the same to the same person in one second, one."""
    fields = {"email": "new@city.example", "name": "Amina", "password": "a longer secret", "language": "en",
              "time_zone": "UTC"}  # fmt: skip
    answers = at_once([partial(post, app.test_client(), "/register", **fields) for _ in range(4)])
    assert answers == [302] * 4
    assert count(Person) == 1
    answers = at_once([partial(post, app.test_client(), "/reset-password", email="new@city.example") for _ in range(6)])
    assert answers == [200] * 6
    assert count(Outbox, Outbox.kind == "confirm") == 1


@pytest.mark.parametrize("times", range(ROUNDS))
def test_a_link_is_used_once(app: Flask, times: int) -> None:
    a_city(domain="ghent.example")
    person = a_person(email="new@ghent.example", state=PersonState.UNCONFIRMED)
    address = f"/confirm/{tokens.make(Purpose.CONFIRM, person)}"
    answers = at_once([partial(post, app.test_client(), address) for _ in range(4)])
    assert sorted(answers) == [302, 404, 404, 404]


@pytest.mark.parametrize("times", range(ROUNDS))
def test_a_person_moves_while_completing_a_course(app: Flask, times: int) -> None:
    here, there = a_city(), a_city()
    course = a_course("course", modules=1, lessons=4)
    person = a_person(city=here)
    administrator = a_person(roles=(Role.ADMINISTRATOR,))
    with unit_of_work():
        progress.enrol(person=person, course_id=course.id)
    lessons = [
        partial(post, c, f"/learn/course/lesson-1-{n}/completion") for n, c in enumerate(browsers(app, person, 4), 1)
    ]
    moves = [
        partial(post, c, f"/people/{person.id}/affiliation", city=str(there.id))
        for c in browsers(app, administrator, 2)
    ]
    answers = at_once([*lessons, *moves])
    assert answers[:4] == [303] * 4
    assert 302 in answers[4:]
    assert set(answers[4:]) <= {302, 422}
    assert count(Completion) == 1


@pytest.mark.parametrize("times", range(ROUNDS))
def test_signing_out_while_saving(app: Flask, times: int) -> None:
    a_course("course", modules=1, lessons=0, questions=[a_choice_question()])
    person = a_person()
    window = signed_in(app.test_client(), person)
    post(window, "/courses/course/enrolment")
    post(window, "/learn/course/test/attempts")
    cookie = window.get_cookie("academy")
    assert cookie
    same = app.test_client()
    same.set_cookie("academy", cookie.value)
    saved, left = at_once(
        [
            partial(post, window, "/attempts/1/responses", **an_answer(0, choice="a")),
            partial(post, same, "/sign-out"),
        ]
    )
    assert left == 302
    assert saved in (303, 401, 403)
    answer = db.session.scalar(sa.select(Response.answer))
    assert (answer is not None) == (saved == 303)
    replayed = app.test_client()
    replayed.set_cookie("academy", cookie.value)
    assert replayed.get("/account").status_code == 302


@pytest.mark.parametrize("times", range(ROUNDS))
def test_passwords_changed_and_signed_in_with_at_once(app: Flask, monkeypatch: pytest.MonkeyPatch, times: int) -> None:
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    person = a_person(email="amina@city.example")
    window = browsers(app, person, 1)[0]
    change = partial(
        post, window, "/account/password",
        **{"password-password": "a longer secret", "password-current_password": PASSWORD},
    )  # fmt: skip
    others = [
        partial(post, app.test_client(), "/sign-in", email="amina@city.example", password=PASSWORD) for _ in range(3)
    ]
    answers = at_once([change, *others])
    assert answers[0] == 302
    assert set(answers[1:]) <= {302, 400}


@pytest.mark.parametrize("times", range(ROUNDS))
def test_trainers_who_move_and_rename_at_once_all_have_their_way(app: Flask, times: int) -> None:
    """No move makes a conflict of another, nor of a title; afterwards everything stands in one place."""
    course = a_draft("course", modules=2, lessons=3)
    administrator = a_person(roles=(Role.ADMINISTRATOR,))
    ids = db.session.scalars(sa.select(Activity.id).order_by(Activity.id)).all()
    version = string_hash("Lesson 1.1")
    db.session.rollback()
    here = f"/teach/courses/{course.id}/activities"
    windows = browsers(app, administrator, 6)
    answers = at_once(
        [
            partial(post, windows[0], f"{here}/{ids[0]}/place", module="2", before=str(ids[4])),
            partial(post, windows[1], f"{here}/{ids[1]}/place", module="2", before=str(ids[4])),
            partial(post, windows[2], f"{here}/{ids[4]}/place", module="1"),
            partial(post, windows[3], f"{here}/{ids[0]}/title", title="Another", version=version),
            partial(post, windows[4], f"{here}/{ids[5]}/removal"),
            partial(post, windows[5], f"/teach/courses/{course.id}/modules/1/activities", kind="lesson"),
        ]
    )
    assert answers == [303] * 6
    db.session.rollback()
    db.session.expire_all()
    one, two = drafts.load(course.id).living_modules()
    standing = [[a.id for a in module.living_activities()] for module in (one, two)]
    new = max(standing[0])
    assert {frozenset(held) for held in standing} == {frozenset({ids[2], ids[4], new}), frozenset({*ids[:2], ids[3]})}
    assert len({a.rank for module in (one, two) for a in module.living_activities() if a.module_id == one.id}) == 3
    assert db.session.get_one(Activity, ids[0]).title.best("en", "en") == "Another"


@pytest.mark.parametrize("times", range(ROUNDS))
def test_of_two_titles_given_at_once_one_is_told(app: Flask, times: int) -> None:
    course = a_draft("course", modules=1, lessons=1)
    administrator = a_person(roles=(Role.ADMINISTRATOR,))
    address = f"/teach/courses/{course.id}/activities/1/title"
    titles = ("One", "Two", "Three")
    windows = browsers(app, administrator, 3)
    version = string_hash("Lesson 1.1")
    answers = at_once(
        [partial(post, w, address, title=title, version=version) for w, title in zip(windows, titles, strict=True)]
    )
    assert sorted(answers) == [303, 409, 409]
    db.session.rollback()
    kept = db.session.scalars(sa.select(Activity.title)).one().best("en", "en")
    assert kept == titles[answers.index(303)]


@pytest.mark.parametrize("times", range(ROUNDS))
def test_an_address_is_given_to_one_course(app: Flask, times: int) -> None:
    trainer = a_person(roles=(Role.TRAINER,))
    sent = {"title": "Streets", "source_language": "en", "slug": "streets"}
    answers = at_once([partial(post, w, "/teach/courses/new", **sent) for w in browsers(app, trainer, 4)])
    assert sorted(answers) == [303, 409, 409, 409]
    assert count(Course) == 1
    answers = at_once(
        [partial(post, w, "/teach/courses/new", title="Roads", source_language="en") for w in browsers(app, trainer, 4)]
    )
    assert answers == [303] * 4
    assert count(Course) == 2
