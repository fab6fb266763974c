"""A trainer keeps a bank in order: finds questions, tags and moves many, hides one, and uses another."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from .conftest import Site, assert_accessible, fill_in_sign_in, watch
from .test_every_page import assert_holds_up
from .test_quiz_editor import find_quiz, stems

BANK = "/teach/courses/1/bank"


@pytest.fixture
def keeping(sign_in: Callable[..., Page]) -> Page:
    page = sign_in("trainer")
    page.set_default_timeout(30_000)
    return page


def listed(page: Page) -> list[str]:
    return [words.strip() for words in page.locator("#bank .slots li > .grow > a bdi").all_inner_texts()]


def press(page: Page, name: str) -> None:
    """Press a button that leads to another page, and wait until that one is there, with its scripts."""
    with page.expect_navigation():
        page.get_by_role("button", name=name, exact=True).click()


def test_find_tag_move_hide_and_use(keeping: Page) -> None:
    page = keeping
    wrong = watch(page)
    course = find_quiz(page).partition("/quizzes")[0]
    page.goto(course)
    with page.expect_navigation():
        page.get_by_role("link", name="Question bank").click()
    expect(page.get_by_label("All on this page")).to_be_visible()
    everything = listed(page)
    assert len(everything) > 3

    # All on the page by one tick, then a run of them with Shift; the bar says how many.
    page.get_by_label("All on this page").check()
    expect(page.locator("[data-count]")).to_have_text(f"{len(everything)} ticked")
    page.get_by_label("All on this page").uncheck()
    boxes = page.locator("#bank [name=question]")
    boxes.nth(0).click()
    boxes.nth(2).click(modifiers=["Shift"])
    expect(page.locator("[data-count]")).to_have_text("3 ticked")

    page.get_by_text("Change the ticked questions").click()
    tags = page.locator("#bank [name=tags]")
    tags.fill("night, schools")
    with page.expect_navigation():
        tags.press("Enter")  # as the button beside it
    expect(page.locator("#done")).to_contain_text("3 questions were given the tags: night, schools")
    assert_holds_up(page)
    assert_accessible(page)

    # By the tag to the three, and those into a category, which is there at once.
    with page.expect_navigation():
        page.locator("#bank .tag.info", has_text="schools").first.click()
    expect(page.locator("#bank [name=question]")).to_have_count(3)
    assert sorted(listed(page)) == sorted(everything[:3])
    for box in page.locator("#bank [name=question]").all()[:2]:
        box.check()
    page.get_by_text("Change the ticked questions").click()
    page.locator("#bank [name=category]").fill("prevention / partners")
    press(page, "Move")
    expect(page.locator("#done")).to_contain_text("2 questions were moved to prevention/partners.")
    press(page, "Undo")
    expect(page.locator(".flash")).to_contain_text("Undone for 2 questions.")

    # A question that nothing asks is written, hidden from its page, found among the hidden, and shown again.
    page.goto(f"{course}/questions/new?type=single_choice")
    page.get_by_label("Question", exact=True).fill("Which door is the nearest?")
    page.get_by_label("Words").nth(0).fill("This one")
    page.get_by_label("This one is right").first.check()
    page.get_by_label("Words").nth(1).fill("That one")
    press(page, "Save the question")
    page.get_by_label("Category").fill("doors")
    press(page, "Save category and tags")
    expect(page.locator(".flash")).to_contain_text("Category and tags are saved.")
    press(page, "Hide")
    expect(page.locator("main")).to_contain_text("This question is hidden")
    assert_holds_up(page)
    assert_accessible(page)
    page.goto(f"{course}/bank?q=nearest+door")
    assert listed(page) == []
    page.goto(f"{course}/bank?q=nearest+door&state=hidden")
    assert listed(page) == ["Which door is the nearest?"]
    page.locator("#bank [name=question]").check()
    page.get_by_text("Change the ticked questions").click()
    press(page, "Show again")
    expect(page.locator("#done")).to_contain_text("1 question is shown again.")

    # Used in a quiz from the bank.
    page.goto(f"{course}/bank?category=doors")
    page.locator("#bank [name=question]").check()
    page.get_by_text("Change the ticked questions").click()
    page.locator("#bank [name=quiz]").select_option(index=1)
    press(page, "Add to the quiz")
    page.locator("#done").get_by_role("link", name="Open the quiz").click()
    page.wait_for_url("**/quizzes/*")
    assert stems(page)[-1] == "Which door is the nearest?"
    assert wrong == []


def test_the_bank_without_javascript(new_context: Callable[..., BrowserContext], site: Site) -> None:
    page = new_context(base_url=site.address, java_script_enabled=False).new_page()
    page.set_default_timeout(30_000)
    fill_in_sign_in(page, "trainer")
    page.goto(BANK)
    first = listed(page)[0]
    expect(page.get_by_text("All on this page")).to_be_hidden()
    page.locator("#bank [name=question]").first.check()
    page.get_by_text("Change the ticked questions").click()
    page.locator("#bank [name=category]").fill("first things")
    page.get_by_role("button", name="Move", exact=True).click()
    page.wait_for_url(re.compile("done="))
    page.goto(f"{BANK}?category=first+things")
    assert listed(page) == [first]
    page.goto(f"{BANK}/names")
    row = page.locator("#categories li", has_text="first things")
    row.locator("summary").click()
    row.get_by_label("Name, with the categories above it").fill("beginnings")
    row.get_by_role("button", name="Save the name").click()
    expect(page.locator(".flash")).to_contain_text("1 question stands there now.")
    page.goto(f"{BANK}?category=beginnings")
    assert listed(page) == [first]
