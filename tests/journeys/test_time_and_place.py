"""What a lesson's page reports by itself, in a browser: the time, and where one was, on another device too."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable

from playwright.sync_api import BrowserContext, Page, expect

from .conftest import Site, assert_accessible, fill_in_sign_in

LESSON = "/learn/prevention/what-only-a-city-can-do"


def kept(site: Site) -> tuple[int, int, str | None]:
    """Seconds in use and visible, and the position, of the practitioner in the lesson."""
    with sqlite3.connect(site.data / "academy.sqlite", timeout=30) as connection:
        row = connection.execute(
            "SELECT p.seconds, p.visible_seconds, p.position FROM activity_progress p"
            " JOIN activity a ON a.id = p.activity_id JOIN enrolment e ON e.id = p.enrolment_id"
            " JOIN person ON person.id = e.person_id JOIN course c ON c.id = e.course_id"
            " WHERE person.email = 'practitioner@demo.example' AND c.slug = 'prevention'"
            " AND a.key = 'what-only-a-city-can-do'"
        ).fetchone()
    connection.close()
    return row or (0, 0, None)


def read_on(page: Page) -> None:
    with page.expect_response("**/time") as opened:
        page.goto(LESSON)
    assert opened.value.status == 204
    page.mouse.move(200, 300)
    page.mouse.wheel(0, 900)
    page.wait_for_function("() => scrollY > 100")
    page.wait_for_timeout(2200)
    page.goto("/courses")


def test_time_is_counted_and_the_place_is_offered_on_another_device(
    site: Site, sign_in: Callable[..., Page], new_context: Callable[..., BrowserContext]
) -> None:
    page, before = sign_in("practitioner"), kept(site)
    began = time.monotonic()
    read_on(page)
    took = time.monotonic() - began
    for _look in range(300):  # what is said on leaving has no answer that could be waited for
        if kept(site) != before:
            break
        page.wait_for_timeout(100)
    seconds, visible, position = kept(site)
    assert 1 <= visible - before[1] <= took + 1
    assert 1 <= seconds - before[0] <= visible - before[1]
    assert position
    phone = new_context(base_url=site.address, viewport={"width": 390, "height": 700}).new_page()
    fill_in_sign_in(phone, "practitioner")
    phone.goto(LESSON)
    expect(phone.get_by_text("You were further down when you left.")).to_be_visible()
    assert phone.evaluate("scrollY") == 0
    assert_accessible(phone)
    phone.get_by_role("button", name="Go there").click()
    expect(phone.locator(".here")).to_be_focused()
    assert phone.evaluate("scrollY") > 100
    phone.goto(f"{LESSON}#content")
    phone.reload()
    expect(phone.locator(".resume")).to_have_count(0)


def test_without_javascript_a_lesson_is_what_it_was(site: Site, new_context: Callable[..., BrowserContext]) -> None:
    page = new_context(base_url=site.address, java_script_enabled=False).new_page()
    fill_in_sign_in(page, "practitioner")
    page.goto(LESSON)
    expect(page.locator(".prose .body")).to_be_visible()
    expect(page.locator(".resume")).to_have_count(0)
