"""Error pages when little else works."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask.testing import FlaskClient
from structlog.testing import capture_logs

from app import create_app
from app.config import Settings
from app.extensions import db


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
