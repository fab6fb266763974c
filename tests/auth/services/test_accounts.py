"""Registering, confirming, a forgotten password, another address."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from app.auth import passwords, services, tokens
from app.auth.errors import EmailTaken, LinkNotValid, WrongPassword
from app.auth.identity import find_identity
from app.auth.models import Affiliation, Person, PersonRole, PersonState, Role
from app.auth.tokens import Purpose
from app.core import clock
from app.core.transactions import unit_of_work
from app.courses.models import CourseInvitation
from app.extensions import db
from tests.auth.browser import mails
from tests.factories import PASSWORD, a_city, a_course, a_person

pytestmark = pytest.mark.usefixtures("cheap_hashing")

NEW = "a fine long one"


def register(email: str = "noor@city.example", name: str = "Noor Haddad") -> str:
    with unit_of_work():
        return services.register(email=email, name=name, password=NEW, language="fr", time_zone="Africa/Tunis")


def the(email: str) -> Person:
    return db.session.scalars(sa.select(Person).where(Person.email == email)).one()


def confirm(token: str, registration: str = "") -> services.Confirmed:
    with unit_of_work():
        return services.confirm(token=token, registration=registration)


def test_a_new_account_belongs_to_no_city_until_it_is_confirmed(app: Flask) -> None:
    a_city(domain="city.example")
    register(" Noor@City.example")
    person = the("noor@city.example")
    assert (person.state, person.city_id, person.confirmed_at) == (PersonState.UNCONFIRMED, None, None)
    assert (person.name, person.language, person.time_zone) == ("Noor Haddad", "fr", "Africa/Tunis")
    [mail] = mails("confirm")
    assert (mail.recipient, mail.language) == ("noor@city.example", "fr")


def test_confirming_places_the_person_and_works_once(app: Flask) -> None:
    city_id = a_city(domain="city.example").id
    register()
    token = mails("confirm")[0].values["token"]
    confirm(token)
    person = the("noor@city.example")
    assert (person.state, person.city_id) == (PersonState.ACTIVE, city_id)
    assert person.confirmed_at is not None
    assert [(row.city_id, row.to_at) for row in db.session.scalars(sa.select(Affiliation))] == [(city_id, None)]
    with pytest.raises(LinkNotValid):
        confirm(token)


def test_an_address_of_no_city_waits(app: Flask) -> None:
    a_city(domain="city.example")
    register("noor@mail.example")
    confirm(mails("confirm")[0].values["token"])
    person = the("noor@mail.example")
    assert (person.state, person.city_id) == (PersonState.WAITING, None)


def test_a_link_to_confirm_grows_old(app: Flask) -> None:
    register()
    token = mails("confirm")[0].values["token"]
    with clock.at(clock.now() + timedelta(days=8)), pytest.raises(LinkNotValid):
        confirm(token)
    assert the("noor@city.example").state == PersonState.UNCONFIRMED


def test_another_link_does_not_end_the_first(app: Flask) -> None:
    register()
    person_id = the("noor@city.example").id
    with unit_of_work(), clock.at(clock.now() + timedelta(minutes=1)):
        services.send_confirmation(person_id=person_id)
    first, second = (mail.values["token"] for mail in mails("confirm"))
    confirm(first)
    with pytest.raises(LinkNotValid):
        confirm(second)
    with unit_of_work(), clock.at(clock.now() + timedelta(minutes=2)):
        services.send_confirmation(person_id=person_id)
    assert len(mails("confirm")) == 2


def test_the_browser_that_registered_is_known_by_its_registration(app: Flask) -> None:
    registration = register()
    assert confirm(mails("confirm")[0].values["token"], registration).by_registrant
    register("other@city.example")
    assert not confirm(mails("confirm")[1].values["token"], registration).by_registrant


def test_a_registration_of_somebody_else_opens_nothing(app: Flask) -> None:
    """Who registers with an address that another has registered does not get into that account."""
    register()
    theirs = register()  # the second time the address has an account, so only its owner is told
    assert len(mails("confirm")) == 1 and len(mails("already_registered")) == 1
    assert not confirm(mails("confirm")[0].values["token"], theirs).by_registrant


def test_registering_an_address_that_has_an_account_changes_nothing_and_tells_its_owner(app: Flask) -> None:
    person_id = a_person("Amina Trabelsi", email="amina@city.example", language="en").id
    before = db.session.get_one(Person, person_id).password_hash
    register("amina@city.example", "Somebody Else")
    person = db.session.get_one(Person, person_id)
    assert (person.name, person.password_hash) == ("Amina Trabelsi", before)
    [mail] = mails("already_registered")
    assert (mail.recipient, mail.language) == ("amina@city.example", "en")
    assert mails("confirm") == []


def test_asking_again_sends_what_was_sent(app: Flask) -> None:
    a_person(email="amina@city.example")
    later = clock.now() + timedelta(minutes=1)
    for email, kind in (("noor@city.example", "confirm"), ("amina@city.example", "already_registered")):
        registration = register(email)
        with unit_of_work(), clock.at(later):
            services.send_registration_again(email=email, registration=registration)
        assert len(mails(kind)) == 2
    with unit_of_work(), clock.at(later + timedelta(minutes=1)):
        services.send_registration_again(email="nobody@city.example", registration="")
        services.send_registration_again(email="noor@city.example", registration="forged")
    assert len(mails("confirm")) == 2


def a_reset_token(email: str) -> str:
    with unit_of_work():
        services.ask_password_reset(email=email)
    return str(mails("reset_password")[-1].values["token"])


def reset(token: str, password: str = NEW) -> None:
    with unit_of_work():
        services.reset_password(token=token, password=password)


def test_a_new_password_ends_all_sign_ins_and_the_link(app: Flask) -> None:
    person_id = a_person(email="amina@city.example").id
    with unit_of_work():
        opened = services.open_sign_in(person_id=person_id, device="")
    token = a_reset_token("amina@city.example")
    reset(token)
    assert passwords.matches(db.session.get_one(Person, person_id).password_hash, NEW)
    db.session.rollback()
    assert find_identity(opened) is None
    with pytest.raises(LinkNotValid):
        reset(token, "another fine one")


def test_a_link_for_a_new_password_grows_old(app: Flask) -> None:
    a_person(email="amina@city.example")
    token = a_reset_token("amina@city.example")
    with clock.at(clock.now() + timedelta(hours=3)), pytest.raises(LinkNotValid):
        reset(token)


def test_a_new_password_by_mail_confirms_the_address_too(app: Flask) -> None:
    city_id = a_city(domain="city.example").id
    register()
    reset(a_reset_token("noor@city.example"))
    person = the("noor@city.example")
    assert (person.state, person.city_id) == (PersonState.ACTIVE, city_id)
    with pytest.raises(LinkNotValid):  # whoever else registered with this address is out
        confirm(mails("confirm")[0].values["token"])


def test_nobody_is_mailed_for_an_address_without_an_open_account(app: Flask) -> None:
    a_person(email="gone@city.example", state=PersonState.LEFT)
    with unit_of_work():
        services.ask_password_reset(email="nobody@city.example")
        services.ask_password_reset(email="gone@city.example")
    assert mails("reset_password") == []


def test_changing_the_password_needs_the_present_one_and_ends_the_other_sign_ins(app: Flask) -> None:
    person_id = a_person(email="amina@city.example").id
    with unit_of_work():
        here = services.open_sign_in(person_id=person_id, device="")
        elsewhere = services.open_sign_in(person_id=person_id, device="")
    with pytest.raises(WrongPassword), unit_of_work():
        services.change_password(person_id=person_id, current="wrong horse", password=NEW, but=here)
    assert find_identity(elsewhere)
    with unit_of_work():
        services.change_password(person_id=person_id, current=PASSWORD, password=NEW, but=here)
    assert passwords.matches(db.session.get_one(Person, person_id).password_hash, NEW)
    db.session.rollback()
    assert (find_identity(here) is not None, find_identity(elsewhere)) == (True, None)


def ask_email_change(person_id: int, email: str, current: str = PASSWORD) -> None:
    with unit_of_work():
        services.ask_email_change(person_id=person_id, current=current, email=email)


def change_email(token: str) -> None:
    with unit_of_work():
        services.change_email(token=token)


def test_an_address_changes_when_the_link_sent_to_the_new_one_is_used(app: Flask) -> None:
    city = a_city(domain="city.example")
    city_id, person_id = city.id, a_person(email="amina@city.example", city=city).id
    ask_email_change(person_id, "Amina@Mail.example")
    [link] = mails("email_change")
    assert link.recipient == "amina@mail.example"
    assert db.session.get_one(Person, person_id).email == "amina@city.example"
    token = link.values["token"]
    change_email(token)
    person = db.session.get_one(Person, person_id)
    assert (person.email, person.city_id, person.state) == ("amina@mail.example", city_id, PersonState.ACTIVE)
    [notice] = mails("email_changed")
    assert notice.recipient == "amina@city.example"
    with pytest.raises(LinkNotValid):
        change_email(token)


def test_invitations_follow_who_changes_a_confirmed_address_and_only_then(app: Flask) -> None:
    """An address that was never confirmed may be anybody's: its invitations are not for whoever typed it in."""
    first, second = a_course("first"), a_course("second")
    owner, stranger = a_person(email="a@old.example"), a_person(email="b@old.example", state=PersonState.UNCONFIRMED)
    with unit_of_work():
        for course, email in ((first, "a@old.example"), (second, "a@old.example"), (second, "a@new.example")):
            db.session.add(CourseInvitation(course_id=course.id, email=email, invited_at=clock.now()))
        db.session.add(CourseInvitation(course_id=first.id, email="b@old.example", invited_at=clock.now()))
    tokens_of = [
        tokens.make(Purpose.CHANGE_EMAIL, person, email=email)
        for person, email in ((owner, "a@new.example"), (stranger, "b@new.example"))
    ]
    for token in tokens_of:
        change_email(token)
    held = db.session.execute(sa.select(CourseInvitation.course_id, CourseInvitation.email)).all()
    assert sorted(held) == sorted(
        [(first.id, "a@new.example"), (second.id, "a@new.example"), (first.id, "b@old.example")]
    )


def test_an_address_of_another_city_moves_the_person_and_ends_the_role_there(app: Flask) -> None:
    old, new = a_city(domain="old.example"), a_city(domain="new.example")
    new_id = new.id
    person_id = a_person(email="amina@old.example", city=old, roles=(Role.COORDINATOR,)).id
    ask_email_change(person_id, "amina@new.example")
    change_email(mails("email_change")[0].values["token"])
    assert db.session.get_one(Person, person_id).city_id == new_id
    assert db.session.scalars(sa.select(PersonRole.to_at)).one() is not None


def test_who_waits_is_placed_by_an_address_of_a_city(app: Flask) -> None:
    city_id = a_city(domain="city.example").id
    person_id = a_person(email="amina@mail.example", state=PersonState.WAITING).id
    ask_email_change(person_id, "amina@city.example")
    change_email(mails("email_change")[0].values["token"])
    person = db.session.get_one(Person, person_id)
    assert (person.state, person.city_id) == (PersonState.ACTIVE, city_id)


def test_who_mistyped_the_address_confirms_with_the_right_one(app: Flask) -> None:
    city_id = a_city(domain="city.example").id
    register("nor@city.example")
    person_id = the("nor@city.example").id
    ask_email_change(person_id, "noor@city.example", NEW)
    change_email(mails("email_change")[0].values["token"])
    person = db.session.get_one(Person, person_id)
    assert (person.email, person.state, person.city_id) == ("noor@city.example", PersonState.ACTIVE, city_id)
    assert mails("email_changed") == []  # the mistyped address was never this person's
    with pytest.raises(LinkNotValid):
        confirm(mails("confirm")[0].values["token"])


def test_another_address_needs_the_password(app: Flask) -> None:
    person_id = a_person().id
    with pytest.raises(WrongPassword):
        ask_email_change(person_id, "amina@mail.example", "wrong horse")
    assert mails("email_change") == []


def test_an_address_that_is_taken_is_told_to_its_owner_only(app: Flask) -> None:
    person_id = a_person().id
    a_person(email="noor@city.example")
    ask_email_change(person_id, "noor@city.example")
    assert mails("email_change") == []
    assert [mail.recipient for mail in mails("already_registered")] == ["noor@city.example"]


def test_an_address_taken_meanwhile_leaves_the_old_one(app: Flask) -> None:
    person_id = a_person(email="amina@city.example").id
    ask_email_change(person_id, "noor@city.example")
    a_person(email="noor@city.example")
    token = mails("email_change")[0].values["token"]
    with pytest.raises(EmailTaken):
        change_email(token)
    assert db.session.get_one(Person, person_id).email == "amina@city.example"


def test_a_closed_account_has_no_links(app: Flask) -> None:
    person = a_person(state=PersonState.LEFT)
    token = tokens.make(Purpose.RESET_PASSWORD, person)
    with pytest.raises(LinkNotValid):
        reset(token)


def test_a_profile_is_changed(app: Flask) -> None:
    person_id = a_person().id
    with unit_of_work():
        services.update_profile(person_id=person_id, name="Amina T.", language="fr", time_zone="Africa/Tunis")
    person = db.session.get_one(Person, person_id)
    assert (person.name, person.language, person.time_zone) == ("Amina T.", "fr", "Africa/Tunis")
