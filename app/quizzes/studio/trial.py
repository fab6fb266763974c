"""Trying a quiz of the draft: the answers so far travel with the page, so that nothing is ever stored."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from app.core import clock
from app.core.text import Text
from app.courses.kinds import Player
from app.courses.outline import OutlineActivity
from app.progress.queries import Enrolled, Place

from ..attempts import behaviour, review
from ..attempts.behaviour import Earned
from ..attempts.desk import Desk, Outlook
from ..attempts.drawing import pages_of
from ..attempts.review import Shown
from ..attempts.words import words
from ..grading import passed
from ..models import AttemptState, Try
from ..queries import Asked, Sitting, prefix_of
from ..settings import QuizSettings
from ..types import Answer, Content, fits

Fields = Mapping[str, Sequence[str]]
EVERYTHING = Shown(True, True, True, True, True, True, True, True)


@dataclass(frozen=True, slots=True)
class Part:
    """A question of the draft as it would be asked, for how many marks; `new_page`: whether a page begins with it."""

    content: Content
    source_language: str
    marks: float
    new_page: bool = True


class Kept(msgspec.Struct, frozen=True):
    """What was answered to a question so far, and what its checks gave."""

    answer: Answer | None = None
    certainty: int | None = None
    tries: tuple[Try, ...] = ()
    locked: bool = False
    fraction: float | None = None
    feedback: tuple[Text, ...] = ()


def page(parts: Sequence[Part], settings: QuizSettings, language: str, sent: Fields) -> Player:
    """What comes after a page of the trial was sent: the question asked for by its number, or the result.

    `sent` holds what an attempt's page sends, and `so_far`, what was answered before.
    """
    kept = _kept(parts, settings, sent)
    go, check = _first(sent, "go"), _number(_first(sent, "check"), -1)
    if 0 <= check < len(parts):
        kept[check] = _checked(parts[check].content, kept.get(check, Kept()), settings, language)
        go = str(check + 1)
    again = _number(_first(sent, "again"), -1) + 1
    go = str(again) if again else go
    if go == "finish" or not parts:
        return _result(parts, settings, language, kept)
    number = min(max(_number(go, 1), 1), len(parts))
    sitting = _sitting(parts, language, kept)
    context = {
        "desk_at": _desk_at(sitting, settings), "page": sitting.page_of(number), "left": None,
        "again": again, "words": words(sitting.answered, len(parts)),
        "so_far": msgspec.json.encode(kept).decode(),
    }  # fmt: skip
    return Player("quizzes/trial.html", context)


def _kept(parts: Sequence[Part], settings: QuizSettings, sent: Fields) -> dict[int, Kept]:
    """What was answered so far, by place, with what was sent; what fits no question is left out."""
    try:
        kept = msgspec.json.decode(_first(sent, "so_far") or "{}", type=dict[int, Kept])
    except msgspec.MsgspecError:
        kept = {}
    kept = {i: one for i, one in kept.items() if 0 <= i < len(parts)}
    for slot in {_number(slot, -1) for slot in sent.get("slot", ())}:
        if not 0 <= slot < len(parts) or kept.get(slot, Kept()).locked:
            continue
        prefix = prefix_of(slot)
        fields = {name.removeprefix(prefix): values for name, values in sent.items() if name.startswith(prefix)}
        if "as_it_is" in fields:
            continue
        certainty = _number("".join(fields.get("certainty", ())[:1]), 0)
        kept[slot] = msgspec.structs.replace(
            kept.get(slot, Kept()),
            answer=parts[slot].content.read(fields),
            certainty=certainty if certainty in behaviour.CERTAINTIES else None,
        )
    return {i: kept[i] for i in sorted(kept) if (given := kept[i].answer) is not None and fits(parts[i].content, given)}


def _checked(content: Content, kept: Kept, settings: QuizSettings, language: str) -> Kept:
    """`kept` with one try more, if there is something to check."""
    between = behaviour.between_tries(kept.answer, kept.tries, kept.locked)
    if kept.answer is None or kept.locked or between or not behaviour.can_check(settings, content):
        return kept
    earned = behaviour.check(content, kept.answer, kept.certainty, kept.tries, settings, language, clock.now())
    return Kept(kept.answer, kept.certainty, earned.tries, earned.locked, earned.fraction, earned.feedback)


def _result(parts: Sequence[Part], settings: QuizSettings, language: str, kept: Mapping[int, Kept]) -> Player:
    earned = [_earned(part.content, kept.get(i, Kept()), settings, language) for i, part in enumerate(parts)]
    whole = sum(part.marks for part in parts)
    sum_earned = sum((one.fraction or 0.0) * part.marks for one, part in zip(earned, parts, strict=True))
    waits = any(one.waits for one in earned)
    score = None if waits else min(1.0, max(0.0, sum_earned / whole)) if whole else 0.0
    sitting = _sitting(parts, language, kept, earned, score)
    reached = passed(score, settings)
    outlook = Outlook(left=None, underway=None, done=reached, shown=EVERYTHING, refused=None)
    context = {
        "desk_at": _desk_at(sitting, settings), "outlook": outlook, "shown": EVERYTHING, "passed": reached,
        "done": reached, "left": None, "underway": None, "band": review.band_of(settings.bands, score),
    }  # fmt: skip
    return Player("quizzes/trial_result.html", context)


def _earned(content: Content, kept: Kept, settings: QuizSettings, language: str) -> Earned:
    if kept.locked:
        return Earned(kept.fraction, kept.feedback, tries=kept.tries, locked=True)
    return behaviour.hand_in(content, kept.answer, kept.certainty, kept.tries, settings, language)


def _desk_at(sitting: Sitting, settings: QuizSettings) -> Callable[[Place, Enrolled, OutlineActivity], Desk]:
    """What the templates of an attempt stand on, once the preview has said where that is."""

    def desk_at(place: Place, enrolled: Enrolled, activity: OutlineActivity) -> Desk:
        return Desk(sitting, place, enrolled, activity, settings, settings, clock.now())

    return desk_at


def _sitting(
    parts: Sequence[Part],
    language: str,
    kept: Mapping[int, Kept],
    earned: Sequence[Earned] | None = None,
    score: float | None = None,
) -> Sitting:
    now = clock.now()
    pages = pages_of([part.new_page for part in parts])
    questions = []
    for i, part in enumerate(parts):
        one = kept.get(i, Kept())
        marked = earned[i] if earned else Earned(one.fraction, one.feedback, tries=one.tries, locked=one.locked)
        questions.append(
            Asked(
                number=i + 1, content=part.content, source_language=part.source_language, marks=part.marks,
                order=tuple(part.content.options()), answer=one.answer, sequence=0, flagged=False,
                fraction=marked.fraction, feedback=marked.feedback, certainty=one.certainty, tries=marked.tries,
                locked=marked.locked, waits=marked.waits, page=pages[i],
            )
        )  # fmt: skip
    return Sitting(
        id=0, enrolment_id=0, activity_id=0, course_slug="", edition_id=0, number=1, language=language,
        open=earned is None, started_at=now, finished_at=None if earned is None else now, score=score,
        questions=tuple(questions), state=AttemptState.OPEN if earned is None else AttemptState.SUBMITTED,
    )  # fmt: skip


def _first(sent: Fields, name: str) -> str:
    return "".join(sent.get(name, ())[:1])


def _number(typed: str, default: int) -> int:
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 6 else default
