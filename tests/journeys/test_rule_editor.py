"""The rule of a call: an administrator writes it and sees its count, another approves the change with its preview."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import BrowserContext, Page, Route, expect

from .conftest import assert_accessible, watch

GRANT = "/grants/local-innovation-grant"
EDITOR = f"/administration{GRANT}/rule"


def test_a_rule_changes_by_the_word_of_two(people: Callable[..., BrowserContext]) -> None:
    make_administrator(people("admin").new_page(), "trainer@demo.example")
    author = people("admin").new_page()
    wrong = watch(author)
    author.goto(EDITOR)
    before = author.locator("#counts .rule-figure").inner_text()

    follow(author, "Add to this group")
    follow(author, "Member of the network for some time")
    author.get_by_label("Months").fill("600")
    expect(author.locator("#foreseen .rule-figure")).to_have_text("0 practitioners in 0 cities")
    author.get_by_label("Months").fill("1")
    expect(author.locator("#foreseen .rule-figure")).not_to_have_text("0 practitioners in 0 cities")
    author.get_by_label("Months").fill("600")
    author.get_by_role("button", name="Add it to the draft").click()
    expect(author.locator("#counts .rule-figure")).to_have_text("0 practitioners in 0 cities")
    assert_accessible(author)

    author.get_by_role("button", name="Undo the last change").click()
    expect(author.locator("#counts .rule-figure")).to_have_text(before)
    author.get_by_role("button", name="Do it again").click()
    expect(author.locator("#counts .rule-figure")).to_have_text("0 practitioners in 0 cities")
    author.get_by_label("Another day").fill("2020-01-31")
    expect(author.locator("#counts")).to_contain_text("On 31 January 2020:")

    follow(author, "Who gains and who loses")
    expect(author.locator("main")).to_contain_text("Loses")
    author.goto(EDITOR)
    follow(author, "Propose this rule…")
    author.get_by_label("Why the rule changes").fill("Only long-standing members can carry this grant.")
    author.get_by_role("button", name="Propose it").click()
    expect(author.locator("main")).to_contain_text("another administrator approves or dismisses it")
    assert wrong == []

    second = people("trainer").new_page()
    second.goto("/notices")
    second.get_by_role("link", name="see what changes, and decide").click()
    expect(second.locator("main")).to_contain_text("Only long-standing members can carry this grant.")
    expect(second.locator("main ins")).to_contain_text("member of the network")
    expect(second.locator("main tbody")).to_contain_text("Loses")
    assert_accessible(second)
    second.get_by_role("button", name="Approve rule").click()
    expect(second.locator("main .tag.done").first).to_have_text("In force")

    visitor = people(None).new_page()
    visitor.goto(GRANT)
    expect(visitor.locator("main")).to_contain_text("member of the network")


def test_figures_come_after_their_page_or_it_says_why_they_do_not(people: Callable[..., BrowserContext]) -> None:
    context = people("admin")
    page = context.new_page()
    held: list[Route] = []

    def hold(route: Route) -> None:
        """The first request waits; those after it go through."""
        route.continue_() if held else held.append(route)

    page.route("**/rule/count**", hold)
    page.goto(EDITOR, wait_until="domcontentloaded")  # what else the page loads may take longer than "Counting…" stands
    counts, parts = page.locator("#counts"), page.locator("[data-alone]")
    expect(counts).to_contain_text("Counting…")
    page.wait_for_load_state()
    room = heights(page)
    expect(counts).to_contain_text("Still counting…")
    assert heights(page) == room
    held[0].continue_()
    expect(counts.locator(".rule-figure")).to_contain_text("practitioner")
    expect(parts.last).to_contain_text("Alone met by")
    expect(parts.first).to_contain_text("Alone met by")
    assert heights(page) == room
    expect(counts).to_have_attribute("aria-busy", "false")
    assert_accessible(page)

    # A day is kept in the address, whichever way it is asked for.
    page.get_by_label("Another day").fill("2020-01-31")
    expect(counts).to_contain_text("On 31 January 2020:")
    assert page.url.endswith("/rule?on=2020-01-31")
    page.reload()
    expect(counts).to_contain_text("On 31 January 2020:")

    # The rule changes in another window while this page waits for its figures.
    held.clear()
    page.goto(EDITOR, wait_until="domcontentloaded")
    expect(counts).to_contain_text("Counting…")
    other = context.new_page()
    other.goto(f"{EDITOR}/parts/new?kind=member_for")
    other.get_by_label("Months").fill("12")
    other.get_by_role("button", name="Add it to the draft").click()
    expect(other.locator("#counts .rule-figure")).to_be_visible()
    held[0].continue_()
    expect(counts).to_contain_text("You changed this rule on another page")
    expect(page.locator(".rule-figure")).to_have_count(0)
    expect(parts.filter(has_text="Alone met by")).to_have_count(0)
    counts.get_by_role("link", name="Look at the rule as it is now").click()
    expect(counts.locator(".rule-figure")).to_be_visible()

    # Where the network fails, the page says so, and a link asks for it again.
    page.unroute("**/rule/count**")
    page.route("**/rule/count**", lambda route: route.abort())
    page.reload()
    expect(counts).to_contain_text("The count did not come. Nothing is lost.")
    page.get_by_label("Another day").fill("2026-11-18")
    link = counts.get_by_role("link", name="Count who meets it")
    expect(link).to_have_attribute("href", re.compile(r"\?count=yes&on=2026-11-18$"))
    page.get_by_label("Another day").fill("")
    expect(link).to_have_attribute("href", re.compile(r"\?count=yes$"))
    page.unroute("**/rule/count**")
    page.route("**/rule/count?**parts=yes**", lambda route: route.abort())
    page.reload()
    expect(counts).to_contain_text("How many meet each part alone did not come.")
    expect(counts.locator(".rule-figure")).to_be_visible()
    page.get_by_role("link", name="Count again").click()
    expect(parts.first).to_contain_text("Alone met by")
    with other.expect_navigation():
        other.get_by_role("button", name="Give up this draft").click()

    # Without JavaScript the same link shows the page with its figures.
    assert context.browser
    bare = context.browser.new_context(
        base_url=page.url.partition("/administration")[0],
        storage_state=context.storage_state(),
        java_script_enabled=False,
    ).new_page()
    bare.goto(EDITOR)
    expect(bare.locator("#counts")).to_contain_text("Not counted yet.")
    bare.get_by_role("link", name="Count who meets it").click()
    expect(bare.locator("#counts .rule-figure")).to_be_visible()
    expect(bare.locator("[data-alone]").last).to_contain_text("Alone met by")
    bare.context.close()


def follow(page: Page, name: str) -> None:
    """Follow the last link of this name to another page, and wait until that one is there, with its scripts."""
    with page.expect_navigation():
        page.get_by_role("link", name=name).last.click()


def heights(page: Page) -> list[float]:
    """Of what stands around figures."""
    boxes = [one.bounding_box() for one in page.locator("main section, main li[id], main form.stack-3").all()]
    return [box["y"] + box["height"] for box in boxes if box]


def make_administrator(page: Page, address: str) -> None:
    """By the administrator there is, on the person's page."""
    page.goto(f"/people?q={address}")
    page.locator("main tbody a[href^='/people/']").first.click()
    page.locator("details:has(#role) > summary").click()
    page.locator("#role").select_option(label="Administrator")
    page.locator("form[action$='/roles'] button").first.click()
    expect(page.locator("main")).to_contain_text("from now on")
    page.close()
