"""Pictures and videos in the text of a lesson: pasted, described, sent over a bad line, published and seen."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.made_files import TALK, a_picture

from .conftest import Site, assert_accessible, watch
from .test_writing import is_saved, open_lesson, stored, text, write

COURSE, LESSON = 1, "three-moments"
MEGABYTE = 1024 * 1024

PASTE = """([name, type, bytes, more]) => {
  const carried = new DataTransfer();
  carried.items.add(new File([new Uint8Array(bytes), new Uint8Array(more)], name, {type}));
  const pasted = new ClipboardEvent('paste', {clipboardData: carried, bubbles: true, cancelable: true});
  getSelection().focusNode.dispatchEvent(pasted);
}"""


@pytest.fixture
def number(site: Site) -> int:
    with sqlite3.connect(f"file:{site.data / 'academy.sqlite'}?mode=ro", uri=True) as connection:
        query = "SELECT id FROM activity WHERE key = ? AND course_id = ?"
        (found,) = connection.execute(query, (LESSON, COURSE)).fetchone()
    connection.close()
    return int(found)


@pytest.fixture
def lesson(people: Callable[..., BrowserContext], number: int) -> Iterator[Page]:
    """The editor of a lesson that is published, as a trainer has it."""
    page = people("trainer").new_page()
    yield open_lesson(page, number)
    page.close()


def paste(page: Page, name: str, media_type: str, content: bytes, *, more: int = 0) -> None:
    """Paste a file where the caret is, `more` bytes longer."""
    text(page).locator("body").evaluate(f"(_body, given) => ({PASTE})(given)", [name, media_type, list(content), more])


def test_a_pasted_picture_is_described_at_once_and_seen_once_published(
    lesson: Page, number: int, site: Site, people: Callable[..., BrowserContext]
) -> None:
    wrong = watch(lesson)
    write(lesson, "What the square looks like:")
    paste(lesson, "the square.png", "image/png", a_picture("PNG", 1200, 600))
    asked = lesson.get_by_role("dialog", name="What does this picture say?")
    expect(asked.get_by_label("Text alternative")).to_be_focused()
    assert_accessible(lesson)
    asked.get_by_label("Text alternative").fill("A teal square")
    with lesson.expect_response(lambda answer: answer.request.method == "POST" and "/media/" in answer.url):
        asked.get_by_role("button", name="Put it into the text").click()  # the library hears what the picture says
    expect(text(lesson).locator("img")).to_have_attribute("alt", "A teal square")
    is_saved(lesson)
    source = re.search(r'<img src="(/media/[0-9a-f]{64}/the-square\.webp)" alt="A teal square"', stored(site, number))
    assert source is not None
    kept = lesson.context.request.get(source[1])
    assert (kept.headers["content-type"], kept.body()[8:12]) == ("image/webp", b"WEBP")

    lesson.get_by_role("button", name="Picture").click()
    lesson.get_by_role("dialog", name="Picture").get_by_role("button", name="the square.webp").click()
    expect(asked.get_by_label("Text alternative")).to_have_value("A teal square")
    asked.get_by_role("button", name="Cancel").click()

    lesson.goto(f"/teach/courses/{COURSE}")
    lesson.get_by_role("button", name=re.compile("Publish edition")).click()
    expect(lesson.locator(".flash")).to_contain_text("is published")
    reader = people("practitioner").new_page()
    reader.goto(f"/learn/prevention/{LESSON}")
    shown = reader.locator(".body").get_by_role("img", name="A teal square")
    shown.scroll_into_view_if_needed()
    expect(shown).to_have_attribute("srcset", re.compile(r" 480w, .* 960w, .* 1200w$"))
    reader.wait_for_function("() => document.querySelector('.body img[srcset]')?.naturalWidth > 0")
    reader.close()
    assert not wrong


def test_a_video_stands_where_it_was_pasted_though_the_line_broke_and_one_wrote_on(
    lesson: Page, number: int, site: Site
) -> None:
    write(lesson, "The talk comes here.")
    with lesson.expect_response(lambda answer: answer.request.method == "PATCH"):
        paste(lesson, "talk.webm", "video/webm", TALK.read_bytes(), more=12 * MEGABYTE)
    lesson.context.set_offline(True)
    expect(lesson.locator("#dropped")).to_contain_text("Waiting for the connection", timeout=30_000)
    text(lesson).locator("body").press("Control+End")
    lesson.keyboard.press("Enter")
    lesson.keyboard.type("Written mean")
    lesson.context.set_offline(False)
    expect(text(lesson).locator("video")).to_have_count(1, timeout=60_000)
    expect(lesson.locator("#dropped")).to_be_hidden()
    lesson.keyboard.type("while.")
    is_saved(lesson)
    assert re.search(
        r"The talk comes here\.(</\w+>)*\s*<figure><video src=\"/media/[0-9a-f]{64}/talk\.webm\"></video></figure>"
        r"\s*<p>Written meanwhile\.",
        stored(site, number),
    )


def test_a_file_that_is_not_accepted_says_why_and_leaves_the_text_alone(lesson: Page) -> None:
    write(lesson, "Before.")
    paste(lesson, "a.svg", "image/svg+xml", b"<svg onload='alert(1)'/>")
    expect(lesson.locator("#dropped")).to_contain_text("a.svg was not uploaded: SVG pictures can carry programs")
    lesson.keyboard.type(" After.")
    expect(text(lesson).locator("body")).to_contain_text("Before. After.")
    lesson.locator("#dropped").get_by_role("button", name="Close").click()
    expect(lesson.locator("#dropped")).to_be_hidden()

    lesson.get_by_role("button", name="Document").click()
    dialog = lesson.get_by_role("dialog", name="Document")
    dialog.locator("input[type=file]").set_input_files(
        {"name": "bad.pdf", "mimeType": "application/pdf", "buffer": b"nonsense"}
    )
    expect(dialog).to_contain_text("bad.pdf was not uploaded:")
    dialog.get_by_role("button", name="Cancel").click()
