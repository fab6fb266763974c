"""Matching, putting in order and typing a number in a browser: by mouse, by keyboard, and without JavaScript."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from .conftest import Site, assert_accessible, fill_in_sign_in, watch
from .test_quiz_editor import find_quiz, press, reach

STEPS = ["Hear who lives there", "Agree on what to try", "Try it for a month", "Look at what changed"]


@pytest.fixture
def teaching(sign_in: Callable[..., Page]) -> Iterator[Page]:
    page = sign_in("trainer")
    page.set_default_timeout(30_000)
    yield page


def new(page: Page, type_: str, stem: str) -> None:
    """The form of a new question of the course, which is opened again once it is saved."""
    course = find_quiz(page).rpartition("/quizzes/")[0]
    page.goto(f"{course}/questions/new?type={type_}")
    page.get_by_label("Question", exact=True).fill(stem)


def an_ordering(page: Page, stem: str = "In which order?") -> Locator:
    """A saved question that puts the steps in order, as it can be tried on its page."""
    new(page, "ordering", stem)
    for place, step in enumerate(STEPS):
        page.get_by_label("Words").nth(place).fill(step)
    page.get_by_label("Each one in its own place").check()
    page.get_by_role("button", name="Save the question").click()
    expect(page.locator(".flash")).to_contain_text("The question is saved.")
    page.wait_for_load_state()
    return page.locator("#try")


def order(trial: Locator) -> list[str]:
    return [words.strip() for words in trial.locator("ol label").all_inner_texts()]


def places(trial: Locator) -> list[str]:
    boxes = [trial.locator("ol select").nth(n) for n in range(len(STEPS))]
    return [str(box.evaluate("box => box.value")) for box in boxes]


def test_putting_in_order_by_buttons_keys_and_mouse(teaching: Page) -> None:
    page = teaching
    wrong = watch(page)
    trial = an_ordering(page)
    shown = order(trial)
    assert sorted(shown) == sorted(STEPS)
    expect(trial.locator("ol select").first).to_be_hidden()
    assert places(trial) == [""] * 4  # nobody's answer yet
    expect(trial.get_by_text("Not answered yet.")).to_be_visible()
    assert_accessible(page)
    heard = "document.addEventListener('change', () => { window.heard = (window.heard ?? 0) + 1; })"
    page.evaluate(heard)

    down = trial.get_by_role("button", name=f"Move down: {shown[0]}", exact=True)
    down.click()
    assert order(trial) == [shown[1], shown[0], *shown[2:]]
    assert places(trial) == ["1", "2", "3", "4"]
    expect(trial.locator("[data-said]")).to_have_text(f"{shown[0]}: place 2 of 4")
    expect(trial.get_by_text("Not answered yet.")).to_be_hidden()
    expect(down).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")  # it is the last already
    expect(down).to_be_focused()
    assert order(trial) == [*shown[1:], shown[0]]
    assert page.evaluate("window.heard") == 3

    for place, step in enumerate(STEPS):
        grips = trial.locator("ol li", has_text=step).locator(".grip").bounding_box()
        target = trial.locator("ol li").nth(place).bounding_box()
        assert grips and target
        page.mouse.move(grips["x"] + 8, grips["y"] + grips["height"] / 2)
        page.mouse.down()
        page.mouse.move(grips["x"] + 8, target["y"] + 4, steps=6)
        page.mouse.up()
    assert order(trial) == STEPS
    trial.get_by_role("button", name="Grade this answer").click()
    expect(page.locator("#try [role=status]", has_text="Right: it earns the whole mark.")).to_be_visible()
    assert order(page.locator("#try")) == STEPS  # as it was given
    assert wrong == []


def test_keeping_the_order_as_it_stands(teaching: Page) -> None:
    trial = an_ordering(teaching, "What comes first?")
    shown = order(trial)
    reach(teaching, trial.get_by_role("button", name="Keep this order"))
    teaching.keyboard.press("Enter")
    assert (order(trial), places(trial)) == (shown, ["1", "2", "3", "4"])
    expect(trial.locator("[data-said]")).to_have_text("Your order is kept.")


def test_what_another_script_put_into_the_boxes_is_shown(teaching: Page) -> None:
    trial = an_ordering(teaching, "Which first?")
    shown = order(trial)
    trial.locator("ol").evaluate(
        """list => { [...list.querySelectorAll("select")].forEach((box, n) => { box.value = 4 - n; });
        list.querySelector("select").dispatchEvent(new Event("change", { bubbles: true })); }"""
    )
    assert (order(trial), places(trial)) == (shown[::-1], ["1", "2", "3", "4"])


def test_several_on_a_page_and_one_that_is_locked(teaching: Page) -> None:
    page = teaching
    an_ordering(page, "Where to begin?")
    page.route(
        "**/questions/*",
        lambda route: route.fulfill(response=(answer := route.fetch()), body=_twice(answer.text())),
    )
    page.reload()
    questions = page.locator("[data-ordering]")
    assert questions.count() == 2
    first, second = questions.nth(0), questions.nth(1)
    shown = order(second)
    first.get_by_role("button", name="Move down").first.click()
    assert order(first) != shown and order(second) == shown
    assert second.get_by_role("button", name="Move down").first.is_disabled()
    second.locator(".grip").first.hover()
    page.mouse.down()
    page.mouse.move(0, 5000)
    page.mouse.up()
    assert order(second) == shown and places(second) == [""] * 4


def _twice(html: str) -> str:
    """The page with its question once more, as after it was checked."""
    begin = html.index('<fieldset class="question" data-ordering')
    end = html.index("</fieldset>", begin) + len("</fieldset>")
    again = html[begin:end].replace('="place-', '="q2-place-')
    return f"{html[:end]}<fieldset disabled>{again}</fieldset>{html[end:]}"


def test_without_javascript_and_on_a_phone(browser: Browser, site: Site) -> None:
    context = browser.new_context(
        base_url=site.address, java_script_enabled=False, viewport={"width": 390, "height": 844}, locale="en-GB"
    )
    page = context.new_page()
    page.set_default_timeout(30_000)
    fill_in_sign_in(page, "trainer")
    trial = an_ordering(page, "Without a script?")
    expect(trial.locator(".grip")).to_have_count(0)
    for place, step in enumerate(STEPS, 1):
        trial.get_by_label(step).select_option(str(place))
    trial.get_by_role("button", name="Grade this answer").click()
    expect(page.locator("#try [role=status]", has_text="Right: it earns the whole mark.")).to_be_visible()

    new(page, "matching", "Who does what?")
    for place, pair in enumerate([("Budget", "The council"), ("Patrols", "The police"), ("By-laws", "The council")]):
        page.get_by_label("This", exact=True).nth(place).fill(pair[0])
        page.get_by_label("belongs to").nth(place).fill(pair[1])
    page.get_by_role("button", name="Save the question").click()
    trial = page.locator("#try")
    for prompt, match in (("Budget", "The council"), ("Patrols", "The council"), ("By-laws", "The council")):
        trial.get_by_label(prompt).select_option(match)
    trial.get_by_role("button", name="Grade this answer").click()
    expect(page.locator("#try [role=status]")).to_contain_text("Partly right: it earns 66% of the mark.")
    context.close()


def test_a_number_with_its_unit_by_keyboard(teaching: Page) -> None:
    page = teaching
    new(page, "number", "How far is it?")
    page.get_by_label("Accepted number").fill("1500")
    for place, (name, worth) in enumerate([("m", "1"), ("km", "1000")]):
        page.get_by_label("Unit", exact=True).nth(place).fill(name)
        page.get_by_label("is worth").nth(place).fill(worth)
    press(page, "Save the question")
    expect(page.locator(".flash")).to_contain_text("The question is saved.")
    answer = page.locator("#try").get_by_label("Your answer, a number")
    reach(page, answer)
    page.keyboard.type("1,5")
    page.keyboard.press("Tab")
    page.keyboard.type("km")
    press(page, "Grade this answer")
    expect(page.locator("#try [role=status]", has_text="Right: it earns the whole mark.")).to_be_visible()
    page.locator("#try").get_by_label("Your answer, a number").fill("far")
    page.get_by_role("button", name="Grade this answer").click()
    expect(page.locator("#try .error")).to_have_text("This is not read as a number, so it would earn nothing.")
