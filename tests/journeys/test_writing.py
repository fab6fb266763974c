"""Writing a lesson: what the page says of saving is true, whatever becomes of the line, the server or a colleague."""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, FrameLocator, Page, Route, expect

from .conftest import Site, fill_in_sign_in, serving

LESSON = "/teach/courses/1/lessons/{}/text"
# A page that stands for one which closes: it holds a lock until shortly after another page asks for it.
HOLD_UNTIL_WANTED = """(key) => void navigator.locks.request(key, { steal: true }, async () => {
  const isWanted = async () => (await navigator.locks.query()).pending.some((lock) => lock.name === key);
  const pause = (ms) => new Promise((go) => setTimeout(go, ms));
  while (!(await isWanted())) await pause(10);
  await pause(100);
})"""
WORD = (Path(__file__).parent / "word.html").read_text()


@pytest.fixture
def lesson(people: Callable[..., BrowserContext]) -> Iterator[Page]:
    """The editor of a lesson, as a trainer has it."""
    context = people("trainer")
    page = context.new_page()
    try:
        yield open_lesson(page, 1)
    finally:
        context.set_offline(False)  # a test that fails without a connection leaves the others theirs
        page.close()


def open_lesson(page: Page, number: int, language: str = "en") -> Page:
    page.goto(f"{LESSON.format(number)}?language={language}")
    expect(page.locator("#writing[data-ready]")).to_be_visible()
    return page


def text(page: Page) -> FrameLocator:
    return page.frame_locator(".tox-edit-area__iframe")


def write(page: Page, words: str) -> None:
    """Type at the end of the text."""
    text(page).locator("body").press("Control+End")
    page.keyboard.press("Enter")
    page.keyboard.type(words)


def says(page: Page, words: str) -> None:
    expect(page.locator("#saved")).to_contain_text(words, timeout=60_000)


def kept(page: Page) -> list[str]:
    """The keys of what the browser keeps unsaved of this page's text."""
    keys = page.evaluate("() => Object.keys(localStorage)")
    return [key for key in keys if key.startswith(page.locator("#writing").get_attribute("data-key"))]


def is_saved(page: Page) -> None:
    expect(page.locator("#saved")).to_have_text(re.compile(r"Saved at \d\d:\d\d"), timeout=60_000)


def stored(site: Site, number: int, language: str = "en") -> str:
    """What the database holds, read beside the server."""
    with sqlite3.connect(f"file:{site.data / 'academy.sqlite'}?mode=ro", uri=True) as connection:
        query = "SELECT html FROM lesson_body WHERE lesson_id = ? AND language = ?"
        found = connection.execute(query, (number, language)).fetchone()
    connection.close()
    return found[0] if found else ""


def arrives(site: Site, number: int, words: str) -> None:
    """Wait until the database holds words whose page is closed, so that none says when they are saved."""
    until = time.monotonic() + 60
    while words not in stored(site, number):
        assert time.monotonic() < until, f"not stored: {words}"
        time.sleep(0.1)


def test_saved_is_said_of_what_is_stored_and_not_a_letter_before(lesson: Page, site: Site) -> None:
    on_their_way: list[Route] = []
    lesson.route("**/bodies/en", lambda route: on_their_way.append(route), times=1)
    with lesson.expect_request("**/bodies/en"):
        write(lesson, "The first words.")
    says(lesson, "Saving…")
    lesson.keyboard.type(" And more.")
    assert "The first words." not in stored(site, 1)
    on_their_way[0].continue_()
    # It says so for a moment only, until it sends the rest: looked for in every frame.
    lesson.wait_for_function("() => document.querySelector('#saved').textContent === 'Not saved yet'")
    is_saved(lesson)
    assert "The first words. And more." in stored(site, 1)
    lesson.keyboard.type("!")
    expect(lesson.locator("#saved")).not_to_contain_text("Saved at")


def test_a_cut_connection_keeps_what_is_typed_and_sends_it(lesson: Page, site: Site) -> None:
    lesson.context.set_offline(True)
    write(lesson, "Typed without a connection.")
    says(lesson, "Not saved yet: no connection. What you typed is kept in this browser.")
    lesson.context.set_offline(False)
    is_saved(lesson)
    assert "Typed without a connection." in stored(site, 1)


def test_what_was_typed_offline_outlives_its_page(lesson: Page, site: Site) -> None:
    lesson.context.set_offline(True)
    write(lesson, "Typed, then closed.")
    says(lesson, "no connection")
    lesson.close()
    lesson.context.set_offline(False)
    again = open_lesson(lesson.context.new_page(), 1)
    expect(text(again).locator("body")).to_contain_text("Typed, then closed.")
    is_saved(again)
    assert stored(site, 1).count("Typed, then closed.") == 1


def test_an_answer_that_never_came_is_no_conflict_with_oneself(lesson: Page, site: Site) -> None:
    def lose_the_answer(route: Route) -> None:
        route.fetch()
        route.abort()

    lesson.route("**/bodies/en", lose_the_answer, times=1)
    write(lesson, "Sent once,")
    says(lesson, "no connection")
    lesson.keyboard.type(" and then more.")
    is_saved(lesson)
    assert stored(site, 1).count("Sent once, and then more.") == 1


def test_what_left_with_its_page_is_no_conflict_with_what_one_wrote_elsewhere_since(
    lesson: Page, browser: Browser, browser_context_args: dict[str, Any], site: Site
) -> None:
    open_lesson(lesson, 9)
    write(lesson, "Typed at the office, and closed.")
    lesson.close()
    arrives(site, 9, "Typed at the office, and closed.")
    home = browser.new_context(**{**browser_context_args, "base_url": site.address})
    elsewhere = home.new_page()
    fill_in_sign_in(elsewhere, "trainer")
    open_lesson(elsewhere, 9)
    expect(text(elsewhere).locator("body")).to_contain_text("Typed at the office, and closed.")
    write(elsewhere, "Typed at home.")
    is_saved(elsewhere)
    home.close()
    again = open_lesson(lesson.context.new_page(), 9)
    is_saved(again)
    expect(text(again).locator("body")).to_contain_text("Typed at home.")
    assert kept(again) == []
    assert stored(site, 9).count("Typed at the office, and closed.") == 1


def test_a_page_opened_while_another_closes_takes_up_what_that_left(lesson: Page, site: Site) -> None:
    holding = lesson.context.new_page()
    holding.goto("/")
    lesson.bring_to_front()
    open_lesson(lesson, 10)
    lesson.context.set_offline(True)
    write(lesson, "Typed, and closed at once.")
    says(lesson, "no connection")
    key = kept(lesson)[0]
    holding.evaluate(HOLD_UNTIL_WANTED, key)
    lesson.close()
    lesson.context.set_offline(False)
    again = open_lesson(lesson.context.new_page(), 10)
    holding.close()
    expect(text(again).locator("body")).to_contain_text("Typed, and closed at once.")
    is_saved(again)
    assert stored(site, 10).count("Typed, and closed at once.") == 1


def test_an_expired_sign_in_keeps_the_text(lesson: Page, site: Site) -> None:
    lesson.context.clear_cookies()
    write(lesson, "Typed when signed out.")
    says(lesson, "Not saved: you have been signed out.")
    elsewhere = lesson.context.new_page()
    fill_in_sign_in(elsewhere, "trainer")
    elsewhere.close()
    lesson.bring_to_front()
    lesson.evaluate("() => dispatchEvent(new Event('focus'))")
    is_saved(lesson)
    assert "Typed when signed out." in stored(site, 1)


@pytest.fixture
def colleague(people: Callable[..., BrowserContext]) -> Iterator[Page]:
    page = people("admin").new_page()
    yield page
    page.close()


def both_write(first: Page, second: Page, number: int) -> None:
    """`first` saves, and `second` has typed in the text as it was before."""
    open_lesson(first, number)
    open_lesson(second, number)
    write(first, "What the first one wrote.")
    is_saved(first)
    write(second, "What the second one wrote.")
    expect(second.get_by_role("heading", name="Two of you wrote at the same time")).to_be_visible(timeout=60_000)
    says(second, "somebody else saved this lesson meanwhile")
    expect(second.locator("#conflict del")).to_contain_text("first")
    expect(second.locator("#conflict ins")).to_contain_text("second")
    expect(second.locator("#conflict")).to_contain_text("Stian Halvorsen saved this")


def test_the_second_of_two_saves_theirs_and_the_first_stays_in_the_history(
    lesson: Page, colleague: Page, site: Site
) -> None:
    both_write(lesson, colleague, 2)
    colleague.get_by_role("button", name="Save mine").click()
    is_saved(colleague)
    assert "the second one wrote" in stored(site, 2)
    assert "the first one wrote" not in stored(site, 2)
    colleague.get_by_role("link", name="History").click()
    expect(colleague.get_by_role("cell", name="Written at the same time, not taken")).to_be_visible()
    expect(colleague.locator(".differences del")).to_contain_text("first")
    colleague.get_by_role("button", name="Restore").first.click()
    expect(colleague.get_by_text("This version is the text again.")).to_be_visible()
    assert "the first one wrote" in stored(site, 2)


def test_the_second_of_two_takes_the_firsts(lesson: Page, colleague: Page, site: Site) -> None:
    both_write(lesson, colleague, 3)
    colleague.get_by_role("button", name="Take theirs").click()
    expect(text(colleague).locator("body")).to_contain_text("What the first one wrote.")
    expect(text(colleague).locator("body")).not_to_contain_text("What the second one wrote.")
    is_saved(colleague)
    colleague.get_by_role("link", name="History").click()
    expect(colleague.get_by_role("row", name="not taken")).to_contain_text("Ingrid Solberg")


def test_the_second_of_two_goes_on_with_both(lesson: Page, colleague: Page, site: Site) -> None:
    both_write(lesson, colleague, 4)
    colleague.get_by_role("button", name="Go on with mine, theirs beside it").click()
    expect(colleague.get_by_label("Their text")).to_contain_text("What the first one wrote.")
    write(colleague, "And what the first one wrote.")
    is_saved(colleague)
    assert "What the second one wrote." in stored(site, 4)
    assert "And what the first one wrote." in stored(site, 4)
    open_lesson(lesson, 4)
    expect(text(lesson).locator("body")).to_contain_text("And what the first one wrote.")


def test_words_from_a_word_processor_come_out_clean(lesson: Page, site: Site) -> None:
    open_lesson(lesson, 5)
    text(lesson).locator("body").press("Control+a")
    lesson.keyboard.press("Delete")
    paste(lesson, WORD)
    is_saved(lesson)
    assert stored(site, 5).replace("\n", "") == (
        "<h2>Listening first</h2><p>A city <strong>hears</strong> of it <em>late</em>.</p>"
        "<ul><li>The school<ul><li>The head</li></ul></li><li>The pool</li></ul>"
        "<ol><li>Ask</li><li>Note</li></ol><h3>Who</h3>"
        "<table><tbody><tr><td>Role</td><td>Name</td></tr></tbody></table>"
        '<p>See <a href="https://example.org/" rel="noopener noreferrer">the page</a>.</p>'
    )


def paste(page: Page, html: str) -> None:
    """What a word processor puts on the clipboard, pasted into the text."""
    text(page).locator("body").evaluate(
        """(body, html) => {
          const clipboardData = new DataTransfer();
          clipboardData.setData("text/html", html);
          clipboardData.setData("text/plain", "text");
          body.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
        }""",
        html,
    )


def test_a_definition_a_callout_and_a_video_elsewhere(lesson: Page, site: Site) -> None:
    open_lesson(lesson, 6)
    text(lesson).locator("body").press("Control+Home")
    lesson.get_by_role("button", name="Definition").click()
    lesson.get_by_label("Word", exact=True).fill("Rumour")
    lesson.get_by_label("What it means").fill("What <nobody> confirmed")
    lesson.locator("#definition").get_by_role("button", name="Put it into the text").click()
    lesson.get_by_role("button", name="Video or sound").click()
    lesson.get_by_role("menuitem", name="Video on another site").click()
    lesson.get_by_label("Address of the video").fill("https://evil.example/watch?v=1")
    lesson.get_by_label("Title of the video").fill("A walk")
    lesson.locator("#elsewhere").get_by_role("button", name="Put it into the text").click()
    expect(lesson.locator("#elsewhere")).to_be_visible()  # neither YouTube nor Vimeo
    lesson.get_by_label("Address of the video").fill("https://www.youtube.com/watch?v=1")
    lesson.locator("#elsewhere").get_by_role("button", name="Put it into the text").click()
    lesson.get_by_role("button", name="Callout").click()
    lesson.get_by_role("menuitem", name="Warning").click()
    lesson.keyboard.type("Mind this.")
    is_saved(lesson)
    definition = "<dl><dt><dfn>Rumour</dfn></dt><dd>What &lt;nobody&gt; confirmed</dd></dl>"
    assert definition in stored(site, 6).replace("\n", "")
    assert '<figure class="elsewhere"><a href="https://www.youtube.com/watch?v=1"' in stored(site, 6)
    assert '<aside class="callout warning"><p>Mind this.</p></aside>' in stored(site, 6).replace("\n", "")


def test_an_arabic_text_runs_from_right_to_left(lesson: Page, site: Site) -> None:
    with sqlite3.connect(site.data / "academy.sqlite") as connection:
        connection.execute("""UPDATE course SET languages = '["en", "fr", "ar"]' WHERE id = 1""")
    connection.close()
    open_lesson(lesson, 1, "ar")
    expect(text(lesson).locator("body")).to_have_attribute("dir", "rtl")
    expect(text(lesson).locator("body")).to_have_attribute("lang", "ar")
    write(lesson, "مرحبا")
    is_saved(lesson)
    assert "مرحبا" in stored(site, 1, "ar")
    expect(lesson.get_by_label("The source text")).to_be_visible()


def test_without_a_library_the_editor_says_so(lesson: Page) -> None:
    lesson.route("**/media/files", lambda route: route.abort())
    lesson.get_by_role("button", name="Picture").click()
    expect(lesson.locator("#library")).to_contain_text("The library cannot be reached right now.")
    lesson.keyboard.press("Escape")
    expect(lesson.locator("#library")).to_be_hidden()


def test_by_keyboard_to_the_toolbar_and_back(lesson: Page) -> None:
    text(lesson).locator("body").press("Alt+F10")
    expect(lesson.locator(".tox-toolbar__primary, .tox-toolbar").locator(":focus")).to_have_count(1)
    lesson.keyboard.press("Escape")
    assert lesson.evaluate("() => document.activeElement.className") == "tox-edit-area__iframe"


def test_without_javascript(new_context: Callable[..., BrowserContext], site: Site, colleague: Page) -> None:
    page = new_context(base_url=site.address, java_script_enabled=False).new_page()
    fill_in_sign_in(page, "trainer")
    page.goto(LESSON.format(8))
    box = page.get_by_label("Text, as HTML")
    box.fill("<p>Typed <b>plainly</b>.</p><script>x</script>")
    open_lesson(colleague, 8)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved at")).to_be_visible()
    assert stored(site, 8) == "<p>Typed <b>plainly</b>.</p>"

    box.fill("<p>Mine.</p>")
    open_lesson(colleague, 8)
    write(colleague, "Theirs.")
    is_saved(colleague)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", name="Two of you wrote at the same time")).to_be_visible()
    expect(page.get_by_label("Yours, as HTML")).to_have_value("<p>Mine.</p>")
    page.get_by_role("button", name="Save mine").click()
    expect(page.get_by_role("heading", name="Two of you wrote at the same time")).to_be_hidden()
    assert stored(site, 8) == "<p>Mine.</p>"


def test_the_server_dies_while_someone_types(
    demonstration: Path, tmp_path: Path, new_context: Callable[..., BrowserContext]
) -> None:
    with serving(demonstration, tmp_path / "data") as server:
        page = new_context(base_url=server.address).new_page()
        fill_in_sign_in(page, "trainer")
        open_lesson(page, 1)
        write(page, "Acknowledged before.")
        is_saved(page)
        server.kill()
        assert "Acknowledged before." in stored(Site(server.address, server.data), 1)
        page.keyboard.type(" Typed while it was down.")
        says(page, "Not saved yet")
        server.start()
        is_saved(page)
        assert "Acknowledged before. Typed while it was down." in stored(Site(server.address, server.data), 1)
