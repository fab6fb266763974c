"""The attacks that DOMPurify is tested with, each alone: nothing is left of one that a browser would run or fetch.

https://github.com/cure53/DOMPurify/blob/main/test/fixtures/expect.mjs
"""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from bleach._vendor import html5lib

from app.config import ROOT
from app.core.sanitise import ATTRIBUTES, PROTOCOLS, TAGS, clean, is_own_file, plain_text, scheme_of

CORPUS = ROOT.parent / "shared" / "corpus" / "attacks" / "dompurify_expect.json"

pytestmark = pytest.mark.skipif(not CORPUS.exists(), reason=f"the collected attacks are not here: {CORPUS}")

PAYLOADS: list[str] = [case["payload"] for case in json.loads(CORPUS.read_text())] if CORPUS.exists() else []
HTML = "{http://www.w3.org/1999/xhtml}"
ADDED = {"loading", "rel"}  # by cleaning itself


def elements(html: str, scripting: bool) -> Iterator[tuple[str, dict[str, str]]]:
    """Tags and attributes as a browser finds them, where `noscript` is text and where it is not."""
    root = html5lib.parseFragment(html, treebuilder="etree", scripting=scripting)
    for element in root.iter():
        if isinstance(element.tag, str) and element is not root:
            yield element.tag, dict(element.attrib)


def faults(html: str) -> list[str]:
    """What of a text could run, style, frame, send or fetch."""
    found = []
    for scripting in (True, False):
        for tag, attributes in elements(html, scripting):
            name = tag.removeprefix(HTML)
            if not tag.startswith(HTML) or name not in TAGS - {"h1"}:
                found.append(f"<{tag}>")
            allowed = {*ATTRIBUTES["*"], *ATTRIBUTES.get(name, ()), *ADDED}
            found += [f"{name} {attribute}" for attribute in attributes if attribute not in allowed]
            for link in ("href", "cite"):
                if link in attributes and scheme_of(attributes[link]) not in (None, *PROTOCOLS):
                    found.append(f"{name} {link}={attributes[link]}")
            found += [f"{name} {s}" for s in ("src", "poster") if s in attributes and not is_own_file(attributes[s])]
    return found


@pytest.mark.parametrize("payload", PAYLOADS, ids=range(len(PAYLOADS)))
def test_nothing_of_an_attack_is_left(payload: str) -> None:
    cleaned = clean(payload)
    assert faults(cleaned) == []
    assert clean(cleaned) == cleaned


@pytest.mark.parametrize("payload", PAYLOADS, ids=range(len(PAYLOADS)))
def test_what_is_written_around_an_attack_stays(payload: str) -> None:
    words = "Before, <em>during</em> and <strong>after</strong>."
    before = clean(f"<h2>Three moments</h2><p>{words}</p>{payload}")
    assert before.startswith(f"<h2>Three moments</h2><p>{words}</p>")
    assert faults(before) == []


def passages(html: str) -> set[tuple[str, str]]:
    """The ordinary tags of a text with the words that stand in them first, as a browser finds them."""
    found = set()
    for element in html5lib.parseFragment(html, treebuilder="etree").iter():
        name = element.tag.removeprefix(HTML) if isinstance(element.tag, str) else ""
        if name in TAGS and (element.text or "").strip():
            found.add((name, element.text.strip()))
    return found


CASES = json.loads(CORPUS.read_text()) if CORPUS.exists() else []
INSIDE_A_SCRIPT = 117  # of which a browser makes an element called `b`
BECOMES = {"h1": "h2", "span": None}  # a span that says nothing goes, and leaves its words


@pytest.mark.parametrize("number", range(len(CASES)))
def test_what_is_ordinary_in_an_attack_survives(number: int) -> None:
    """What DOMPurify keeps of it too, in every browser."""
    expected = CASES[number]["expected"]
    kept = [passages(html) for html in (expected if isinstance(expected, list) else [expected])]
    ordinary = passages(CASES[number]["payload"]).intersection(*kept)
    cleaned = clean(CASES[number]["payload"])
    left = passages(cleaned)
    for tag, words in ordinary if number != INSIDE_A_SCRIPT else ():
        assert " ".join(words.split()) in plain_text(cleaned)
        name = BECOMES.get(tag, tag)
        assert name is None or any(other == name and said.startswith(words) for other, said in left) or words == "]>"


def test_there_is_something_ordinary_in_the_attacks() -> None:
    assert sum(len(passages(case["payload"])) for case in CASES) > 30


def test_the_checks_here_see_an_attack() -> None:
    for attack in ("<script>x</script>", "<p onclick=x>", "<a href=javascript:x>x</a>", "<img src=//x.example/y>"):
        assert faults(attack), attack
    assert plain_text(clean("<center>Words</center>")) == "Words"
