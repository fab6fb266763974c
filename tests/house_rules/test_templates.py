"""Templates: nothing unescaped, nothing inline, no macro unused, every string for people translatable."""

from __future__ import annotations

import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import pytest
from flask import Flask, render_template_string
from flask_babel import force_locale
from jinja2 import nodes

from app.config import ROOT

FOLDER = ROOT / "templates"
TEMPLATES = sorted(file for file in FOLDER.rglob("*") if file.suffix in (".html", ".txt"))
PAGES = [file for file in TEMPLATES if file.suffix == ".html"]

# The Python that may make markup, with what; templates never call anything safe.
MARKUP_MAKERS = {
    "app/auth/views/sign_in.py": "a sentence with a link in it, its parts escaped",
    "app/grants/eligibility/finding_words.py": "sentences with links in them, their parts escaped",
    "app/grants/eligibility/wording.py": "the same, one after the other",
    "app/auth/mail_views.py": "a mail's text, escaped, its addresses made links",
    "app/auth/wiring.py": "a text marked with its language, escaped",
    "app/core/fragments.py": "what templates gave, escaped by them",
    "app/core/skyline.py": "drawings, their labels escaped",
    "app/courses/translation/views.py": "the bodies of a lesson, sanitised when they were saved",
    "app/courses/writing/page.py": "a lesson's body, sanitised when it was saved",
    "app/progress/presentation.py": "a lesson's body, sanitised when saved; the drawing of a code, its parts numbers",
}

# Names and signs that are the same in every language.
SAME_EVERYWHERE = frozenset({"Strong Cities Academy", "Strong Cities Network", "CSV", "UTC", "GIFT"})
QUOTED = frozenset({"code", "kbd", "pre", "style", "script"})
SPOKEN_ATTRIBUTES = frozenset({"alt", "title", "placeholder", "aria-label", "aria-description", "label"})


def name_of(file: Path) -> str:
    return file.relative_to(FOLDER).as_posix()


def without_jinja(source: str) -> str:
    """The template's own HTML and words: comments, statements and expressions are out.

    An expression leaves a letterless sign, so that what stands around it is still seen.
    """
    source = re.sub(r"\{#.*?#\}", "", source, flags=re.DOTALL)
    source = re.sub(r"\{% block \w*attributes %\}.*?\{% endblock %\}", "", source, flags=re.DOTALL)
    source = re.sub(r"\{%-?\s*(trans\b.*?endtrans|raw\b.*?endraw)\s*-?%\}", "", source, flags=re.DOTALL)
    source = re.sub(r"\{%.*?%\}", "", source, flags=re.DOTALL)
    return re.sub(r"\{\{.*?\}\}", "0", source, flags=re.DOTALL)


class Words(HTMLParser):
    """Collects the literal words that people would read."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._quoted = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._quoted += tag in QUOTED
        for name, value in attrs:
            if name in SPOKEN_ATTRIBUTES and value:
                self._keep(value)

    def handle_endtag(self, tag: str) -> None:
        self._quoted -= tag in QUOTED

    def handle_data(self, data: str) -> None:
        if not self._quoted:
            self._keep(data)

    def _keep(self, words: str) -> None:
        for same in SAME_EVERYWHERE:
            words = words.replace(same, "")
        if re.search(r"[^\W\d_]{2,}|:(?!\d)", words):  # in French a space stands before a colon
            self.found.append(" ".join(words.split()))


def literal_words(source: str, *, html: bool = True) -> list[str]:
    """The words in `source` that no translation reaches."""
    plain = without_jinja(source)
    reader = Words()
    if html:
        reader.feed(plain)
        reader.close()
    else:
        for line in plain.splitlines():
            reader._keep(re.sub(r"\b0/\S+", "", line))  # an address
    return reader.found


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("<p>Save now</p>", ["Save now"]),
        ("<p>{{ _('Save now') }}</p>", []),
        ("<p>{% trans n=n %}Save {{ n }} now{% endtrans %}</p>", []),
        ("<p>{{ count }} days</p>", ["0 days"]),
        ('<input placeholder="A name">', ["A name"]),
        ('<input aria-label="{{ _(\'A name\') }}" class="wide field">', []),
        ("<p><code>flask courses import</code></p>", []),
        ("{# a note #}<p>·</p>", []),
        ("<p>{{ _('Remove') }}<b>: {{ name }}</b></p>", [": 0"]),
        ("<p>{{ hour }}:{{ minute }}</p>", []),
        ("<b>Strong Cities Academy</b>", []),
    ],
)
def test_literal_words_are_seen(source: str, words: list[str]) -> None:
    assert literal_words(source) == words


@pytest.mark.parametrize("file", TEMPLATES, ids=name_of)
def test_every_string_for_people_can_be_translated(file: Path) -> None:
    assert literal_words(file.read_text(), html=file.suffix == ".html") == []


def test_a_colon_stands_as_the_language_wants_it(the_app: Flask) -> None:
    source = '{% import "ui.html" as ui with context %}{{ _("Remove") }}{{ ui.about("<Sfax>") }}'
    said = {}
    with the_app.test_request_context():
        for language in ("en", "fr"):
            with force_locale(language):
                said[language] = render_template_string(source)
    assert said["en"] == 'Remove<span class="vh">: &lt;Sfax&gt;</span>'
    assert said["fr"] == 'Retirer<span class="vh">\N{NO-BREAK SPACE}: &lt;Sfax&gt;</span>'


@pytest.mark.parametrize("file", PAGES, ids=name_of)
def test_output_is_escaped(file: Path) -> None:
    source = re.sub(r"\{#.*?#\}", "", file.read_text(), flags=re.DOTALL)
    unescaped = re.findall(r"\|\s*safe\b|\bMarkup\(|autoescape\s+false", source)
    assert not unescaped


def test_markup_is_made_in_few_places() -> None:
    makers = {
        file.relative_to(ROOT).as_posix()
        for file in (ROOT / "app").rglob("*.py")
        if re.search(r"\bMarkup\b", file.read_text())
    }
    assert makers == set(MARKUP_MAKERS)


@pytest.mark.parametrize("file", PAGES, ids=name_of)
def test_nothing_is_inline(file: Path) -> None:
    source = re.sub(r"\{#.*?#\}", "", file.read_text(), flags=re.DOTALL)
    assert re.findall(r"<script(?![^>]*\bsrc=)[^>]*>", source) == []
    assert re.findall(r"<style\b", source) == []
    assert re.findall(r"\sstyle=", source) == []
    assert re.findall(r"""\son[a-z]+=["'{]""", source) == []
    assert re.findall(r"javascript:", source) == []


def test_every_macro_is_used(the_app: Flask) -> None:
    everything = "\n".join(
        [file.read_text() for file in TEMPLATES] + [file.read_text() for file in (ROOT / "app").rglob("*.py")]
    )
    words = Counter(re.findall(r"\w+", everything))
    defined = Counter(re.findall(r"\bmacro\s+(\w+)", everything))
    assert defined.total() > 100
    unused = [
        f"{name_of(file)}: {macro.name}"
        for file in PAGES
        for macro in the_app.jinja_env.parse(file.read_text()).find_all(nodes.Macro)
        if words[macro.name] <= defined[macro.name]
    ]
    assert unused == []


def test_every_template_is_used() -> None:
    everything = "\n".join(
        [file.read_text() for file in TEMPLATES] + [file.read_text() for file in (ROOT / "app").rglob("*.py")]
    )
    unused = []
    for file in TEMPLATES:
        name = name_of(file)
        mail = name.startswith("mail/") and file.suffix == ".txt"
        named = f'"{file.stem}"' in everything or f'kind="{file.stem}"' in everything if mail else name in everything
        generic = name.startswith(("errors/", "quizzes/types/"))  # found by a status or a type's tag
        notice = name.startswith("notices/") and f'Kind("{file.stem}"' in everything  # found by its kind
        if not named and not generic and not notice:
            unused.append(name)
    assert unused == []


@pytest.mark.parametrize("file", TEMPLATES, ids=name_of)
def test_a_template_compiles(the_app: Flask, file: Path) -> None:
    the_app.jinja_env.get_template(name_of(file))


def test_what_is_kept_for_many_says_nothing_by_one_reader_s_clock(the_app: Flask) -> None:
    """A piece that is rendered once for all readers would say the day of whoever came first."""
    by_the_reader = {"day", "short_day", "day_time", "days_until", "until", "due", "moment_here", "person"}
    everything = "\n".join(file.read_text() for file in PAGES)
    kept = set(re.findall(r'\bkept\("([^"]+)", (?!person\b)', everything))
    assert {"learn/_article.html", "learn/_contents.html", "learn/_pager.html"} <= kept
    for name in sorted(kept):
        names = the_app.jinja_env.parse((FOLDER / name).read_text()).find_all(nodes.Name)
        assert {one.name for one in names if one.ctx == "load"} & by_the_reader == set(), name
