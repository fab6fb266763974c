"""A new trainer's way: a course made and published, taken, changed and published again while somebody is in it."""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, FrameLocator, Locator, Page, expect

from tests.made_files import TALK, a_picture

from .conftest import Site, assert_accessible, watch

TITLE = "Listening to the neighbourhood"
ADDRESS = "/courses/listening-to-the-neighbourhood"
MODULES = {
    "Arriving": ["What you will learn", "A walk through the street"],
    "Listening": ["Three questions to ask"],
    "Looking back": ["Final test"],
}
QUESTIONS = {
    "Who knows a street best?": ("Those who live in it", "A report of last year"),
    "What comes first?": ("Listening", "A press release"),
}
PREVENTION, TRANSLATOR = "The city’s part in prevention", "practitioner@demo.example"
DONE_FIRST = 2  # of the four activities, by the practitioner who is in the middle when the course changes


def test_from_an_idea_to_the_second_edition(people: Callable[..., BrowserContext], site: Site) -> None:
    trainer = people("trainer").new_page()
    wrong = watch(trainer)
    begin(trainer)
    for module, activities in MODULES.items():
        add_module(trainer, module)
        for title in activities:
            add_activity(trainer, "quiz" if title == "Final test" else "lesson", title)
    write_the_lessons(trainer)
    write_the_test(trainer)
    caption_the_video(trainer)
    choose_settings(trainer)
    preview(trainer)
    publish(trainer, 1, "The first edition.")

    first = people("practitioner").new_page()
    enrol(first)
    take_to_the_certificate(first, steps=4)

    middle = people("coordinator").new_page()
    enrol(middle)
    for _step in range(DONE_FIRST):
        press(middle, "Mark complete and continue")
    expect_progress(middle, "2 of 4 activities", "50%")

    change(trainer)
    assert said_of_those_under_way(trainer) == [
        "1 practitioner is taking this course.",
        "2 new required lessons: their progress goes from 50% to 33% on average.",
        "Nobody loses anything they have done.",
    ]
    publish(trainer, 2, "Two lessons more.")
    assert wrong == []

    wait_for_the_recount(site)
    expect_progress(middle, "2 of 6 activities", "33%")
    expect(complete(middle)).to_have_count(DONE_FIRST)
    take_to_the_certificate(middle, steps=4)
    expect_progress(first, "4 of 6 activities", "66%")
    expect(first.get_by_text(re.compile(r"^Completed \d"))).to_be_visible()
    first.get_by_role("link", name="See your certificate").last.click()
    expect(first.locator(".diploma h2")).to_have_text(TITLE)


def test_a_translator_who_is_invited_writes_their_language_and_nothing_else(
    people: Callable[..., BrowserContext], site: Site
) -> None:
    trainer = people("trainer").new_page()
    mails = len(site.mails(TRANSLATOR))
    open_course(trainer, PREVENTION)
    tab(trainer, "Languages")
    trainer.get_by_label("Language", exact=True).select_option("es")
    press(trainer, "Add language")
    tab(trainer, "Settings")
    trainer.get_by_role("link", name="Invite or change trainers").click()
    trainer.locator("#invite").get_by_label("E-mail address").fill(TRANSLATOR)
    trainer.locator("#invite").get_by_label(re.compile("Translator:")).check()
    trainer.locator("#invite").get_by_label("español").check()
    trainer.get_by_role("button", name="Invite to the course").click()
    expect(trainer.locator(".trainers")).to_contain_text(TRANSLATOR)
    assert PREVENTION in site.wait_for_mail(TRANSLATOR, count=mails + 1).get_content()

    translator = people("practitioner").new_page()
    translator.goto("/learn")
    follow(translator, "Teach")
    follow(translator, PREVENTION)
    expect(translator.locator("#builder")).to_be_visible()
    course = translator.url
    assert tabs(translator) == ["Outline", "Languages", "Editions"]
    for button in ("Add module", "Add lesson", "Publish edition 2"):
        expect(translator.get_by_role("button", name=button)).to_have_count(0)
    tab(translator, "Languages")
    follow(translator, "español")
    follow(translator, "Next text to translate")
    title = translator.locator("[name='text.title']")
    title.fill("El papel de la ciudad")
    title.press("Enter")
    expect(translator.locator("#group-1 .tag")).to_have_text("Up to date")
    assert_accessible(translator)

    token = translator.locator("input[name=csrf_token]").first.input_value()
    for path, asked in {
        "/modules": {},
        "/settings": {"title": "Mine"},
        "/editions": {"seen": ""},
        "/languages": {"language": "de"},
    }.items():
        refused = translator.request.post(course + path, form={**asked, "csrf_token": token})
        assert refused.status == 403, path
    lesson = next(address for address in addresses_of_texts(trainer, course) if "/lessons/" in address)
    other = translator.request.post(
        f"{site.address}{lesson.removesuffix('/text')}/bodies/en",
        form={"html": "<p>Mine</p>", "version": "1", "csrf_token": token},
    )
    assert other.status in (403, 404)


# What the trainer does


def begin(page: Page) -> None:
    page.goto("/learn")
    follow(page, "Teach")
    follow(page, "New course")
    page.get_by_label("Title").fill(TITLE)
    press(page, "Begin the course")
    expect(page.get_by_text("Add its first module.")).to_be_visible()
    expect(page.get_by_text("The course has no activities yet")).to_be_visible()


def add_module(page: Page, title: str) -> None:
    page.get_by_role("button", name="Add module").click()
    name_it(page, title)


def add_activity(page: Page, kind: str, title: str) -> None:
    """Add it to the last module."""
    page.get_by_role("button", name=f"Add {kind}").last.click()
    name_it(page, title)


def name_it(page: Page, title: str) -> None:
    """Type over the title that stands ready for it."""
    field = page.locator(".rename").get_by_label("Title")
    expect(field).to_be_focused()
    field.fill(title)
    field.press("Enter")
    expect(page.locator("#told")).to_have_text(f"Renamed to “{title}”.")


def open_course(page: Page, title: str) -> None:
    page.goto("/teach")
    follow(page, title)
    expect(page.locator("#builder")).to_be_visible()


def write_the_lessons(page: Page) -> None:
    """From the first lesson on to the next, by the links at the end of each."""
    follow(page, "What you will learn", exact=True)
    write(page, "People know more of their street than any report.")
    toolbar(page, "Picture")
    page.locator("#library input[type=file]").set_input_files(
        {"name": "street.png", "mimeType": "image/png", "buffer": a_picture("PNG", 1200, 600)}
    )
    page.get_by_label("Text alternative").fill("A street with shops, seen from its corner")
    with page.expect_response(lambda answer: answer.request.method == "POST" and "/media/" in answer.url):
        page.get_by_role("button", name="Put it into the text").click()  # the library learns it too
    expect(text(page).locator("img")).to_have_attribute("alt", "A street with shops, seen from its corner")
    is_saved(page)
    follow(page, "Next: A walk through the street")

    write(page, "Walk slowly, and let people speak first.")
    toolbar(page, "Video or sound")
    page.get_by_role("menuitem", name="Video or sound").click()
    page.locator("#library input[type=file]").set_input_files(TALK)
    expect(text(page).locator("video")).to_have_count(1)
    is_saved(page)
    follow(page, "Next: Three questions to ask")

    write(page, "What is well? What is not? Who should hear it?")
    is_saved(page)
    follow(page, "Next: Final test")


def write(page: Page, words: str) -> None:
    """Type at the end of the lesson."""
    expect(page.locator("#writing[data-ready]")).to_be_visible()
    text(page).locator("body").press("Control+End")
    page.keyboard.type(words)
    page.keyboard.press("Enter")


def text(page: Page) -> FrameLocator:
    return page.frame_locator(".tox-edit-area__iframe")


def toolbar(page: Page, name: str) -> None:
    page.locator(".tox-editor-header").get_by_label(name, exact=True).first.click()


def is_saved(page: Page) -> None:
    """The page says so, of all that was typed."""
    expect(page.locator("#saved")).to_have_text(re.compile(r"Saved at \d\d:\d\d"), timeout=60_000)


def write_the_test(page: Page) -> None:
    expect(page.get_by_text("This quiz has no question yet.")).to_be_visible()
    follow(page, "Single choice")
    for number, (stem, choices) in enumerate(QUESTIONS.items(), 1):
        page.get_by_label("Question", exact=True).fill(stem)
        for place, words in enumerate(choices):
            page.get_by_label("Words").nth(place).fill(words)
        page.get_by_label("This one is right").first.check()
        page.get_by_label("Feedback to everyone who answered").fill("The lesson “Three questions to ask” says why.")
        last = number == len(QUESTIONS)
        press(page, "Save the question" if last else "Save and write another")
    page.locator("#settings-passing > summary").click()
    page.get_by_label("Pass mark, in percent").fill("60")
    press(page, "Save settings")
    expect(page.get_by_text("2 questions", exact=True)).to_be_visible()
    follow(page, "Check and publish")


def caption_the_video(page: Page) -> None:
    """The publish panel says what is missing, and leads there."""
    follow(page, "has a video without captions in English")
    page.wait_for_function("() => document.querySelector('#player')?.readyState > 0")
    page.get_by_role("button", name="Add a caption at the present time").click()
    page.keyboard.type("Good morning.")
    press(page, "Save captions")
    tab(page, "Outline")
    expect(page.locator("#publish")).to_contain_text("Every video has captions")


def choose_settings(page: Page) -> None:
    tab(page, "Settings")
    page.get_by_label("Summary").fill("How to hear what a street has to say before anybody else speaks for it.")
    page.get_by_label("Prevention").check()
    page.get_by_label("Valid for a time").check()
    page.get_by_label("Months").fill("24")
    press(page, "Save settings")
    assert_accessible(page)
    tab(page, "Outline")


def preview(page: Page) -> None:
    """As a practitioner sees it, with nothing recorded."""
    follow(page, "Preview as a practitioner")
    expect(page.get_by_text("Nothing is recorded.")).to_be_visible()
    follow(page, "Begin: What you will learn")
    expect(page.locator("article img")).to_have_attribute("alt", "A street with shops, seen from its corner")
    follow(page, "Mark complete and continue")
    expect(page.locator("article video")).to_have_count(1)
    follow(page, "End the preview")


def publish(page: Page, number: int, note: str) -> None:
    page.locator("#publish textarea").fill(note)
    press(page, f"Publish edition {number}")
    expect(page.get_by_text(f"Practitioners see edition {number}. Nothing has changed since.")).to_be_visible()
    expect(page.get_by_text(note).first).to_be_visible()


def change(page: Page) -> None:
    """Two lessons more, another text, another order."""
    for title in ("Whom you did not hear", "What to do with it"):
        page.get_by_role("button", name="Add lesson in “Listening”").click()
        name_it(page, title)
    follow(page, "Whom you did not hear", exact=True)
    write(page, "Ask who was not in the room.")
    is_saved(page)
    follow(page, "Next: What to do with it")
    write(page, "Say what you heard, and what will come of it.")
    is_saved(page)
    follow(page, "Back to the outline")
    follow(page, "What you will learn", exact=True)
    write(page, "It takes an hour.")
    is_saved(page)
    follow(page, "Back to the outline")
    page.get_by_label("Move “What to do with it”", exact=True).press("Alt+ArrowUp")
    expect(page.locator("#told")).to_have_text("“What to do with it” is now 2 of 3 in “Listening”.")
    page.reload()
    expect(page.get_by_role("listitem").filter(has_text="What you will learn").get_by_text("Edited")).to_be_visible()


def said_of_those_under_way(page: Page) -> list[str]:
    """What the publish panel says of the people in the middle of the course, a sentence each."""
    return [line.strip() for line in page.locator("#publish .impact p, #publish .impact li").all_inner_texts()]


def tab(page: Page, name: str) -> None:
    """Go to another page of the course, which then is the one marked."""
    with page.expect_navigation():
        page.get_by_role("navigation", name="Pages of this course").get_by_role("link", name=name, exact=True).click()
    expect(page.locator(".tabs [aria-current=page]")).to_have_text(name)


def tabs(page: Page) -> list[str]:
    return page.get_by_role("navigation", name="Pages of this course").get_by_role("link").all_inner_texts()


def addresses_of_texts(page: Page, course: str) -> list[str]:
    """Where the outline leads a trainer to write."""
    page.goto(course)
    return [str(link.get_attribute("href")) for link in page.locator("#builder a.name").all()]


# What practitioners do


def enrol(page: Page) -> None:
    page.goto(ADDRESS)
    press(page, "Start this course")


def take_to_the_certificate(page: Page, *, steps: int) -> None:
    """From where the course says one is to its end, by its buttons alone; `steps` activities are left."""
    page.goto(ADDRESS)
    follow(page, re.compile("^(Begin|Resume): "))
    for _lesson in range(steps - 1):
        press(page, "Mark complete and continue")
    press(page, "Start the quiz")
    for _question in QUESTIONS:
        stem = next(stem for stem in QUESTIONS if page.get_by_text(stem).count())
        page.get_by_label(QUESTIONS[stem][0]).check()
        press(page, re.compile("^(Next question|Look over and finish)$"))
    press(page, "Submit your answers")
    page.get_by_role("link", name="See your certificate").click()
    expect(page.locator(".diploma h2")).to_have_text(TITLE)


def press(page: Page, name: str | re.Pattern[str]) -> None:
    """Press a button that leads to another page, and wait until that one is there."""
    exact = isinstance(name, str)
    with page.expect_navigation():
        page.get_by_role("button", name=name, exact=exact).last.click()


def follow(page: Page, name: str | re.Pattern[str], *, exact: bool = False) -> None:
    """Follow a link to another page, and wait until that one is there, with its scripts."""
    with page.expect_navigation():
        page.get_by_role("link", name=name, exact=exact).first.click()


def expect_progress(page: Page, activities: str, share: str) -> None:
    page.goto(ADDRESS)
    aside = page.locator("aside section").first
    expect(aside).to_contain_text(activities)
    expect(aside).to_contain_text(share)


def complete(page: Page) -> Locator:
    """The marks of the activities that are done."""
    return page.locator(".outline li .mark.done")


def wait_for_the_recount(site: Site, seconds: float = 120) -> None:
    """The worker has counted the one in the middle on the second edition; pages alone would not show that."""
    asked = (
        "SELECT enrolment.done, enrolment.total FROM enrolment"
        " JOIN edition ON edition.id = enrolment.counted_edition_id JOIN course ON course.edition_id = edition.id"
        " WHERE course.slug = ? AND enrolment.completed_at IS NULL"
    )
    until = time.monotonic() + seconds
    found: list[tuple[int, int]] = []
    while time.monotonic() < until:
        with sqlite3.connect(f"file:{site.data / 'academy.sqlite'}?mode=ro", uri=True) as connection:
            found = connection.execute(asked, (ADDRESS.removeprefix("/courses/"),)).fetchall()
        connection.close()
        if found == [(DONE_FIRST, 6)]:
            return
        time.sleep(0.2)
    pytest.fail(f"the enrolment was not recounted within {seconds} seconds: {found}")
