"""What others were told by somebody who is erased names them no more, and nothing else in it is touched."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.auth import services as accounts
from app.auth.models import Person
from app.core import clock, mail
from app.core.models import Outbox
from app.core.transactions import unit_of_work
from app.extensions import db
from app.messages import jobs, services
from app.messages.models import Notice
from tests.factories import a_person


def said(by: Person, title: str) -> dict[str, Any]:
    due_at = "2026-03-02T12:00:00+00:00"
    return {"by": by.name, "by_id": by.id, "slug": "grace", "titles": {"en": title}, "due_at": due_at}


def erase(person: Person) -> None:
    with unit_of_work():
        accounts.erase(person_id=person.id, keeps_name=True, reason="Asked.", by=None)


def notices() -> list[dict[str, Any]]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(Notice.values).order_by(Notice.id)))


@pytest.mark.parametrize("name", ["Grace", "2026", "00", "by"])
def test_only_their_name_goes_and_a_namesake_keeps_hers(app: Flask, name: str) -> None:
    gone, namesake, reader = a_person(name), a_person(name), a_person("Reader")
    with unit_of_work():
        for key, by in (("a", gone), ("b", namesake)):
            services.tell(key=key, kind="enrolled", person_id=reader.id, **said(by, f"{name} and others"))
    erase(gone)
    assert ("messages.forget", {}) in app.extensions["enqueued"]
    jobs.forget_the_erased()
    changed = said(gone, f"{name} and others") | {"by": "…", "by_id": None}
    assert notices() == [changed, said(namesake, f"{name} and others")]
    assert jobs.forget_the_erased() == 0


def test_ids_that_begin_alike_and_former_names(app: Flask) -> None:
    gone, reader = a_person("New Name"), a_person("Reader")
    values = [{"by": "Old Name", "by_id": gone.id}, {"by": "Other", "by_id": gone.id * 10}]
    with unit_of_work():
        for number, one in enumerate(values):
            mail.post(key=str(number), kind="x", recipient="r@x.example", language="en", person_id=reader.id, **one)
    erase(gone)
    jobs.forget_the_erased()
    db.session.rollback()
    found = list(db.session.scalars(sa.select(Outbox.values).order_by(Outbox.id)))
    assert found == [{"by": "…", "by_id": None}, values[1]]


def test_a_mail_that_waits_says_it_without_the_name(app: Flask) -> None:
    """Also where the title has the name in it; before, it names who enrolled the reader."""
    gone, reader = a_person("Grace"), a_person("Reader")
    with unit_of_work():
        services.tell(key="a", kind="enrolled", person_id=reader.id, **said(gone, "Amazing Grace"))
        db.session.execute(sa.update(Notice).values(mail_at=clock.now()))
    assert jobs.mail_notices() == 1

    def text() -> str:
        db.session.rollback()
        row = db.session.scalars(sa.select(Outbox).where(Outbox.kind == "notice")).one()
        return str(mail._message(row, app.config["SETTINGS"]).get_content())

    assert "Grace enrolled you in this course: Amazing Grace." in text()
    erase(gone)
    jobs.forget_the_erased()
    assert "… enrolled you in this course: Amazing Grace." in text()


def test_what_was_written_beside_the_erasure_goes_when_the_job_comes_round(app: Flask) -> None:
    gone, reader = a_person("Grace"), a_person("Reader")
    values = said(gone, "Streets")
    erase(gone)
    jobs.forget_the_erased()
    with unit_of_work():  # whoever read the name before
        services.tell(key="late", kind="enrolled", person_id=reader.id, **values)
        mail.post(key="late", kind="x", recipient="grace@x.example", language="en", person_id=gone.id, name="Grace")
    jobs.forget_the_erased()
    assert [one["by"] for one in notices()] == ["…"]
    assert db.session.scalars(sa.select(Outbox)).all() == []
