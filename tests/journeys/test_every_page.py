"""Every page in a browser: on a phone and a desk, light and dark, in English and French, for whom it is.

A new page is a line in `PAGES`.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page

from .conftest import Site, assert_accessible, speak, watch

PRACTITIONER, TRAINER, COORDINATOR, ADMINISTRATOR = "practitioner", "trainer", "coordinator", "admin"

COURSE = "/teach > main .taught a"
SETTINGS = f"{COURSE} > main .tabs a[href$='/settings']"
LIBRARY = "/teach/courses/3/media"
FRENCH = "/teach/courses/1/languages/fr"
MARKING = "/teach/courses/1/marking"
ATTEMPTS = f"{MARKING} > main a[href$='/attempts']"
RULE = "/administration/grants/city-exchange-fund/rule"
EDITION = f"{COURSE} > main a[href$='/editions'] > main a[href*='/editions/']"

CALL = "/administration/grants > main .taught a"

# Who looks, and at what. Each " > selector" is the first such link on the page before.
PAGES: list[tuple[str | None, str]] = [
    (None, "/"),
    (None, "/sign-in"),
    (None, "/register"),
    (None, "/reset-password"),
    (None, "/courses"),
    (None, "/courses/prevention"),
    (None, "/grants > main a[href^='/grants/']"),
    (None, "/network"),
    (None, "/verify"),
    (None, "/accessibility"),
    (None, "/your-data"),
    (None, "/there-is-no-such-page"),
    (PRACTITIONER, "/learn"),
    (PRACTITIONER, "/courses"),
    (PRACTITIONER, "/courses/prevention"),
    (PRACTITIONER, "/courses/rights"),
    (PRACTITIONER, "/learn/prevention/what-only-a-city-can-do"),
    (PRACTITIONER, "/learn/prevention/final-test"),
    (PRACTITIONER, "/learn/schools/practice"),
    (PRACTITIONER, "/certificates"),
    (PRACTITIONER, "/certificates > main a[href^='/certificates/']"),
    (PRACTITIONER, "/certificates > main a[href^='/certificates/'] > main a[href*='/v/']"),
    (ADMINISTRATOR, "/certificates/all"),
    (ADMINISTRATOR, "/certificates/all > main a[href^='/certificates/all/']"),
    (None, "/badges/1/1"),
    (PRACTITIONER, "/grants"),
    (PRACTITIONER, "/grants > main a[href^='/grants/']"),
    (PRACTITIONER, "/account"),
    (PRACTITIONER, "/account/password"),
    (PRACTITIONER, "/account/erasure"),
    (PRACTITIONER, "/notices"),
    (PRACTITIONER, "/settings/messages"),
    (PRACTITIONER, "/mail"),
    (TRAINER, "/teach"),
    (TRAINER, "/teach/courses/new"),
    (TRAINER, COURSE),
    (TRAINER, f"{COURSE} > main a[href$='/settings'][href*='/activities/']"),
    (TRAINER, f"{COURSE} > main a[href$='/title']"),
    (TRAINER, f"{COURSE} > main a[href*='/modules/'][href$='/settings']"),
    (TRAINER, "/teach/courses/1/people"),
    (TRAINER, "/teach/courses/1/people > main tbody a"),
    (TRAINER, f"{COURSE} > main a[href$='/place']"),
    (TRAINER, "/teach/courses/1/changes"),
    (TRAINER, "/teach/courses/1/activities/1/changes"),
    (TRAINER, "/teach/courses/1/activities/1"),
    (TRAINER, "/teach/courses/1/lessons/1/text"),
    (TRAINER, "/teach/courses/1/lessons/1/text?language=fr"),
    (TRAINER, "/teach/courses/1/lessons/1/history"),
    (TRAINER, f"{COURSE} > main a[href$='/media']"),
    (ADMINISTRATOR, LIBRARY),
    (ADMINISTRATOR, f"{LIBRARY} > main a[href*='/media/']"),
    (TRAINER, f"{COURSE} > main a[href$='/languages']"),
    (TRAINER, FRENCH),
    (TRAINER, f"{FRENCH}?left=1"),
    (TRAINER, f"{FRENCH}/course"),
    (TRAINER, f"{FRENCH}/activities/1"),
    (TRAINER, f"{FRENCH}/activities/7"),
    (TRAINER, f"{FRENCH}/removal"),
    (TRAINER, SETTINGS),
    (TRAINER, f"{SETTINGS} > main a[href$='/audience']"),
    (TRAINER, f"{SETTINGS} > main a[href$='/trainers']"),
    (TRAINER, f"{SETTINGS} > main a[href$='/archiving']"),
    (TRAINER, f"{COURSE} > main a[href$='/editions']"),
    (TRAINER, EDITION),
    (TRAINER, f"{COURSE} > main a[href$='/preview']"),
    (TRAINER, f"{COURSE} > main a[href$='/preview'] > .outline a"),
    (ADMINISTRATOR, f"{EDITION} > main .changed a"),
    (ADMINISTRATOR, f"{EDITION} > main .changed a > main a[href*='/bodies/']"),
    (TRAINER, "/teach/courses/1/quizzes/7"),
    (TRAINER, "/teach/courses/1/bank"),
    (TRAINER, "/teach/courses/1/bank?state=hidden&q=nothing"),
    (TRAINER, "/teach/courses/1/bank/names"),
    (TRAINER, "/teach/courses/1/quizzes/7/delivery"),
    (TRAINER, "/teach/courses/1/quizzes/7/statistics"),
    (TRAINER, "/teach/courses/1/quizzes/7/statistics > main .items a"),
    (TRAINER, "/teach/courses/2/marking"),
    (TRAINER, "/teach/courses/1/questions/8?quiz=7"),
    (TRAINER, "/teach/courses/1/questions/new"),
    (TRAINER, "/teach/courses/1/questions/new?type=multiple_choice&quiz=7"),
    (TRAINER, "/teach/courses/1/questions/new?type=short_answer"),
    (TRAINER, "/teach/courses/1/questions/new?type=gaps"),
    (TRAINER, "/teach/courses/1/questions/new?type=hot_spot"),
    (TRAINER, "/teach/courses/1/questions/new?type=essay"),
    (TRAINER, "/teach/courses/1/questions/import"),
    (TRAINER, "/teach/courses/1/questions/export"),
    (TRAINER, "/teach/courses/1/questions/new?type=true_false"),
    (TRAINER, "/teach/courses/1/questions/new?type=number"),
    (TRAINER, "/teach/courses/1/questions/new?type=matching"),
    (TRAINER, "/teach/courses/1/questions/new?type=ordering"),
    (TRAINER, MARKING),
    (TRAINER, ATTEMPTS),
    (TRAINER, f"{ATTEMPTS} > main tr:has(.tag.done) a"),
    (TRAINER, f"{ATTEMPTS} > main tr:has(.tag.done) a > main a[href*='/answers/']"),
    (TRAINER, f"{MARKING} > main a[href$='/regrades']"),
    (TRAINER, f"{MARKING} > main a[href$='/regrades'] > main a[href*='/regrades/new']"),
    (TRAINER, f"{COURSE} > main a[href$='/export']"),
    (TRAINER, f"{COURSE} > main a[href$='/copy']"),
    (TRAINER, "/teach > main a[href='/teach/imports/new']"),
    (TRAINER, "/teach/moves"),
    (COORDINATOR, "/people"),
    (COORDINATOR, "/reports/completion"),
    (COORDINATOR, "/reports/due > main th a[href^='/reports/people/']"),
    (PRACTITIONER, "/my/record"),
    (TRAINER, "/reports/people?course=prevention"),
    (COORDINATOR, "/grants > main a[href^='/grants/']"),
    (COORDINATOR, "/grants/local-innovation-grant/application"),
    (PRACTITIONER, "/grants/local-innovation-grant/application"),
    (COORDINATOR, "/applications"),
    (ADMINISTRATOR, "/reports"),
    (ADMINISTRATOR, "/reports/completion"),
    (ADMINISTRATOR, "/reports/completion?by=city"),
    (ADMINISTRATOR, "/reports/completion?by=month&from=2026-01-01"),
    (ADMINISTRATOR, "/reports/people"),
    (ADMINISTRATOR, "/reports/practitioners"),
    (ADMINISTRATOR, "/reports/quizzes > main td a[href*='outcome=passed']"),
    (ADMINISTRATOR, "/reports/due"),
    (ADMINISTRATOR, "/reports/inactive"),
    (ADMINISTRATOR, "/reports/times"),
    (ADMINISTRATOR, "/reports/quizzes"),
    (ADMINISTRATOR, "/reports/schedules"),
    (ADMINISTRATOR, "/people"),
    (ADMINISTRATOR, "/people > main a[href^='/people/']"),
    (ADMINISTRATOR, "/people > main th a > main a[href$='/erasure']"),
    (ADMINISTRATOR, "/cities"),
    (ADMINISTRATOR, "/cities > main a[href^='/cities/']"),
    (ADMINISTRATOR, "/cities/new"),
    (ADMINISTRATOR, "/administration/jobs"),
    (ADMINISTRATOR, "/administration/grants"),
    (ADMINISTRATOR, "/administration/grants/new"),
    (ADMINISTRATOR, CALL),
    (ADMINISTRATOR, f"{CALL} > .tabs a[href$='/questions']"),
    (ADMINISTRATOR, "/administration/grants/city-exchange-fund/questions/new/choice"),
    (ADMINISTRATOR, f"{CALL} > .tabs a[href$='/questions'] > main a[href$='/preview']"),
    (ADMINISTRATOR, f"{CALL} > .tabs a[href$='/languages']"),
    (ADMINISTRATOR, f"{CALL} > .tabs a[href$='/languages'] > main a[href$='/fr']"),
    (ADMINISTRATOR, f"{CALL} > .tabs a[href$='/publishing']"),
    (None, "/grants/local-innovation-grant/changes"),
    (ADMINISTRATOR, "/cities/1/edit"),
    (ADMINISTRATOR, "/network"),
    (ADMINISTRATOR, "/grants > main a[href^='/grants/']"),
    (ADMINISTRATOR, "/grants > main a[href^='/grants/'] > main a[href$='/network']"),
    (ADMINISTRATOR, "/grants > main a[href^='/grants/'] > main a[href$='/network'] > main a[href$='show=near']"),
    (ADMINISTRATOR, "/grants > main a[href^='/grants/'] > main a[href$='/fairness']"),
    (COORDINATOR, "/grants > main a[href^='/grants/'] > main a[href$='/what-if']"),
    (ADMINISTRATOR, "/administration/grants/local-innovation-grant/applications"),
    (ADMINISTRATOR, "/administration/grants/local-innovation-grant/applications/reviewers"),
    (ADMINISTRATOR, "/administration/grants/first-steps-fund/cities/1"),
    (ADMINISTRATOR, "/administration/duties"),
    (PRACTITIONER, "/reviews"),
    (ADMINISTRATOR, RULE),
    (ADMINISTRATOR, f"{RULE}/parts/new"),
    (ADMINISTRATOR, f"{RULE}/parts/new?kind=city_trained"),
    (ADMINISTRATOR, f"{RULE}/parts/new?kind=city_in"),
    (ADMINISTRATOR, f"{RULE}/parts/new?kind=declared"),
    (ADMINISTRATOR, f"{RULE}/parts/0-0"),
    (ADMINISTRATOR, f"{RULE}/preview"),
    (ADMINISTRATOR, f"{RULE}/subjects"),
    (ADMINISTRATOR, f"{RULE}/subjects?q=a"),
    (ADMINISTRATOR, f"{RULE}/versions"),
    (ADMINISTRATOR, f"{RULE}/versions/1"),
    (ADMINISTRATOR, f"{RULE}/versions/new"),
]
STATUS = {"/there-is-no-such-page": 404, "/learn/prevention/final-test": 409}  # the rest: 200; the test is locked
COLOURS = ("color-contrast", "link-in-text-block")  # of axe's rules, those that the dark can break
LOOKS = [(390, "light"), (390, "dark"), (1280, "light"), (1280, "dark")]
TRANSLATED_LOOKS = LOOKS[:1]


def wait_for_figures(page: Page) -> None:
    """Until what comes after the page, one thing after the other, is there: leaving before would break it off."""
    if page.locator("[data-to-come]").count():
        page.wait_for_load_state("networkidle")


def look_at(page: Page, path: str, language: str) -> list[str]:
    """Open `path` in `language`; gives what went wrong on the way, and from now on."""
    address, *links = path.split(" > ")
    for link in links:
        page.goto(address)
        address = page.locator(link).first.get_attribute("href") or "/a-link-without-an-address"
    wrong = watch(page)
    answer = page.goto(address)
    if page.locator("html").get_attribute("lang") != language:  # the first page of this person
        speak(page, language)
        answer = page.goto(address)
    wait_for_figures(page)
    expected = STATUS.get(path, 200)
    assert answer is not None and answer.status == expected, f"{page.url}: {answer and answer.status}"
    if expected >= 400:
        wrong.clear()  # the browser tells of such an answer as an error
    return wrong


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize(("who", "path"), PAGES, ids=[f"{who or 'visitor'} {path}" for who, path in PAGES])
def test_the_page_holds_up(people: Callable[..., BrowserContext], who: str | None, path: str, language: str) -> None:
    page = people(who, language).new_page()
    try:
        wrong = look_at(page, path, language)
        assert page.locator("html").get_attribute("lang") == language
        assert_holds_up(page)
        assert wrong == []
    finally:
        page.close()


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_quiz_holds_up(people: Callable[..., BrowserContext], language: str) -> None:
    """An attempt with its question, the page before finishing, and the result."""
    page = people(PRACTITIONER, language).new_page()
    try:
        page.goto("/learn/prevention/check-yourself")
        speak(page, language)
        page.locator("main .pager form[action$='/attempts'] button, main .pager a[href^='/attempts/']").first.click()
        page.wait_for_url("**/attempts/*")
        wrong = watch(page)
        page.reload()
        assert_holds_up(page)
        page.locator("main input[type=radio], main input[type=checkbox]").first.check()
        page.locator("button[name=go][value=finish]").first.click()
        page.wait_for_url("**/summary*")
        assert_holds_up(page)
        page.locator("main form[action$='/submission'] button").first.click()
        page.wait_for_url("**/result*")
        assert_holds_up(page)
        assert wrong == []
    finally:
        page.close()


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_mail_holds_up(people: Callable[..., BrowserContext], site: Site, language: str) -> None:
    """The list of mails, a mail, and the page that it leads to."""
    page = people(None, language).new_page()
    try:
        page.goto("/reset-password")
        speak(page, language)
        page.fill("main input[name=email]", f"{COORDINATOR}@demo.example")
        page.press("main input[name=email]", "Enter")
        site.wait_for_mail(f"{COORDINATOR}@demo.example")
        page.goto("/mail")
        assert_holds_up(page)
        page.locator("main a[href^='/mail/']").first.click()
        page.wait_for_url("**/mail/*")
        assert_holds_up(page)
        page.locator("main a[href*='/reset-password/']").first.click()
        page.wait_for_url("**/reset-password/*")
        assert_holds_up(page)
    finally:
        page.close()


def assert_holds_up(page: Page) -> None:
    """One `h1`, nothing for axe to find, and nothing beside the screen, on any of them.

    In another language than English, what its words can break: how wide they are, and what axe says of them once.
    """
    assert page.locator("h1").count() == 1
    translated = page.locator("html").get_attribute("lang") != "en"
    for width, scheme in TRANSLATED_LOOKS if translated else LOOKS:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        assert width_of(page) <= width, f"at {width} pixels it scrolls sideways to {width_of(page)}"
        assert_accessible(page, by=() if scheme == "light" else COLOURS)
    for width in (1280, 320):
        page.set_viewport_size({"width": width, "height": 700})
        assert width_of(page) <= width, f"at {width} pixels it scrolls sideways to {width_of(page)}"


def width_of(page: Page) -> int:
    """How wide the page is, in CSS pixels."""
    return int(page.evaluate("() => document.documentElement.scrollWidth"))
