"""The public page of a certificate: it shows what the holder chose, and how the certificate stands."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.auth.models import Person
from app.core import clock
from app.core.transactions import unit_of_work
from app.courses.models import Course
from app.extensions import db
from app.progress.certificates import codes
from app.progress.models import Certificate
from tests.factories import signed_in, text
from tests.house_rules.scene import CODE, Scene, a_scene
from tests.pages import check_page

SHOWN = codes.shown(CODE)
KEPT_BACK = {"holder": "Amina Trabelsi", "city": "Ghent-by-the-water", "minutes": "7 h 17 min", "score": "87%"}
RANDOM = ("X-Request-ID:", "Set-Cookie:")  # digits of which may be those of a fact


def change(**values: object) -> None:
    with unit_of_work():
        db.session.execute(sa.update(Certificate).values(**values))


@pytest.fixture(autouse=True)
def scene(app: Flask) -> Scene:
    scene = a_scene()
    change(city="Ghent-by-the-water", score=0.8712, minutes=437, recipient=codes.hashed("a@b.example", CODE))
    app.extensions["pace"].storage.reset()
    return scene


@pytest.fixture
def holder(client: FlaskClient, scene: Scene) -> FlaskClient:
    return signed_in(client, scene.practitioner)


def said(client: FlaskClient) -> str:
    """All that a stranger gets to see: both pages' sources and all headers, without what is random in them."""
    answers = [client.get(f"/v/{SHOWN}"), client.get(f"/v/{SHOWN}.json")]
    assert [answer.status_code for answer in answers] == [200, 200]
    pages = [answer.text.partition("<main")[2] or answer.text for answer in answers]
    heads = [answer.text.partition("</head>")[0] for answer in answers]
    headers = [line for answer in answers for line in str(answer.headers).splitlines() if not line.startswith(RANDOM)]
    return "\n".join([*pages, *heads, *headers])


def test_by_default_it_shows_name_course_date_and_status(client: FlaskClient) -> None:
    everything = said(client)
    assert KEPT_BACK["holder"] in everything
    assert "The city’s part" in everything
    assert "1 March 2026" in everything
    assert "Verified just now" in everything
    for kept in ("city", "minutes", "score"):
        assert KEPT_BACK[kept] not in everything
    assert client.get(f"/v/{SHOWN}.json").json == {
        "code": SHOWN,
        "status": "valid",
        "title": "The city’s part",
        "language": "en",
        "issuer": "Strong Cities Network",
        "issued_at": "2026-03-01T09:00:00+00:00",
        "edition": 1,
        "expires_at": "2028-03-01T09:00:00+00:00",
        "revoked_at": None,
        "revoked_why": None,
        "holder": "Amina Trabelsi",
    }


@pytest.mark.parametrize("shown", [(), ("city",), ("holder", "minutes"), ("score",), tuple(KEPT_BACK)])
def test_nothing_tells_what_the_holder_did_not_choose(client: FlaskClient, shown: tuple[str, ...]) -> None:
    """Neither in words nor in a title, an attribute, an address or a header; nor whose e-mail it is."""
    chosen = {"shows_name": "holder", "shows_city": "city", "shows_hours": "minutes", "shows_score": "score"}
    change(**{column: fact in shown for column, fact in chosen.items()})
    everything = said(client)
    for fact, words in KEPT_BACK.items():
        assert (words in everything) is (fact in shown), fact
    assert bool(re.search(r"\b437\b", everything)) is ("minutes" in shown)
    assert ("0.8712" in everything) is ("score" in shown)
    assert "sha256" not in everything
    assert set(client.get(f"/v/{SHOWN}.json").json or {}) & set(KEPT_BACK) == set(shown)


def test_what_it_shows_is_the_holders_choice(holder: FlaskClient) -> None:
    page = holder.get(f"/certificates/{SHOWN}")
    assert check_page(page.text) == []
    ticked = {name: "checked" in box for box, name in re.findall(r'(<input[^>]*name="(\w+)"[^>]*)', page.text)}
    assert (ticked["holder"], ticked["city"], ticked["hours"], ticked["score"]) == (True, False, False, False)
    token = page.text.partition('name="csrf_token" value="')[2].partition('"')[0]
    sent = holder.post(f"/certificates/{SHOWN}/sharing", data={"csrf_token": token, "city": "y", "hours": "y"})
    assert sent.status_code == 303
    row = db.session.scalars(sa.select(Certificate)).one()
    assert (row.shows_name, row.shows_city, row.shows_hours, row.shows_score) == (False, True, True, False)
    public = holder.get(f"/v/{SHOWN}").text
    assert "The holder of this certificate" in public
    assert "Ghent-by-the-water" in public and "7 h 17 min" in public


def test_it_stands_alone(client: FlaskClient, scene: Scene) -> None:
    """What becomes of the person, the course and its title changes nothing on it."""
    before = [client.get(f"/v/{SHOWN}").text.partition("<article")[2], client.get(f"/v/{SHOWN}.json").text]
    with unit_of_work():
        db.session.execute(sa.update(Person).where(Person.id == scene.practitioner.id).values(name="Gone", email=None))
        db.session.execute(sa.update(Course).values(title=text("Another title"), slug="elsewhere"))
    after = [client.get(f"/v/{SHOWN}").text.partition("<article")[2], client.get(f"/v/{SHOWN}.json").text]
    assert [page.partition("<aside")[0] for page in after] == [page.partition("<aside")[0] for page in before]


def test_it_says_how_large_the_course_is_and_not_that_all_of_it_was_done(client: FlaskClient) -> None:
    change(towers=[8, 4, 1])  # one of them optional, and never opened
    everything = said(client)
    assert "A course of 13 activities: all that it asks for is complete" in everything
    assert "13 of 13" not in everything


def test_one_whose_holder_is_erased_names_nobody(client: FlaskClient) -> None:
    change(holder="")
    assert "The holder of this certificate" in client.get(f"/v/{SHOWN}").text
    assert "holder" not in (client.get(f"/v/{SHOWN}.json").json or {})


def test_a_revoked_one_says_so_when_and_why(client: FlaskClient) -> None:
    change(revoked_at=clock.now(), revoked_why="Issued by mistake.", expires_at=clock.now() - timedelta(days=1))
    page = client.get(f"/v/{SHOWN}").text
    assert "Revoked" in page
    assert "Issued by mistake." in page
    assert "Verified" not in page
    answer = json.loads(client.get(f"/v/{SHOWN}.json").text)
    assert (answer["status"], answer["revoked_why"]) == ("revoked", "Issued by mistake.")
    assert answer["revoked_at"]


def test_an_expired_one_says_so(client: FlaskClient) -> None:
    change(expires_at=clock.now() - timedelta(seconds=1))
    page = client.get(f"/v/{SHOWN}").text
    assert "Expired" in page
    assert "Verified" not in page


def unknown(number: int) -> str:
    body = f"{number:0>12}"
    return codes.shown(body + codes.check_character(body))


def test_codes_cannot_be_found_by_trying(client: FlaskClient) -> None:
    """After sixty that there are not, those that there are get the same answer, until the ten minutes are over."""
    for number in range(30):
        assert client.get(f"/v/{unknown(number)}").status_code == 404
        assert client.get(f"/verify?code={unknown(number + 100)}").status_code == 404
    for address in (f"/v/{SHOWN}", f"/v/{SHOWN}.json", f"/verify?code={SHOWN}", f"/v/{unknown(7)}"):
        answer = client.get(address)
        assert answer.status_code == 429
        assert "Amina" not in answer.text
    elsewhere = client.get(f"/v/{SHOWN}", environ_base={"REMOTE_ADDR": "192.0.2.9"})
    assert elsewhere.status_code == 200


def test_those_there_are_count_nothing(client: FlaskClient) -> None:
    for _ in range(70):
        assert client.get(f"/v/{SHOWN}.json").status_code == 200


def test_unknown_and_mistyped_get_the_same_answer_and_cost_the_same(client: FlaskClient, statements: list[str]) -> None:
    answers, costs = [], []
    for code in (unknown(5), "SC-7F3K-92QD-4T6B-0", "nonsense"):
        statements.clear()
        answer = client.get(f"/v/{code}.json")
        answers.append((answer.status_code, answer.text))
        costs.append(len(statements))
    assert len(set(answers)) == 1
    assert set(costs) == {1}
