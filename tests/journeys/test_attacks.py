"""Attacks saved as lessons and opened in a browser, as a draft and as published: nothing of them runs or calls out."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, expect

from app.config import ROOT

from .conftest import Site

CORPUS = ROOT.parent / "shared" / "corpus" / "attacks" / "dompurify_expect.json"
LESSONS = (1, 2, 3, 4, 5, 6, 8, 9, 10, 11, 12, 13)
TEXT = "/teach/courses/1/lessons/{}/text"

pytestmark = pytest.mark.skipif(not CORPUS.exists(), reason=f"the collected attacks are not here: {CORPUS}")

# What the attacks call, and what a page has no business to call.
HOOKS = """
  window.ran = [];
  for (const name of ["alert", "prompt", "confirm", "print", "xss", "open"]) {
    window[name] = (...given) => { window.ran.push(`${name}(${given})`); };
  }
  addEventListener("error", (event) => window.ran.push(String(event.message)));
"""
LEFT = """() => [...document.querySelectorAll("article, article *")].flatMap((element) =>
  [...element.attributes]
    .filter(({ name }) => /^on|^style$|^id$|^srcdoc$/.test(name))
    .concat([...element.attributes].filter(({ value }) => /^\\s*(javascript|vbscript|data):/i.test(value)))
    .map(({ name, value }) => `${element.localName} ${name}=${value}`)
    .concat(["script", "style", "iframe", "object", "embed", "form", "input", "svg", "math", "link", "base", "meta"]
      .includes(element.localName) ? [element.localName] : []))"""


class Saved:
    """A trainer's way to save lessons, as the editor does."""

    def __init__(self, page: Page, site: Site) -> None:
        page.goto(TEXT.format(LESSONS[0]))
        self.request, self.site = page.request, site
        self.token = page.locator("#writing [name=csrf_token]").get_attribute("value") or ""
        self.headers = {"X-Requested-With": "fetch", "X-CSRFToken": self.token}

    def save(self, lesson: int, html: str) -> None:
        address = f"/teach/courses/1/lessons/{lesson}/bodies/en"
        version = self.request.get(address, headers=self.headers).json()["version"]
        form = {"csrf_token": self.token, "html": html, "version": version, "choice": ""}
        assert self.request.post(address, headers=self.headers, multipart=form).ok

    def stored(self, lesson: int) -> str:
        with sqlite3.connect(f"file:{self.site.data / 'academy.sqlite'}?mode=ro", uri=True) as connection:
            query = "SELECT html FROM lesson_body WHERE lesson_id = ? AND language = 'en'"
            found: str = connection.execute(query, (lesson,)).fetchone()[0]
        connection.close()
        return found

    def spread(self) -> None:
        """Every attack saved as a lesson of its own; then what was kept of each, after a sentence, in few lessons."""
        lessons = [""] * len(LESSONS)
        for number, case in enumerate(json.loads(CORPUS.read_text())):
            self.save(LESSONS[0], case["payload"])
            kept = self.stored(LESSONS[0])
            lessons[number % len(LESSONS)] += f"<h2>Attack</h2><p>Number <em>{number}</em></p>{kept}"
        for lesson, html in zip(LESSONS, lessons, strict=True):
            self.save(lesson, html)


class Watch:
    """What a page does that no lesson should."""

    def __init__(self, page: Page, site: Site) -> None:
        self.seen: list[str] = []
        self.host = urlsplit(site.address).netloc
        page.add_init_script(HOOKS)
        page.on("dialog", lambda dialog: (self.seen.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        page.on("console", self.hear)
        page.on("pageerror", lambda error: self.seen.append(f"error: {error}"))
        page.on("request", self.ask)
        page.on("popup", lambda popup: self.seen.append(f"popup: {popup.url}"))

    def hear(self, message: ConsoleMessage) -> None:
        self.seen.append(f"console: {message.text}")

    def ask(self, request: Request) -> None:
        if urlsplit(request.url).netloc != self.host:
            self.seen.append(f"request: {request.url}")

    def open(self, page: Page, address: str) -> None:
        page.goto(address, wait_until="networkidle")
        page.locator("article").first.hover()
        page.keyboard.press("Tab")
        assert page.evaluate("() => window.ran") == []
        assert page.evaluate(LEFT) == []
        assert self.seen == [], address


def test_nothing_of_an_attack_runs(people: Callable[..., BrowserContext], site: Site) -> None:
    trainer = people("trainer").new_page()
    Saved(trainer, site).spread()

    drafts = people("trainer").new_page()
    watch = Watch(drafts, site)
    for lesson in LESSONS:
        watch.open(drafts, f"/teach/courses/1/activities/{lesson}?language=en")
        assert drafts.locator("article p em").count() >= 15  # the sentences around them are there

    editor = people("trainer").new_page()
    watched = Watch(editor, site)
    for lesson in LESSONS:
        editor.goto(TEXT.format(lesson))
        expect(editor.locator("#writing[data-ready]")).to_be_visible()
        assert editor.evaluate("() => window.ran") == []
        assert watched.seen == []

    trainer.goto("/teach/courses/1")
    trainer.get_by_role("button", name="Publish").click()
    expect(trainer.locator(".flash")).to_be_visible()
    reader = people("practitioner").new_page()
    watch = Watch(reader, site)
    reader.goto("/learn/prevention/what-only-a-city-can-do")
    addresses = reader.eval_on_selector_all(
        ".player nav a[href*='/learn/prevention/']", "links => links.map((link) => link.pathname)"
    )
    assert len(addresses) > 3
    for address in addresses:
        if address.rpartition("/")[2] not in ("check-yourself", "final-test", "prevention"):
            watch.open(reader, address)
            assert reader.locator("article p em").count() >= 15
