"""What all formats of questions have in common."""

from __future__ import annotations

import time

import pytest
from flask import Flask

from app.core.text import Text
from app.exchange import aiken, gift, moodle
from app.exchange.leaving_out import TYPES
from app.exchange.numerals import inverse, inverted, number_of, numeral, percent, spread
from app.exchange.plain import as_html, as_string, plain
from app.exchange.questions import FORMATS, OutgoingQuestion
from app.exchange.spoken import spoken
from app.exchange.tags import tokens
from app.quizzes.types import ANSWER_TYPES, AcceptedAnswer, ShortAnswer

from .made_questions import text


def test_the_formats_are_there_by_name(app: Flask) -> None:
    assert {"gift", "aiken", "moodle"} <= FORMATS.keys()
    for name, format in FORMATS.items():
        assert format.name == name and name.isalnum() and name.islower()
        assert str(format.label) and str(format.summary) and format.suffix.startswith(".") and "/" in format.media_type


def test_every_type_has_a_name() -> None:
    assert TYPES.keys() == ANSWER_TYPES.keys()


def test_a_question_in_one_language() -> None:
    stem = Text.of({"en": "Which?\r\nSay. ", "fr": "Lequel ?"}, "en")
    english = (AcceptedAnswer("city", 1.0, Text.of({"en": "Yes"}, "en")), AcceptedAnswer("town  hall", 0.5))
    french = (AcceptedAnswer("ville"), AcceptedAnswer("", 0.5))
    content = ShortAnswer(stem, {"en": english, "fr": french}, "en", Text({}))
    question = OutgoingQuestion("k", content, "en")
    assert spoken(question, "fr") == ShortAnswer(
        text("Lequel ?", "fr"), {"fr": (AcceptedAnswer("ville"), AcceptedAnswer("town hall", 0.5))}, "fr"
    )
    assert spoken(question, "de") == ShortAnswer(
        text("Which?\nSay.", "de"),
        {"de": (AcceptedAnswer("city", 1.0, text("Yes", "de")), AcceptedAnswer("town hall", 0.5))},
        "de",
    )


def test_numerals_are_exact() -> None:
    assert [numeral(value) for value in (5.0, -0.0005, 1e22, 1e-40, 0.1, -0.0)] == [
        "5", "-0.0005", "1E+22", "1E-40", "0.1", "0",
    ]  # fmt: skip
    assert (percent(1 / 3), percent(0.07), percent(-1.0)) == ("33.33333333333333", "7", "-100")
    assert spread("3.141", "3.142") == (3.1415, 0.0005)
    assert spread("2", "1") is spread("x", "1") is None
    refused = ["", "1,5", "1_000", "٣", "nan", "inf", "1e999", "0x10", "--1", "1" * 61]
    assert [number_of(written) for written in refused] == [None] * len(refused)
    assert all(inverse(inverted(value)) == value for value in (0.01, 3.0, 0.3048, 1 / 3, 1e-9))


@pytest.mark.parametrize("string", ["a < b & c", "<b>x</b> &amp; $$y$$", r"\(x\) \[y\]", "a -> b", "two\nlines"])
def test_plain_text_can_be_written_as_markup(string: str) -> None:
    assert plain(as_html(string), "html") == plain(as_string(string), "string") == (string, [])


def test_tags_and_words() -> None:
    found = [
        (token.kind.name, token.text, token.name) for token in tokens("a < b <Br/>&lt;<i x>c</ I ><!-- <b> -->d<!x><a")
    ]
    assert found == [
        ("WORDS", "a < b ", ""),
        ("START", "<Br/>", "br"),
        ("WORDS", "<", ""),
        ("START", "<i x>", "i"),
        ("WORDS", "c</ I >", ""),
        ("WORDS", "d", ""),
        ("WORDS", "<a", ""),
    ]
    (link,) = tokens("""<a x=1 href = "a'>&amp;b" href=no title='q' y>""")
    assert link.attributes == {"x": "1", "href": "a'>&b", "title": "q", "y": ""}
    assert [token.text for token in tokens("<!-- never closed <b>")] == ["<!-- never closed ", "<b>"]


MANY = 20_000


@pytest.mark.parametrize(
    "words",
    [
        "\\(",
        "$$",
        "<",
        "<!--",
        "<b ",
        "&#",
        "<a href='",
        "<![",
        "</",
        "[tag:",
        "~",
        "=",
        "{",
        "####",
        "\\",
        " ",
        "<li>",
        "<p>",
    ],
)
def test_no_file_takes_long(app: Flask, words: str) -> None:
    """Whatever is repeated: a file is read in a time that its length explains, in seconds of the processor."""
    many = words * (MANY // len(words))
    files = [
        (gift.FORMAT, f"// {many}\n::T::{many}{{={many}#{many}}}"),
        (gift.FORMAT, f"[html]{many}{{T}}\n\n[html]<pre>{many}{{T}}"),
        (aiken.FORMAT, f"{many}\nA. {many}\nANSWER: A"),
        (moodle.FORMAT, f"<quiz><question type='cloze'><questiontext><text><![CDATA[{many}{{1:SA:{many}]]></text>"
                        "</questiontext></question></quiz>"),
        (moodle.FORMAT, f"<quiz><question type='essay'><questiontext><text><![CDATA[<pre>{many}]]></text>"
                        "</questiontext></question></quiz>"),
    ]  # fmt: skip
    for format, data in files:
        began = time.process_time()
        format.read(data.encode(), file="x", language="en")
        assert time.process_time() - began < 6, (format.name, data[:30])
