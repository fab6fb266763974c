"""The larger types of questions are written and tried in the browser: rows in rows, places drawn, by keyboard too."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.made_files import a_picture

from .conftest import watch
from .test_every_page import assert_holds_up

COURSE = "/teach/courses/1"


@pytest.fixture
def teaching(sign_in: Callable[..., Page]) -> Page:
    page = sign_in("trainer")
    page.set_default_timeout(30_000)
    return page


def saved(page: Page) -> None:
    page.get_by_role("button", name="Save the question").click()
    expect(page.get_by_text("The question is saved.")).to_be_visible()
    page.wait_for_load_state()


def row(page: Page, name: str) -> Locator:
    return page.get_by_role("group", name=name, exact=True)


def test_places_are_drawn_moved_by_keys_and_chosen_on_the_picture(teaching: Page, tmp_path: Path) -> None:
    page = teaching
    wrong = watch(page)
    photo = tmp_path / "street.png"
    photo.write_bytes(a_picture("PNG", 1000, 500))
    page.goto(f"{COURSE}/media")
    page.set_input_files("#file", [photo])
    ask = page.locator(".describing")
    ask.get_by_label("What it shows, in English").fill("A street")
    ask.get_by_role("button", name="Save").click()
    expect(page.locator(".describing")).to_have_count(0)
    expect(page.get_by_role("link", name="street.webp")).to_be_focused()  # once the list has come again

    page.goto(f"{COURSE}/questions/new?type=hot_spot")
    page.get_by_label("Question", exact=True).fill("Where would you cross?")
    page.get_by_label("Picture", exact=True).first.select_option(index=1)
    board = page.locator("[data-draw-spots] svg")
    expect(board).to_be_visible()
    row(page, "Place 1").get_by_label("What is there").fill("The left")
    box = board.bounding_box()
    assert box

    def at(x: float, y: float) -> tuple[float, float]:
        return box["x"] + box["width"] * x, box["y"] + box["height"] * y

    page.mouse.move(*at(0.1, 0.2))
    page.mouse.down()
    page.mouse.move(*at(0.3, 0.6), steps=4)
    page.mouse.up()
    corners = row(page, "Place 1").get_by_label("Corners")
    numbers = [int(n) for pair in corners.input_value().split() for n in pair.split(",")]
    assert numbers == pytest.approx([100, 100, 300, 300], abs=3)

    corners.fill("100,100 300,300")
    place = page.get_by_role("button", name="Place 1: The left", exact=True)
    place.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowDown")
    expect(corners).to_have_value("120,102 320,302")
    page.get_by_role("button", name="Place 1, corner 2").focus()
    page.keyboard.press("ArrowLeft")
    expect(corners).to_have_value("120,102 300,302")
    row(page, "Place 1").get_by_label("Right").check()
    row(page, "Place 2").get_by_label("What is there").fill("The right")
    row(page, "Place 2").get_by_label("Shape").select_option("circle")
    row(page, "Place 2").get_by_label("Corners").fill("700,250 700,350")
    saved(page)

    trial = page.locator("#try")
    left, right = trial.locator("[data-spot]").first, trial.locator("[data-spot]").last
    right.locator("text").click()
    expect(trial.get_by_role("radio", name="2 The right")).to_be_checked()
    expect(right).to_have_class("chosen")
    trial.get_by_role("radio", name="2 The right").focus()
    page.keyboard.press("ArrowUp")
    expect(left).to_have_class("chosen")
    expect(right).not_to_have_class("chosen")
    trial.get_by_role("button", name="Grade this answer").click()
    expect(page.locator("#try")).to_contain_text("Right: it earns the whole mark.")
    page.wait_for_load_state()
    assert_holds_up(page)
    assert wrong == []


def test_gaps_have_rows_in_rows_that_come_and_go(teaching: Page) -> None:
    page = teaching
    wrong = watch(page)
    page.goto(f"{COURSE}/questions/new?type=gaps")
    page.get_by_label("Question", exact=True).fill("In [[year]] the [[who]] met.")
    page.get_by_role("button", name="Make a row for each gap of the text").click()
    year, who = row(page, "Gap 1"), row(page, "Gap 2")
    expect(who.get_by_label("Name in the text")).to_have_value("who")
    page.wait_for_load_state()
    year.get_by_label("Accepted answer").fill("1990")
    who.get_by_label("Chosen from a list").check()
    who.get_by_label("Accepted answer").fill("city")
    who.get_by_role("group", name="Answer 1").get_by_label("Right").check()
    for word in ("state", "army", "press"):
        who.get_by_role("button", name="Add an answer").click()
        page.keyboard.type(word)
    who.get_by_role("group", name="Answer 3").get_by_role("button", name="Remove").click()
    expect(who.get_by_role("group", name="Answer 3").get_by_label("Accepted answer")).to_have_value("press")
    who.get_by_role("button", name="Move up").first.focus()
    who.get_by_role("button", name="Move up").first.click()  # the whole gap, with all that is in it
    expect(row(page, "Gap 1").get_by_label("Name in the text")).to_have_value("who")
    row(page, "Gap 1").get_by_role("button", name="Add an answer").click()
    page.keyboard.type("board")
    page.get_by_text("Hints", exact=True).click()
    page.get_by_role("button", name="Add a hint").click()
    page.keyboard.type("Not long ago.")
    saved(page)
    expect(row(page, "Gap 1").get_by_label("Accepted answer").nth(3)).to_have_value("board")
    expect(row(page, "Hint 1").get_by_label("Hint")).to_have_value("Not long ago.")

    trial = page.locator("#try")
    trial.get_by_label("Gap 1 of 2").fill("1990")
    choice = trial.get_by_label("Gap 2 of 2")
    assert choice.locator("option").all_inner_texts() == ["", "board", "city", "press", "state"]
    choice.select_option("state")
    trial.get_by_role("button", name="Grade this answer").click()
    expect(page.locator("#try")).to_contain_text("Partly right: it earns 50% of the mark.")
    page.wait_for_load_state()
    assert_holds_up(page)
    assert wrong == []


def test_an_essay_counts_its_words_and_has_a_rubric(teaching: Page) -> None:
    page = teaching
    wrong = watch(page)
    page.goto(f"{COURSE}/questions/new?type=essay")
    page.get_by_label("Question", exact=True).fill("How would you begin?")
    page.get_by_label("At least, in words").fill("3")
    page.get_by_label("What stands in the box at first").fill("Aim:")
    page.get_by_role("button", name="Add a criterion").click()
    page.keyboard.type("Names who is heard")
    for number, (words, points) in enumerate([("Nobody", "0"), ("All", "2")], 1):
        level = row(page, f"Level {number}")
        level.get_by_label("Level").fill(words)
        level.get_by_label("Points").fill(points)
    page.get_by_label("Guidance for those who mark").fill("Look for neighbours.")
    saved(page)
    trial = page.locator("#try")
    box = trial.get_by_label("Your answer")
    expect(box).to_have_value("Aim:")
    expect(trial.get_by_role("status")).to_have_text("Words: 0")
    box.focus()
    page.keyboard.press("Control+End")
    box.press_sequentially(" listen  to\nall", delay=10)
    expect(trial.get_by_role("status")).to_have_text("Words: 4")
    expect(trial).not_to_contain_text("neighbours")
    assert_holds_up(page)
    assert wrong == []
