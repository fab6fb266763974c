"""What every page of HTML must be: `check_page(html)` finds what is wrong with one."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())
UNLABELLED = frozenset({"hidden", "submit", "button", "reset", "image"})
REFERENCES = ("for", "aria-describedby", "aria-labelledby", "aria-controls", "popovertarget", "list", "form")


@dataclass
class Element:
    """An element with what it holds in words."""

    tag: str
    attributes: dict[str, str]
    parents: tuple[Element, ...] = field(repr=False)  # each has its own: told of, they would never end
    text: str = ""

    def within(self, tag: str) -> bool:
        return any(parent.tag == tag for parent in self.parents)


@dataclass
class Page(HTMLParser):
    """A parsed page: its elements in order."""

    elements: list[Element] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._open: list[Element] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = Counter(name for name, _ in attrs)
        self.faults += [f"<{tag}> has {name} twice" for name, times in names.items() if times > 1]
        element = Element(tag, {name: value or "" for name, value in attrs}, tuple(self._open))
        self.elements.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        if self._open and self._open[-1].tag == tag:
            self._open.pop()
            return
        innermost = self._open[-1].tag if self._open else "nothing"
        self.faults.append(f"</{tag}> closes <{innermost}>")
        for place in range(len(self._open) - 1, -1, -1):
            if self._open[place].tag == tag:
                del self._open[place:]
                return

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element.text += data

    def all(self, *tags: str) -> list[Element]:
        return [element for element in self.elements if element.tag in tags]


def read_page(html: str) -> Page:
    """Parse `html`; the faults of its nesting are in `faults`."""
    page = Page()
    page.feed(html)
    page.close()
    page.faults += [f"<{element.tag}> is never closed" for element in page._open]
    return page


def check_page(html: str) -> list[str]:
    """Every fault of a whole page, in words; none if it is sound."""
    page = read_page(html)
    return [
        *page.faults,
        *_document(page),
        *_headings(page),
        *_references(page),
        *_names(page),
        *_policy(page),
    ]


def _document(page: Page) -> list[str]:
    faults = []
    titles = page.all("title")
    document_titles = [title for title in titles if not title.within("svg")]
    first_part = document_titles[0].text.partition("·")[0] if document_titles else ""
    if len(document_titles) != 1 or not first_part.strip():
        faults.append("the page needs one title that names it")
    if not any(element.attributes.get("lang") for element in page.all("html")):
        faults.append("<html> has no lang")
    if len(page.all("main")) != 1:
        faults.append(f"there are {len(page.all('main'))} <main>")
    if "{{" in html_text(page) or "{%" in html_text(page):
        faults.append("a template was not rendered")
    return faults


def html_text(page: Page) -> str:
    """The words of the page, without what is quoted as code."""
    return "".join(element.text for element in page.all("main") if not element.within("pre"))


def _headings(page: Page) -> list[str]:
    headings = [element for element in page.elements if re.fullmatch("h[1-6]", element.tag)]
    faults = [f"<{heading.tag}> is empty" for heading in headings if not heading.text.strip()]
    ones = sum(heading.tag == "h1" for heading in headings)
    if ones != 1:
        faults.append(f"there are {ones} <h1>")
    level = 0
    for heading in headings:
        here = int(heading.tag[1])
        if here > level + 1 and level:
            faults.append(f"<{heading.tag}> “{heading.text.strip()}” follows <h{level}>")
        level = here
    return faults


def _references(page: Page) -> list[str]:
    ids = Counter(element.attributes["id"] for element in page.elements if "id" in element.attributes)
    faults = [f"the id {name!r} stands {times} times" for name, times in ids.items() if times > 1]
    for element in page.elements:
        for reference in REFERENCES:
            for name in element.attributes.get(reference, "").split():
                if name not in ids:
                    faults.append(f"<{element.tag} {reference}> names {name!r}, which is not there")
        target = element.attributes.get("href", "") if element.tag == "a" else ""
        if target.startswith("#") and target[1:] not in ids:
            faults.append(f"the link {target!r} leads nowhere")
    return faults


def _names(page: Page) -> list[str]:
    """Controls, buttons, links and pictures without a name."""
    labelled = {label.attributes["for"] for label in page.all("label") if "for" in label.attributes}
    faults = []
    for element in page.elements:
        named = bool(
            element.attributes.get("aria-label")
            or element.attributes.get("aria-labelledby")
            or element.attributes.get("title")
        )
        if "hidden" in element.attributes or any("hidden" in parent.attributes for parent in element.parents):
            continue  # nobody meets it
        if element.tag in ("input", "select", "textarea"):
            kind = element.attributes.get("type", "text")
            if kind in UNLABELLED or named or element.within("label") or element.attributes.get("id") in labelled:
                continue
            faults.append(f"<{element.tag} name={element.attributes.get('name')!r}> has no label")
        elif element.tag in ("button", "a", "summary", "progress", "meter") and "hidden" not in element.attributes:
            pictured = any(
                other.attributes.get("alt") or other.attributes.get("aria-label")
                for other in page.elements
                if element in other.parents
            )
            if not (named or element.text.strip() or pictured):
                faults.append(f"<{element.tag}> has no name: {element.attributes}")
        elif element.tag == "img" and "alt" not in element.attributes:
            faults.append(f"<img src={element.attributes.get('src')!r}> has no alt")
        elif element.tag == "form" and element.attributes.get("method", "get").lower() == "post":
            held = [other for other in page.all("input") if element in other.parents]
            if not any(other.attributes.get("name") == "csrf_token" for other in held):
                faults.append(f"the form to {element.attributes.get('action', 'this page')!r} has no token")
    return faults


def _policy(page: Page) -> list[str]:
    """What the Content-Security-Policy would refuse."""
    faults = []
    for element in page.elements:
        if "style" in element.attributes or element.tag == "style":
            faults.append(f"<{element.tag}> has a style of its own")
        faults += [f"<{element.tag}> has {name}" for name in element.attributes if re.match(r"on[a-z]", name)]
        if element.tag == "script" and "src" not in element.attributes:
            faults.append("a script stands in the page")
        if element.attributes.get("href", "").strip().lower().startswith("javascript:"):
            faults.append("a link runs a script")
    return faults
