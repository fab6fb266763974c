"""Payloads that others collected against sanitisers: after cleaning, nothing in a lesson can run or send."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from bleach._vendor import html5lib

from app.config import ROOT
from app.core.sanitise import TAGS, clean
from app.exchange.folder.lessons import LessonReader

CORPUS = ROOT.parent / "shared" / "corpus" / "attacks" / "dompurify_expect.json"
HTML = "{http://www.w3.org/1999/xhtml}"
FRAME = {"html", "head", "body", "tbody", "colgroup"}  # what the parser puts there itself

# As a browser reads an address: spaces before it and line ends within it do not count.
SCHEME = re.compile(r"[\x00-\x20]*[a-z][a-z0-9+.\-\t\r\n]*:", re.I)
SAFE = re.compile(r"(https?|mailto|tel):", re.I)

pytestmark = pytest.mark.skipif(not CORPUS.exists(), reason=f"the collected payloads are not here: {CORPUS}")


def payloads() -> list[str]:
    return [case["payload"] for case in json.loads(CORPUS.read_text())] if CORPUS.exists() else []


def elements(html: str) -> Iterator[Any]:
    """Every element as a browser would see it, also in a template or foreign content."""
    yield from html5lib.parse(html, treebuilder="etree", namespaceHTMLElements=True).iter()


def dangers(html: str) -> list[str]:
    found = []
    for element in elements(html):
        if not isinstance(element.tag, str):
            found.append("a comment")
            continue
        name = element.tag.removeprefix(HTML)
        if name not in TAGS | FRAME:
            found.append(f"<{name}>")
        for attribute, value in element.attrib.items():
            if attribute.startswith("on") or attribute in ("style", "srcdoc", "action", "formaction", "id", "name"):
                found.append(f"{name} {attribute}")
            if attribute in ("href", "src", "cite") and SCHEME.match(value) and not SAFE.match(value):
                found.append(f"{name} {attribute}={value}")
    return found


def test_the_collection_is_whole() -> None:
    assert len(payloads()) == 223


def test_the_test_sees_dangers() -> None:
    assert dangers("<svg><p><style><img src=x onerror=alert(1)></style></p></svg><a href='java\nscript:x'>x</a>")
    assert dangers("<a href='javascript:1'>x</a>") and dangers("<a href=' vbscript:x'>x</a>")
    assert dangers("<form><input name=x></form>") and dangers("<p style='x'>x</p>")
    assert not dangers('<p>x <a href="https://example.org/">y</a></p>')


@pytest.mark.parametrize("number", range(223))
def test_nothing_in_a_cleaned_lesson_can_run(number: int) -> None:
    payload = payloads()[number]
    assert dangers(clean(payload)) == []
    assert clean(clean(payload)) == clean(payload)


@pytest.mark.parametrize("ending", ["md", "html"])
def test_nor_in_one_that_was_read_from_a_file(ending: str) -> None:
    for payload in payloads():
        reader = LessonReader({}, set())
        assert dangers(reader.read(f"lessons/x.en.{ending}", f"Words.\n\n{payload}\n\nMore *words*.")) == []
