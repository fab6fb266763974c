"""Signing out on a computer that others use."""

from __future__ import annotations

from playwright.sync_api import BrowserType, expect

from .conftest import Site, fill_in_sign_in

KEEPS_NO_PAGES = "--disable-back-forward-cache"  # what the test browser does, and people's browsers do not


def test_the_back_button_shows_nothing_of_who_has_signed_out(
    browser_type: BrowserType, browser_type_launch_args: dict[str, object], site: Site
) -> None:
    browser = browser_type.launch(**browser_type_launch_args, ignore_default_args=[KEEPS_NO_PAGES])  # type: ignore[arg-type]
    page = browser.new_context(base_url=site.address).new_page()
    fill_in_sign_in(page, "practitioner")
    page.goto("/certificates")
    name = page.locator(".masthead .who .name").inner_text()
    page.locator(".masthead details.drop").last.locator("summary").click()
    page.locator("form[action='/sign-out'] button").click()
    page.wait_for_url(site.address + "/")
    page.evaluate("history.back()")
    page.wait_for_url("**/sign-in?next=/certificates")
    expect(page.locator("body")).not_to_contain_text(name)
    browser.close()
