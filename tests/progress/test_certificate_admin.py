"""Administrators find certificates, revoke them with a reason, and take that back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.auth.models import Person, Role
from app.core.models import AuditEvent
from app.core.transactions import unit_of_work
from app.extensions import db
from app.messages.models import Notice
from app.progress.certificates import codes
from app.progress.certificates import services as certificate_services
from app.progress.errors import AlreadyRevoked
from app.progress.models import Certificate, Completion, SigningKey
from tests.at_once import at_once
from tests.factories import a_course, a_person, signed_in
from tests.house_rules.scene import CODE, Scene, a_scene
from tests.pages import check_page

from .test_services import activities, enrolled, read_all

SHOWN = codes.shown(CODE)
AT = f"/certificates/all/{SHOWN}"


@pytest.fixture(autouse=True)
def tokens_apart(app: Flask) -> Iterator[None]:
    app.config["WTF_CSRF_ENABLED"] = False
    yield
    app.config["WTF_CSRF_ENABLED"] = True


@pytest.fixture(autouse=True)
def scene(app: Flask) -> Scene:
    return a_scene()


@pytest.fixture
def administrator(client: FlaskClient, scene: Scene) -> FlaskClient:
    return signed_in(client, scene.administrator)


def finish(person: Person) -> None:
    course = a_course("another")
    read_all(enrolled(course, person), activities(course))


def certificate() -> Certificate:
    db.session.rollback()  # to see what the requests wrote
    return db.session.scalars(sa.select(Certificate)).one()


def audited() -> list[str]:
    wanted = sa.select(AuditEvent.action).where(AuditEvent.subject == f"certificate:{certificate().id}")
    return list(db.session.scalars(wanted.order_by(AuditEvent.id)))


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("", True),
        (f"q={SHOWN}", True),
        (f"q={SHOWN.lower()}", True),
        ("q=trabelsi", True),
        ("q=city’s part amina", True),
        ("q=Nobody", False),
        ("q=%", False),
        ("status=revoked", False),
        ("page=7", False),
        ("page=x&q=%00", True),
    ],
)
def test_they_are_found_by_code_name_and_course(administrator: FlaskClient, asked: str, found: bool) -> None:
    page = administrator.get(f"/certificates/all?{asked.replace('%&', '%25&')}")
    assert page.status_code == 200
    assert check_page(page.text) == []
    assert (f'href="{AT}"' in page.text) is found


def test_a_long_list_comes_in_pages(administrator: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.progress.certificates.queries.PAGE_SIZE", 1)
    finish(a_person("Second Holder"))
    first, second = (administrator.get(f"/certificates/all?page={n}").text for n in (1, 2))
    assert "Second Holder" in first and "Amina" not in first and 'rel="next"' in first
    assert "Amina" in second and 'rel="prev"' in second and 'rel="next"' not in second


def test_one_is_revoked_with_a_reason_and_reinstated(administrator: FlaskClient, app: Flask, scene: Scene) -> None:
    page = administrator.get(AT).text
    assert check_page(page) == []
    assert "The completion stays" in page
    assert administrator.post(f"{AT}/revocation", data={"why": " Another’s work.  "}).status_code == 303
    row = certificate()
    assert (row.revoked_why, row.revoked_by_id) == ("Another’s work.", scene.administrator.id)
    assert row.revoked_at
    public = app.test_client().get(f"/v/{SHOWN}").text
    assert "Another’s work." in public and "Verified" not in public
    assert "Reinstate the certificate" in administrator.get(AT).text
    assert f'href="{AT}"' in administrator.get("/certificates/all?status=revoked").text
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Completion)) == 1
    assert administrator.post(f"{AT}/reinstatement").status_code == 303
    row = certificate()
    assert (row.revoked_at, row.revoked_why, row.revoked_by_id) == (None, None, None)
    assert "Verified just now" in app.test_client().get(f"/v/{SHOWN}").text
    assert audited() == ["certificate.revoke", "certificate.reinstate"]
    assert administrator.post(f"{AT}/reinstatement").status_code == 409


@pytest.mark.parametrize("why", ["", "   ", "x" * 501])
def test_a_revocation_needs_a_reason_and_loses_nothing_typed(administrator: FlaskClient, why: str) -> None:
    refused = administrator.post(f"{AT}/revocation", data={"why": why})
    assert refused.status_code == 422
    assert check_page(refused.text) == []
    assert '<details class="stack-3" open>' in refused.text
    assert why.strip() in refused.text
    assert certificate().revoked_at is None and audited() == []


def test_the_first_reason_stands(administrator: FlaskClient) -> None:
    administrator.post(f"{AT}/revocation", data={"why": "First."})
    again = administrator.post(f"{AT}/revocation", data={"why": "Second."})
    assert again.status_code == 409
    assert certificate().revoked_why == "First."


def test_two_who_revoke_at_once_do_it_once(app: Flask, scene: Scene) -> None:
    def revoke() -> bool:
        with app.app_context():
            try:
                with unit_of_work():
                    certificate_services.revoke(certificate_id=1, why="Why.", by=scene.administrator.id)
            except AlreadyRevoked:
                return False
            return True

    assert sorted(at_once([revoke] * 3)) == [False, False, True]
    assert audited() == ["certificate.revoke"]


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.TRAINER])
def test_nobody_else_does_any_of_it(app: Flask, scene: Scene, role: Role) -> None:
    browser = signed_in(app.test_client(), scene.coordinator if role is Role.COORDINATOR else scene.trainer)
    answers = [browser.get("/certificates/all"), browser.get(AT)]
    answers += [browser.post(f"{AT}/revocation", data={"why": "x"}), browser.post(f"{AT}/reinstatement")]
    assert [answer.status_code for answer in answers] == [403] * 4
    assert certificate().revoked_at is None


def test_its_holder_is_told_once_and_there_is_a_key_then(app: Flask) -> None:
    with unit_of_work():
        db.session.execute(sa.delete(SigningKey))
    person = a_person("Second Holder")
    finish(person)
    (notice,) = db.session.scalars(sa.select(Notice).where(Notice.person_id == person.id))
    held = db.session.scalars(sa.select(Certificate).where(Certificate.person_id == person.id)).one()
    assert (notice.kind, notice.values["code"]) == ("certificate", codes.shown(held.code))
    assert notice.values["titles"] == {"en": "The city’s part"}
    assert db.session.scalar(sa.select(sa.func.count()).select_from(SigningKey)) == 1
    assert held.recipient == codes.hashed(person.email or "", held.code)
    assert held.towers == [2, 2] and held.rule == "all required activities"
