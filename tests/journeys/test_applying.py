"""Two people of a city write one application in two browsers, meet in one answer, and submit it."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.grants.applying import PDF
from tests.grants.test_application_reading import WORDS

from .conftest import Site, assert_accessible, fill_in_sign_in, watch

CALL = "local-innovation-grant"
HOME = f"/grants/{CALL}/application"
QUESTIONS: list[dict[str, Any]] = [
    {"key": "plan", "kind": "text", "title": "What will you do?", "words": 20},
    {"key": "reach", "kind": "choice", "title": "Whom do you reach?", "choices": ["schools", "parents"]},
    {"key": "sum", "kind": "amount", "title": "How much do you ask for?", "least": 1000, "most": 40000},
    {"key": "budget", "kind": "budget", "title": "What does it cost?", "most": 40000},
    {"key": "papers", "kind": "files", "title": "Letters of support"},
    {"key": "more", "kind": "text", "title": "Anything else?", "required": False},
]


def said(words: str) -> dict[str, Any]:
    return {"phrases": {"en": [words]}}


def ask(database: Path, *, but: str = "") -> None:
    """The call asks six questions, all `but` one, and everybody who completed the second course meets its rule."""
    questions = [
        {
            **question,
            "title": said(question["title"]),
            "choices": [{"key": key, "label": said(key.title())} for key in question.get("choices", ())],
        }
        for question in QUESTIONS
        if question["key"] != but
    ]
    with sqlite3.connect(database, timeout=30) as connection:
        connection.execute(
            "UPDATE grant_call SET questionnaire = ?, currency = 'EUR' WHERE slug = ?",
            (json.dumps({"questions": questions}), CALL),
        )
        connection.execute(
            "UPDATE rule SET tree = ? WHERE id = (SELECT rule_id FROM grant_call WHERE slug = ?)",
            (json.dumps({"type": "completed", "course_id": 2}), CALL),
        )
    connection.close()


@pytest.fixture
def asked(site: Site) -> None:
    ask(site.data / "academy.sqlite")


@pytest.fixture
def coordinator(browser: Browser, site: Site, asked: None) -> Iterator[Page]:
    yield from signed_in(browser, site, "coordinator")


@pytest.fixture
def practitioner(browser: Browser, site: Site, asked: None) -> Iterator[Page]:
    yield from signed_in(browser, site, "practitioner")


def signed_in(browser: Browser, site: Site, who: str) -> Iterator[Page]:
    context = browser.new_context(base_url=site.address, locale="en-GB", reduced_motion="reduce")
    page = context.new_page()
    fill_in_sign_in(page, who)
    yield page
    context.close()


def is_saved(page: Page) -> None:
    expect(page.locator("#saved")).to_have_text(re.compile(r"Saved at \d\d:\d\d"), timeout=60_000)


def test_two_people_write_one_application_and_submit_it(coordinator: Page, practitioner: Page, site: Site) -> None:
    begin(practitioner)
    coordinator.goto(HOME)
    expect(coordinator).to_have_url(re.compile(f"{HOME}/[0-9]+$"))
    wrong = watch(coordinator)
    write_together(practitioner, coordinator)
    words_are_counted_as_the_server_does(practitioner)
    what_is_typed_without_a_connection_is_kept(practitioner)
    what_two_windows_left_is_all_kept(practitioner)
    meet_in_one_answer(practitioner, coordinator)
    what_is_typed_for_a_question_that_was_removed_is_given_back(practitioner, site.data / "academy.sqlite")
    fill_in_the_rest(coordinator)
    assert_accessible(coordinator)
    submit(practitioner, coordinator)
    mail = site.wait_for_mail("practitioner@demo.example")
    number = coordinator.locator(".receipt h2").inner_text().removeprefix("Receipt ")
    assert number in mail.get_content()
    assert [said for said in wrong if "409" not in said] == []  # two texts at once are told so


def begin(page: Page) -> None:
    page.goto(HOME)
    page.get_by_role("button", name="Begin the application of Sfax").click()
    expect(page.get_by_role("heading", name="Application of Sfax")).to_be_visible()
    page.wait_for_load_state()


def write_together(one: Page, other: Page) -> None:
    """Each writes another answer; both see what the other did."""
    one.get_by_label("What will you do?").fill("We open the school in the evening.")
    expect(one.locator("#q-plan [data-count]")).to_have_text("7 of 20 words")
    other.get_by_label("Schools").check()
    is_saved(one)
    is_saved(other)
    other.reload()
    expect(other.get_by_label("What will you do?")).to_have_value("We open the school in the evening.")
    expect(other.locator("#q-plan [data-said]")).to_contain_text("Amina Trabelsi saved this")
    expect(other.locator("#progress")).to_contain_text("2 of 6 answered")


def words_are_counted_as_the_server_does(page: Page) -> None:
    script = page.locator("script[src*='/js/application']").get_attribute("src") or ""
    counting = re.search(r'"\./(counting\.[0-9a-f]+\.js)"', page.request.get(script).text())
    assert counting
    for text, count in WORDS:
        module = f"{script.rpartition('/')[0]}/{counting[1]}"
        found = page.evaluate("([m, t]) => import(m).then((counting) => counting.wordsIn(t))", [module, text])
        assert found == count, text


def what_is_typed_without_a_connection_is_kept(page: Page) -> None:
    page.route("**/application/*", lambda route: route.abort() if route.request.method == "POST" else route.continue_())
    page.get_by_label("Anything else?").fill("Typed in a tunnel.")
    expect(page.locator("#saved")).to_contain_text("kept in this browser", timeout=60_000)
    page.reload()
    page.unroute("**/application/*")
    expect(page.get_by_label("Anything else?")).to_have_value("Typed in a tunnel.")
    is_saved(page)


def what_two_windows_left_is_all_kept(page: Page) -> None:
    """One person in two windows without a connection, both closed: the one is saved, and then both are shown."""
    other = page.context.new_page()
    other.goto(page.url)
    page.context.set_offline(True)
    for window, words in ((page, "A long text."), (other, "A short one.")):
        window.get_by_label("Anything else?").fill(words)
        expect(window.locator("#saved")).to_contain_text("kept in this browser", timeout=60_000)
    address = page.url
    other.close()
    page.goto("about:blank")
    page.context.set_offline(False)
    page.goto(address)
    page.get_by_role("button", name="Put both together").click(timeout=60_000)
    expect(page.get_by_label("Anything else?")).to_have_value(re.compile("A long text"))
    expect(page.get_by_label("Anything else?")).to_have_value(re.compile("A short one"))


def meet_in_one_answer(one: Page, other: Page) -> None:
    """Both change the same answer: both texts are shown, and one puts them together."""
    other.reload()
    one.reload()
    one.get_by_label("Anything else?").fill("What Amina adds.")
    is_saved(one)
    other.get_by_label("Anything else?").fill("What Nadia adds.")
    expect(other.locator("#q-more [data-two]")).to_contain_text("What Amina adds.", timeout=60_000)
    expect(other.get_by_label("Anything else?")).to_have_value("What Nadia adds.")
    expect(other.locator("#saved")).to_contain_text("Two people changed an answer")
    assert_accessible(other)
    other.get_by_role("button", name="Put both together").click()
    expect(other.get_by_label("Anything else?")).to_have_value("What Amina adds.\n\nWhat Nadia adds.")
    other.wait_for_load_state()


def what_is_typed_for_a_question_that_was_removed_is_given_back(page: Page, database: Path) -> None:
    """The script says so and stops; so does the page, once its button is pressed. Asked again, the answer is back."""
    page.reload()
    ask(database, but="more")
    page.get_by_label("Anything else?").fill("Typed in vain.")
    expect(page.locator("#saved")).to_contain_text("This question is no longer asked.", timeout=60_000)
    expect(page.locator("#q-more [data-error]")).to_contain_text("Copy what you typed")
    expect(page.get_by_label("Anything else?")).to_have_value("Typed in vain.")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#application [role=alert]").first).to_contain_text("Typed in vain.")
    expect(page.locator("#q-more")).to_have_count(0)
    assert_accessible(page)
    ask(database)
    page.goto(page.url)
    expect(page.get_by_label("Anything else?")).to_have_value("Typed in vain.")
    is_saved(page)


def fill_in_the_rest(page: Page) -> None:
    page.get_by_label("How much do you ask for?").fill("forty")
    expect(page.locator("#q-sum [data-error]")).to_contain_text("Write a whole amount", timeout=60_000)
    page.get_by_label("How much do you ask for?").fill("12,000")
    expect(page.locator("#q-sum [data-error]")).to_be_empty(timeout=60_000)
    page.get_by_label("Line 1: what for").fill("Staff")
    page.get_by_label("Line 1: amount").fill("10,000")
    page.get_by_role("button", name="Add a line").click()
    page.get_by_label("Line 4: what for").fill("Light")
    page.get_by_label("Line 4: amount").fill("2 000")
    expect(page.locator("[data-total]")).to_have_text("12,000", timeout=60_000)
    page.get_by_label("Letters of support").set_input_files(
        {"name": "letter.pdf", "mimeType": "application/pdf", "buffer": PDF}
    )
    page.get_by_role("button", name="Add the file").click()
    expect(page.get_by_role("link", name="letter.pdf")).to_be_visible()
    expect(page.locator("#progress")).to_contain_text("Everything that is asked is answered.")


def submit(one: Page, other: Page) -> None:
    """The practitioner asks for the word; the coordinator gives it; the practitioner submits; both read the receipt."""
    one.goto(HOME)
    one.get_by_role("button", name="Look over and submit").click()
    one.get_by_role("button", name="Ask for the coordinator’s word").click()
    expect(one.get_by_text("The coordinators were asked for the word")).to_be_visible()
    other.goto("/notices")
    other.get_by_role("link", name="look it over").click()
    other.get_by_role("button", name="Give your word").click()
    expect(other.get_by_text("You gave your word.")).to_be_visible()
    one.reload()
    assert_accessible(one)
    one.get_by_role("button", name="Submit the application of Sfax").click()
    expect(one.get_by_role("heading", name="Receipt")).to_be_visible()
    assert_accessible(one)
    other.goto(HOME)
    expect(other.locator(".receipt")).to_contain_text("by Amina Trabelsi, for Sfax")
