"""A trainer takes questions out of one course and into another, looks them through first, and keeps the faulty out."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from .conftest import watch
from .test_every_page import assert_holds_up

SHEET = """type,question,answer 1,answer 2,match 1,match 2,right
single_choice,"A child is hurt at a crossing.

Who should be heard first?",The neighbours,The press,,,1
true_false,Good lighting makes a street safer.,,,,,true
matching,Who does what?,Paints the stripes,Teaches children,Public works,The school,
single_choice,Which is right?,One,Two,,,7
"""


def courses(page: Page) -> list[str]:
    page.goto("/teach")
    links = page.locator("main .taught a").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    return [link for link in dict.fromkeys(links) if re.fullmatch(r"/teach/courses/\d+", link)]


def keys(page: Page) -> set[str]:
    return set(page.locator(".comes .tags bdi").all_inner_texts())


def test_a_sheet_is_looked_through_and_taken_without_its_faults(sign_in: Callable[..., Page], tmp_path: Path) -> None:
    page = sign_in("trainer")
    course = courses(page)[0]
    file = tmp_path / "questions.csv"
    file.write_text(SHEET)
    wrong = watch(page)
    page.goto(f"{course}/questions/import")
    page.get_by_label("File").set_input_files(file)
    page.get_by_label("Category").fill("From files")
    page.get_by_role("button", name="Look into it").click()
    expect(page.get_by_role("heading", name="3 questions can come in")).to_be_visible()
    expect(page.get_by_text("column G, “right”: “7” is not the number of an answer")).to_be_visible()
    page.wait_for_load_state()
    assert_holds_up(page)
    page.get_by_role("button", name="Take 3 questions into the bank").click()
    expect(page.get_by_text("Tick this to take the rest")).to_be_visible()
    page.wait_for_load_state()
    page.get_by_label("Leave out the 1 thing that cannot be read").check()
    page.get_by_role("button", name="Take 3 questions into the bank").click()
    expect(page.get_by_text("3 questions came into the bank.")).to_be_visible()
    assert [words for words in wrong if "422" not in words] == []


def test_questions_go_from_one_course_to_another(sign_in: Callable[..., Page], tmp_path: Path) -> None:
    page = sign_in("trainer")
    here, there = courses(page)[:2]
    page.goto(f"{here}/questions/export")
    assert_holds_up(page)
    with page.expect_download() as waiting:
        page.get_by_role("link", name=re.compile("QTI 2.1")).click()
    file = tmp_path / waiting.value.suggested_filename
    waiting.value.save_as(file)
    for time in ("new", "same"):
        page.goto(f"{there}/questions/import")
        page.get_by_label("File").set_input_files(file)
        page.get_by_role("button", name="Look into it").click()
        expect(page.get_by_role("heading", name=re.compile("questions? can come in"))).to_be_visible()
        page.wait_for_load_state()
        assert len(keys(page)) == page.locator(".comes").count() > 0
        if time == "same":
            assert page.get_by_text("Nothing changes").count() == page.locator(".comes").count()
            return
        page.locator("main form button").last.click()
        expect(page.get_by_text(re.compile("questions? came into the bank"))).to_be_visible()
