"""Error pages when little else works."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from structlog.testing import capture_logs

from app import create_app
from app.auth.models import Role
from app.config import Settings
from app.extensions import db
from tests.factories import a_person, signed_in


@pytest.fixture(scope="module")
def without_database(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """A signed-in browser of a site whose database is gone."""
    folder = tmp_path_factory.mktemp("data")
    app = create_app(replace(settings, data=folder, database_url=f"sqlite:///{folder}/gone/academy.sqlite"))
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"] = "1"
    yield client
    with app.app_context():
        db.engine.dispose()


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("address", ["/learn", "/account", "/courses", "/there-is-no-such-page", "/courses/x"])
def test_without_its_database_the_site_still_answers_with_a_page(
    without_database: FlaskClient, method: str, address: str
) -> None:
    with capture_logs():
        response = without_database.open(address, method=method, headers={"Accept-Language": "fr"})
    assert response.status_code in (400, 403, 404, 405, 500)
    assert "<h1" in response.text
    assert '<html lang="fr"' in response.text
    assert "Content-Security-Policy" in response.headers


def test_a_script_is_told_too(without_database: FlaskClient) -> None:
    with capture_logs():
        response = without_database.get("/learn", headers={"X-Requested-With": "fetch"})
    assert response.status_code == 500
    assert response.json and "is kept" in response.json["error"]


@pytest.fixture
def desk(app: Flask, client: FlaskClient) -> Iterator[FlaskClient]:
    """The browser of an administrator; forms are taken without their token."""
    app.config["WTF_CSRF_ENABLED"] = False
    yield signed_in(client, a_person(roles=(Role.ADMINISTRATOR,)))
    app.config["WTF_CSRF_ENABLED"] = True


def test_who_chooses_another_language_on_a_refused_form_is_led_to_its_page(desk: FlaskClient) -> None:
    address = f"/people/{a_person('Amina Trabelsi').id}/roles?page=2"
    assert desk.post(address).status_code == 422
    chosen = desk.post("/language", data={"language": "fr"}, headers={"Referer": f"http://localhost{address}"})
    assert (chosen.status_code, chosen.location) == (303, address)
    led = desk.get(chosen.location)
    assert (led.status_code, led.location) == (302, address.replace("/roles", ""))
    page = desk.get(led.location)
    assert page.status_code == 200
    assert '<html lang="fr"' in page.text and "Amina Trabelsi" in page.text


@pytest.mark.parametrize("asked", ["_external=1&_scheme=ftp", "endpoint=site.home", "person_id=2", "a=%ff&a=%0d%0aX:1"])
def test_what_is_asked_besides_leads_nowhere_else(desk: FlaskClient, asked: str) -> None:
    led = desk.get(f"/people/1/roles?{asked}")
    assert (led.status_code, led.location.partition("?")[0]) == (302, "/people/1")


def test_a_script_and_another_method_are_told_that_only_a_form_is_taken(desk: FlaskClient) -> None:
    assert desk.get("/people/1/roles", headers={"X-Requested-With": "fetch"}).status_code == 405
    assert desk.get("/teach/uploads/1").status_code == 405  # takes no form
    assert desk.put("/people/1/roles").status_code == 405


def test_a_visitor_is_asked_to_sign_in_for_the_page_of_a_form(client: FlaskClient) -> None:
    led = client.get("/people/1/roles", follow_redirects=True)
    assert (led.request.path, led.request.args["next"]) == ("/sign-in", "/people/1")
