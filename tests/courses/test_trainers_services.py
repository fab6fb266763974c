"""Who teaches a course, and the role that goes with translating."""

from __future__ import annotations

from email import message_from_bytes, policy
from functools import partial

import pytest
import sqlalchemy as sa
from flask import Flask

from app.auth import services as auth
from app.auth.models import Person, PersonRole, PersonState, Role
from app.auth.people import services as people_services
from app.auth.people.errors import GivenByCourses
from app.core import mail
from app.core.errors import NotFound
from app.core.models import AuditEvent, Outbox
from app.core.transactions import unit_of_work
from app.courses.models import Course, CourseTrainer, TrainerRole
from app.courses.settings.errors import AlreadyThere, LastLead, NobodyThere, NoLanguage, NoTrainer, NotReadyToTeach
from app.courses.trainers.services import change_trainer, invite_trainer, remove_trainer
from app.extensions import db
from tests.at_once import at_once
from tests.factories import a_city, a_draft, a_person

LEAD, AUTHOR, TRANSLATOR = TrainerRole


@pytest.fixture
def lead(app: Flask) -> Person:
    return a_person("Stian Halvorsen", email="stian@city.example", roles=(Role.TRAINER,))


@pytest.fixture
def course(lead: Person) -> Course:
    return a_course_in_french(lead)


def a_course_in_french(lead: Person) -> Course:
    course = a_draft(trainer=lead)
    with unit_of_work():
        db.session.get_one(Course, course.id).languages = ["en", "fr", "ar"]
    return course


def bring(course: Course, person: Person, role: TrainerRole, by: Person, *languages: str) -> None:
    with unit_of_work():
        assert person.email
        invite_trainer(course_id=course.id, email=person.email, role=role, languages=languages, by=by.id)


def row(course: Course, person: Person) -> CourseTrainer:
    mine = sa.select(CourseTrainer).where(CourseTrainer.course_id == course.id, CourseTrainer.person_id == person.id)
    return db.session.scalars(mine.execution_options(populate_existing=True)).one()


def translates(person: Person) -> bool:
    held = sa.select(PersonRole.id).where(
        PersonRole.person_id == person.id, PersonRole.role == Role.TRANSLATOR, PersonRole.to_at.is_(None)
    )
    return db.session.scalar(held) is not None


def test_a_translator_is_brought_in_told_and_holds_the_role(course: Course, lead: Person) -> None:
    amina = a_person("Amina", email="amina@sfax.example", city=a_city())
    with unit_of_work():
        invite_trainer(
            course_id=course.id, email=" Amina@Sfax.example ", role=TRANSLATOR, languages=["fr", "en", "xx"], by=lead.id
        )
    assert (row(course, amina).role, row(course, amina).languages) == (TRANSLATOR, ["fr"])
    assert translates(amina)
    told = db.session.scalars(sa.select(Outbox)).one()
    assert (told.kind, told.recipient, told.values["languages"]) == ("course_trainer", "amina@sfax.example", ["fr"])
    actions = set(db.session.scalars(sa.select(AuditEvent.action)))
    assert {"course.add_trainer", "person.grant_role"} <= actions


def test_the_role_goes_with_the_last_course_one_translates(course: Course, lead: Person) -> None:
    amina, other = a_person(city=a_city()), a_course_in_french(lead)
    bring(course, amina, TRANSLATOR, lead, "fr")
    bring(other, amina, TRANSLATOR, lead, "ar")
    with unit_of_work():
        remove_trainer(course_id=course.id, trainer_id=row(course, amina).id, by=lead.id)
    assert translates(amina)
    with unit_of_work():
        remove_trainer(course_id=other.id, trainer_id=row(other, amina).id, by=lead.id)
    assert not translates(amina)


def test_who_becomes_an_author_translates_no_longer(course: Course, lead: Person) -> None:
    jonas = a_person(roles=(Role.TRAINER,))
    bring(course, jonas, TRANSLATOR, lead, "fr")
    with unit_of_work():
        change_trainer(course_id=course.id, trainer_id=row(course, jonas).id, role=AUTHOR, languages=["fr"], by=lead.id)
    assert (row(course, jonas).role, row(course, jonas).languages, translates(jonas)) == (AUTHOR, [], False)


def test_whom_a_course_cannot_take(course: Course, lead: Person) -> None:
    amina = a_person(city=a_city())
    with pytest.raises(NoTrainer):
        bring(course, amina, AUTHOR, lead)
    with pytest.raises(NoLanguage):
        bring(course, amina, TRANSLATOR, lead, "en")  # its own language, which its authors write
    with pytest.raises(NotReadyToTeach):
        bring(course, a_person(state=PersonState.WAITING), TRANSLATOR, lead, "fr")
    with pytest.raises(AlreadyThere):
        bring(course, lead, AUTHOR, lead)
    with pytest.raises(NobodyThere), unit_of_work():
        invite_trainer(course_id=course.id, email="no@one.example", role=LEAD, languages=(), by=lead.id)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(CourseTrainer)) == 1
    assert db.session.scalars(sa.select(Outbox)).all() == []
    assert not translates(amina)


def test_the_last_lead_neither_goes_nor_steps_down(course: Course, lead: Person) -> None:
    mine = row(course, lead).id
    with pytest.raises(LastLead), unit_of_work():
        remove_trainer(course_id=course.id, trainer_id=mine, by=lead.id)
    with pytest.raises(LastLead), unit_of_work():
        change_trainer(course_id=course.id, trainer_id=mine, role=AUTHOR, languages=(), by=lead.id)
    bring(course, a_person(roles=(Role.TRAINER,)), LEAD, lead)
    with unit_of_work():
        change_trainer(course_id=course.id, trainer_id=mine, role=AUTHOR, languages=(), by=lead.id)
    assert row(course, lead).role == AUTHOR


def test_two_leads_who_leave_at_once_leave_one(app: Flask, course: Course, lead: Person) -> None:
    other = a_person(roles=(Role.TRAINER,))
    bring(course, other, LEAD, lead)
    course_id, pairs = course.id, [(row(course, lead).id, lead.id), (row(course, other).id, other.id)]
    db.session.rollback()

    def leaving(trainer_id: int, by: int) -> bool:
        try:
            with app.app_context(), unit_of_work():
                remove_trainer(course_id=course_id, trainer_id=trainer_id, by=by)
        except LastLead:
            return False
        return True

    calls = [lambda pair=pair: leaving(*pair) for pair in pairs]  # type: ignore[misc]
    assert sorted(at_once(calls)) == [False, True]


@pytest.mark.parametrize("change", ["role", "gone"])
def test_who_is_erased_while_their_part_changes_has_none(app: Flask, lead: Person, change: str) -> None:
    """Erasing holds the person and takes the parts away; whoever changes a part waits for the person first."""
    pairs = []
    for number in range(6):
        course, amina = a_draft(f"course-{number}", trainer=lead), a_person(roles=(Role.TRAINER,))
        with unit_of_work():
            db.session.get_one(Course, course.id).languages = ["en", "fr"]
        bring(course, amina, TRANSLATOR, lead, "fr")
        pairs.append((course.id, row(course, amina).id, amina.id))
    lead_id = lead.id
    db.session.rollback()

    def changing(course_id: int, trainer_id: int) -> None:
        try:
            with app.app_context(), unit_of_work():
                if change == "role":
                    change_trainer(course_id=course_id, trainer_id=trainer_id, role=AUTHOR, languages=(), by=lead_id)
                else:
                    remove_trainer(course_id=course_id, trainer_id=trainer_id, by=lead_id)
        except NotFound:
            pass

    def erasing(person_id: int) -> None:
        with app.app_context(), unit_of_work():
            auth.erase(person_id=person_id, keeps_name=True, reason="Asked.", by=None)

    for course_id, trainer_id, person_id in pairs:
        at_once([partial(changing, course_id, trainer_id), partial(erasing, person_id)])
    assert set(db.session.scalars(sa.select(CourseTrainer.person_id))) == {lead_id}


def test_a_closed_account_can_be_taken_off(course: Course, lead: Person) -> None:
    amina, administrator = a_person(city=a_city()), a_person(roles=(Role.ADMINISTRATOR,))
    bring(course, amina, TRANSLATOR, lead, "fr")
    with unit_of_work():
        people_services.close(person_id=amina.id, by=administrator.id)
    with unit_of_work():
        remove_trainer(course_id=course.id, trainer_id=row(course, amina).id, by=lead.id)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(CourseTrainer)) == 1


def test_nobody_ends_a_translators_role_by_hand(course: Course, lead: Person) -> None:
    amina, administrator = a_person(city=a_city()), a_person(roles=(Role.ADMINISTRATOR,))
    bring(course, amina, TRANSLATOR, lead, "fr")
    with pytest.raises(GivenByCourses), unit_of_work():
        people_services.end_role(person_id=amina.id, role=Role.TRANSLATOR, city_id=None, by=administrator.id)
    assert translates(amina)


def test_the_same_sent_twice_is_done_once(course: Course, lead: Person) -> None:
    amina = a_person(city=a_city())
    bring(course, amina, TRANSLATOR, lead, "fr")
    bring(course, amina, TRANSLATOR, lead, "fr")
    with pytest.raises(AlreadyThere):
        bring(course, amina, TRANSLATOR, lead, "ar")
    assert len(db.session.scalars(sa.select(Outbox)).all()) == 1


@pytest.mark.parametrize(("role", "says"), [(LEAD, "a lead of"), (AUTHOR, "an author of"), (TRANSLATOR, "- French")])
def test_the_mail_says_what_they_do(app: Flask, course: Course, lead: Person, role: TrainerRole, says: str) -> None:
    bring(course, a_person(email="jonas@ghent.example", roles=(Role.TRAINER,)), role, lead, "fr", "ar")
    db.session.rollback()
    assert mail.deliver() == 1
    (letter,) = app.config["SETTINGS"].mail_folder.glob("*.eml")
    text = message_from_bytes(letter.read_bytes(), policy=policy.default).get_content()
    assert says in text
    assert f"/teach/courses/{course.id}" in text
