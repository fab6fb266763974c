"""A coordinator enrols a cohort by a file; somebody new accepts the invitation, begins, leaves and comes back."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, expect

from .conftest import Site, watch
from .test_every_page import assert_holds_up


def test_a_coordinator_enrols_a_cohort_by_a_file(
    people: Callable[..., BrowserContext], site: Site, tmp_path: Path
) -> None:
    page = people("coordinator").new_page()
    wrong = watch(page)
    page.goto("/cohorts/new")
    page.get_by_label("Name").fill("Spring 2027")
    assert_holds_up(page)
    page.get_by_role("button", name="Make the cohort").click()
    expect(page.get_by_text("Nobody is in it yet")).to_be_visible()
    domain = own_domain(page)
    file = tmp_path / "people.csv"
    file.write_text(
        f"Nom;Adresse e-mail;Langue;Cours;Échéance;Cohorte\n"
        f"Salma Ben Youssef;salma@{domain};en;prevention;31/05/2099;Spring 2027\n"
        f"Not an address;salma at {domain};en;;;\n",
        encoding="cp1252",
    )
    page.goto("/people/imports")
    assert_holds_up(page)
    page.get_by_label("CSV file").set_input_files(file)
    page.get_by_role("button", name="Check the file").click()
    expect(page.get_by_role("heading", name="What the file would do")).to_be_visible()
    expect(page.get_by_text("It was read as Windows-1252")).to_be_visible()
    expect(page.get_by_text("is no e-mail address").first).to_be_visible()
    assert_holds_up(page)
    page.get_by_role("button", name="Do it, and invite 1 person").click()
    expect(page.get_by_role("heading", name="The file is done")).to_be_visible()
    assert_holds_up(page)
    page.goto("/cohorts")
    page.get_by_role("link", name="Spring 2027").click()
    expect(page.get_by_text("Salma Ben Youssef").first).to_be_visible()
    page.get_by_role("link", name="Give it a course").click()
    page.get_by_label("Course").select_option(label=page.locator("#course option").nth(1).inner_text())
    assert_holds_up(page)
    page.get_by_role("button", name="See whom it reaches").click()
    expect(page.get_by_role("heading", name="Who will be enrolled")).to_be_visible()
    assert_holds_up(page)
    page.locator("main form .button").first.click()
    expect(page.get_by_text("The course is given.")).to_be_visible()
    assert_holds_up(page)
    assert [words for words in wrong if "422" not in words] == []
    page.close()
    the_invited_begins(people, site, f"salma@{domain}")


def own_domain(page: Page) -> str:
    """A domain of the coordinator's city: their colleagues' addresses are in it."""
    page.goto("/people")
    for email in page.locator("main tbody td:nth-child(2)").all_inner_texts():
        if not email.endswith("@demo.example"):
            return email.partition("@")[2]
    raise AssertionError("the coordinator has no colleague")


def the_invited_begins(people: Callable[..., BrowserContext], site: Site, email: str) -> None:
    text = site.wait_for_mail(email).get_content()
    found = re.search(r"/invitation/\S+", text)
    assert found
    page = people(None).new_page()
    page.goto(found[0])
    assert_holds_up(page)
    page.get_by_label("Password").fill("a longer secret of hers")
    page.get_by_role("button", name="Accept and begin").click()
    expect(page.get_by_text("Your account is yours now.")).to_be_visible()
    page.goto("/courses/prevention")
    expect(page.get_by_text("Due 31 May 2099").first).to_be_visible()
    page.get_by_text("Leave this course").click()
    page.get_by_role("button", name="Yes, leave it").click()
    expect(page.get_by_text("You left this course on")).to_be_visible()
    assert_holds_up(page)
    page.get_by_role("button", name="Come back").click()
    expect(page.get_by_text("You are back in this course")).to_be_visible()
    page.close()
