"""The check on pages finds what it says it finds."""

from __future__ import annotations

import pytest

from tests.pages import check_page

SOUND = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Learn · Academy</title></head><body>
<a href="#content">Skip</a><main id="content"><h1>Learn</h1><h2>Next</h2>
<form method="post" action="/x"><input type="hidden" name="csrf_token" value="1">
<label for="name">Name</label><input id="name" name="name" aria-describedby="hint"><p id="hint">As on your card.</p>
<label><input type="checkbox" name="ok"> Yes</label><button>Save</button></form>
<img src="/a.webp" alt=""><a href="/b"><svg aria-label="Back"></svg></a></main></body></html>"""


def test_a_sound_page_has_no_fault() -> None:
    assert check_page(SOUND) == []


def test_what_is_hidden_needs_no_name() -> None:
    assert check_page(SOUND.replace("<button>Save</button>", '<button hidden name="go"></button>')) == []


@pytest.mark.parametrize(
    ("there", "instead", "fault"),
    [
        ("Learn · Academy", " · Academy", "title"),
        (' lang="en"', "", "no lang"),
        ("<h1>Learn</h1>", "<p>Learn</p>", "0 <h1>"),
        ("<h2>Next</h2>", "<h1>Next</h1>", "2 <h1>"),
        ("<h2>Next</h2>", "<h3>Next</h3>", "<h3> “Next” follows <h1>"),
        ("<h2>Next</h2>", "<h2> </h2>", "<h2> is empty"),
        ('id="hint"', 'id="name"', "stands 2 times"),
        ('id="hint"', "", "names 'hint'"),
        ('id="content"', "", "'#content' leads nowhere"),
        ('<label for="name">Name</label>', "", "has no label"),
        ("Save", "", "<button> has no name"),
        (' aria-label="Back"', "", "<a> has no name"),
        (' alt=""', "", "no alt"),
        ('name="csrf_token"', 'name="other"', "has no token"),
        ("<h2>Next</h2>", '<h2 style="color: red">Next</h2>', "style of its own"),
        ("<h2>Next</h2>", '<h2 onclick="x()">Next</h2>', "has onclick"),
        ("<h2>Next</h2>", "<h2>Next</h2><script>x()</script>", "a script stands"),
        ('href="/b"', 'href="javascript:x()"', "runs a script"),
        ("<h2>Next</h2>", "<div><h2>Next</div></h2>", "</div> closes <h2>"),
        ("<h2>Next</h2>", "<h2>{{ next }}</h2>", "not rendered"),
        ('action="/x"', 'action="/x" action="/y"', "action twice"),
    ],
)
def test_a_fault_is_found(there: str, instead: str, fault: str) -> None:
    assert there in SOUND
    faults = check_page(SOUND.replace(there, instead, 1))
    assert any(fault in found for found in faults), faults
