"""Attempts against the clock, without a connection, in two windows, and by keyboard alone."""

from __future__ import annotations

import re
import socket
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask_migrate import upgrade
from playwright.sync_api import Browser, BrowserContext, Page, expect

from app import create_app
from app.auth.models import Role
from app.config import from_environment
from app.core.transactions import unit_of_work
from app.courses import editions
from app.courses import services as courses
from app.courses.models import Course
from app.extensions import db
from app.progress import services as progress
from app.quizzes import queries
from app.quizzes.models import QuizSlot
from app.quizzes.settings import Behaviour, QuizSettings, Review
from app.quizzes.types import AcceptedAnswer, Choice, Content, Labelled, Ordering, ShortAnswer, SingleChoice
from tests.factories import PASSWORD, a_choice_question, a_draft, a_person, text

from .conftest import Server, Site, assert_accessible, fill_in_sign_in, watch
from .test_on_a_bad_day import tab_to

ADDRESS = "amina@oslo.example"
TRAINER = "stian@oslo.example"
SHORT = 300  # seconds: enough to answer on a slow machine; `ends_soon` shortens what is left then
# A device whose clock is three years ahead, and runs.
WRONG_CLOCK = "const now = Date.now; Date.now = () => now() + 3 * 365 * 86400000;"


IN_ARABIC: tuple[Content, ...] = (
    SingleChoice(
        text("Who is heard first?", ar="من الذي يُستمع إليه أولاً؟"),
        (
            Choice("a", text("Those who live there", ar="من يسكنون هناك"), 1.0),
            Choice("b", text("Those who write about it", ar="من يكتبون عن ذلك")),
        ),
    ),
    Ordering(
        text("Put these in order.", ar="رتّب هذه الخطوات."),
        (
            Labelled("x", text("Listen", ar="استمع")),
            Labelled("y", text("Agree", ar="اتفق")),
            Labelled("z", text("Say it", ar="أعلن")),
        ),
    ),
    ShortAnswer(
        text("Which city?", ar="أي مدينة؟"), {"en": (AcceptedAnswer("Oslo"),), "ar": (AcceptedAnswer("أوسلو"),)}, "en"
    ),
)


def quizzes() -> dict[str, tuple[QuizSettings, list[Content]]]:
    several = [a_choice_question("One?"), a_choice_question("Two?"), a_choice_question("Three?")]
    typed = ShortAnswer(text("Which crossing?"), {"en": (AcceptedAnswer("zebra"),)}, "en")
    check = QuizSettings(
        behaviour=Behaviour.IMMEDIATE, certainty=True, shuffle=False, pass_mark=10, review=Review(right_once_done=False)
    )
    return {
        "short": (QuizSettings(time_limit=SHORT, shuffle=False, pass_mark=50, attempts=3), several),
        "long": (QuizSettings(time_limit=3600, shuffle=False, pass_mark=50), [*several, typed]),
        "checked": (check, [a_choice_question("One?"), typed]),
        "arabic": (QuizSettings(pass_mark=50, shuffle=False), [*IN_ARABIC]),
    }


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site with three courses, each one quiz; questions two and three share a page."""
    data = tmp_path_factory.mktemp("attempts") / "data"
    build(data)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        server = Server(data, probe.getsockname()[1])
    try:
        server.start()
        yield Site(server.address, server.data)
    finally:
        server.kill()


def build(data: Path) -> None:
    editions.forget()
    queries.forget()
    app = create_app(replace(from_environment({"DATA_DIR": str(data)}), testing=True))
    with app.app_context():
        upgrade()
        person = a_person("Amina Trabelsi", email=ADDRESS)
        trainer = a_person("Stian Halvorsen", email=TRAINER, roles=(Role.TRAINER,))
        for slug, (settings, questions) in quizzes().items():
            course = a_draft(slug, modules=1, lessons=0, questions=questions, quiz=settings, trainer=trainer)
            with unit_of_work():
                for number, slot in enumerate(db.session.scalars(sa.select(QuizSlot).order_by(QuizSlot.id))):
                    slot.new_page = number != 2
            with unit_of_work():
                if slug == "arabic":
                    db.session.get_one(Course, course.id).languages = ["en", "ar"]
                    db.session.flush()
                courses.publish(course_id=course.id, by=None)
            with unit_of_work():
                enrolment = progress.enrol(person=person, course_id=course.id)
                enrolment.language = "ar" if slug == "arabic" else "en"
        db.session.remove()
        db.engine.dispose()
    editions.forget()
    queries.forget()


@pytest.fixture
def practitioner(context: BrowserContext) -> Page:
    page = context.new_page()
    fill_in_sign_in(page, ADDRESS, PASSWORD)
    return page


def begin(page: Page, course: str) -> str:
    """Start an attempt, and give its address."""
    page.goto(f"/learn/{course}/test")
    page.locator("#start button, main .pager a[href^='/attempts/']").first.click()
    page.wait_for_url("**/attempts/*")
    return re.sub(r"[?#].*", "", page.url)


def choice(page: Page, slot: int, value: str) -> Any:
    words = {"a": "The right one", "b": "A wrong one", "c": "Another wrong one"}[value]
    label = page.locator("label.choice").filter(has=page.get_by_text(words, exact=True))
    return label.locator(f"input[name=q{slot}-choice]")


def saved(page: Page) -> None:
    expect(page.locator("[data-attempt] [role=status]").first).to_have_text("All answers saved")


def ends_soon(site: Site, attempt: str) -> None:
    """Leave an attempt three seconds; its page hears of it with the next answer that is saved."""
    with sqlite3.connect(site.data / "academy.sqlite", timeout=30) as connection:
        connection.execute(
            "UPDATE attempt SET due_at = datetime('now', '+3 seconds') WHERE id = ?",
            (int(attempt.rpartition("/")[2]),),
        )
    connection.close()


def hears_what_waits(page: Page) -> None:
    """Until this window's store, too, has the answer that another could not send."""
    page.wait_for_function("() => Object.keys(localStorage).some((key) => key.startsWith('attempt-'))")


def test_a_timed_quiz_with_a_dropped_network(context: BrowserContext, practitioner: Page, site: Site) -> None:
    page = practitioner
    page.add_init_script(WRONG_CLOCK)
    attempt = begin(page, "short")
    left = page.locator("#timer")
    minutes, seconds = left.inner_text().split(":")
    assert 0 < int(minutes) * 60 + int(seconds) <= SHORT
    choice(page, 0, "a").check()
    saved(page)
    context.set_offline(True)
    choice(page, 0, "b").check()
    expect(page.locator("#answer [role=status]")).to_contain_text("Not saved yet: no connection.")
    page.close()

    context.set_offline(False)
    other = context.new_page()
    other.goto(f"{attempt}?question=2")  # another page of the attempt sends what waits
    saved(other)
    other.goto(attempt)
    expect(choice(other, 0, "b")).to_be_checked()
    choice(other, 0, "a").check()
    saved(other)
    other.goto(f"{attempt}?question=2")
    ends_soon(site, attempt)
    choice(other, 1, "a").check()
    other.wait_for_url("**/result")  # at zero it is handed in
    expect(other.get_by_role("heading", level=1)).to_have_text("Passed with 66%")


def test_two_windows_continue_one_attempt(context: BrowserContext, practitioner: Page) -> None:
    first = practitioner
    attempt = begin(first, "long")
    second = context.new_page()
    second.goto("/learn/long/test")
    second.get_by_role("link", name="Go on with your attempt").click()
    second.wait_for_url("**/attempts/*")
    assert second.url.startswith(attempt)
    choice(second, 0, "a").check()
    saved(second)
    choice(first, 0, "c").check()
    expect(first.locator("#answer [role=status]")).to_contain_text("another window")
    first.get_by_role("link", name="Load the page again").click()
    expect(choice(first, 0, "a")).to_be_checked()
    first.goto(f"{attempt}?question=2")
    choice(first, 1, "a").check()
    saved(first)
    second.reload()
    expect(second.locator("#progress")).to_have_text("2 of 4 answered")


def test_a_window_in_which_nothing_was_typed_sends_what_another_said(
    context: BrowserContext, practitioner: Page
) -> None:
    first, second, address = two_windows_with_one_answer(context, practitioner)
    first.route(address, lambda route: route.abort())
    choice(first, 0, "b").check()
    expect(first.locator("#answer [role=status]")).to_contain_text("Not saved yet: no connection.")
    hears_what_waits(second)
    second.evaluate("() => dispatchEvent(new Event('online'))")
    saved(second)
    expect(choice(second, 0, "b")).to_be_checked()
    second.get_by_role("button", name="Next question").click()
    second.wait_for_url("**question=2**")
    first.unroute(address)
    saved(first)  # it asked how its answer stands, and goes on from there
    choice(first, 0, "c").check()
    saved(first)
    first.reload()
    expect(choice(first, 0, "c")).to_be_checked()


def test_a_window_in_which_nothing_was_typed_leaves_what_waits_as_it_is(
    context: BrowserContext, practitioner: Page
) -> None:
    first, second, address = two_windows_with_one_answer(context, practitioner)
    context.route(address, lambda route: route.fulfill(status=503, json={}))
    choice(first, 0, "b").check()
    expect(first.locator("#answer [role=status]")).to_contain_text("Not saved yet: no connection.")
    hears_what_waits(second)
    second.get_by_role("button", name="Next question").click()
    expect(second.locator("#answer [role=status]")).to_contain_text("Not saved yet: no connection.")
    context.unroute(address)
    saved(first)
    expect(choice(second, 0, "b")).to_be_checked()  # sent by it, or loaded again
    second.get_by_role("button", name="Next question").click()
    second.wait_for_url("**question=2**")
    first.reload()
    expect(choice(first, 0, "b")).to_be_checked()


def two_windows_with_one_answer(context: BrowserContext, first: Page) -> tuple[Page, Page, str]:
    """The first question of an attempt in two windows, with the first choice saved; and where answers are sent."""
    attempt = begin(first, "long")
    first.goto(f"{attempt}?question=1")
    choice(first, 0, "c").check()
    choice(first, 0, "a").check()
    saved(first)
    second = context.new_page()
    second.goto(f"{attempt}?question=1")
    expect(choice(second, 0, "a")).to_be_checked()
    return first, second, f"**{first.locator('[data-attempt]').first.get_attribute('data-address')}"


def test_what_is_typed_is_saved_in_a_pause_and_the_clock_is_said_aloud(practitioner: Page) -> None:
    page = practitioner
    wrong = watch(page)
    attempt = begin(page, "long")
    page.goto(f"{attempt}?question=4")
    page.locator("input[name=q3-text]").press_sequentially("zebra", delay=20)
    saved(page)
    expect(page.locator(".numbers [data-of='3']")).to_have_class(re.compile("answered"))
    expect(page.locator("#time")).to_have_attribute("aria-live", "polite")
    page.locator("input[name=q3-flagged]").check()
    saved(page)
    expect(page.locator("#flags")).to_have_text("1 flagged")
    page.reload()
    expect(page.locator("input[name=q3-text]")).to_have_value("zebra")
    expect(page.locator("input[name=q3-flagged]")).to_be_checked()
    assert_accessible(page)
    assert wrong == []


def test_an_attempt_by_keyboard_alone(practitioner: Page) -> None:
    page = practitioner
    page.goto("/learn/checked/test")
    tab_to(page, page.get_by_role("button", name="Start the quiz"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/attempts/*")
    tab_to(page, choice(page, 0, "a"))
    page.keyboard.press("Space")
    tab_to(page, page.locator("input[name=q0-certainty][value='1']"))
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    saved(page)
    tab_to(page, page.get_by_role("button", name="Check"))
    page.keyboard.press("Enter")
    expect(page.locator(".checked .tag")).to_have_text("Right")
    expect(choice(page, 0, "b")).to_be_disabled()
    page.wait_for_load_state()
    assert_accessible(page)
    tab_to(page, page.get_by_role("button", name="Next question"))
    page.keyboard.press("Enter")
    page.wait_for_url("**question=2**")
    tab_to(page, page.locator("input[name=q1-text]"))
    page.keyboard.type("zebra")
    page.keyboard.press("Enter")
    page.wait_for_url("**/summary")
    tab_to(page, page.get_by_role("button", name="Submit your answers"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/result")
    expect(page.get_by_role("heading", level=1)).to_have_text("Passed with 66%")  # very sure of one, not of the other


def test_checks_without_javascript(new_context: Callable[..., BrowserContext], site: Site) -> None:
    page = new_context(base_url=site.address, java_script_enabled=False).new_page()
    fill_in_sign_in(page, ADDRESS, PASSWORD)
    begin(page, "checked")
    choice(page, 0, "b").check()
    page.get_by_role("button", name="Check").click()
    expect(page.locator(".checked .tag")).to_have_text("Wrong")
    expect(page.locator(".checked")).to_contain_text("Because it is wrong.")
    expect(page.locator(".checked strong")).to_have_text("The right one")
    page.get_by_role("button", name="Next question").click()
    page.get_by_role("button", name="Check").click()
    expect(page.locator(".flash")).to_contain_text("Answer the question first")


def test_an_extension_gives_an_attempt_under_way_more_time(
    browser: Browser, browser_context_args: dict[str, Any], site: Site, practitioner: Page
) -> None:
    page = practitioner
    page.goto("/learn/long/test")
    page.locator("#start button, main .pager a[href^='/attempts/']").first.click()
    page.wait_for_url("**/attempts/*")
    assert seconds_left(page) <= 3600
    teaching = browser.new_context(**{**browser_context_args, "base_url": site.address})
    trainer = teaching.new_page()
    fill_in_sign_in(trainer, TRAINER, PASSWORD)
    trainer.goto(delivery_of(site, "long"))
    form = trainer.locator("#extend")
    form.get_by_label("Name or e-mail address").fill("Amina")
    form.get_by_label("More time, in minutes").fill("30")
    form.get_by_label("Reason").fill("The line broke twice.")
    form.get_by_role("button", name="Give it").click()
    expect(trainer.locator("table.given")).to_contain_text("Amina Trabelsi")
    trainer.wait_for_load_state()
    assert_accessible(trainer)
    teaching.close()
    page.reload()
    assert 3600 < seconds_left(page) <= 3600 + 30 * 60


def seconds_left(page: Page) -> int:
    parts = [int(part) for part in page.locator("#timer").inner_text().split(":")]
    return sum(part * 60**place for place, part in enumerate(reversed(parts)))


def delivery_of(site: Site, slug: str) -> str:
    """Where trainers say when the quiz of a course is open."""
    with sqlite3.connect(site.data / "academy.sqlite", timeout=30) as connection:
        (course, activity), = connection.execute(
            "SELECT course.id, quiz.id FROM course JOIN activity ON activity.course_id = course.id"
            " JOIN quiz ON quiz.id = activity.id WHERE course.slug = ?",
            (slug,),
        )  # fmt: skip
    connection.close()
    return f"/teach/courses/{course}/quizzes/{activity}/delivery"


def test_arabic_is_read_from_right_to_left(practitioner: Page, site: Site) -> None:
    page = practitioner
    begin(page, "arabic")
    question = page.locator("[data-slot='0']")
    assert question.evaluate("element => getComputedStyle(element).direction") == "rtl"
    expect(question.locator("legend")).to_contain_text("من الذي يُستمع إليه أولاً؟")
    label = question.locator("label.choice", has_text="من يسكنون هناك")
    circle, words = label.locator("input").bounding_box(), label.locator("span").first.bounding_box()
    assert circle and words and circle["x"] > words["x"], "the circle stands at the beginning of its line"
    label.locator("input").check()
    saved(page)
    assert_accessible(page)
    page.get_by_role("button", name="Next question").click()
    page.wait_for_url("**question=2**")
    order = page.locator("[data-slot='1']")
    assert order.evaluate("element => getComputedStyle(element).direction") == "rtl"
    for select, place in zip(order.locator("select").all(), ("1", "2", "3"), strict=True):
        select.select_option(place, force=True)
    saved(page)
    assert_accessible(page)
    page.get_by_role("button", name="Next question").click()
    page.wait_for_url("**question=3**")
    typed = page.locator("[data-slot='2'] input[type=text], [data-slot='2'] input:not([type])").first
    typed.fill("أوسلو")
    saved(page)
    page.set_viewport_size({"width": 390, "height": 800})
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    page.locator("#finish").click()
    page.get_by_role("button", name=re.compile("Submit")).click()
    page.wait_for_url("**/result")
    expect(page.locator("main")).to_contain_text("من يسكنون هناك")
    expect(page.locator("main")).to_contain_text("أوسلو")
    assert_accessible(page)
