"""What may be shown of an attempt, and when. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.core.text import Text

from ..settings import Band, Review, When

RIGHT_AFTER = timedelta(minutes=2)  # of finishing


@dataclass(frozen=True, slots=True)
class Shown:
    """What may be shown of an attempt at a moment. `done` says that right answers need not wait any more.

    `general`, the feedback to a question, is shown besides to who answered it rightly where `general_if_right`.
    """

    attempt: bool
    correctness: bool
    marks: bool
    specific: bool
    general: bool
    general_if_right: bool
    right_answer: bool
    overall: bool


def moment(finished_at: datetime | None, closes_at: datetime | None, now: datetime) -> When:
    """Which moment `now` is for an attempt finished at `finished_at` (None: under way) at a quiz that closes then."""
    if finished_at is None:
        return When.DURING
    if now < finished_at + RIGHT_AFTER:
        return When.AFTER
    return When.LATER if closes_at is None or now < closes_at else When.CLOSED


def shown(review: Review, when: When, *, done: bool) -> Shown:
    """What `review` lets be shown. `done`: the quiz is complete, or no attempt is left and none under way.

    Whoever may not see the attempt sees nothing of its questions; what is said of it as a whole stands for itself.
    """
    attempt = when in review.attempt
    waits = review.right_once_done and not done
    correctness = attempt and when in review.correctness
    general = attempt and when in review.general
    return Shown(
        attempt=attempt,
        correctness=correctness,
        marks=when in review.marks,
        specific=attempt and when in review.specific,
        general=general and not waits,
        general_if_right=general and correctness,
        right_answer=attempt and when in review.right_answer and not waits,
        overall=when in review.overall,
    )


def band_of(bands: Sequence[Band], score: float | None) -> Text | None:
    """What is said of a score, 0 to 1: the text of the highest band that it reaches."""
    if score is None:
        return None
    reached = [band for band in bands if score * 100 >= band.from_percent - 1e-9]
    return max(reached, key=lambda band: band.from_percent).text if reached else None
