"""Learning when something is missing: the connection, the sign-in, JavaScript, the mouse, or the only window."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Browser, BrowserContext, Locator, Page, Route, expect

from .answers import answer_rightly
from .conftest import PASSWORD, Site, fill_in_sign_in, speak

QUIZ = "/learn/prevention/check-yourself"
LESSON = "/learn/prevention/three-moments"
TABS = 40  # more than it takes to reach anything on these pages


def begin(page: Page) -> None:
    """Open the first question of an attempt at the quiz, a new one or the one under way."""
    page.goto(QUIZ)
    page.locator("main .pager form[action$='/attempts'] button, main .pager a[href^='/attempts/']").first.click()
    page.wait_for_url("**/attempts/*")


def choices(page: Page) -> Locator:
    return page.locator("input[name$=choice]")


def status(page: Page) -> Locator:
    return page.locator("#answer [role=status]")


def fresh_question(page: Page) -> None:
    """The first question with its last option chosen, and saved."""
    begin(page)
    choices(page).last.check()
    expect(status(page)).to_have_class(re.compile("done"))


def test_an_answer_given_offline_is_kept_and_sent(context: BrowserContext, sign_in: Callable[..., Page]) -> None:
    page = sign_in("practitioner")
    fresh_question(page)

    context.set_offline(True)
    choices(page).first.check()
    expect(status(page)).to_contain_text("Not saved yet: no connection.")
    page.get_by_role("button", name="Next question").click()
    expect(choices(page).first).to_be_checked()  # without a connection the page stays

    context.set_offline(False)
    expect(status(page)).to_have_text("All answers saved")
    page.reload()
    expect(choices(page).first).to_be_checked()


def test_an_answer_given_offline_outlives_its_page(context: BrowserContext, sign_in: Callable[..., Page]) -> None:
    page = sign_in("practitioner")
    fresh_question(page)
    address = page.url
    context.set_offline(True)
    choices(page).first.check()
    expect(status(page)).to_contain_text("Not saved yet")
    page.close()

    context.set_offline(False)
    again = context.new_page()
    again.goto(address)
    expect(choices(again).first).to_be_checked()
    expect(status(again)).to_have_text("All answers saved")


def test_a_slow_line_loses_no_change_of_mind(sign_in: Callable[..., Page]) -> None:
    page = sign_in("practitioner")
    fresh_question(page)
    on_their_way: list[Route] = []
    page.route("**/responses", lambda route: on_their_way.append(route), times=1)
    with page.expect_request("**/responses"):
        choices(page).nth(0).check()
    choices(page).nth(1).check()
    page.get_by_role("button", name="Next question").click()
    on_their_way[0].continue_()

    page.wait_for_url("**question=2")
    page.goto(page.url.replace("question=2", "question=1"))
    expect(choices(page).nth(1)).to_be_checked()


def test_back_brings_the_latest_answer(sign_in: Callable[..., Page]) -> None:
    page = sign_in("practitioner")
    fresh_question(page)
    page.get_by_role("button", name="Next question").click()
    page.wait_for_url("**question=2")
    page.go_back()
    expect(choices(page).last).to_be_checked()
    choices(page).first.check()
    expect(status(page)).to_have_text("All answers saved")


def test_two_windows_on_one_question(context: BrowserContext, sign_in: Callable[..., Page]) -> None:
    """The later of two answers made from the same one is refused, whether a script or the form sends it."""
    first = sign_in("practitioner")
    fresh_question(first)
    second = context.new_page()
    second.goto(first.url)

    first_choice, second_choice = choices(first).nth(0), choices(second).nth(1)
    second_choice.check()
    expect(status(second)).to_have_text("All answers saved")
    first_choice.check()
    expect(status(first)).to_contain_text("another window")
    first.get_by_role("button", name="Next question").click()
    expect(first.get_by_role("heading", name="Answered in another window")).to_be_visible()
    first.get_by_role("link", name="Go on from the newer answer").click()
    expect(choices(first).nth(1)).to_be_checked()
    first.wait_for_load_state()
    choices(first).nth(0).check()
    expect(status(first)).to_have_text("All answers saved")

    choices(second).nth(2).check()
    expect(status(second)).to_contain_text("another window")
    second.get_by_role("link", name="Load the page again").click()
    expect(choices(second).nth(0)).to_be_checked()
    expect(status(second)).to_have_text("All answers saved")


def test_a_lesson_whose_sign_in_ended_elsewhere(page: Page, browser: Browser, site: Site) -> None:
    fill_in_sign_in(page, "coordinator")
    page.goto("/courses/prevention")
    page.locator("main form[action$='/enrolment'] button").click()
    page.wait_for_url("**/learn/prevention/*")
    lesson = page.url

    elsewhere = browser.new_page(base_url=site.address, locale="en-GB")
    fill_in_sign_in(elsewhere, "coordinator")
    elsewhere.goto("/account")
    elsewhere.get_by_role("button", name="Sign out elsewhere").click()
    expect(elsewhere.get_by_text("You are signed out everywhere else.")).to_be_visible()

    page.get_by_role("button", name="Mark complete and continue").click()
    expect(page.get_by_text("You had been signed out, so this was not saved yet.")).to_be_visible()
    page.fill("main input[name=email]", "coordinator@demo.example")
    page.fill("main input[name=password]", PASSWORD)
    page.press("main input[name=password]", "Enter")
    page.get_by_role("button", name="Send it again").click()
    page.wait_for_url(lambda address: "/learn/prevention/" in address and address != lesson)
    page.goto(lesson)
    expect(page.locator(".pager .tag.done")).to_have_text("Complete")


def test_without_javascript(new_context: Callable[..., BrowserContext], site: Site) -> None:
    """Sign in, read in another language and back, complete a lesson, and take a quiz from start to result."""
    page = new_context(base_url=site.address, java_script_enabled=False).new_page()
    fill_in_sign_in(page, "trainer")
    page.goto("/courses/prevention")
    speak(page, "fr")
    speak(page, "en")
    page.locator("main form[action$='/enrolment'] button").click()
    page.wait_for_url("**/learn/prevention/*")
    while "check-yourself" not in page.url:
        before = page.url
        page.get_by_role("button", name="Mark complete and continue").click()
        page.wait_for_url(lambda address, before=before: address != before)  # type: ignore[misc]
    page.get_by_role("button", name="Start the quiz").click()
    page.wait_for_url("**/attempts/*")
    while "/summary" not in page.url:
        before = page.url
        answer_rightly(page, "prevention", "check-yourself", "en")
        page.locator("#answer .button:not(.quiet)[name=go]").click()
        page.wait_for_url(lambda address, before=before: address != before)  # type: ignore[misc]
    expect(page.get_by_text("Every question is answered, and every answer is saved.")).to_be_visible()
    page.get_by_role("button", name="Submit your answers").click()
    expect(page.get_by_role("heading", name="You scored 100%")).to_be_visible()


def test_enter_goes_on(sign_in: Callable[..., Page]) -> None:
    """Never back, though "Previous" is the first button of the form."""
    page = sign_in("practitioner")
    begin(page)
    page.get_by_role("button", name="Next question").click()
    page.wait_for_url("**question=2")
    page.locator("[name$=flagged]").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**question=3")


def test_by_keyboard_from_signing_in_to_a_completed_lesson(page: Page) -> None:
    page.goto("/sign-in")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to content")
    expect(skip).to_be_focused()
    assert (skip.bounding_box() or {"y": -1})["y"] >= 0, "the skip link cannot be seen"
    page.keyboard.press("Enter")
    tab_to(page, page.locator("main input[name=email]"), within=2)
    page.keyboard.type("practitioner@demo.example")
    tab_to(page, page.locator("main input[name=password]"), within=1)
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/learn")

    account = page.locator(".masthead summary", has_text="Amina Trabelsi")
    menu = page.get_by_role("link", name="My certificates")
    tab_to(page, account)
    page.keyboard.press("Enter")
    expect(menu).to_be_visible()
    tab_to(page, menu, within=1)
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    expect(account).to_be_focused()
    page.keyboard.press("Enter")
    expect(menu).to_be_visible()
    tab_to(page, page.get_by_role("link", name="Resume"))
    expect(menu).to_be_hidden()
    page.keyboard.press("Enter")
    page.wait_for_url("**/learn/prevention/*")

    page.goto(LESSON)
    tab_to(page, page.get_by_role("button", name="Mark complete and continue"))
    page.keyboard.press("Enter")
    page.wait_for_url(lambda address: not address.endswith(LESSON))
    page.goto(LESSON)
    expect(page.locator(".pager .tag.done")).to_have_text("Complete")


def tab_to(page: Page, target: Locator, *, within: int = TABS) -> None:
    """Press Tab until `target` has the focus, which is to be seen wherever it stands."""
    for _press in range(within):
        page.keyboard.press("Tab")
        assert page.evaluate(FOCUS_IS_SEEN), page.evaluate("document.activeElement.outerHTML")
        if target.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"{target} is not reached by {within} presses of Tab")


# An outline on the element, on what it lays over its card, or on the label around it; and inside the screen.
FOCUS_IS_SEEN = """() => {
  const focused = document.activeElement;
  const outlined = (element, pseudo) => element && getComputedStyle(element, pseudo).outlineStyle !== "none";
  const box = focused.getBoundingClientRect();
  return (
    (outlined(focused) || outlined(focused, "::after") || outlined(focused.closest("label"))) &&
    box.width > 0 && box.top < innerHeight && box.bottom > 0 && box.left < innerWidth && box.right > 0
  );
}"""
