from __future__ import annotations

from typing import Any

import msgspec
import pytest
from flask import Flask
from hypothesis import given, settings

from app.exchange.questions import OutgoingQuestion
from app.exchange.sheet import CSV, XLSX, Sheet
from app.quizzes.types import Content, Gaps

from .asked import BY_TYPE, outgoing, renamed

FORMATS = pytest.mark.parametrize("format", [CSV, XLSX], ids=["csv", "xlsx"])


@pytest.fixture(autouse=True)
def in_english(the_app: Flask) -> Any:
    with the_app.test_request_context():
        yield


def comparable(content: Content) -> Content:
    """What a sheet does not say: keys, the order of matches and of a gap's choices, and the size of weights."""
    content = renamed(content)
    if isinstance(content, Gaps):
        least = min(gap.weight for gap in content.gaps)
        gaps = tuple(
            msgspec.structs.replace(
                gap,
                weight=round(gap.weight / least, 3),
                choices=tuple(
                    msgspec.structs.replace(choice, key="", fraction=float(choice.right), feedback=None)
                    for choice in sorted(gap.choices, key=lambda choice: (-choice.right, str(choice.text)))
                ),
                accepted={
                    tag: tuple(msgspec.structs.replace(a, fraction=1.0, feedback=None) for a in some)
                    for tag, some in gap.accepted.items()
                },
            )
            for gap in content.gaps
        )
        return msgspec.structs.replace(content, gaps=gaps)
    return content


@FORMATS
@pytest.mark.parametrize("kind", BY_TYPE)
def test_what_was_written_is_read_again_the_same(format: Sheet, kind: str) -> None:
    @settings(max_examples=60, deadline=None)
    @given(outgoing(BY_TYPE[kind]))
    def same(question: OutgoingQuestion) -> None:
        found, faults = format.read(format.write([question], "en"), file=f"questions{format.suffix}", language="en")
        assert faults == []
        assert comparable(found[0].content) == comparable(question.content)
        assert (found[0].key, found[0].marks, found[0].category, found[0].tags) == (
            question.key, question.marks, question.category, question.tags
        )  # fmt: skip

    same()
