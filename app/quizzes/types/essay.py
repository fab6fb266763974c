"""Essay: written, and marked by a trainer, by a rubric where there is one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import msgspec
from flask_babel import lazy_gettext as _l

from app.core.text import Text

from .asking import Asking
from .fault import QuestionFault
from .grade import Grade
from .parts import Picture
from .scored import AnswerPart, Said, Scored

LONGEST_ESSAY = 20_000  # characters


class EssayAnswer(msgspec.Struct, frozen=True, tag="essay"):
    text: str


class Level(msgspec.Struct, frozen=True):
    """How well a criterion is met, in words, and the points that earns."""

    key: str
    text: Text
    points: float


class Criterion(msgspec.Struct, frozen=True):
    """What is looked for; its levels from the least to the most."""

    key: str
    text: Text
    levels: tuple[Level, ...]

    @property
    def points(self) -> float:
        """The most that it earns."""
        return max((level.points for level in self.levels), default=0.0)


class Essay(Asking, frozen=True, tag="essay"):
    """`guidance` is for those who mark and is never shown to practitioners; the rubric is, with the result.

    `fewest` and `most` words are asked for and counted while writing; an answer outside them is kept all the same.
    `starter` is what stands in the box at first.
    """

    marked_by_hand: ClassVar[bool] = True

    stem: Text
    rubric: tuple[Criterion, ...] = ()
    guidance: Text | None = None
    fewest: int | None = None
    most: int | None = None
    starter: Text | None = None
    feedback: Text | None = None
    hints: tuple[Text, ...] = ()
    pictures: tuple[Picture, ...] = ()

    @property
    def points(self) -> float:
        """The most that the rubric gives; 0 without one."""
        return sum(criterion.points for criterion in self.rubric)

    def grade(self, answer: EssayAnswer, language: str) -> Grade:
        """It waits for a person."""
        return Grade(0.0, waits=True) if answer.text.strip() else Grade(0.0)

    def read(self, fields: Mapping[str, Sequence[str]]) -> EssayAnswer | None:
        """The answer in a posted form; None if nothing was written but what stood there at first."""
        written = _tidy("".join(fields.get("text", ())[:1]))
        starters = self.starter.strings().values() if self.starter else ()
        return EssayAnswer(written) if written and written not in map(_tidy, starters) else None

    def accepts(self, answer: EssayAnswer) -> bool:
        """Whether something was written, and no more than there is room for."""
        return bool(answer.text.strip()) and len(answer.text) <= LONGEST_ESSAY

    @property
    def teaches(self) -> bool:
        """Whoever marks it comments on it."""
        return True

    def scored(self, language: str) -> tuple[Scored, ...]:
        """Nothing is foreseen."""
        return ()

    def parts(self, language: str) -> tuple[AnswerPart, ...]:
        """Nothing here can be counted."""
        return ()

    def said(self, answer: EssayAnswer, language: str) -> tuple[Said, ...]:
        return ()

    def given(self, answer: EssayAnswer) -> tuple[Text | str, ...]:
        """What the answer says."""
        return (answer.text,)

    def right(self, language: str) -> tuple[Text | str, ...]:
        """No answer is the right one."""
        return ()

    def rules(self) -> tuple[object, ...]:
        """How it is graded, in sentences."""
        by = _l("A trainer reads and marks it, by the rubric.") if self.rubric else _l("A trainer reads and marks it.")
        return (by, self.asked_length) if self.asked_length else (by,)

    @property
    def asked_length(self) -> object:
        """How long it is to be, in a sentence; None where that is left open."""
        if self.fewest and self.most:
            return _l("Write %(fewest)s to %(most)s words.", fewest=self.fewest, most=self.most)
        if self.fewest:
            return _l("Write at least %(fewest)s words.", fewest=self.fewest)
        if self.most:
            return _l("Write at most %(most)s words.", most=self.most)
        return None

    def marks_facts(self) -> Any:
        return [[c.key, [[level.key, level.points] for level in c.levels]] for c in self.rubric]

    def faults(self) -> list[QuestionFault]:
        """What makes the question ungradable, in words for its author."""
        found = []
        if self.fewest and self.most and self.fewest > self.most:
            found.append(QuestionFault("most", _l("the most words are fewer than the fewest")))
        for number, criterion in enumerate(self.rubric, 1):
            if len(criterion.levels) < 2:
                words = _l("criterion %(number)s needs at least two levels", number=number)
                found.append(QuestionFault("rubric", words))
            elif criterion.points <= 0:
                found.append(QuestionFault("rubric", _l("criterion %(number)s gives no points", number=number)))
        return found


def words_in(written: str) -> int:
    """How many words were written."""
    return len(written.split())


def _tidy(written: str) -> str:
    return written.replace("\r\n", "\n").replace("\r", "\n").strip()
