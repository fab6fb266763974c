"""An administrator writes a call, is told what it lacks, and publishes it; then moves its closing, and says why."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from app.config import ROOT

from .conftest import Site, assert_accessible

CALL = "/administration/grants/safer-streets-at-night"
# The rule has pages of its own, and a journey of its own.
RULE = """
from app import create_app
from app.core.transactions import unit_of_work
from app.grants import services
from app.grants.calls import queries
from app.grants.rules import Completed
from app.core import clock
with create_app().app_context(), unit_of_work():
    call = queries.get_desk("safer-streets-at-night", clock.now()).call
    services.set_rule(call_id=call.id, rule=Completed(1), by=None)
"""


def add(page: Page, button: str, **fields: str) -> None:
    """Add a question by its button, filled in."""
    page.get_by_role("link", name=button, exact=True).click()
    for name, value in fields.items():
        page.locator(f"main [name={name}]").first.fill(value)
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url(re.compile(r"/questions(#.*)?$"))


def titles(page: Page) -> Locator:
    return page.locator(".wanted").first.locator(".name")


def test_a_call_is_written_and_published(sign_in: Callable[..., Page], site: Site) -> None:
    page = sign_in("admin")
    page.goto("/grants")
    page.get_by_role("link", name="Write and keep calls").click()
    page.get_by_role("link", name="Write a new call").click()
    page.get_by_label("Title").fill("Safer streets at night")
    page.get_by_label("Summary").fill("Streets that people are glad to walk at night.")
    page.get_by_label("Time zone").fill("Tunis")
    page.get_by_label("Currency").fill("eur")
    page.get_by_role("button", name="Begin the call").click()
    page.wait_for_url(f"**{CALL}")
    expect(page.get_by_label("Time zone")).to_have_value("Africa/Tunis")

    page.get_by_role("link", name="Questions", exact=True).click()
    add(page, "Add a text", title="What will change?", words="800")
    add(page, "Add an amount", title="How much do you ask for?", most="50000")
    page.get_by_role("button", name="Move up: How much do you ask for?").click()
    expect(titles(page)).to_have_text(["How much do you ask for?", "What will change?"])
    page.get_by_role("link", name="Preview the form").click()
    expect(page.get_by_role("heading", name="The form as a city will see it")).to_be_visible()
    expect(page.locator("main")).to_contain_text("At most €50,000")
    assert_accessible(page)

    page.get_by_role("link", name="Publishing").click()
    expect(page.locator("main")).to_contain_text("It has no rule yet")
    expect(page.get_by_role("button", name="Publish the call")).to_have_count(0)
    write_the_rule(site)
    page.reload()
    page.get_by_role("button", name="Publish the call").click()
    expect(page.locator("main")).to_contain_text("Published. Everyone can read the call now.")

    page.get_by_role("link", name="Settings", exact=True).click()
    page.get_by_label("Closes").fill("2099-03-28T18:00:30")
    page.get_by_role("button", name="Save settings").click()
    expect(page.locator("main")).to_contain_text("say why you change it")
    page.get_by_label("Why").fill("Cities asked for more time")
    page.get_by_role("button", name="Save settings").click()
    expect(page.locator("main .flash")).to_have_text("Saved.")

    page.goto("/grants/safer-streets-at-night/changes")
    expect(page.locator("main")).to_contain_text("It closes 28 March 2099, 18:00 Tunis time (30 seconds past).")
    expect(page.locator("main")).to_contain_text("Cities asked for more time")
    assert_accessible(page)


def write_the_rule(site: Site) -> None:
    environment = {**os.environ, "DATA_DIR": str(site.data), "DEMO": "yes", "MAIL": "folder"}
    subprocess.run([sys.executable, "-c", RULE], cwd=ROOT, env=environment, check=True, capture_output=True)
