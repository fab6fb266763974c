"""A reminder reaches a practitioner by mail, leads to where they left off, and mails like it can be stopped."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from sqlalchemy.orm import close_all_sessions

from app import create_app
from app.config import from_environment
from app.core import clock, mail
from app.core.transactions import unit_of_work
from app.extensions import db
from app.messages import jobs
from app.progress import reminders
from tests.mail_server import Postbox, a_mail_server

from .conftest import Site, fill_in_sign_in

WHO = "practitioner@demo.example"


@pytest.fixture
def postbox() -> Iterator[Postbox]:
    with a_mail_server() as box:
        yield box


@pytest.fixture
def worker(site: Site, postbox: Postbox, tmp_path: Path) -> Iterator[Flask]:
    """The site's work, done here and by our clock, with a mail server and a queue of its own.

    What it logs is not turned down: that would hold for all that runs in this process afterwards.
    """
    app = create_app(
        from_environment(
            {
                "DATA_DIR": str(tmp_path),
                "DATABASE_URL": f"sqlite:///{site.data / 'academy.sqlite'}",
                "SECRET_KEY": (site.data / "secret-key").read_text(),
                "BASE_URL": site.address,
                "MAIL": "smtp",
                "SMTP_HOST": "127.0.0.1",
                "SMTP_PORT": str(postbox.port),
                "SMTP_TLS": "no",
            }
        )
    )
    with app.app_context():
        yield app
        close_all_sessions()
        db.engine.dispose()


def reminder(postbox: Postbox) -> EmailMessage:
    """The reminder that the practitioner gets in the days before a course is due.

    A day is one transaction: the site's own worker would send a mail that it sees waiting.
    """
    now = clock.now()
    for day in range(1, 9):
        with clock.at(now + timedelta(days=day)), unit_of_work():
            reminders.remind_due()
            jobs.mail_notices()
            mail.deliver()
        if found := [message for message in postbox.taken if message["To"] == WHO]:
            return found[-1]
    raise AssertionError("no reminder came")


@pytest.mark.usefixtures("worker")
def test_a_reminder_leads_to_the_activity_and_can_be_stopped(
    page: Page, browser: Browser, site: Site, postbox: Postbox
) -> None:
    message = reminder(postbox)
    assert re.search(r"Due \d+ \w+( \d+)? \(in \d days\)", message.get_content())

    fill_in_sign_in(page, "practitioner")
    expect(page.locator(".masthead .inbox .count")).to_be_visible()
    [link] = re.findall(rf"{site.address}(/learn/\S+)", message.get_content())
    page.goto(link)
    expect(page.locator(".player nav [aria-current]")).to_be_visible()

    page.goto("/notices")
    page.locator(".notices .unread").first.get_by_role("button", name="Open").click()
    expect(page).to_have_url(f"{site.address}{link}")
    expect(page.locator(".masthead .inbox .count")).to_have_count(0)

    visitor = browser.new_page(base_url=site.address, locale="en-GB")
    stop = re.search(rf"{site.address}(/stop/\S+)", message.get_content())
    assert stop and stop[0] in str(message["List-Unsubscribe"])
    visitor.goto(stop[1])
    visitor.get_by_role("button", name="Stop mails like this").click()
    expect(visitor.get_by_role("heading", name="No more mails like this")).to_be_visible()

    page.goto("/settings/messages")
    expect(page.get_by_label("A course is due soon")).to_have_value("not")
