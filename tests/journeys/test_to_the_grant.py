"""A new practitioner's way: from registering to a city that may apply for a grant."""

from __future__ import annotations

import re

from playwright.sync_api import Browser, Page, expect

from .answers import answer_rightly
from .conftest import Site, fill_in_sign_in, speak

ADDRESS = "lea.tremblay@montreal.example"
GRANT = "/grants/local-innovation-grant"


def test_from_registering_to_eligible(page: Page, browser: Browser, site: Site) -> None:
    register(page, site)
    take(page, "schools", test="course-test", language="en")
    page.goto(GRANT)
    expect(page.get_by_role("heading", name="One step left for you")).to_be_visible()
    way = page.locator("#way")
    expect(way).to_contain_text("Begin by")
    expect(way.get_by_role("link")).to_have_attribute("href", "/courses/prevention")
    what_would_be(browser, site)

    administrator = browser.new_page(base_url=site.address, locale="en-GB")
    fill_in_sign_in(administrator, "admin")
    before = completed(administrator)

    speak(page, "fr")
    take(page, "prevention", test="final-test", language="fr")
    expect(page.locator(".diploma")).to_contain_text("Léa Tremblay")
    expect(page.locator(".diploma h2")).to_have_text("Le rôle de la ville dans la prévention")
    code = page.locator(".diploma footer bdi").inner_text()

    visitor = browser.new_page(base_url=site.address, locale="en-GB")
    visitor.goto("/verify")
    visitor.fill("input[name=code]", code.lower().replace("-", " "))
    visitor.get_by_role("button", name="Verify").click()
    expect(visitor.get_by_text("Verified just now")).to_be_visible()
    expect(visitor.locator(".diploma h1")).to_have_text("Léa Tremblay")
    expect(visitor.locator(".diploma")).not_to_contain_text("Montréal")

    speak(page, "en")
    page.goto(GRANT)
    expect(page.locator(".verdict.met")).to_be_visible()
    expect(page.get_by_text("3/3")).to_be_visible()

    assert completed(administrator) == before + 1


def what_would_be(browser: Browser, site: Site) -> None:
    """Somebody of the network tries out whether one course more makes Léa eligible: it does, and nothing is stored."""
    administrator = browser.new_page(base_url=site.address, locale="en-GB")
    fill_in_sign_in(administrator, "admin")
    administrator.goto(f"{GRANT}/network?region=americas")
    row = administrator.locator("tr", has=administrator.get_by_role("rowheader", name="Montréal"))
    with administrator.expect_navigation():
        row.get_by_role("link", name="Try out").click()
    lea = administrator.locator("tr", has_text="Léa Tremblay")
    expect(lea).to_contain_text("1 step left")
    administrator.get_by_label("The city’s part in prevention").check()
    lea.get_by_role("checkbox").check()
    with administrator.expect_navigation():
        administrator.get_by_role("button", name="See what would be").click()
    expect(lea.locator("td").last).to_have_text("Eligible")
    expect(lea.locator("td").first).to_have_text("1 step left")
    administrator.get_by_role("link", name="Begin again").click()
    expect(lea.locator("td").last).to_have_text("1 step left")
    administrator.close()


def register(page: Page, site: Site) -> None:
    """Register with an address of Montréal, and confirm it by the mailed link and its button."""
    page.goto("/")
    page.get_by_role("link", name="Create your account").first.click()
    page.fill("main input[name=name]", "Léa Tremblay")
    page.fill("main input[name=email]", ADDRESS)
    page.fill("main input[name=password]", "une phrase assez longue")
    page.locator("main form button.button").click()
    expect(page.get_by_role("heading", name="Open the mail we sent you")).to_be_visible()
    link = re.search(r"https?://\S+/confirm/\S+", site.wait_for_mail(ADDRESS).get_content())
    assert link
    page.goto(re.sub(r"^https?://[^/]+", "", link[0]))
    page.get_by_role("button", name="Confirm the address").click()
    page.wait_for_url("**/learn")


def take(page: Page, course: str, *, test: str, language: str) -> None:
    """Take a course from its first lesson to its certificate, by its buttons alone."""
    page.goto(f"/courses/{course}")
    press(page, "main form[action$='/enrolment'] button")
    for _step in range(40):
        if "/certificates/" in page.url:
            return
        if "/attempts/" in page.url:
            work_through(page, course, test, language)
        elif page.locator("form[action$='/attempts']").count():
            press(page, "form[action$='/attempts'] button")
        elif page.locator("form[action$='/completion']").count():
            press(page, "form[action$='/completion'] button")
        else:
            raise AssertionError(f"nothing leads on from {page.url}")
    raise AssertionError("the course did not end")


def work_through(page: Page, course: str, test: str, language: str) -> None:
    """Answer every question of an attempt rightly, submit it, and go on from the result."""
    short = page.locator(".numbers button").count() < 5
    quiz = "check-yourself" if short else test
    while "/summary" not in page.url:
        answer_rightly(page, course, quiz, language)
        expect(page.locator("[role=status]").first).to_have_class(re.compile("done"))
        press(page, "#answer .button:not(.quiet)[name=go]")
    press(page, "form[action$='/submission'] button")
    expect(page.locator(".verdict")).to_contain_text("100")
    press(page, ".verdict a.button")


def press(page: Page, what: str) -> None:
    """Press what leads to another page, and wait until that one is there."""
    with page.expect_navigation():
        page.locator(what).click()


def completed(administrator: Page) -> int:
    """How many enrolments the administrator's page says are complete."""
    administrator.goto("/reports/completion")
    figure = administrator.locator(".figures div", has_text="Completed").locator("dd").inner_text()
    return int(re.sub(r"\D", "", figure.split()[0]))
