"""What the tests of grants share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.auth.models import Role
from app.core import clock
from tests.factories import a_person, signed_in
from tests.grants.committee import committee  # noqa: F401  (a fixture)
from tests.grants.factories import NOW


@pytest.fixture
def desk(app: Flask, client: FlaskClient) -> Iterator[FlaskClient]:
    """An administrator's browser, on 21 November 2026."""
    app.config["WTF_CSRF_ENABLED"] = False
    with clock.at(NOW):
        yield signed_in(client, a_person("Ada Okafor", roles=(Role.ADMINISTRATOR,)))
    app.config["WTF_CSRF_ENABLED"] = True
