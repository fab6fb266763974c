"""The public page of a certificate that is no longer in force, or says little."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from app.core import clock
from app.core.transactions import unit_of_work
from app.extensions import db
from app.progress.models import Certificate
from tests.house_rules.scene import CODE, a_scene


def change(**values: object) -> None:
    with unit_of_work():
        db.session.execute(sa.update(Certificate).values(**values))


@pytest.fixture(autouse=True)
def scene(app: object) -> None:
    a_scene()
    change(city="Ghent-by-the-water", score=0.8712)


def test_nothing_tells_what_the_holder_did_not_choose(client: FlaskClient) -> None:
    """Neither in words nor in a title, an attribute or an address."""
    page = client.get(f"/v/{CODE}").text
    assert "Amina Trabelsi" in page
    assert "Ghent" not in page
    assert "87" not in page.partition("<main")[2].partition('<svg class="qr"')[0].partition("</svg>")[2]
    change(shows_city=True, shows_score=True)
    page = client.get(f"/v/{CODE}").text
    assert "Ghent-by-the-water" in page
    assert "Score 87%" in page


def test_a_revoked_one_says_so_and_why(client: FlaskClient) -> None:
    change(revoked_at=clock.now(), revoked_why="Issued by mistake.", expires_at=clock.now() - timedelta(days=1))
    page = client.get(f"/v/{CODE}").text
    assert "Revoked" in page
    assert "Issued by mistake." in page
    assert "Verified" not in page


def test_an_expired_one_says_so(client: FlaskClient) -> None:
    change(expires_at=clock.now() - timedelta(seconds=1))
    page = client.get(f"/v/{CODE}").text
    assert "Expired" in page
    assert "Verified" not in page
