"""A trainer translates a course: without leaving the page, with the keyboard, beside a colleague, as a file."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from tests.exchange.xliff import translate

from .conftest import Site, fill_in_sign_in

LANGUAGES = "/teach/courses/1/languages"


def add(page: Page, tag: str, name: str) -> None:
    """Offer the first course in another language."""
    page.goto(LANGUAGES)
    page.locator("select[name=language]").select_option(tag)
    page.get_by_role("button", name="Add language").click()
    expect(page.locator(".flash")).to_contain_text(f"{name} is there.")


def test_texts_are_saved_one_by_one_and_the_others_stay_as_typed(sign_in: Callable[..., Page]) -> None:
    page = sign_in("trainer")
    add(page, "ar", "Arabic")
    page.goto(f"{LANGUAGES}/ar/course")
    title, summary = page.locator("[name='text.title']"), page.locator("[name='text.summary']")
    assert title.evaluate("element => getComputedStyle(element).direction") == "rtl"
    summary.fill("ملخص")
    title.fill("دور المدينة")
    title.press("Enter")
    expect(page.locator("#group-1 [data-status]")).to_have_text("Saved")
    expect(page.locator("#group-1 .tag")).to_have_text("Up to date")
    expect(summary).to_have_value("ملخص")  # typed, and not saved yet
    expect(summary).to_be_focused()
    expect(page.locator("#group-2 .tag")).to_have_text("Missing")
    summary.press("Control+Enter")
    expect(page.locator("#group-2 .tag")).to_have_text("Up to date")
    page.reload()
    expect(page.locator("[name='text.summary']")).to_have_value("ملخص")


def test_what_is_typed_while_a_text_is_being_saved_stays(sign_in: Callable[..., Page]) -> None:
    page = sign_in("trainer")
    add(page, "pt", "Portuguese")
    page.goto(f"{LANGUAGES}/pt/course")
    title, tag = page.locator("[name='text.title']"), page.locator("#group-1 .tag")
    held: list[Route] = []
    page.route(
        "**/pt/course", lambda route: held.append(route) if route.request.method == "POST" else route.continue_()
    )
    title.fill("O papel")
    with page.expect_request(lambda request: request.method == "POST"):
        title.press("Enter")
    title.press_sequentially(" da cidade")
    held[0].continue_()
    expect(tag).to_have_text("Up to date")  # as it was sent
    expect(page.locator("#group-1 [data-status]")).to_be_empty()
    expect(title).to_have_value("O papel da cidade")
    expect(title).to_be_focused()
    page.unroute("**/pt/course")
    title.press("Enter")
    expect(page.locator("#group-1 [data-status]")).to_have_text("Saved")
    page.reload()
    expect(title).to_have_value("O papel da cidade")


def test_a_lost_connection_leaves_what_was_typed(context: BrowserContext, sign_in: Callable[..., Page]) -> None:
    page = sign_in("trainer")
    add(page, "sv", "Swedish")
    page.goto(f"{LANGUAGES}/sv/course")
    page.locator("[name='text.title']").fill("Stadens del")
    context.set_offline(True)
    page.locator("#group-1").get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#group-1 [data-status]")).to_contain_text("Not saved: the connection was lost.")
    context.set_offline(False)
    page.locator("#group-1").get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#group-1 .tag")).to_have_text("Up to date")


def test_two_in_one_text_see_both_and_choose(browser: Browser, site: Site, sign_in: Callable[..., Page]) -> None:
    page = sign_in("trainer")
    add(page, "de", "German")
    page.goto(f"{LANGUAGES}/de/course")
    with browser.new_context(base_url=site.address) as elsewhere:
        other = elsewhere.new_page()
        fill_in_sign_in(other, "admin")
        other.goto(f"{LANGUAGES}/de/course")
        other.locator("[name='text.title']").fill("Ihre Worte")
        other.locator("#group-1").get_by_role("button", name="Save", exact=True).click()
        expect(other.locator("#group-1 .tag")).to_have_text("Up to date")
    page.locator("[name='text.title']").fill("Meine Worte")
    page.locator("#group-1").get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#group-1 .error")).to_contain_text("Somebody else translated this in the meantime.")
    expect(page.locator("#group-1 .theirs")).to_contain_text("Ihre Worte")
    expect(page.locator("[name='text.title']")).to_have_value("Meine Worte")
    page.locator("#group-1").get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#group-1 [data-status]")).to_have_text("Saved")
    expect(page.locator("#group-1 .tag")).to_have_text("Up to date")


def test_a_whole_course_goes_out_as_a_file_and_comes_back(sign_in: Callable[..., Page], tmp_path: Path) -> None:
    page = sign_in("trainer")
    add(page, "es", "Spanish")
    page.goto(f"{LANGUAGES}/es")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download as XLIFF").click()
    file = tmp_path / "course.es.xlf"
    file.write_bytes(translate(Path(download.value.path()).read_bytes(), str.upper))
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="See what it would change").click()
    page.get_by_role("button", name=re.compile(r"Take \d+ changes")).click()
    expect(page.locator(".flash").first).to_contain_text("texts in Spanish were taken.")
    expect(page.locator("h2 + span, .row.between .tag.done").first).to_have_text("Up to date")


def test_without_javascript_texts_are_saved_and_lead_on(browser: Browser, site: Site) -> None:
    with browser.new_context(base_url=site.address, java_script_enabled=False) as context:
        page = context.new_page()
        fill_in_sign_in(page, "trainer")
        add(page, "it", "Italian")
        page.goto(f"{LANGUAGES}/it/course")
        page.locator("[name='text.title']").fill("La parte della città")
        page.locator("#group-1").get_by_role("button", name="Save and go on").click()
        expect(page).to_have_url(re.compile(r"/it/course#text-summary$"))
        expect(page.locator("#group-1 .tag")).to_have_text("Up to date")
