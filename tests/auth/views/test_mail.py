"""The page that shows, in development, the mails that would have been sent."""

from __future__ import annotations

from datetime import timedelta
from html import unescape

import pytest
from flask.testing import FlaskClient

from app.auth.mail_views import linked
from app.config import Settings
from app.core import clock, mail
from app.core.transactions import unit_of_work
from tests.auth.browser import post
from tests.factories import a_city
from tests.pages import check_page

pytestmark = pytest.mark.usefixtures("cheap_hashing")

NOOR = {
    "email": "noor@city.example",
    "name": "Noor",
    "password": "a fine long one",
    "language": "fr",
    "time_zone": "UTC",
}


def post_mail(key: str, city: str) -> None:
    with unit_of_work():
        mail.post(key=key, kind="placed", recipient="noor@city.example", language="en", name="Noor", city=city)
    mail.deliver()


def test_outside_a_demonstration_there_is_no_such_page(client: FlaskClient) -> None:
    assert client.get("/mail").status_code == 404
    assert client.get("/mail/any.eml").status_code == 404


def test_an_empty_folder_says_what_will_stand_there(client: FlaskClient, demonstration: Settings) -> None:
    page = client.get("/mail")
    assert page.status_code == 200 and "No mail yet" in page.text and check_page(page.text) == []


def test_the_newest_mail_comes_first(client: FlaskClient, demonstration: Settings) -> None:
    noon = clock.now()
    for minutes, city in enumerate(["Oslo", "Sfax", "São <i>Paulo</i>"]):
        with clock.at(noon + timedelta(minutes=minutes)):
            post_mail(f"mail-{city}", city)
    page = client.get("/mail")
    assert check_page(page.text) == []
    assert page.text.index("São &lt;i&gt;") < page.text.index("Sfax") < page.text.index("Oslo")


def test_the_link_of_a_mail_can_be_followed(client: FlaskClient, demonstration: Settings) -> None:
    a_city(domain="city.example")
    post(client, "/register", NOOR)
    mail.deliver()
    inbox = client.get("/mail").text
    name = inbox.partition('href="/mail/')[2].partition('"')[0]
    letter = client.get(f"/mail/{name}")
    assert check_page(letter.text) == [] and "noor@city.example" in letter.text
    link = unescape(letter.text.partition('<a href="http://localhost/confirm/')[2].partition('"')[0])
    assert client.get(f"/confirm/{link}").status_code == 200
    assert post(client, f"/confirm/{link}").location == "/learn"


@pytest.mark.parametrize(
    "name",
    ["missing.eml", "..%2Fsecret-key", "../secret-key", "%2e%2e%2fsecret.eml", ".eml", "a.txt", "a%00.eml", "x" * 400],
)
def test_nothing_else_can_be_read(client: FlaskClient, demonstration: Settings, name: str) -> None:
    demonstration.mail_folder.mkdir(exist_ok=True)
    (demonstration.data / "secret.eml").write_text("Subject: secret\n\nsecret")
    (demonstration.mail_folder / "a.txt").write_text("secret")
    assert client.get(f"/mail/{name}").status_code == 404


def test_a_mail_that_is_none_is_no_defect(client: FlaskClient, demonstration: Settings) -> None:
    demonstration.mail_folder.mkdir(exist_ok=True)
    (demonstration.mail_folder / "odd.eml").write_bytes(b"\xff\xfe\x00")
    assert client.get("/mail").status_code == 200
    assert client.get("/mail/odd.eml").status_code == 200


def test_text_becomes_links_and_nothing_else() -> None:
    html = linked('See http://localhost/confirm/a_b-c.d, or <script> "https://city.example/?a=1&b=2".')
    assert html == (
        'See <a href="http://localhost/confirm/a_b-c.d">http://localhost/confirm/a_b-c.d</a>, or &lt;script&gt; &#34;'
        '<a href="https://city.example/?a=1&amp;b=2">https://city.example/?a=1&amp;b=2</a>&#34;.'
    )
