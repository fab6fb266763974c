"""What is shown of an attempt, and when, worked out by hand."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime, timedelta

import pytest

from app.quizzes.attempts.review import band_of, moment, shown
from app.quizzes.settings import Band, Review, When
from tests.factories import text

END = datetime(2026, 11, 28, 9, 30, tzinfo=UTC)
CLOSES = END + timedelta(hours=1)
NOTHING = Review((), (), (), (), (), (), ())
PARTS = ("attempt", "correctness", "marks", "specific", "general", "right_answer", "overall")


@pytest.mark.parametrize(
    ("seconds", "closes", "when"),
    [
        (0, None, When.AFTER), (119, None, When.AFTER), (120, None, When.LATER), (10**6, None, When.LATER),
        (119, CLOSES, When.AFTER), (3599, CLOSES, When.LATER), (3600, CLOSES, When.CLOSED),
        (60, END, When.AFTER), (120, END, When.CLOSED),
    ],
)  # fmt: skip
def test_the_moment_to_the_second(seconds: int, closes: datetime | None, when: When) -> None:
    assert moment(END, closes, END + timedelta(seconds=seconds)) is when


def test_an_open_attempt_is_during_whatever_has_closed() -> None:
    assert moment(None, END, CLOSES) is When.DURING


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("when", list(When))
def test_each_part_at_each_moment_is_its_own_box(part: str, when: When) -> None:
    boxes = {name: (when,) if name in ("attempt", part) else () for name in PARTS}
    now = asdict(shown(Review(**boxes, right_once_done=False), when, done=False))
    now.pop("general_if_right")
    assert {name for name, is_shown in now.items() if is_shown} == {"attempt", part}
    for other in set(When) - {when}:
        assert not any(asdict(shown(Review(**boxes, right_once_done=False), other, done=True)).values())


def test_questions_are_shown_of_an_attempt_that_is_shown_only() -> None:
    without = Review(attempt=(), right_once_done=False)
    now = shown(without, When.LATER, done=True)
    assert (now.attempt, now.correctness, now.specific, now.general, now.right_answer) == (False,) * 5
    assert now.marks and now.overall


def test_right_answers_wait_until_the_quiz_is_done() -> None:
    before, done = shown(Review(), When.LATER, done=False), shown(Review(), When.LATER, done=True)
    assert (before.right_answer, before.general, before.general_if_right) == (False, False, True)
    assert (before.specific, before.marks, before.correctness) == (True, True, True)
    assert (done.right_answer, done.general) == (True, True)


def test_bands_reach_up_to_the_next() -> None:
    bands = (Band(90, text("Well done")), Band(50, text("Nearly")), Band(0, text("Read it again")))
    for score, words in (
        (1.0, "Well done"),
        (0.9, "Well done"),
        (0.899, "Nearly"),
        (0.5, "Nearly"),
        (0.0, "Read it again"),
    ):
        found = band_of(bands, score)
        assert found and found.best("en", "en") == words
    assert band_of(bands, None) is None
    assert band_of((Band(50, text("Nearly")),), 0.4) is None
