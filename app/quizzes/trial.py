"""Trying a quiz of the draft: the answers so far travel with the page, so that nothing is ever stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from app.core import clock
from app.core.text import Text
from app.courses.kinds import Player

from .attempt_words import words
from .grading import passed
from .queries import Asked, Sitting
from .settings import QuizSettings
from .types import Answer, Content, fits, grade

Fields = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Part:
    """A question of the draft as it would be asked, for how many marks."""

    content: Content
    source_language: str
    marks: float


def page(parts: Sequence[Part], settings: QuizSettings, language: str, sent: Fields) -> Player:
    """What comes after a page of the trial was sent: the question asked for by its number, or the result.

    `sent` holds what an attempt's page sends, and `so_far`, the answers that were given before.
    """
    answers = _answers(parts, sent)
    go = (sent.get("go") or [""])[0]
    if go == "finish" or not parts:
        return _result(parts, settings, language, answers)
    number = min(max(int(go), 1), len(parts)) if go.isascii() and go.isdigit() and len(go) < 6 else 1
    sitting = _sitting(parts, language, answers)
    asked = sitting.questions[number - 1]
    kept = msgspec.json.encode(answers).decode()
    context = {"sitting": sitting, "asked": asked, "quiz": settings, "words": words(len(answers), sitting)}
    return Player("quizzes/trial.html", {**context, "so_far": kept})


def _answers(parts: Sequence[Part], sent: Fields) -> dict[int, Answer]:
    """The answers given so far, by place, with the one that was sent; what fits no question is left out."""
    try:
        answers = msgspec.json.decode((sent.get("so_far") or ["{}"])[0], type=dict[int, Answer])
    except msgspec.MsgspecError:
        answers = {}
    slot = (sent.get("slot") or [""])[0]
    if slot.isascii() and slot.isdigit() and len(slot) < 6 and int(slot) < len(parts):
        answers.pop(int(slot), None)
        if (answer := parts[int(slot)].content.read(sent)) is not None:
            answers[int(slot)] = answer
    return {i: answers[i] for i in sorted(answers) if 0 <= i < len(parts) and fits(parts[i].content, answers[i])}


def _result(parts: Sequence[Part], settings: QuizSettings, language: str, answers: Mapping[int, Answer]) -> Player:
    grades = {i: grade(part.content, answers.get(i), language) for i, part in enumerate(parts)}
    whole = sum(part.marks for part in parts)
    score = sum(grades[i].fraction * part.marks for i, part in enumerate(parts)) / whole if whole else 0.0
    marked: dict[int, tuple[float, tuple[Text, ...]]] = {i: (g.fraction, tuple(g.feedback)) for i, g in grades.items()}
    sitting = _sitting(parts, language, answers, marked, score)
    reached = passed(score, settings)
    context: dict[str, Any] = {"sitting": sitting, "quiz": settings, "passed": reached, "done": reached}
    return Player("quizzes/trial_result.html", {**context, "left": None, "reveals": True, "underway": None})


def _sitting(
    parts: Sequence[Part],
    language: str,
    answers: Mapping[int, Answer],
    marked: Mapping[int, tuple[float, tuple[Text, ...]]] | None = None,
    score: float | None = None,
) -> Sitting:
    now = clock.now()
    return Sitting(
        id=0, enrolment_id=0, activity_id=0, course_slug="", edition_id=0, number=1, language=language,
        open=marked is None, started_at=now, finished_at=None if marked is None else now, score=score,
        questions=tuple(
            Asked(
                number=i + 1, content=part.content, source_language=part.source_language, marks=part.marks,
                order=tuple(part.content.options()), answer=answers.get(i), sequence=0, flagged=False,
                fraction=marked[i][0] if marked else None, feedback=marked[i][1] if marked else (),
            )
            for i, part in enumerate(parts)
        ),
    )  # fmt: skip
