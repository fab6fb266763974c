"""From a figure to the people behind it, to one person's record, to a report by mail."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import BrowserContext, expect


def test_from_a_figure_to_a_person(people: Callable[..., BrowserContext]) -> None:
    page = people("admin", "en").new_page()
    try:
        page.goto("/reports")
        page.get_by_role("link", name="Completion").click()
        page.locator(".figures div", has_text="Late").get_by_role("link").click()
        expect(page).to_have_url(re.compile(r"/reports/people\?.*state=late"))
        page.locator("main tbody th a").first.click()
        expect(page.get_by_text("It is noted that you opened this record.")).to_be_visible()
        page.go_back()
        page.get_by_label("Send me this report by e-mail").select_option("monthly")
        page.get_by_role("button", name="Send me this").click()
        expect(page.get_by_role("status")).to_contain_text("at seven in the morning")
        page.get_by_role("button", name="Stop Enrolments").click()
        expect(page.get_by_text("You get no reports by e-mail")).to_be_visible()
    finally:
        page.close()
