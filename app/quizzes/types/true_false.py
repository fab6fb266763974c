"""True or false: a statement to judge."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.core.text import Text

from .asking import Asking
from .fault import QuestionFault
from .grade import Grade
from .parts import Picture
from .scored import AnswerPart, Said, Scored

VALUES = {"true": True, "false": False}


class TrueFalseAnswer(msgspec.Struct, frozen=True, tag="true_false"):
    value: bool


class TrueFalse(Asking, frozen=True, tag="true_false"):
    """`truth` says whether the statement is true; the two feedbacks are for who answered so."""

    stem: Text
    truth: bool
    feedback: Text | None = None
    true_feedback: Text | None = None
    false_feedback: Text | None = None
    hints: tuple[Text, ...] = ()
    pictures: tuple[Picture, ...] = ()

    def grade(self, answer: TrueFalseAnswer, language: str) -> Grade:
        said = self.true_feedback if answer.value else self.false_feedback
        return Grade(1.0 if answer.value == self.truth else 0.0, (said,) if said else ())

    def read(self, fields: Mapping[str, Sequence[str]]) -> TrueFalseAnswer | None:
        """The answer in a posted form, `value`; None if nothing was chosen, or neither."""
        value = VALUES.get("".join(fields.get("value", ())[:1]))
        return None if value is None else TrueFalseAnswer(value)

    def accepts(self, answer: TrueFalseAnswer) -> bool:
        return isinstance(answer.value, bool)

    @property
    def teaches(self) -> bool:
        return any((self.feedback, self.true_feedback, self.false_feedback))

    def scored(self, language: str) -> tuple[Scored, ...]:
        return tuple(
            Scored(_words(value), float(value == self.truth), said, key)
            for (key, value), said in zip(VALUES.items(), (self.true_feedback, self.false_feedback), strict=True)
        )

    def given(self, answer: TrueFalseAnswer) -> tuple[Text | str, ...]:
        return (_words(answer.value),)

    def right(self, language: str) -> tuple[Text | str, ...]:
        return (_words(self.truth),)

    def rules(self) -> tuple[object, ...]:
        return (_l("The right one of the two earns the whole mark."),)

    def marks_facts(self) -> Any:
        return self.truth

    def faults(self) -> list[QuestionFault]:
        """None: whatever is said of a statement, it is one of the two."""
        return []

    def parts(self, language: str) -> tuple[AnswerPart, ...]:
        return (AnswerPart("", "", self.scored(language)),)

    def said(self, answer: TrueFalseAnswer, language: str) -> tuple[Said, ...]:
        key = "true" if answer.value else "false"
        return (Said("", key, fraction=float(answer.value == self.truth)),)


def _words(value: bool) -> str:
    return str(_("True") if value else _("False"))
