"""The demonstration network: plausible, true to its seed, and nowhere but in a demonstration."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, get_args

import pytest
import sqlalchemy as sa
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy.orm import close_all_sessions

from app import create_app
from app.auth import queries as people
from app.auth import services as auth
from app.auth.models import Person, PersonRole, PersonState, Role
from app.auth.passwords import DEMONSTRATION, matches
from app.config import Settings
from app.core import clock
from app.core.base import Base
from app.core.models import Outbox
from app.core.transactions import unit_of_work
from app.courses import drafts, editions
from app.courses.kinds import Level
from app.courses.models import Course, CourseTrainer
from app.extensions import db
from app.grants import queries as grants
from app.grants.calls.call import CallState
from app.network.models import City, Region
from app.progress.models import ActivityProgress, Certificate, Completion, Enrolment, EnrolmentState
from app.progress.queries import find_place
from app.progress.standing import Standing
from app.quizzes import queries as quizzes
from app.quizzes.kind import data_of
from app.quizzes.marking.queries import count_waiting
from app.quizzes.models import Attempt, AttemptState, Mark, Response
from app.quizzes.types import Content, MultipleChoice, SingleChoice
from app.site.demo import cast, material
from tests.factories import a_person

NOW = datetime(2026, 11, 22, 14, 30, tzinfo=UTC)
TODAY = NOW.replace(hour=0, minute=0)
FEW = ("--people", "36")


def run(app: Flask, *arguments: str, at: datetime = NOW) -> Any:
    """Run `flask demo load` with the clock at `at`."""
    with clock.at(at):
        return app.test_cli_runner().invoke(args=["demo", "load", *arguments])


def rows() -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table by its name, without password hashes, which are salted, and keys, which are secret.

    Tallies are what triggers append, in whatever order a database groups its sums: they come sorted, unnumbered.
    """
    found = {}
    with db.engine.connect() as connection:
        for table in Base.metadata.sorted_tables:
            if table.name == "signing_key":
                continue
            columns = [column for column in table.columns if column.name != "password_hash"]
            found[table.name] = [
                tuple(row) for row in connection.execute(sa.select(*columns).order_by(*table.primary_key))
            ]
            if table.name.startswith("tally"):
                found[table.name] = sorted((row[1:] for row in found[table.name]), key=repr)
    return found


@contextmanager
def another(settings: Settings, folder: Path) -> Iterator[Flask]:
    """A demonstration site of its own, its database an empty SQLite file in `folder`."""
    folder.mkdir(exist_ok=True)
    url = f"sqlite:///{folder / 'academy.sqlite'}"
    app = create_app(replace(settings, data=folder, database_url=url, demo=True))
    editions.forget()
    quizzes.forget()
    with app.app_context():
        upgrade()  # with its triggers, which the tables alone do not have
        yield app
        close_all_sessions()
        db.engine.dispose()
    editions.forget()
    quizzes.forget()


@pytest.fixture(scope="module")
def network(settings: Settings, the_app: Flask, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """A small demonstration network, loaded once for the tests that only read."""
    with another(settings, tmp_path_factory.mktemp("demonstration")) as app:
        result = run(app, *FEW)
        assert result.exit_code == 0, result.output
        assert "practitioner@demo.example" in result.output
        assert DEMONSTRATION in result.output
        db.session.remove()
        with clock.at(NOW):
            yield app


@pytest.fixture
def demonstration(app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """The application of the run, as a demonstration."""
    monkeypatch.setitem(app.config, "SETTINGS", replace(settings, demo=True))
    quizzes.forget()
    return app


def person(email: str) -> Person:
    found = db.session.scalar(sa.select(Person).where(Person.email == email))
    assert found is not None
    return found


def test_it_refuses_outside_a_demonstration(app: Flask) -> None:
    result = run(app, *FEW)
    assert result.exit_code != 0
    assert "DEMO=yes" in result.output
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Person)) == 0


def test_it_leaves_a_network_with_people_alone(demonstration: Flask) -> None:
    a_person()
    before = rows()
    assert run(demonstration, *FEW).exit_code != 0
    assert run(demonstration, *FEW, "--if-empty").exit_code == 0
    assert rows() == before


def test_the_same_seed_and_day_give_the_same_network(demonstration: Flask, settings: Settings, tmp_path: Path) -> None:
    assert run(demonstration, "--people", "20", "--seed", "7").exit_code == 0
    one = rows()
    with another(settings, tmp_path / "again") as again:
        later = NOW.replace(hour=20)
        assert run(again, "--people", "20", "--seed", "7", at=later).exit_code == 0
        two = rows()
    assert one.keys() == two.keys()
    for table, mine in one.items():
        assert mine == two[table], table
    assert one["certificate"]
    assert one["attempt"]


def test_another_seed_gives_another_network() -> None:
    known = material.read()

    def gathered(seed: int) -> list[cast.Member]:
        return cast.gather(known, seed=seed, people=60, today=TODAY)

    assert gathered(1) == gathered(1)
    assert gathered(1) != gathered(2)
    assert len(gathered(1)) == len(gathered(2)) == 60


@pytest.mark.parametrize("seed", range(5))
def test_every_cast_is_sound(seed: int) -> None:
    members = cast.gather(material.read(), seed=seed, people=300, today=TODAY)
    assert len({member.email for member in members}) == len(members) == 300
    for member in members:
        assert member.email.isascii()
        assert TODAY - timedelta(days=731) < member.joins_at < TODAY
        for plan in member.plans:
            assert member.joins_at < plan.enrols_at < TODAY
            assert plan.due_at is None or plan.due_at > plan.enrols_at


def test_the_material_is_of_the_world() -> None:
    cities = material.read().cities
    assert 12 <= len(cities) <= 16
    assert {city.region for city in cities} == set(Region)
    assert all(city.joined.year >= 2015 for city in cities)
    assert len({cast.domain_of(city.name) for city in cities}) == len(cities)
    assert cast.domain_of("Quezon City") == "quezon-city.example"
    for call in material.read().calls:
        assert call.title.keys() == call.summary.keys() == {"en", "fr"}


def test_the_sign_ins_open_with_the_one_password(network: Flask) -> None:
    roles = {
        "practitioner@demo.example": set(),
        "trainer@demo.example": {Role.TRAINER},
        "coordinator@demo.example": {Role.COORDINATOR},
        "admin@demo.example": {Role.ADMINISTRATOR},
    }
    hashes = set(db.session.scalars(sa.select(Person.password_hash)))
    db.session.rollback()
    assert len(hashes) == 1
    assert matches(hashes.pop(), DEMONSTRATION)
    for email, expected in roles.items():
        one = person(email)
        assert one.state == PersonState.ACTIVE
        held = db.session.scalars(sa.select(PersonRole.role).where(PersonRole.person_id == one.id))
        assert set(held) == expected
    coordinator, practitioner = person("coordinator@demo.example"), person("practitioner@demo.example")
    assert coordinator.city is not None
    assert coordinator.city.name == "Sfax"
    assert practitioner.city_id == coordinator.city_id
    with unit_of_work():
        assert auth.sign_in(email="practitioner@demo.example", password=DEMONSTRATION, device="test")


def test_the_demonstration_trainer_leads_two_of_three_courses(network: Flask) -> None:
    leads = db.session.execute(
        sa.select(Person.email, Course.slug)
        .join(CourseTrainer, CourseTrainer.person_id == Person.id)
        .join(Course, Course.id == CourseTrainer.course_id)
        .where(CourseTrainer.role == "lead")
    )
    assert Counter(email for email, _slug in leads) == {
        "trainer@demo.example": 2,
        "nour.fakhoury@beirut.example": 1,
    }


def test_the_courses_are_published_without_a_fault_or_a_warning(network: Flask) -> None:
    for course in db.session.scalars(sa.select(Course)).all():
        assert course.edition_id
        checks = [check for check in drafts.checks(drafts.load(course.id)) if check.level is not Level.PASS]
        assert [check.message for check in checks] == []


def test_amina_is_one_step_from_the_grant_with_a_lesson_to_go_on_with(network: Flask) -> None:
    amina = person("practitioner@demo.example")
    places = [find_place(slug=slug, person_id=amina.id) for slug in ("prevention", "schools", "rights")]
    prevention, schools, rights = (place.enrolled for place in places if place)
    assert rights is None
    assert prevention is not None
    assert schools is not None
    assert schools.certificate
    assert (schools.standing.done, schools.standing.total) == (12, 12)
    assert (prevention.standing.done, prevention.standing.total) == (7, 14)
    assert prevention.standing.next is not None
    assert prevention.standing.next.kind == "lesson"
    assert prevention.due_at is not None
    assert prevention.due_at.date() == TODAY.date() + timedelta(days=9)
    call = grants.get_call("local-innovation-grant", NOW)
    [standing] = grants.list_standings([call], amina.id, NOW)
    assert (standing.met, standing.total, standing.steps) == (2, 3, 1)
    nearest = min(grants.list_standings(grants.list_coming_and_open(NOW), amina.id, NOW), key=lambda s: s.steps)
    assert nearest.call.slug == call.slug


def test_two_calls_are_open_for_some_ten_weeks_and_one_has_closed(network: Flask) -> None:
    *calls, closed = grants.list_calls(NOW)[0]
    assert (closed.slug, closed.state_at(NOW)) == ("first-steps-fund", CallState.CLOSED)
    assert len(calls) == 2
    for call in calls:
        assert call.state_at(NOW) is CallState.OPEN
        assert timedelta(weeks=9) < call.closes_at - NOW < timedelta(weeks=12)
        assert call.approved_on is not None
        assert call.approved_on < TODAY.date()
    assert calls[0].title.best("fr", "en") == "Bourse d’innovation locale 2027"


def test_the_figures_are_what_the_rows_say(network: Flask) -> None:
    """Every enrolment equals its own progress counted again; every completion has its certificate, in the past."""
    enrolments = db.session.scalars(sa.select(Enrolment)).all()
    assert enrolments
    for enrolment in enrolments:
        edition = editions.get_edition(enrolment.counted_edition_id)
        states = db.session.execute(
            sa.select(ActivityProgress.activity_id, ActivityProgress.state).where(
                ActivityProgress.enrolment_id == enrolment.id
            )
        ).all()
        assert enrolment.states == dict(map(tuple, states))
        standing = Standing(edition, enrolment.states)
        assert (enrolment.done, enrolment.total) == (standing.done, standing.total)
        assert (enrolment.state == EnrolmentState.COMPLETED) == standing.complete
        assert enrolment.enrolled_at <= enrolment.touched_at < TODAY
    completed = sum(enrolment.state == EnrolmentState.COMPLETED for enrolment in enrolments)
    certificates = db.session.scalars(sa.select(Certificate)).all()
    assert len(certificates) == completed == db.session.scalar(sa.select(sa.func.count()).select_from(Completion))
    assert all(TODAY - timedelta(days=600) < certificate.issued_at < TODAY for certificate in certificates)


def test_attempts_are_real_answers_some_passed_and_some_not(network: Flask) -> None:
    attempts = db.session.scalars(sa.select(Attempt).where(Attempt.state == AttemptState.SUBMITTED)).all()
    scores = [attempt.score for attempt in attempts if attempt.score is not None]
    assert any(score >= 0.7 for score in scores)
    assert any(score < 0.7 for score in scores)
    assert all(
        attempt.finished_at is not None and attempt.started_at < attempt.finished_at < TODAY for attempt in attempts
    )
    by_attempt = Counter(db.session.scalars(sa.select(Response.attempt_id)))
    assert all(by_attempt[attempt.id] == len(attempt.slots) for attempt in attempts)
    typed = [answer for answer in db.session.scalars(sa.select(Response.answer)) if hasattr(answer, "text")]
    assert typed


def test_the_practice_quiz_has_every_type_and_essays_that_wait(network: Flask) -> None:
    schools = db.session.scalars(sa.select(Course).where(Course.slug == "schools")).one()
    assert schools.edition_id
    practice = editions.get_edition(schools.edition_id).by_key["practice"]
    assert not practice.required
    slots = [slot.version_id for slot in data_of(practice).slots if slot.version_id]
    contents = [content for content, _language in quizzes.get_versions(slots).values()]
    assert {type(content) for content in contents} == set(get_args(Content)) - {SingleChoice, MultipleChoice}
    made = db.session.scalars(sa.select(Attempt).where(Attempt.activity_id == practice.id)).all()
    assert {attempt.state for attempt in made} == {AttemptState.SUBMITTED}
    assert count_waiting([schools.id]) == {schools.id: 3}
    [mark] = db.session.scalars(sa.select(Mark)).all()
    assert mark.after == 1
    assert mark.by_id == person("trainer@demo.example").id
    assert all(TODAY - timedelta(days=20) < attempt.started_at < TODAY for attempt in made)
    amina = person("practitioner@demo.example")
    taken = sa.select(Enrolment.person_id).where(Enrolment.id.in_([attempt.enrolment_id for attempt in made]))
    assert amina.id not in db.session.scalars(taken).all()


def test_people_stop_in_different_places_and_cities_differ(network: Flask) -> None:
    places = Counter(db.session.scalars(sa.select(Enrolment.done).where(Enrolment.state == EnrolmentState.OPEN)))
    assert len(places) >= 4
    finished = sa.func.avg(sa.case((Enrolment.state == EnrolmentState.COMPLETED, 1.0), else_=0.0))
    shares = db.session.scalars(sa.select(finished).where(Enrolment.city_id.is_not(None)).group_by(Enrolment.city_id))
    shares = sorted(map(float, shares))
    assert shares[0] < 0.5 < 0.8 < shares[-1]


def test_who_is_of_no_city_waits_and_a_domain_places_the_others(network: Flask) -> None:
    states = Counter(db.session.scalars(sa.select(Person.state)))
    assert states[PersonState.WAITING] == 3
    assert states[PersonState.UNCONFIRMED] == 2
    for one in db.session.scalars(sa.select(Person).where(Person.city_id.is_not(None))).all():
        if one.email and not one.email.endswith("@demo.example"):
            assert people.find_city_for(one.email) == one.city_id
    assert db.session.scalar(sa.select(sa.func.count()).select_from(City)) == len(material.read().cities)


def test_nobody_is_sent_mail(network: Flask) -> None:
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Outbox)) == 0


def test_home_says_what_to_do_next(network: Flask) -> None:
    browser = network.test_client()
    with unit_of_work():
        sign_in = auth.open_sign_in(person_id=person("practitioner@demo.example").id, device="test")
    with browser.session_transaction() as session:
        session["_user_id"], session["_fresh"] = str(sign_in), True
    with network.app_context():
        html = browser.get("/learn").get_data(as_text=True)
    assert "Three moments" in html
    assert "in 9 days" in html
    assert "Local Innovation Grant 2027" in html
    assert "2 of 3 met" in html
