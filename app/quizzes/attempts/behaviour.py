"""What an answer earns by how the quiz is taken: checked once, tried several times, given with certainty. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.core.text import Text

from ..models import Try
from ..settings import Behaviour, QuizSettings
from ..types import Answer, Content, grade

CERTAINTIES = (1, 2, 3)


@dataclass(frozen=True, slots=True)
class Earned:
    """What the answer to a question comes to: `fraction` of its mark (None: not known yet), and what is said to it.

    `fraction` is 0 to 1, with certainty -2 to 1. `waits`: for a person's mark. `locked`: checked for good.
    """

    fraction: float | None
    feedback: tuple[Text, ...] = ()
    waits: bool = False
    tries: tuple[Try, ...] = ()
    locked: bool = False


def sure(fraction: float, certainty: int | None) -> float:
    """What `fraction` (0 to 1) is worth with a certainty of 1 (the default), 2 or 3."""
    match certainty:
        case 2:
            return 4 * fraction / 3 - 2 / 3
        case 3:
            return 3 * fraction - 2
        case _:
            return fraction / 3


def after_tries(fraction: float, earlier: int, penalty: float) -> float:
    """What is left of `fraction` after `earlier` tries that each cost `penalty`."""
    return max(0.0, fraction - penalty * earlier)


def asks_certainty(settings: QuizSettings, content: Content) -> bool:
    """Whether a question is answered with a certainty; several tries, and a person's mark, leave no room for it."""
    return settings.certainty and settings.behaviour is not Behaviour.INTERACTIVE and not content.marked_by_hand


def can_check(settings: QuizSettings, content: Content) -> bool:
    """Whether answers to a question are checked before the attempt is submitted."""
    return settings.behaviour is not Behaviour.DEFERRED and not content.marked_by_hand


def tries_left(settings: QuizSettings, tries: Sequence[Try]) -> int:
    """How many times a question can still be checked, unless it is locked."""
    most = settings.tries if settings.behaviour is Behaviour.INTERACTIVE else 1
    return max(0, most - len(tries))


def between_tries(answer: Answer | None, tries: Sequence[Try], locked: bool) -> bool:
    """Whether the answer on the page is the one that was checked last, so that another try begins by asking for it."""
    return bool(tries) and not locked and tries[-1].answer == answer


def check(
    content: Content, answer: Answer, certainty: int | None, tries: Sequence[Try], settings: QuizSettings,
    language: str, now: datetime,
) -> Earned:  # fmt: skip
    """Check `answer` before submission: one try more. It locks when it is right, or was the last."""
    result = grade(content, answer, language)
    made = (*tries, Try(answer, result.fraction, now))
    locked = result.fraction >= 1 or tries_left(settings, made) == 0
    fraction = _worth(content, result.fraction, len(tries), certainty, settings) if locked else None
    return Earned(fraction, result.feedback, tries=made, locked=locked)


def hand_in(
    content: Content, answer: Answer | None, certainty: int | None, tries: Sequence[Try], settings: QuizSettings,
    language: str,
) -> Earned:  # fmt: skip
    """What an answer that was not checked for good earns at submission. One checked last is no further try."""
    result = grade(content, answer, language)
    if result.waits:
        return Earned(None, result.feedback, waits=True, tries=tuple(tries))
    if answer is None:
        return Earned(0.0, result.feedback, tries=tuple(tries))
    earlier = len(tries) - between_tries(answer, tries, locked=False)
    fraction = _worth(content, result.fraction, earlier, certainty, settings)
    return Earned(fraction, result.feedback, tries=tuple(tries))


def _worth(content: Content, fraction: float, earlier: int, certainty: int | None, settings: QuizSettings) -> float:
    if settings.behaviour is Behaviour.INTERACTIVE:
        return after_tries(fraction, earlier, settings.penalty)
    return sure(fraction, certainty) if asks_certainty(settings, content) else fraction


def correctness(
    settings: QuizSettings, content: Content, answer: Answer | None, fraction: float | None, certainty: int | None,
    tries: Sequence[Try],
) -> float | None:  # fmt: skip
    """How right an answer is, 0 to 1, from the `fraction` that tries or certainty made of it; None without one."""
    if fraction is None or answer is None:
        return fraction
    if asks_certainty(settings, content):
        surest = {2: (3 * fraction + 2) / 4, 3: (fraction + 2) / 3}
        return round(surest.get(certainty or 1, 3 * fraction), 9)
    if settings.behaviour is Behaviour.INTERACTIVE and tries:
        last = tries[-1]
        if fraction <= 0:
            return last.fraction if last.answer == answer else 0.0
        earlier = len(tries) - (last.answer == answer)
        return round(min(1.0, fraction + settings.penalty * earlier), 9)
    return fraction
