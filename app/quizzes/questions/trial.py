"""A try at a question that is being written: what it earns, what is said to it, and what decided. Kept nowhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.core.text import Text

from ..queries import Asked
from ..types import Answer, Content, Grade, fits, grade

PREFIX = "try-"  # so that what is answered and what is written are told apart in one form


class TriedQuestion(Asked):
    """A question within the form that writes it."""

    __slots__ = ()

    @property
    def prefix(self) -> str:
        return PREFIX


@dataclass(frozen=True, slots=True)
class Decision:
    """What one part of an answer earned. `fits` is the foreseen answer that decided, None where it was none of them;
    `said` is empty where the part was left open. `fraction` is of the whole mark."""

    part: Text | str
    said: Text | str
    fits: Text | str | None
    fraction: float


@dataclass(frozen=True, slots=True)
class Trial:
    """A question as it is asked, and what became of the answer that was tried, if one was."""

    asked: Asked
    grade: Grade | None
    decisions: tuple[Decision, ...] = ()

    @property
    def questions(self) -> tuple[Asked, ...]:
        return (self.asked,)


def try_out(content: Content, language: str, sent: Mapping[str, Sequence[str]] | None = None) -> Trial:
    """The question as it is asked, with the answer in the posted fields graded."""
    fields = {name.removeprefix(PREFIX): values for name, values in (sent or {}).items() if name.startswith(PREFIX)}
    answer = content.read(fields) if fields else None
    if answer is not None and not fits(content, answer):
        answer = None
    asked = TriedQuestion(
        number=1, content=content, source_language=language, marks=1.0, order=content.options(), answer=answer,
        sequence=0, flagged=False, fraction=None, feedback=(),
    )  # fmt: skip
    if answer is None:
        return Trial(asked, None)
    return Trial(asked, grade(content, answer, language), _decisions(content, answer, language))


def _decisions(content: Content, answer: Answer, language: str) -> tuple[Decision, ...]:
    """Part by part, in the order of the question; none where a person marks it."""
    if content.marked_by_hand:
        return ()
    parts, said = content.parts(language), content.said(answer, language)  # type: ignore[arg-type]
    found = []
    for part in parts:
        foreseen = {scored.key: scored.words for scored in part.foreseen}
        given = [one for one in said if one.part == part.key]
        for one in given:
            words = foreseen.get(one.key) if one.key else None
            found.append(Decision(part.words, one.words or words or "", words, one.fraction))
        if not given:
            found.append(Decision(part.words, "", None, 0.0))
    return tuple(found)
