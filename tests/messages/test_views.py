"""The page of messages, how each kind reaches one, and stopping mails by their link."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.auth.models import Person
from app.core.transactions import unit_of_work
from app.extensions import db
from app.messages import queries, services, stopping
from app.messages.models import Notice, Way
from app.messages.services import Told
from tests.factories import a_person, signed_in


@pytest.fixture(autouse=True)
def no_tokens(app: Flask) -> Iterator[None]:
    app.config["WTF_CSRF_ENABLED"] = False
    yield
    app.config["WTF_CSRF_ENABLED"] = True


def tell(person: Person, count: int = 1, kind: str = "new_edition") -> None:
    with unit_of_work():
        services.tell_many(
            kind,
            [
                Told(f"{person.id}:{n}", person.id, {"slug": f"course-{n}", "titles": {"en": f"Course <{n}>"}})
                for n in range(count)
            ],
        )  # fmt: skip


def unread_in_masthead(page: str) -> str | None:
    found = re.search(r'class="count">([^<]+)', page)
    return found[1] if found else None


def test_the_newest_stand_first_a_page_at_a_time(client: FlaskClient, statements: list[str]) -> None:
    person = a_person()
    tell(person, 45)
    tell(a_person(), 3)
    signed_in(client, person)
    statements.clear()
    page = client.get("/notices").get_data(as_text=True)
    assert len(statements) == 2
    assert unread_in_masthead(page) == "45"
    assert re.findall(r"Course &lt;(\d+)&gt;", page) == [str(n) for n in range(44, 24, -1)]
    last = client.get("/notices?page=3").get_data(as_text=True)
    assert re.findall(r"Course &lt;(\d+)&gt;", last) == ["4", "3", "2", "1", "0"]
    assert "Older messages" in page and "Older messages" not in last
    assert client.get("/notices?page=-1").status_code == 200


def test_opening_one_marks_it_read_and_leads_on(client: FlaskClient) -> None:
    person = a_person()
    tell(person, 2)
    signed_in(client, person)
    assert unread_in_masthead(client.get("/account").get_data(as_text=True)) == "2"
    first = db.session.scalar(sa.select(sa.func.min(Notice.id)))
    db.session.rollback()
    answer = client.post(f"/notices/{first}/reading")
    assert (answer.status_code, answer.location) == (303, "/courses/course-0")
    assert unread_in_masthead(client.get("/account").get_data(as_text=True)) == "1"
    client.post("/notices/reading")
    assert unread_in_masthead(client.get("/account").get_data(as_text=True)) is None
    assert "Unread" not in client.get("/notices").get_data(as_text=True)


def test_looking_marks_nothing(client: FlaskClient) -> None:
    person = a_person()
    tell(person)
    signed_in(client, person)
    client.get("/notices")
    assert unread_in_masthead(client.get("/notices").get_data(as_text=True)) == "1"


def test_another_persons_notice_is_not_there(client: FlaskClient) -> None:
    tell(a_person())
    signed_in(client, a_person())
    assert client.post(f"/notices/{db.session.scalar(sa.select(Notice.id))}/reading").status_code == 404


def test_each_kind_can_be_chosen(client: FlaskClient) -> None:
    person = a_person()
    signed_in(client, person)
    assert 'name="late"' in client.get("/settings/messages").get_data(as_text=True)
    ways = {name: way.value for name, way in queries.get_ways(person.id).items()}
    db.session.rollback()
    assert client.post("/settings/messages", data={**ways, "late": "not"}).status_code == 303
    assert queries.get_ways(person.id)["late"] is Way.NOT
    db.session.rollback()
    assert client.post("/settings/messages", data={**ways, "late": "by pigeon"}).status_code == 400


def test_a_visit_to_the_link_stops_nothing_and_its_button_does(app: Flask, client: FlaskClient) -> None:
    person = a_person()
    address = f"/stop/{stopping.token(person.id, ['late', 'due_soon'])}"
    page = client.get(address).get_data(as_text=True)
    assert "A course is late" in page and "Stop mails like this" in page
    assert queries.get_ways(person.id)["late"] is Way.DIGEST
    db.session.rollback()
    assert client.post(address).status_code == 200
    ways = queries.get_ways(person.id)
    assert (ways["late"], ways["due_soon"], ways["enrolled"]) == (Way.NOT, Way.NOT, Way.AT_ONCE)


def test_mail_programs_stop_mails_without_a_page(app: Flask, client: FlaskClient) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    person = a_person()
    address = f"/stop/{stopping.token(person.id, ['late'])}"
    db.session.rollback()
    assert client.post(address, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    assert queries.get_ways(person.id)["late"] is Way.NOT


@pytest.mark.parametrize("kinds", [[], ["there_is_none"]])
def test_a_link_that_is_not_ours_stops_nothing(app: Flask, client: FlaskClient, kinds: list[str]) -> None:
    for token in (stopping.token(1, kinds), "not-a-token", stopping.token(1, ["late"]) + "x"):
        assert client.get(f"/stop/{token}").status_code == 404
        assert client.post(f"/stop/{token}").status_code == 404
