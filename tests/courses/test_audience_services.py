"""Who may enrol, and who is invited."""

from __future__ import annotations

from email import message_from_bytes, policy

import pytest
import sqlalchemy as sa
from flask import Flask

from app.auth.models import Person, Role
from app.core import mail
from app.core.errors import NotFound
from app.core.models import AuditEvent, Outbox
from app.core.transactions import unit_of_work
from app.courses import services
from app.courses.audience.admission import admits
from app.courses.audience.queries import admitted, is_for_anyone, list_candidates, takes_in
from app.courses.audience.services import change_audience, invite, take_back
from app.courses.errors import EditedMeanwhile
from app.courses.models import Course, CourseInvitation
from app.courses.outline import Admits, Audience
from app.extensions import db
from tests.at_once import at_once
from tests.factories import a_city, a_course, a_draft, a_person, text


@pytest.fixture
def lead(app: Flask) -> Person:
    return a_person("Stian Halvorsen", roles=(Role.TRAINER,))


def mails() -> list[Outbox]:
    return list(db.session.scalars(sa.select(Outbox).where(Outbox.kind == "course_invitation").order_by(Outbox.id)))


def inviting(course: Course, by: Person, *emails: str) -> int:
    with unit_of_work():
        return invite(course_id=course.id, emails=emails, by=by.id)


def test_a_change_is_in_force_at_once_and_answered_for(app: Flask, lead: Person) -> None:
    course = a_course(trainer=lead)
    edition = course.edition_id
    with unit_of_work():
        change_audience(course_id=course.id, audience=Audience(Admits.INVITED), before=Audience(), by=lead.id)
    row = db.session.get_one(Course, course.id)
    assert (row.audience.admits, row.edition_id) == (Admits.INVITED, edition)
    event = db.session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "course.audience")).one()
    assert (event.actor_id, event.details["admits"]) == (lead.id, "invited")


def test_a_colleagues_change_in_between_is_not_overwritten(app: Flask, lead: Person) -> None:
    course = a_draft(trainer=lead)
    with unit_of_work():
        change_audience(course_id=course.id, audience=Audience(Admits.INVITED), before=Audience(), by=lead.id)
    for before in (Audience(), None):
        with pytest.raises(EditedMeanwhile), unit_of_work():
            roles = Audience(Admits.SOME, roles=("trainer",))
            change_audience(course_id=course.id, audience=roles, before=before, by=lead.id)
    with unit_of_work():  # the same as the colleague chose is no conflict
        change_audience(course_id=course.id, audience=Audience(Admits.INVITED), before=Audience(), by=lead.id)


def test_each_is_told_once_in_their_language(app: Flask, lead: Person) -> None:
    course = a_course(trainer=lead)
    with unit_of_work():
        db.session.get_one(Course, course.id).title = text("The city’s part", fr="La part de la ville")
    a_person("Amina", email="amina@sfax.example", language="fr")
    assert inviting(course, lead, "amina@sfax.example", "new@sfax.example", "new@sfax.example") == 2
    assert inviting(course, lead, "new@sfax.example") == 0
    assert {(told.recipient, told.language, told.values["title"], told.values["name"]) for told in mails()} == {
        ("amina@sfax.example", "fr", "La part de la ville", "Amina"),
        ("new@sfax.example", "en", "The city’s part", ""),
    }
    invitation = db.session.scalars(sa.select(CourseInvitation).where(CourseInvitation.email.startswith("new"))).one()
    with unit_of_work():
        assert take_back(course_id=course.id, invitation_id=invitation.id, by=lead.id) == "new@sfax.example"
    inviting(course, lead, "new@sfax.example")
    assert len(mails()) == 2


def test_before_the_first_edition_the_mail_waits_for_it(app: Flask, lead: Person) -> None:
    course = a_draft(trainer=lead)
    inviting(course, lead, "new@sfax.example")
    assert mails() == []
    with unit_of_work():
        services.publish(course_id=course.id, by=lead.id)
    assert [told.recipient for told in mails()] == ["new@sfax.example"]
    with unit_of_work():
        db.session.get_one(Course, course.id).summary = text("Other words.")
        db.session.flush()
        services.publish(course_id=course.id, by=lead.id)
    assert len(mails()) == 1


def test_an_invitation_of_another_course_cannot_be_taken_back(app: Flask, lead: Person) -> None:
    course, other = a_draft(trainer=lead), a_draft()
    inviting(other, lead, "new@sfax.example")
    invitation = db.session.scalars(sa.select(CourseInvitation)).one()
    with pytest.raises(NotFound), unit_of_work():
        take_back(course_id=course.id, invitation_id=invitation.id, by=lead.id)


def test_two_who_invite_the_same_at_once_invite_once(app: Flask, lead: Person) -> None:
    course = a_course(trainer=lead)
    course_id, lead_id = course.id, lead.id
    db.session.rollback()

    def calling() -> int:
        with app.app_context(), unit_of_work():
            return invite(course_id=course_id, emails=["new@sfax.example", "other@sfax.example"], by=lead_id)

    assert sorted(at_once([calling, calling])) == [0, 2]
    assert len(mails()) == 2


def test_the_mail_says_who_invites_where_to_go_and_what_to_do(app: Flask, lead: Person) -> None:
    course = a_course("prevention", trainer=lead)
    a_person("Amina", email="amina@sfax.example")
    inviting(course, lead, "amina@sfax.example", "new@sfax.example")
    db.session.rollback()
    assert mail.deliver() == 2
    folder = app.config["SETTINGS"].mail_folder
    letters = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in sorted(folder.glob("*.eml"))]
    known, new = sorted(letters, key=lambda letter: str(letter["To"]))
    assert known["Subject"] == "You are invited to the course “The city’s part”"
    assert known.get_content().startswith("Hello Amina,")
    assert "Stian Halvorsen invites you" in known.get_content()
    assert "/courses/prevention" in known.get_content()
    assert "/register" not in known.get_content()
    assert "Create your account with this address" in new.get_content()
    assert "/register" in new.get_content()


def test_the_database_says_of_everybody_whom_a_course_takes_in_as_is_said_of_one(app: Flask, lead: Person) -> None:
    """Both statements, and the pure reading, over audiences of each sort."""
    ghent, sfax = a_city("Ghent"), a_city("Sfax")
    people = [
        a_person(city=ghent), a_person(city=sfax), a_person(), a_person(city=sfax, roles=(Role.TRAINER,)),
        a_person(roles=(Role.TRANSLATOR,)), a_person(city=ghent, roles=(Role.COORDINATOR,)),
    ]  # fmt: skip
    course, seen = a_course(trainer=lead), set()
    inviting(course, lead, people[1].email or "", "somebody.else@mail.example")
    ids = [person.id for person in people]
    for whom in (
        Audience(),
        Audience(Admits.INVITED),
        Audience(Admits.SOME, (ghent.id,)),
        Audience(Admits.SOME, (ghent.id, 1_000_000), ("translator",)),
        Audience(Admits.SOME, (), ("trainer", "administrator")),
        Audience(Admits.SOME),
    ):
        with unit_of_work():
            db.session.get_one(Course, course.id).audience = whom
        candidates = list_candidates(course_id=course.id, people=ids)
        said = {i for i in ids if admits(whom, candidates[i])}
        asked = sa.select(Person.id).where(Person.id.in_(ids))
        assert set(db.session.scalars(asked.where(admitted(course.id)))) == said
        either = asked.join(Course, Course.id == course.id)
        assert set(db.session.scalars(either.where(takes_in()))) == said
        assert set(db.session.scalars(either.where(sa.not_(takes_in())))) == set(ids) - said
        assert (db.session.scalar(sa.select(is_for_anyone()).where(Course.id == course.id))) is (whom == Audience())
        seen.add(len(said))
    assert seen == {0, 1, 2, 3, 6}
