from __future__ import annotations

from typing import Any

import msgspec
import pytest
from flask import Flask
from hypothesis import given, settings

from app.exchange.parsed import ParsedQuestion
from app.exchange.qti import QTI3, QTI21, Qti
from app.exchange.questions import OutgoingQuestion
from app.quizzes.types import Content, Gaps, ShortAnswer

from .asked import BY_TYPE, outgoing

FORMATS = pytest.mark.parametrize("format", [QTI21, QTI3], ids=["2.1", "3.0"])


@pytest.fixture(autouse=True)
def in_english(the_app: Flask) -> Any:
    with the_app.test_request_context():
        yield


def back(format: Qti, *questions: OutgoingQuestion) -> list[ParsedQuestion]:
    found, faults = format.read(format.write(questions, "en"), file="questions.zip", language="en")
    assert faults == []
    return found


def comparable(content: Content) -> Content:
    """The weights of gaps as shares of the smallest, and matches that read the same as one.

    Where no accepted answer has a letter with a capital, nothing says whether capitals matter, and it does not matter.
    """
    if isinstance(content, ShortAnswer):
        words = "".join(answer.text for answers in content.answers.values() for answer in answers)
        cased = words.lower() != words.upper()
        return msgspec.structs.replace(content, case_matters=content.case_matters and cased)
    if isinstance(content, Gaps):
        least = min(gap.weight for gap in content.gaps)
        gaps = tuple(msgspec.structs.replace(gap, weight=round(gap.weight / least, 4)) for gap in content.gaps)
        words = "".join(a.text for gap in gaps for answers in gap.accepted.values() for a in answers)
        case = content.case_matters and words.lower() != words.upper()
        accents = content.accents_matter or not any(gap.accepted for gap in gaps)
        return msgspec.structs.replace(content, gaps=gaps, case_matters=case, accents_matter=accents)
    return content


@FORMATS
@pytest.mark.parametrize("kind", BY_TYPE)
def test_what_was_written_is_read_again_the_same(format: Qti, kind: str) -> None:
    @settings(max_examples=60, deadline=None)
    @given(outgoing(BY_TYPE[kind]))
    def same(question: OutgoingQuestion) -> None:
        assert not any(loss.whole for loss in format.losses([question], "en"))
        (found,) = back(format, question)
        assert comparable(found.content) == comparable(question.content)
        assert (found.key, found.marks, found.category, found.tags) == (
            question.key, question.marks, question.category, question.tags
        )  # fmt: skip

    same()
