"""A trainer marks essays and regrades a question, in the browser."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from app.config import ROOT

from .conftest import Site, _environment, assert_accessible, fill_in_sign_in, watch
from .test_every_page import assert_holds_up
from .test_quiz_editor import press, reach, write


@pytest.fixture(scope="module")
def marking(site: Site) -> str:
    """The address of the marking of a course with two essays that wait."""
    made = subprocess.run(
        [sys.executable, "-m", "tests.journeys.marked"],
        cwd=ROOT, env=_environment(site.data), check=True, capture_output=True, text=True,
    )  # fmt: skip
    course_id, _quiz_id = made.stdout.split()[-2:]
    return f"/teach/courses/{course_id}/marking"


def test_essays_are_marked_by_keyboard(sign_in: Callable[..., Page], site: Site, marking: str) -> None:
    page = sign_in("trainer")
    page.set_default_timeout(30_000)
    page.goto(marking)
    wrong = watch(page)
    expect(page.locator(".tabs [aria-current]")).to_contain_text("2 wait")
    assert_holds_up(page)
    press(page, re.compile("^Mark What would you do first"), "link")
    expect(page.get_by_text("First I would listen to those who live there.")).to_be_visible()
    expect(page.locator(".answer-facts")).to_contain_text("Amina Trabelsi")
    page.wait_for_load_state()
    assert_holds_up(page)

    reach(page, page.get_by_label("Nobody"))
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_label("Everyone")).to_be_checked()
    expect(page.locator("[data-by-rubric]")).to_be_empty()
    reach(page, page.get_by_label("Vague"))
    page.keyboard.press("ArrowDown")
    expect(page.locator("[data-by-rubric]")).to_have_text("By the rubric: 4 of 4")
    page.keyboard.press("ArrowUp")
    expect(page.locator("[data-by-rubric]")).to_have_text("By the rubric: 2 of 4")
    write(page, "Comment", "Well begun. Who does what, and by when?")
    press(page, "Save and next")

    expect(page.locator(".answer-facts")).to_contain_text("Bram Peeters")
    expect(page.get_by_text("The mark is saved.")).to_be_visible()
    mail = site.wait_for_mail("amina@marked.example")
    said = f"{mail['Subject']}\n{mail.get_content()}"  # together with the certificate, where both are told in one mail
    assert "Your answers in “Test” are marked." in " ".join(said.split())
    assert re.search(r"/attempts/\d+/result", mail.get_content())

    write(page, "Comment", "Half a thought")
    page.get_by_role("button", name="Previous answer").click()
    expect(page.get_by_text("What you filled in is not saved yet.")).to_be_visible()
    expect(page.get_by_label("Comment")).to_have_value("Half a thought")
    assert_accessible(page)
    page.get_by_role("link", name="Go on without it").click()
    expect(page.locator(".history")).to_contain_text("Well begun. Who does what, and by when?")
    expect(page.get_by_label("Everyone")).to_be_checked()
    assert_holds_up(page)
    assert wrong == []


def test_two_markers_at_one_answer(
    sign_in: Callable[..., Page], browser: Browser, browser_context_args: dict[str, object], site: Site, marking: str
) -> None:
    mine = sign_in("trainer")
    mine.goto(marking)
    mine.get_by_role("link", name=re.compile("^Mark ")).first.click()
    mine.get_by_label(re.compile("Another mark")).fill("3")

    other = browser.new_context(**{**browser_context_args, "base_url": site.address})  # type: ignore[arg-type]
    theirs = other.new_page()
    fill_in_sign_in(theirs, "admin")
    theirs.goto(mine.url)
    theirs.get_by_label(re.compile("Another mark")).fill("1")
    theirs.get_by_role("button", name=re.compile("^Save")).first.click()
    expect(theirs.get_by_text("The mark is saved.")).to_be_visible()
    other.close()

    mine.get_by_role("button", name=re.compile("^Save")).first.click()
    expect(mine.get_by_text("Somebody else marked this answer meanwhile")).to_be_visible()
    expect(mine.locator(".notice[role=alert]").first).to_contain_text("gave 1 of 4")
    expect(mine.get_by_label(re.compile("Another mark"))).to_have_value("3")
    assert_accessible(mine)
    mine.get_by_role("button", name=re.compile("^Save")).first.click()
    expect(mine.get_by_text("The mark is saved.")).to_be_visible()


def test_a_question_is_regraded(sign_in: Callable[..., Page], marking: str) -> None:
    page = sign_in("trainer")
    page.goto(marking)
    wrong = watch(page)
    page.get_by_role("link", name=re.compile("Regrade a question")).click()
    expect(page.locator(".queues li").first).to_contain_text("The key was changed since 2 of them were graded")
    assert_holds_up(page)
    page.get_by_role("link", name=re.compile("See who would change")).first.click()
    expect(page.get_by_role("heading", name="2 marks would change")).to_be_visible()
    row = page.locator("tr", has_text="Amina Trabelsi")
    expect(row.locator("td").first).to_contain_text(re.compile(r"1\s+→"))
    assert_holds_up(page)
    page.get_by_label("Reason").fill("The second choice was meant.")
    page.get_by_role("button", name="Change 2 marks").click()
    expect(page.get_by_text("2 marks were changed,")).to_be_visible()
    assert_holds_up(page)
    page.get_by_role("link", name="See the attempts").click()
    expect(page.get_by_role("link", name="Bram Peeters")).to_be_visible()
    assert_holds_up(page)
    page.get_by_role("link", name="Bram Peeters").click()
    page.locator("summary", has_text="Marks so far").first.click()
    expect(page.locator(".history").first).to_contain_text("Regraded by the key of version 2")
    expect(page.locator(".history").first).to_contain_text("The second choice was meant.")
    assert_holds_up(page)
    assert wrong == []
