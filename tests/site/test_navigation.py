"""The main navigation says where somebody is."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.auth.models import Role
from app.grants.rules import Completed
from tests.factories import a_city, a_course, a_person, signed_in
from tests.grants.factories import a_call


@pytest.mark.parametrize(
    ("address", "item"),
    [
        ("/grants", "Grants"),
        ("/grants/local", "Grants"),
        ("/grants/local/changes", "Grants"),
        ("/grants/local/application", "Grants"),
        ("/applications", "Grants"),
        ("/reviews", "Grants"),
        ("/administration/grants", "Grants"),
        ("/administration/grants/local", "Grants"),
        ("/administration/grants/local/rule", "Grants"),
        ("/administration/grants/local/applications", "Grants"),
        ("/administration/duties", "Grants"),
        ("/courses", "Learn"),
        ("/network", "Network"),
        ("/administration/jobs", None),
    ],
)
def test_the_item_of_the_page_is_marked(app: Flask, client: FlaskClient, address: str, item: str | None) -> None:
    a_call(Completed(a_course().id), slug="local")
    signed_in(client, a_person(city=a_city(), roles=(Role.ADMINISTRATOR,)))
    answer = client.get(address)
    assert answer.status_code == 200
    masthead = re.search(r'(?s)<nav class="nav".*?</nav>', answer.text)
    assert masthead
    assert re.findall(r'aria-current="page">([^<]*)<', masthead[0]) == ([] if item is None else [item])
