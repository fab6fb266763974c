from __future__ import annotations

import time

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from app.courses.library import captions
from app.courses.library.captions import CaptionsRefused, Cue, decoded, read, said, written

SOUND = """WEBVTT - A talk

NOTE made in one go

1
00:00:01.000 --> 00:00:04.250 align:start position:10%
<v Amina>Good <i>morning</i>, everyone.</v>
Welcome to <b>Ghent</b> &amp; its port.

01:05.500 --> 01:07.000
Let us <00:01:06.000>begin.
"""


@pytest.fixture(autouse=True)
def words(app: Flask) -> Flask:
    """Reasons are said in words, which the application knows."""
    return app


def faults(text: str) -> list[tuple[int, str]]:
    with pytest.raises(CaptionsRefused) as refused:
        read(text)
    return [(fault.line, fault.reason) for fault in refused.value.faults]


def test_a_sound_file_is_read() -> None:
    assert read(SOUND) == [
        Cue(
            1000,
            4250,
            "<v Amina>Good <i>morning</i>, everyone.</v>\nWelcome to <b>Ghent</b> &amp; its port.",
            "align:start position:10%",
        ),
        Cue(65_500, 67_000, "Let us <00:01:06.000>begin."),
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_may_end_as_they_do_anywhere(end: str) -> None:
    assert len(read("\ufeff" + SOUND.replace("\n", end))) == 2


def test_what_is_written_is_read_the_same() -> None:
    assert read(written(read(SOUND))) == read(SOUND)
    assert written([Cue(1000, 2500, "x")]) == "WEBVTT\n\n00:00:01.000 --> 00:00:02.500\nx\n"


@given(
    st.lists(
        st.tuples(st.integers(0, 10**7), st.integers(1, 10**5), st.from_regex(r"\A[\w ,.é]{0,20}\w\Z")), min_size=1
    )
)
def test_cues_are_written_and_read_again(rows: list[tuple[int, int, str]]) -> None:
    cues = [Cue(start, start + length, words.strip()) for start, length, words in sorted(rows)]
    assert read(written(cues)) == cues


def test_subrip_is_taken_too() -> None:
    text = (
        "1\r\n00:00:01,000 --> 00:00:02,500\r\n<font color=red>Good</font> {\\an8}morning\r\n\r\n"
        "2\r\n00:00:03,000 --> 00:00:04,000\r\n<i>Again</i>\r\n"
    )
    assert read(text) == [Cue(1000, 2500, "Good morning"), Cue(3000, 4000, "<i>Again</i>")]


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("", 1, "begins with the line WEBVTT"),
        ("<script>alert(1)</script>", 1, "begins with the line WEBVTT"),
        ("WEBVTTx", 1, "begins with the line WEBVTT"),
        ("WEBVTT", 1, "not one caption"),
        ("WEBVTT\n00:01.000 --> 00:02.000\nx", 2, "empty one"),
        ("WEBVTT\n\nsomething\n", 3, "should stand a time"),
        ("WEBVTT\n\n1\nsomething\n", 3, "should stand a time"),
        ("WEBVTT\n\n00:01 --> 00:02\nx", 3, "a time is written as"),
        ("WEBVTT\n\n00:61.000 --> 00:62.000\nx", 3, "a time is written as"),
        ("WEBVTT\n\n00:02.000 --> 00:02.000\nx", 3, "ends before it begins"),
        ("WEBVTT\n\n00:05.000 --> 00:06.000\nx\n\n00:04.000 --> 00:07.000\ny", 6, "begins before the one above"),
        ("WEBVTT\n\n00:01.000 --> 00:02.000\n", 3, "no words"),
        ("WEBVTT\n\n00:01.000 --> 00:02.000\nx\n00:03.000 --> 00:04.000\ny", 5, "an empty line is missing"),
        ("WEBVTT\n\nSTYLE\n::cue { background: url(//evil.example) }", 3, "STYLE and REGION"),
        ("WEBVTT\n\nREGION\nid:x", 3, "STYLE and REGION"),
        ("WEBVTT\n\n00:01.000 --> 00:02.000\n<script>alert(1)</script>", 4, "<script> is no tag of captions"),
        ("WEBVTT\n\n00:01.000 --> 00:02.000\n<img src=x onerror=alert(1)>", 4, "is no tag of captions"),
        ("WEBVTT\n\n00:01.000 --> 00:02.000\n<b onclick=alert(1)>x</b>", 4, "is no tag of captions"),
        ("WEBVTT\n\n00:01.000 --> 00:02.000\n<a href='javascript:alert(1)'>x</a>", 4, "is no tag of captions"),
        ("WEBVTT\n\n00:01.000 --> 00:02.000\n<iframe srcdoc=x", 4, "&lt;"),
        ("WEBVTT\n\n00:01.000 --> 00:02.000\n1 < 2", 4, "&lt;"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(text: str, line: int, reason: str) -> None:
    found = faults(text)
    assert any(at == line and reason in why for at, why in found), found


def test_all_faults_are_told_at_once() -> None:
    assert [line for line, _why in faults("WEBVTT\n\n00:01 --> 00:02\nx\n\n00:03.000 --> 00:04.000\n<u onx>")] == [3, 7]


def test_what_programs_write_at_the_head_is_passed_over() -> None:
    assert len(read("WEBVTT\nKind: captions\nLanguage: en\n\n00:01.000 --> 00:02.000\nx")) == 1


def test_settings_that_nobody_knows_are_left_out() -> None:
    assert read("WEBVTT\n\n00:01.000 --> 00:02.000 line:90% region:x evil:1\nx")[0].settings == "line:90%"


def test_there_is_an_end_to_captions() -> None:
    many = "WEBVTT\n\n" + "\n\n".join(f"{said(n)} --> {said(n + 1)}\nx" for n in range(captions.MOST_CUES + 1))
    assert "5,000" in faults(many)[-1][1]
    with pytest.raises(CaptionsRefused, match="1 MB"):
        decoded(b"x" * (captions.LARGEST + 1))
    with pytest.raises(CaptionsRefused, match=r"Line 3: .*UTF-8"):
        decoded("WEBVTT\n\né".encode("latin-1"))


@given(st.text(max_size=200))
def test_no_text_is_a_failure(text: str) -> None:
    for start in ("", "WEBVTT\n\n", "WEBVTT\n\n00:01.000 --> 00:02.000\n"):
        try:
            cues = read(start + text)
        except CaptionsRefused:
            continue
        assert cues
        assert "<script" not in written(cues)


@pytest.mark.parametrize(
    "text",
    [
        "1\n00:00:01,000 --> 00:00:02,000\nhi" + "<font" * 100_000,
        "WEBVTT\n\n00:00:01.000 --> 00:00:02.000\n" + "<" * 500_000,
        "WEBVTT\n\n" + "x\n\n" * 100_000,
    ],
)
def test_what_is_wrong_from_end_to_end_is_refused_in_good_time(text: str) -> None:
    begun = time.process_time()
    assert faults(text)
    assert time.process_time() - begun < 5
