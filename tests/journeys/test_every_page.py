"""Every page in a browser: on a phone and a desk, light and dark, in English and French, for whom it is.

A new page is a line in `PAGES`.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page

from .conftest import assert_accessible, speak, watch

PRACTITIONER, TRAINER, COORDINATOR, ADMINISTRATOR = "practitioner", "trainer", "coordinator", "admin"

# Who looks, and at what. A path that ends in " > selector" is where that link of the page leads.
PAGES: list[tuple[str | None, str]] = [
    (None, "/"),
    (None, "/sign-in"),
    (None, "/register"),
    (None, "/network"),
    (None, "/verify"),
    (None, "/accessibility"),
    (None, "/your-data"),
    (None, "/there-is-no-such-page"),
    (PRACTITIONER, "/learn"),
    (PRACTITIONER, "/courses"),
    (PRACTITIONER, "/courses/prevention"),
    (PRACTITIONER, "/courses/rights"),
    (PRACTITIONER, "/learn/prevention/what-only-a-city-can-do"),
    (PRACTITIONER, "/learn/prevention/final-test"),
    (PRACTITIONER, "/certificates"),
    (PRACTITIONER, "/grants"),
    (PRACTITIONER, "/grants > main a[href^='/grants/']"),
    (PRACTITIONER, "/account"),
    (PRACTITIONER, "/mail"),
    (TRAINER, "/teach"),
    (TRAINER, "/teach > main a[href^='/teach/courses/']"),
    (COORDINATOR, "/reports/completion"),
    (COORDINATOR, "/grants > main a[href^='/grants/']"),
    (ADMINISTRATOR, "/reports/completion"),
    (ADMINISTRATOR, "/people"),
    (ADMINISTRATOR, "/people > main a[href^='/people/']"),
    (ADMINISTRATOR, "/cities"),
    (ADMINISTRATOR, "/cities > main a[href^='/cities/']"),
    (ADMINISTRATOR, "/grants > main a[href^='/grants/']"),
]
STATUS = {"/there-is-no-such-page": 404, "/learn/prevention/final-test": 409}  # the rest: 200; the test is locked
LOOKS = [(390, "light"), (390, "dark"), (1280, "light"), (1280, "dark")]


def look_at(page: Page, path: str, language: str) -> list[str]:
    """Open `path` in `language`; gives what went wrong on the way, and from now on."""
    wrong: list[str] = []
    address, _, link = path.partition(" > ")
    page.goto(address)
    speak(page, language)
    if link:
        page.goto(page.locator(link).first.get_attribute("href") or "/a-link-without-an-address")
    wrong = watch(page)
    answer = page.reload()
    expected = STATUS.get(path, 200)
    assert answer is not None and answer.status == expected, f"{page.url}: {answer and answer.status}"
    if expected >= 400:
        wrong.clear()  # the browser tells of such an answer as an error
    return wrong


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize(("who", "path"), PAGES, ids=[f"{who or 'visitor'} {path}" for who, path in PAGES])
def test_the_page_holds_up(people: Callable[..., BrowserContext], who: str | None, path: str, language: str) -> None:
    page = people(who, language).new_page()
    try:
        wrong = look_at(page, path, language)
        assert page.locator("html").get_attribute("lang") == language
        assert page.locator("h1").count() == 1
        for width, scheme in LOOKS:
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            assert_accessible(page)
            assert width_of(page) <= width, f"at {width} pixels it scrolls sideways to {width_of(page)}"
        page.set_viewport_size({"width": 320, "height": 700})
        assert width_of(page) <= 320, f"at 320 pixels it scrolls sideways to {width_of(page)}"
        assert wrong == []
    finally:
        page.close()


def width_of(page: Page) -> int:
    """How wide the page is, in CSS pixels."""
    return int(page.evaluate("() => document.documentElement.scrollWidth"))
