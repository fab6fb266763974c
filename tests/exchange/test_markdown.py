"""Markdown that several threads read at once, as the first thing that a process reads."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor

from app.exchange import markdown

TEXT = "# Title\n\nA *para* with **bold** and [link](http://x.y).\n\n- one\n- two\n\n| a | b |\n|---|---|\n| 1 | 2 |\n"


def test_the_first_texts_of_a_process_may_be_read_at_once() -> None:
    expected = markdown.MARKDOWN.render(TEXT)
    pace = sys.getswitchinterval()
    try:
        sys.setswitchinterval(1e-5)
        with ThreadPoolExecutor(2) as threads:
            for _start in range(300):
                fresh = markdown._ready()
                assert list(threads.map(fresh.render, [TEXT, TEXT])) == [expected, expected]
    finally:
        sys.setswitchinterval(pace)
