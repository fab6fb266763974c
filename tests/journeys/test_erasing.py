"""Leaving for good: an account is erased by its owner, and the address is free for somebody new."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

from playwright.sync_api import BrowserContext, Page, expect

from .conftest import Site, fill_in_sign_in
from .test_to_the_grant import take

ADDRESS = "noor.haddad@montreal.example"
WORD = "une phrase assez longue"
CODE = re.compile(r"SC-\w{4}-\w{4}-\w{4}-\w")


def test_a_practitioner_erases_the_account_and_registers_anew(
    new_context: Callable[..., BrowserContext], site: Site
) -> None:
    page = new_context(base_url=site.address).new_page()
    used = register(page, site, "Noor Haddad")
    take(page, "schools", test="course-test", language="en")
    page.goto("/certificates")
    found = CODE.search(page.inner_text("main"))
    assert found
    erase(new_context(base_url=site.address, java_script_enabled=False).new_page())

    page.goto("/learn")
    page.wait_for_url("**/sign-in?next=/learn")
    expect(page.get_by_text("You have been signed out. Sign in to go on.")).to_be_visible()

    visitor = new_context(base_url=site.address).new_page()
    visitor.goto(f"/v/{found[0]}")
    expect(visitor.locator("main")).to_contain_text("Verified just now")
    expect(visitor.locator("main")).not_to_contain_text("Noor")

    register(page, site, "Noor Haddad-Roy", used)
    page.goto("/certificates")
    assert CODE.search(page.inner_text("main")) is None

    desk = new_context(base_url=site.address).new_page()
    fill_in_sign_in(desk, "admin")
    desk.goto("/people?q=noor")
    expect(desk.locator("main tbody tr")).to_have_count(1)
    expect(desk.locator("main tbody")).to_contain_text("Noor Haddad-Roy")
    desk.goto("/reports/people?course=schools&city=&period=all&sort=name")
    expect(desk.locator("main tbody")).to_contain_text("(erased)")


def register(page: Page, site: Site, name: str, used: str = "") -> str:
    """Register, and confirm by the mailed link, which is not `used`; returns the link's path."""
    page.goto("/register")
    page.fill("main input[name=name]", name)
    page.fill("main input[name=email]", ADDRESS)
    page.fill("main input[name=password]", WORD)
    page.locator("main form button.button").click()
    expect(page.get_by_role("heading", name="Open the mail we sent you")).to_be_visible()
    until = time.monotonic() + 120
    while time.monotonic() < until:
        texts = [mail.get_content() for mail in site.mails(ADDRESS)]
        links = [found[1] for text in texts if (found := re.search(r"https?://[^/\s]+(/confirm/\S+)", text))]
        if links and links[-1] != used:
            page.goto(links[-1])
            page.get_by_role("button", name="Confirm the address").click()
            page.wait_for_url("**/learn")
            return links[-1]
        time.sleep(0.2)
    raise AssertionError("no mail with another link")


def erase(page: Page) -> None:
    """Erase the account by the forms alone, first with a password that is not it."""
    fill_in_sign_in(page, ADDRESS, WORD)
    page.goto("/account")
    page.get_by_role("link", name="See what erasing means").click()
    for word in ("another phrase", WORD):
        page.get_by_label("Take my name off them").check()
        page.fill("main input[name=current_password]", word)
        page.get_by_role("button", name="Erase my account for good").click()
        if word != WORD:
            expect(page.get_by_text("That is not your present password.")).to_be_visible()
    expect(page.get_by_text("Your account is erased, and you are signed out everywhere.")).to_be_visible()
