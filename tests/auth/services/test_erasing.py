"""What erasing ends, what it leaves, and who may not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import partial

import pytest
import sqlalchemy as sa
from flask import Flask

from app.auth import queries, services, tokens
from app.auth.errors import Erased, LastAdministrator, LinkNotValid, WrongPassword
from app.auth.models import Affiliation, Cohort, CohortMember, Person, PersonRole, PersonState, Role, SignIn
from app.auth.people import services as people_services
from app.auth.people.errors import OwnErasure
from app.auth.services.people import keep_an_administrator
from app.auth.signals import person_erased
from app.auth.tokens import Purpose
from app.core import audit, clock, mail
from app.core.errors import NotFound
from app.core.models import AuditEvent, Outbox
from app.core.redacting import Naming
from app.core.transactions import unit_of_work
from app.extensions import db
from tests.at_once import at_once
from tests.factories import PASSWORD, a_city, a_person

pytestmark = pytest.mark.usefixtures("cheap_hashing")


@pytest.fixture
def sent() -> Iterator[list[dict[str, object]]]:
    """What the signal said, each time."""
    said: list[dict[str, object]] = []

    def note(_sender: object, **values: object) -> None:
        said.append(values)

    person_erased.connect(note)
    yield said
    person_erased.disconnect(note)


def erase_oneself(person_id: int, password: str = PASSWORD) -> None:
    db.session.rollback()
    with unit_of_work():
        services.erase_oneself(person_id=person_id, password=password, keeps_name=True)


def row(person_id: int) -> Person:
    return db.session.get_one(Person, person_id, populate_existing=True)


def test_who_they_were_goes_and_the_row_stays(app: Flask, sent: list[dict[str, object]]) -> None:
    sfax = a_city("Sfax")
    amina = a_person(email="amina@sfax.example", city=sfax, roles=(Role.COORDINATOR, Role.TRAINER), language="fr")
    lead = a_person("Lena")
    with unit_of_work():
        cohort = Cohort(name="Spring", created_by_id=lead.id, created_at=clock.now())
        db.session.add(cohort)
        db.session.flush()
        db.session.add(CohortMember(cohort_id=cohort.id, person_id=amina.id, added_by_id=lead.id, added_at=clock.now()))
        services.open_sign_in(person_id=amina.id, device="Firefox on Windows")
        mail.post(key="x", kind="confirm", recipient="amina@sfax.example", language="en", person_id=amina.id)
    at, amina_id, sfax_id = clock.now() + timedelta(hours=1), amina.id, sfax.id
    with clock.at(at):
        erase_oneself(amina_id)
    person = row(amina_id)
    assert (person.state, person.email, person.name, person.password_hash) == ("erased", None, "(erased)", None)
    assert (person.city_id, person.language, person.time_zone) == (None, "en", "UTC")
    assert db.session.scalar(sa.text("SELECT name FROM person WHERE id = :id"), {"id": amina_id}) == ""
    stay = db.session.scalars(sa.select(Affiliation)).one()
    assert (stay.city_id, stay.to_at) == (sfax_id, at)
    assert set(db.session.scalars(sa.select(PersonRole.to_at))) == {at}
    assert db.session.scalars(sa.select(CohortMember)).all() == []
    assert [(one.device, one.ended_at) for one in db.session.scalars(sa.select(SignIn))] == [("", at)]
    assert db.session.scalars(sa.select(Outbox)).all() == []
    naming = Naming("amina@sfax.example", "Amina Trabelsi")
    assert sent == [{"person_id": amina_id, "naming": naming, "keeps_name": True, "by": amina_id}]
    event = db.session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "person.erase")).one()
    assert (event.actor_id, event.subject, event.details["certificates"]) == (amina_id, f"person:{amina_id}", "named")


def test_the_address_is_free_and_no_old_link_works(app: Flask) -> None:
    amina = a_person(email="amina@sfax.example")
    links = [tokens.make(Purpose.RESET_PASSWORD, amina), tokens.make(Purpose.CHANGE_EMAIL, amina, email="b@c.example")]
    with unit_of_work():
        services.erase(person_id=amina.id, keeps_name=False, reason="Asked.", by=None)
    with pytest.raises(LinkNotValid), unit_of_work():
        services.reset_password(token=links[0], password="a fine long one")
    with pytest.raises(LinkNotValid), unit_of_work():
        services.change_email(token=links[1])
    db.session.rollback()
    with unit_of_work():
        services.register(
            email="amina@sfax.example", name="Amina", password="a fine long one", language="en", time_zone="UTC"
        )
    anew = db.session.scalars(sa.select(Person).where(Person.email == "amina@sfax.example")).one()
    assert anew.id != amina.id and anew.state == PersonState.UNCONFIRMED


def test_it_takes_the_password_and_happens_once(app: Flask) -> None:
    amina_id, ada_id = a_person().id, a_person(roles=(Role.ADMINISTRATOR,)).id
    with pytest.raises(WrongPassword):
        erase_oneself(amina_id, "another")
    erase_oneself(amina_id)
    with pytest.raises(Erased):
        erase_oneself(amina_id)
    for missing in (amina_id, 10_000):
        with pytest.raises(NotFound), unit_of_work():
            people_services.erase(person_id=missing, keeps_name=True, reason="Asked.", by=ada_id)


def test_the_last_administrator_is_not_erased(app: Flask) -> None:
    ada_id, other_id = a_person(roles=(Role.ADMINISTRATOR,)).id, a_person().id
    with pytest.raises(LastAdministrator):
        erase_oneself(ada_id)
    with pytest.raises(LastAdministrator), unit_of_work():
        services.erase(person_id=ada_id, keeps_name=True, reason="Asked.", by=other_id)
    assert row(ada_id).email
    assert queries.get_leaving(ada_id).is_last_administrator
    with pytest.raises(OwnErasure), unit_of_work():
        people_services.erase(person_id=ada_id, keeps_name=True, reason="Asked.", by=ada_id)


@pytest.mark.parametrize("state", [state for state in PersonState if state is not PersonState.ERASED])
def test_an_account_in_any_state_can_be_erased(app: Flask, state: PersonState) -> None:
    amina = a_person(state=state)
    with unit_of_work():
        services.erase(person_id=amina.id, keeps_name=True, reason="Asked.", by=None)
    assert row(amina.id).state == PersonState.ERASED


def test_a_city_that_loses_its_only_coordinator_is_named(app: Flask) -> None:
    sfax, oslo = a_city("Sfax"), a_city("Oslo")
    amina = a_person(city=sfax, roles=(Role.COORDINATOR,))
    kari, _liv = (a_person(city=oslo, roles=(Role.COORDINATOR,)) for _number in range(2))
    assert queries.get_leaving(amina.id) == queries.Leaving(is_last_administrator=False, alone_in=("Sfax",))
    assert queries.get_leaving(kari.id) == queries.Leaving(is_last_administrator=False, alone_in=())


def test_the_log_and_mail_to_them_name_them_no_more_and_others_stay_named(app: Flask) -> None:
    ann, anna = a_person("Ann", email="ann@sfax.example"), a_person("Anna", email="jo.ann@sfax.example")
    with unit_of_work():
        for key, recipient, person_id in (("1", "ann@sfax.example", None), ("2", "old@sfax.example", ann.id)):
            mail.post(key=key, kind="x", recipient=recipient, language="en", person_id=person_id)
        mail.post(key="3", kind="x", recipient="jo.ann@sfax.example", language="en", title="Ann of Green Gables")
        audit.record("x", f"person:{ann.id}", actor_id=anna.id, email="ann@sfax.example", name="Old Name", why="Ann")
        audit.record("x", "course:7", actor_id=ann.id, name="Ann of Green Gables")
    with unit_of_work():
        reason = "Ann (ann@sfax.example) asked, not Anna (jo.ann@sfax.example)."
        services.erase(person_id=ann.id, keeps_name=True, reason=reason, by=None)
    assert db.session.execute(sa.select(Outbox.key, Outbox.values)).all() == [("3", {"title": "Ann of Green Gables"})]
    details = list(db.session.scalars(sa.select(AuditEvent.details).order_by(AuditEvent.id)))
    assert details[:2] == [{"email": "…", "name": "…", "why": "Ann"}, {"name": "Ann of Green Gables"}]
    assert details[2]["reason"] == "… (…) asked, not Anna (jo.ann@sfax.example)."


def test_what_another_window_saves_afterwards_brings_nobody_back(app: Flask) -> None:
    amina_id = a_person(email="amina@sfax.example").id
    db.session.rollback()
    with unit_of_work():
        services.erase(person_id=amina_id, keeps_name=True, reason="Asked.", by=None)
    with pytest.raises(Erased), unit_of_work():
        services.update_profile(person_id=amina_id, name="Amina Trabelsi", language="fr", time_zone="UTC")
    db.session.rollback()
    person = row(amina_id)
    assert (person.name, person.language) == ("(erased)", "en")


def test_a_profile_saved_in_the_same_moment_leaves_no_name(app: Flask) -> None:
    people = [a_person().id for _each in range(5)]
    db.session.rollback()

    def saving(person_id: int) -> None:
        try:
            with app.app_context(), unit_of_work():
                services.update_profile(person_id=person_id, name="Amina T.", language="fr", time_zone="UTC")
        except Erased:
            pass

    def erasing(person_id: int) -> None:
        with app.app_context(), unit_of_work():
            services.erase(person_id=person_id, keeps_name=True, reason="Asked.", by=None)

    for person_id in people:
        at_once([partial(call, person_id) for call in (saving, erasing, saving)])
        person = row(person_id)
        assert (person.state, person.name, person.language) == ("erased", "(erased)", "en")
        db.session.rollback()


def test_a_change_of_address_asked_for_a_moment_later_mails_nothing(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    amina_id = a_person(email="amina@sfax.example").id
    monkeypatch.setattr(services.accounts, "check_password", lambda _person_id, _password: None)  # it still was right
    with unit_of_work():
        services.erase(person_id=amina_id, keeps_name=True, reason="Asked.", by=None)
    with pytest.raises(Erased), unit_of_work():
        services.ask_email_change(person_id=amina_id, current=PASSWORD, email="new@sfax.example")
    db.session.rollback()
    assert db.session.scalars(sa.select(Outbox)).all() == []


def test_who_is_no_administrator_waits_for_none(app: Flask, statements: list[str]) -> None:
    a_person(roles=(Role.ADMINISTRATOR,))
    amina_id = a_person(roles=(Role.TRAINER,)).id
    db.session.rollback()
    statements.clear()
    with unit_of_work():
        keep_an_administrator(amina_id)
    asked = [said for said in statements if "FROM person_role" in said]
    assert asked and all("person_role.person_id = " in said for said in asked)  # of nobody else's row
