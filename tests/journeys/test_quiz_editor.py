"""A trainer builds a test in the browser: by keyboard, without JavaScript, with the mouse, beside a colleague."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from .conftest import Site, assert_accessible, fill_in_sign_in, watch
from .test_every_page import assert_holds_up

TABS = 120  # more than it takes to reach anything on these pages


@pytest.fixture
def teaching(sign_in: Callable[..., Page]) -> Iterator[Page]:
    """The editor of the course's final test, emptied of its questions."""
    page = sign_in("trainer")
    page.set_default_timeout(30_000)
    page.goto(find_quiz(page))
    expect(page.locator("[data-handle]").first).to_be_visible()  # what drags has come: leaving breaks nothing off
    yield page


def find_quiz(page: Page) -> str:
    """The address of the editor of a quiz of the first course."""
    page.goto("/teach")
    page.locator("main .taught a").first.click()
    page.wait_for_url("**/teach/courses/*")
    course = page.url
    for number in range(1, 60):
        if page.request.get(f"{course}/quizzes/{number}").ok:
            return f"{course}/quizzes/{number}"
    raise AssertionError("no quiz can be edited")


def stems(page: Page) -> list[str]:
    return [words.strip() for words in page.locator(".slots li > .grow > a bdi").all_inner_texts()]


def reach(page: Page, target: Locator) -> None:
    """Go on with the Tab key until the focus is on `target`."""
    for _step in range(TABS):
        if target.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the Tab key does not lead to {target}")


def press(page: Page, name: str | re.Pattern[str], role: str = "button") -> None:
    """Reach a button or a link by the Tab key and press Enter."""
    reach(page, page.get_by_role(role, name=name, exact=isinstance(name, str)).first)  # type: ignore[arg-type]
    page.keyboard.press("Enter")


def write(page: Page, label: str, words: str, nth: int = 0) -> None:
    """Reach a field by the Tab key and type."""
    reach(page, page.get_by_label(label).nth(nth))
    page.keyboard.type(words)


def test_a_test_of_five_questions_by_keyboard(teaching: Page) -> None:
    page = teaching
    wrong = watch(page)
    before = stems(page)

    press(page, "Single choice", "link")
    page.wait_for_url("**/questions/new*")
    for number in (1, 2, 3):
        write(page, "Question", f"Keyboard question {number}?")
        write(page, "Words", "The right one", 0)
        reach(page, page.get_by_label("This one is right").first)
        page.keyboard.press("Space")
        write(page, "Feedback to those who choose it", "Well seen.", 0)
        write(page, "Words", "A wrong one", 1)
        with page.expect_navigation():
            press(page, "Save and write another" if number < 3 else "Save the question")
        expect(page.locator(".flash")).to_contain_text("The question is saved.")
    page.wait_for_url("**/quizzes/*")

    press(page, "Multiple choice", "link")
    page.wait_for_url("**/questions/new*")
    write(page, "Question", "Keyboard question 4?")
    for n, words in enumerate(("Listen", "Ask", "Guess")):
        write(page, "Words", words, n)
        if n < 2:
            reach(page, page.get_by_label("Right", exact=True).nth(n))
            page.keyboard.press("Space")
    press(page, "Add another choice")
    page.keyboard.type("Hope")  # the new row has the focus
    press(page, "Save the question")
    page.wait_for_url("**/quizzes/*")

    press(page, "Short answer", "link")
    page.wait_for_url("**/questions/new*")
    write(page, "Question", "Keyboard question 5?")
    write(page, "Accepted answer", "zebra*")
    press(page, "Save the question")
    page.wait_for_url("**/quizzes/*")

    mine = [f"Keyboard question {n}?" for n in range(1, 6)]
    assert stems(page) == before + mine

    # The last one goes up by its button, which keeps the focus; it is told, and still so after a reload.
    press(page, "Move up: Keyboard question 5?")
    expect(page.locator("#told")).to_contain_text(f"it is now number {len(before) + 4} of {len(before) + 5}")
    page.keyboard.press("Enter")
    expect(page.locator("#told")).to_contain_text(f"it is now number {len(before) + 3} of {len(before) + 5}")
    order = [*before, mine[0], mine[1], mine[4], mine[2], mine[3]]
    assert stems(page) == order
    page.reload()
    assert stems(page) == order

    marks = page.locator("li", has_text="Keyboard question 5?").get_by_label("Marks")
    reach(page, marks)
    page.keyboard.press("Control+A")
    page.keyboard.type("2,5")
    page.keyboard.press("Enter")
    expect(page.locator("#told")).to_contain_text("Marks saved.")
    page.reload()
    expect(page.locator("li", has_text="Keyboard question 5?").get_by_label("Marks")).to_have_value("2.5")
    assert_holds_up(page)
    assert wrong == []


def test_a_question_without_javascript(browser: Browser, browser_context_args: dict[str, object], site: Site) -> None:
    context = browser.new_context(**{**browser_context_args, "base_url": site.address, "java_script_enabled": False})  # type: ignore[arg-type]
    page = context.new_page()
    fill_in_sign_in(page, "trainer")
    quiz = find_quiz(page)
    page.goto(quiz)
    page.get_by_role("link", name="Single choice").click()
    page.get_by_label("Question", exact=True).fill("Without JavaScript?")
    for n, words in enumerate(("One", "Two", "Three", "Four")):
        page.get_by_label("Words").nth(n).fill(words)
    page.get_by_label("This one is right").nth(1).check()
    page.get_by_role("button", name="Add another choice").click()
    expect(page.get_by_label("Words")).to_have_count(5)
    page.get_by_label("Words").nth(4).fill("Five")
    page.get_by_role("button", name="Move up").nth(4).click()
    expect(page.get_by_label("Words").nth(3)).to_have_value("Five")
    expect(page.get_by_label("This one is right").nth(1)).to_be_checked()
    page.get_by_role("button", name="Remove").first.click()
    expect(page.get_by_label("This one is right").nth(0)).to_be_checked()
    page.get_by_role("button", name="Show the question").click()
    page.locator("#try").get_by_label("Two").check()
    page.get_by_role("button", name="Grade this answer").click()
    expect(page.get_by_text("Right: it earns the whole mark.", exact=True)).to_be_visible()
    page.get_by_role("button", name="Save the question").click()
    last = page.locator(".slots li > .grow > a bdi").last
    expect(last).to_have_text("Without JavaScript?")
    row = page.locator("li", has_text="Without JavaScript?")
    row.get_by_label("Marks").fill("3")
    with page.expect_navigation():
        row.get_by_role("button", name="Set").click()
    expect(row.get_by_label("Marks")).to_have_value("3")
    row.get_by_role("button", name="Remove").click()
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    assert "Without JavaScript?" not in stems(page)
    page.get_by_role("button", name="Undo").click()
    expect(last).to_have_text("Without JavaScript?")
    context.close()


def test_a_question_is_dragged_to_its_place(teaching: Page) -> None:
    page = teaching
    page.set_viewport_size({"width": 1280, "height": 1000})
    page.reload()
    before = stems(page)
    handles = page.locator("[data-handle]")
    expect(handles.first).to_be_visible()
    start, end = handles.nth(0).bounding_box(), handles.nth(2).bounding_box()
    assert start and end
    page.mouse.move(start["x"] + 8, start["y"] + 8)
    page.mouse.down()
    for step in range(1, 11):
        page.mouse.move(start["x"] + 8, start["y"] + 8 + (end["y"] - start["y"] + 30) * step / 10)
    page.mouse.up()
    expect(page.locator("#told")).to_contain_text("Question moved")
    moved = stems(page)
    assert moved[0] == before[1] and before[0] in moved[1:4]
    page.reload()
    assert stems(page) == moved


def test_rows_in_place_and_a_warning_before_leaving(teaching: Page) -> None:
    page = teaching
    wrong = watch(page)
    page.get_by_role("link", name="Single choice").click()
    page.wait_for_url("**/questions/new*")
    for n, words in enumerate(("One", "Two", "Three", "Four")):
        page.get_by_label("Words").nth(n).fill(words)
    page.get_by_label("This one is right").nth(2).check()
    rows = page.locator("[data-row]")
    rows.nth(2).get_by_role("button", name="Move up").click()
    expect(page.get_by_label("Words").nth(1)).to_have_value("Three")
    expect(page.get_by_label("This one is right").nth(1)).to_be_checked()
    rows.nth(0).get_by_role("button", name="Remove").click()
    expect(rows).to_have_count(3)
    expect(rows.nth(0).locator("legend")).to_have_text("Choice 1")
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_label("Words").nth(0)).to_have_value("One")
    assert_holds_up(page)

    page.once("dialog", lambda dialog: dialog.dismiss())
    with page.expect_event("dialog") as asked:
        page.locator(".crumbs a").last.click()
    assert asked.value.type == "beforeunload"
    assert "/questions/new" in page.url
    page.get_by_label("Question", exact=True).fill("Still here?")
    page.get_by_role("button", name="Save the question").click()
    page.wait_for_url("**/quizzes/*")
    page.get_by_role("link", name=re.compile("Still here")).click()
    expect(page.get_by_label("Words").nth(1)).to_have_value("Three")
    expect(page.get_by_label("This one is right").nth(1)).to_be_checked()
    assert wrong == []


def test_two_trainers_at_one_question(
    teaching: Page, browser: Browser, browser_context_args: dict[str, object], site: Site
) -> None:
    mine = teaching
    address = mine.locator(".slots li a").first.get_attribute("href") or ""
    mine.goto(address)
    other: BrowserContext = browser.new_context(**{**browser_context_args, "base_url": site.address})  # type: ignore[arg-type]
    theirs = other.new_page()
    fill_in_sign_in(theirs, "admin")
    theirs.goto(address)
    theirs.get_by_label("Feedback to everyone who answered").fill("What they wrote.")
    theirs.get_by_role("button", name="Save the question").click()
    theirs.wait_for_url("**/quizzes/*")

    mine.get_by_label("Feedback to everyone who answered").fill("What I wrote.")
    mine.get_by_role("button", name="Save the question").click()
    expect(mine.get_by_role("heading", name="Somebody else changed this question meanwhile")).to_be_visible()
    expect(mine.locator(".meanwhile del").get_by_text("they")).to_be_visible()
    expect(mine.get_by_label("Feedback to everyone who answered")).to_have_value("What I wrote.")
    assert_accessible(mine)
    mine.get_by_role("button", name="Save the question").click()
    mine.wait_for_url("**/quizzes/*")
    mine.goto(address)
    mine.locator(".versions summary").nth(1).click()
    expect(mine.locator(".versions").get_by_text("What they wrote.").first).to_be_visible()
    other.close()
