"""A trainer puts a course together: with the mouse, with the keyboard, and without JavaScript."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Route, expect

from .conftest import Site, assert_accessible, fill_in_sign_in

STANDS_BEFORE = """(other) =>
  document.querySelector(".sortable-ghost")?.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING"""


@pytest.fixture
def builder(sign_in: Callable[..., Page]) -> Page:
    """The page of a new course with a module of three lessons and an empty one, made by its buttons."""
    page = sign_in("trainer")
    begin(page)
    page.get_by_role("button", name="Add module").click()
    name(page, "First")
    for title in ("One", "Two", "Three"):
        page.get_by_role("button", name="Add lesson").first.click()
        name(page, title)
    page.get_by_role("button", name="Add module").click()
    name(page, "Second")
    return page


def begin(page: Page) -> None:
    page.goto("/teach/courses/new")
    page.get_by_label("Title").fill("Streets")
    page.get_by_role("button", name="Begin the course").click()
    page.wait_for_url(lambda address: "/courses/new" not in address)


def name(page: Page, title: str) -> None:
    """Type over the title that stands ready, and press Enter."""
    field = page.locator(".rename input[name=title]")
    expect(field).to_be_focused()
    field.fill(title)
    field.press("Enter")
    expect(told(page)).to_have_text(f"Renamed to “{title}”.")


def told(page: Page) -> Locator:
    return page.locator("#told")


def outline(page: Page) -> list[list[str]]:
    """The titles of the activities, module by module."""
    modules = page.locator("#builder [data-activities]").all()
    return [module.locator("a.name, span.name").all_inner_texts() for module in modules]


def press(page: Page, button: Locator) -> None:
    """Press what leads to another page, and wait until that one is there."""
    with page.expect_navigation():
        button.click()


def grip(page: Page, title: str) -> Locator:
    return page.get_by_label(f"Move “{title}”", exact=True)


def drag(page: Page, thing: Locator, onto: Locator) -> None:
    """Take a thing by its grip and let it go near the top of another, once the page has put it before that."""
    other = onto.element_handle()
    thing.scroll_into_view_if_needed()
    start, end = thing.bounding_box(), onto.bounding_box()
    assert start and end
    page.mouse.move(start["x"] + 8, start["y"] + 8)
    page.mouse.down()
    page.mouse.move(start["x"] + 12, start["y"] + 24, steps=4)
    page.mouse.move(end["x"] + 20, end["y"] + 8, steps=12)
    page.mouse.move(end["x"] + 20, end["y"] + 6, steps=2)
    page.wait_for_function(STANDS_BEFORE, arg=other)
    page.mouse.up()


def test_things_are_moved_by_mouse_and_by_keyboard_alike(builder: Page) -> None:
    assert outline(builder) == [["One", "Two", "Three"], []]
    drag(builder, grip(builder, "Three"), builder.locator("#builder li").first)
    expect(told(builder)).to_have_text("“Three” is now 1 of 3 in “First”.")
    expect(grip(builder, "Three")).to_be_focused()
    assert builder.locator("#builder details[open]").count() == 0

    grip(builder, "Three").press("Alt+ArrowDown")
    expect(told(builder)).to_have_text("“Three” is now 2 of 3 in “First”.")
    grip(builder, "Three").press("Enter")  # the menu, which the same moves stand in
    builder.get_by_role("button", name="Move down").press("Enter")
    expect(told(builder)).to_have_text("“Three” is now 3 of 3 in “First”.")
    expect(grip(builder, "Three")).to_be_focused()
    grip(builder, "Three").press("Alt+ArrowDown")
    expect(told(builder)).to_have_text("“Three” is now 1 of 1 in “Second”.")

    drag(builder, grip(builder, "Second"), builder.locator(".module header").first)
    expect(told(builder)).to_have_text("Module “Second” is now 1 of 2.")
    builder.reload()
    assert outline(builder) == [["Three"], ["One", "Two"]]


def test_a_title_that_is_being_typed_outlasts_a_move(builder: Page) -> None:
    held: list[Route] = []
    builder.route(
        "**/teach/**", lambda route: held.append(route) if route.request.method == "POST" else route.continue_()
    )
    with builder.expect_request(lambda request: request.method == "POST"):
        grip(builder, "One").press("Alt+ArrowDown")
    builder.get_by_label("More for “Two”").click()
    builder.locator(".more[open]").get_by_role("link", name="Rename").click()
    field = builder.locator(".rename input[name=title]")
    field.fill("Typed")
    held[0].continue_()
    builder.unroute("**/teach/**")
    expect(told(builder)).to_have_text("“One” is now 2 of 3 in “First”.")
    expect(field).to_have_value("Typed")
    expect(field).to_be_focused()
    builder.keyboard.type(" meanwhile")
    builder.keyboard.press("Enter")
    expect(told(builder)).to_have_text("Renamed to “Typed meanwhile”.")
    expect(builder.locator(".rename")).to_have_count(0)
    assert outline(builder) == [["Typed meanwhile", "One", "Three"], []]


def test_what_is_removed_comes_back_and_escape_leaves_a_title_as_it_was(builder: Page) -> None:
    builder.get_by_label("More for “Two”").click()
    builder.locator(".more[open]").get_by_role("button", name="Remove").click()
    expect(told(builder)).to_have_text("“Two” is removed.")
    assert outline(builder) == [["One", "Three"], []]
    expect(builder.get_by_role("button", name="Undo")).to_be_focused()
    builder.get_by_role("button", name="Undo").press("Enter")
    expect(told(builder)).to_have_text("“Two” is back.")
    assert outline(builder) == [["One", "Two", "Three"], []]

    builder.get_by_label("More for “Two”").click()
    builder.locator(".more[open]").get_by_role("link", name="Rename").click()
    builder.locator(".rename input[name=title]").fill("Not so")
    builder.keyboard.press("Escape")
    expect(builder.locator(".rename")).to_have_count(0)
    assert outline(builder) == [["One", "Two", "Three"], []]
    assert_accessible(builder)


def test_without_a_connection_the_thing_goes_back_and_the_page_says_so(builder: Page, context: BrowserContext) -> None:
    context.set_offline(True)
    drag(builder, grip(builder, "Three"), builder.locator("#builder li").first)
    expect(builder.locator("#refused")).to_contain_text("That was not saved")
    assert outline(builder) == [["One", "Two", "Three"], []]
    context.set_offline(False)


def test_without_javascript_every_button_works(browser: Browser, site: Site) -> None:
    context = browser.new_context(base_url=site.address, java_script_enabled=False)
    page = context.new_page()
    fill_in_sign_in(page, "trainer")
    begin(page)
    for button in ("Add module", "Add lesson", "Add lesson"):
        press(page, page.get_by_role("button", name=button).first)
    assert outline(page) == [["Lesson 1", "Lesson 2"]]
    grip(page, "Lesson 1").click()
    press(page, page.locator(".grip[open]").get_by_role("button", name="Move down"))
    assert outline(page) == [["Lesson 2", "Lesson 1"]]
    page.get_by_label("More for “Lesson 1”").click()
    page.locator(".more[open]").get_by_role("link", name="Rename").click()
    page.get_by_label("Title").fill("Another")
    press(page, page.get_by_role("button", name="Save"))
    page.get_by_label("More for “Lesson 2”").click()
    press(page, page.locator(".more[open]").get_by_role("button", name="Remove"))
    assert outline(page) == [["Another"]]
    press(page, page.get_by_role("button", name="Undo"))
    assert outline(page) == [["Lesson 2", "Another"]]
    context.close()
