"""What must not race does not: beginning, writing and submitting in the same moment, through real requests."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import partial

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.core import clock
from app.extensions import db
from app.grants.models import Application, ApplicationAnswer, ApplicationFile, Frozen
from app.messages.models import Notice
from tests.at_once import at_once
from tests.grants.applying import PDF, Town, a_file, a_town, answered, application, stands, typed

ROUNDS = 3


@pytest.fixture
def town(app: Flask) -> Iterator[Town]:
    """As the clock of every thread has it: the real one."""
    app.config["WTF_CSRF_ENABLED"] = False
    now = clock.now()
    yield a_town(app, at=now, closes_at=now + timedelta(days=30), opens_at=now - timedelta(days=1))
    app.config["WTF_CSRF_ENABLED"] = True
    db.session.remove()


def count(model: type) -> int:
    db.session.rollback()
    return db.session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


def post(client: FlaskClient, address: str, data: dict[str, object] | None = None) -> int:
    return client.post(address, data=data or {}, content_type="multipart/form-data").status_code


@pytest.mark.parametrize("times", range(ROUNDS))
def test_two_who_begin_at_once_get_the_same_one(town: Town, times: int) -> None:
    clients = [town.browser(person) for person in (town.amina, town.hedi, town.amina, town.hedi)]
    data: dict[str, object] = {"city": town.city.id}
    assert at_once([partial(post, client, "/grants/local/application", data) for client in clients]) == [303] * 4
    assert count(Application) == 1


@pytest.mark.parametrize("times", range(ROUNDS))
def test_a_submit_pressed_by_several_at_once_is_one_submission(town: Town, times: int) -> None:
    amina, hedi = town.begun(), town.browser(town.hedi)
    answered(town, amina)
    hedi.post(town.address, data=typed("more", text="From Hedi."))
    amina.post(f"{town.address}/word")
    clients = [amina, hedi, town.browser(town.amina), town.browser(town.hedi)]
    assert at_once([partial(post, client, f"{town.address}/submission") for client in clients]) == [303] * 4
    assert (application().state, count(Frozen), count(Notice)) == ("submitted", 1, 2)


@pytest.mark.parametrize("times", range(ROUNDS))
def test_of_two_first_answers_at_once_one_stands_and_the_other_is_told(town: Town, times: int) -> None:
    clients = [town.begun(), town.browser(town.hedi)]
    texts = ["Amina’s.", "Hedi’s."]
    calls = [partial(post, c, town.address, typed("plan", text=t)) for c, t in zip(clients, texts, strict=True)]
    statuses = at_once(calls)
    assert sorted(statuses) == [303, 409]
    assert stands("plan").value == texts[statuses.index(303)]  # type: ignore[union-attr]


@pytest.mark.parametrize("times", range(ROUNDS))
def test_of_two_changes_of_one_version_at_once_one_stands(town: Town, times: int) -> None:
    clients = [town.begun(), town.browser(town.hedi), town.browser(town.amina)]
    clients[0].post(town.address, data=typed("plan", text="First."))
    calls = [
        partial(post, client, town.address, typed("plan", version=1, seen="First.", text=f"Change {place}."))
        for place, client in enumerate(clients)
    ]
    statuses = at_once(calls)
    assert sorted(statuses) == [303, 409, 409]
    row = stands("plan")
    assert row is not None
    assert (row.value, row.version_id) == (f"Change {statuses.index(303)}.", 2)


@pytest.mark.parametrize("times", range(ROUNDS))
def test_people_who_write_several_answers_at_once_do_not_wait_for_each_other(town: Town, times: int) -> None:
    clients = [town.begun(), town.browser(town.hedi), town.browser(town.amina), town.browser(town.hedi)]
    keys = ["plan", "more", "plan", "more"]
    other = {"plan": "more", "more": "plan"}
    calls = [
        partial(post, client, town.address, {**typed(key, text=f"By {place}."), **typed(other[key], text="")})
        for place, (client, key) in enumerate(zip(clients, keys, strict=True))
    ]
    statuses = at_once(calls)
    assert sorted(statuses) == [303, 303, 409, 409]
    assert count(ApplicationAnswer) == 2


@pytest.mark.parametrize("times", range(ROUNDS))
def test_what_is_saved_while_it_is_submitted_is_in_the_submission_or_refused(town: Town, times: int) -> None:
    amina, hedi = town.begun(), town.browser(town.hedi)
    answered(town, amina)
    seen = "We open the school in the evening."
    change = typed("plan", version=1, seen=seen, text="At the last moment.")
    submitted, saved = at_once(
        [partial(post, amina, f"{town.address}/submission"), partial(post, hedi, town.address, change)]
    )
    assert submitted == 303
    db.session.rollback()
    document = db.session.scalars(sa.select(Frozen.document)).one()
    row = stands("plan")
    assert row is not None
    assert document["answers"]["plan"] == row.value
    assert saved == (303 if row.value == "At the last moment." else 409)


@pytest.mark.parametrize("times", range(ROUNDS))
def test_no_more_files_than_asked_come_at_once(town: Town, times: int) -> None:
    clients = [town.begun(), *(town.browser(person) for person in (town.hedi, town.amina, town.hedi))]
    calls = [
        partial(post, client, town.address, {**a_file(f"{place}.pdf", PDF + bytes([place])), **typed("more", text="")})
        for place, client in enumerate(clients)
    ]
    assert sorted(at_once(calls)) == [303, 303, 422, 422]
    assert count(ApplicationFile) == 2
