"""An application from its reviewers to the decision and the city’s appeal, and a case of last year, in the browser."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from app.config import ROOT
from app.core import clock

from .conftest import Site, _environment, fill_in_sign_in, watch
from .test_every_page import assert_holds_up

LIST = "/administration/grants/night-grant/applications"
OF_CITY = "/grants/night-grant/application"


@pytest.fixture(scope="module", autouse=True)
def judged(site: Site) -> None:
    """A call that has closed, with the applications of Kairouan and Leuven, and one that goes on."""
    subprocess.run(
        [sys.executable, "-m", "tests.journeys.judged"],
        cwd=ROOT, env=_environment(site.data), check=True, capture_output=True, text=True,
    )  # fmt: skip


@pytest.fixture
def seat(browser: Browser, site: Site) -> Callable[[str], Page]:
    """The browser of one of those who have to do with the call."""

    def sit(name: str) -> Page:
        page = browser.new_page(base_url=site.address, locale="en-GB")
        page.set_default_timeout(30_000)
        fill_in_sign_in(page, f"{name}@judged.example")
        return page

    return sit


def test_review_decision_and_appeal(site: Site, seat: Callable[[str], Page]) -> None:
    ada, rosa, salma, abel = seat("ada"), seat("rosa"), seat("salma"), seat("abel")
    wrong = watch(ada)

    # The secretariat gives both applications to two reviewers; a third is of an applying city.
    ada.goto(f"{LIST}/reviewers")
    for name in ("Rosa Prado", "Theo Brandt", "Lena Maes"):
        ada.get_by_label("Find somebody by name or e-mail").fill(name)
        ada.get_by_role("button", name="Look up, and see who gets what").click()
        ada.get_by_label(name).check()
    ada.get_by_label("Find somebody by name or e-mail").fill("")
    ada.get_by_role("button", name="Look up, and see who gets what").click()
    expect(ada.get_by_text("Lena Maes does not get Leuven: belongs to Leuven")).to_be_visible()
    assert_holds_up(ada)
    ada.get_by_label("Lena Maes").uncheck()
    ada.get_by_role("button", name="Look up, and see who gets what").click()
    ada.get_by_role("button", name="Give 4 reviews").click()
    expect(ada.get_by_text("4 reviews are given.")).to_be_visible()
    assert "Kairouan" in site.wait_for_mail("rosa@judged.example").get_content()

    # A reviewer scores, sees nothing of the other, and hands in.
    rosa.goto("/reviews")
    rosa.get_by_role("link", name="Kairouan", exact=True).click()
    expect(rosa.get_by_text("Street lamps that learn.")).to_be_visible()
    assert_holds_up(rosa)
    rosa.get_by_role("group", name="Need").get_by_label("Points").fill("4")
    rosa.get_by_role("button", name="Hand in for good").click()
    expect(rosa.get_by_text("Give your points before you hand in.")).to_be_visible()
    rosa.get_by_role("group", name="Idea").get_by_label("Points").fill("5")
    rosa.get_by_label("Comment for the committee").fill("Well thought of, and dear.")
    rosa.get_by_role("button", name="Hand in for good").click()
    expect(rosa.get_by_text("You handed in this review on")).to_be_visible()
    assert_holds_up(rosa)

    # The committee sees the ranking and refuses.
    ada.goto(LIST)
    expect(ada.get_by_role("row", name="Kairouan")).to_contain_text("72.5%")
    assert_holds_up(ada)
    ada.get_by_role("link", name="Kairouan").click()
    expect(ada.get_by_text("Well thought of, and dear.")).to_be_visible()
    ada.get_by_label("Refuse").check()
    ada.get_by_label("Reason, as the letter says it").fill("Too dear for what it does.")
    ada.get_by_role("button", name="Save as a draft").click()
    expect(ada.get_by_text("Drafted by Ada Okafor")).to_be_visible()
    assert_holds_up(ada)
    assert salma.goto(f"{OF_CITY}/letter").status == 404  # type: ignore[union-attr]
    ada.get_by_role("button", name="Send the decision").click()
    expect(ada.get_by_role("link", name="See the letter")).to_be_visible()

    # The city reads why, and appeals.
    mail = " ".join(site.wait_for_mail("salma@judged.example").get_content().split())
    assert "The committee has decided about the application of Kairouan" in mail and "Rosa" not in mail
    salma.goto(f"{OF_CITY}/letter")
    expect(salma.get_by_text("The committee does not award a grant to Kairouan in this call.")).to_be_visible()
    expect(salma.get_by_text("Rosa")).to_have_count(0)
    assert_holds_up(salma)
    salma.get_by_role("link", name="See how to appeal").click()
    salma.get_by_label("Why should the decision change?").fill("The second offer was half as dear.")
    assert_holds_up(salma)
    salma.get_by_role("button", name="Make the appeal").click()
    expect(salma.get_by_text("Somebody who did not decide answers it by the end of")).to_be_visible()

    # Who did not decide answers, here by passing it on: the decision changes, and reports are due.
    ada.reload()
    ada.locator("summary", has_text="Pass it on").click()
    expect(ada.get_by_label("Who answers").get_by_role("option", name="Ada Okafor")).to_have_count(0)
    ada.get_by_label("Who answers").select_option(label="Abel Norton")
    ada.get_by_role("button", name="Save", exact=True).click()
    expect(ada.get_by_text("Saved. Whoever answers now is told.")).to_be_visible()
    site.wait_for_mail("abel@judged.example")
    abel.goto("/notices")
    abel.get_by_role("link", name="open it").first.click()
    abel.get_by_label("Uphold: the decision changes").check()
    abel.get_by_label("Amount to award").fill("20,000")
    abel.get_by_label("Reasons, as the city reads them").fill("The second offer holds.")
    assert_holds_up(abel)
    abel.get_by_role("button", name="Send the answer").click()
    expect(abel.get_by_text("The appeal is answered.")).to_be_visible()
    assert_holds_up(abel)

    salma.goto(f"{OF_CITY}/letter")
    expect(salma.get_by_text("The committee awards Kairouan a grant of €20,000.")).to_be_visible()
    expect(salma.get_by_text("Decided again after your appeal of")).to_be_visible()
    with salma.expect_download() as download:
        salma.get_by_role("link", name="Download as PDF").click()
    assert download.value.suggested_filename == "night-grant-letter.pdf"
    salma.get_by_role("link", name="Write the reports that are due").click()
    expect(salma.get_by_role("heading", name="Reports of Kairouan")).to_be_visible()
    assert_holds_up(salma)
    salma.get_by_role("link", name="Midway report").click()
    salma.get_by_label("Your report").fill("Half the lamps stand.")
    assert_holds_up(salma)
    salma.get_by_role("button", name="Hand in for good").click()
    expect(salma.get_by_text("Handed in. Thank you.")).to_be_visible()
    ada.goto("/administration/duties")
    assert_holds_up(ada)
    assert wrong == []


def test_the_same_call_is_explained_as_of_last_year(seat: Callable[[str], Page]) -> None:
    """By the rule of that day, with the facts of that day; the address can be sent to somebody else."""
    ada = seat("ada")
    wrong = watch(ada)
    ada.goto("/grants/standing-fund/network?show=near")
    ada.get_by_role("link", name="Kairouan").first.click()
    expect(ada.get_by_text("Decided by rule 2")).to_be_visible()
    expect(ada.get_by_role("heading", name="does not meet the rule")).to_be_visible()
    assert_holds_up(ada)
    last_year = (clock.now() - timedelta(days=365)).date()
    ada.get_by_label("As of the end of").fill(last_year.isoformat())
    ada.get_by_label("Practitioner").select_option(label="Amina Trabelsi")
    ada.get_by_role("button", name="Show").click()
    expect(ada.get_by_text("Decided by rule 1")).to_be_visible()
    expect(ada.get_by_role("heading", name="Amina Trabelsi meets the rule")).to_be_visible()
    assert_holds_up(ada)
    abel = seat("abel")
    abel.goto(ada.url)
    expect(abel.get_by_role("heading", name="Amina Trabelsi meets the rule")).to_be_visible()
    assert wrong == []
