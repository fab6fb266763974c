"""Short answer: typed, and matched with the accepted answers of its language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from flask_babel import lazy_gettext as _l

from app.core.text import Text

from .asking import Asking
from .fault import QuestionFault
from .grade import Grade
from .parts import Picture
from .scored import AnswerPart, Said, Scored
from .typed import LONGEST, AcceptedAnswer, foreseen, found_in, hint_of_typing, left_open, rules_of_typing


class ShortAnswerAnswer(msgspec.Struct, frozen=True, tag="short_answer"):
    text: str


class ShortAnswer(Asking, frozen=True, tag="short_answer"):
    """Accepted answers are per language; the first that matches decides, so the best stand first."""

    stem: Text
    answers: dict[str, tuple[AcceptedAnswer, ...]]
    source_language: str
    feedback: Text | None = None
    case_matters: bool = False
    hints: tuple[Text, ...] = ()
    pictures: tuple[Picture, ...] = ()
    accents_matter: bool = False

    def accepted(self, language: str) -> tuple[AcceptedAnswer, ...]:
        """The accepted answers in `language`, else those in the question's own."""
        return self.answers.get(language) or self.answers.get(self.source_language, ())

    def grade(self, answer: ShortAnswerAnswer, language: str) -> Grade:
        found = self._found(answer, language)
        if found is None:
            return Grade(0.0)
        feedback = (found[1].feedback,) if found[1].feedback else ()
        return Grade(min(1.0, max(0.0, found[1].fraction)), feedback)

    def read(self, fields: Mapping[str, Sequence[str]]) -> ShortAnswerAnswer | None:
        """The answer in a posted form; None if nothing was typed."""
        typed = "".join(fields.get("text", ())[:1]).strip()
        return ShortAnswerAnswer(typed) if typed else None

    def accepts(self, answer: ShortAnswerAnswer) -> bool:
        """Whether the answer is short enough to be one."""
        return len(answer.text) <= LONGEST

    def options(self) -> tuple[str, ...]:
        """Nothing here has an order."""
        return ()

    @property
    def teaches(self) -> bool:
        """Whether any answer gets feedback."""
        return self.feedback is not None or any(
            part.feedback for part in (answer for accepted in self.answers.values() for answer in accepted)
        )

    def scored(self, language: str) -> tuple[Scored, ...]:
        """What is accepted in `language` and what it earns, the first that fits first."""
        return tuple(Scored(a.text, a.fraction, a.feedback) for a in self.accepted(language))

    def given(self, answer: ShortAnswerAnswer) -> tuple[Text | str, ...]:
        """What the answer says."""
        return (answer.text,)

    def right(self, language: str) -> tuple[Text | str, ...]:
        """What a right answer says; what may stand anywhere is left open."""
        return tuple(left_open(accepted.text) for accepted in self.accepted(language)[:1])

    @property
    def best(self) -> float:
        """The most that an answer can earn, 0 to 1."""
        own = self.answers.get(self.source_language, ())
        return max((min(1.0, accepted.fraction) for accepted in own), default=0.0)

    def rules(self) -> tuple[object, ...]:
        """How it is graded, in sentences."""
        return (
            _l("What is typed is compared with each accepted answer in turn; the first that fits decides."),
            *rules_of_typing(self.case_matters, self.accents_matter),
        )

    @property
    def typing_hint(self) -> object:
        """What to mind while typing, in a sentence or two."""
        return hint_of_typing(self.case_matters, self.accents_matter)

    def marks_facts(self) -> Any:
        own = self.answers.get(self.source_language, ())
        facts = [self.case_matters, [(a.text, a.fraction) for a in own]]
        return [*facts, True] if self.accents_matter else facts

    def faults(self) -> list[QuestionFault]:
        """What makes the question ungradable, in words for its author."""
        own = self.answers.get(self.source_language, ())
        if not own:
            words = _l("no accepted answer in the question’s own language, %(language)s", language=self.source_language)
            return [QuestionFault("answers", words)]
        if max(a.fraction for a in own) < 1:
            return [QuestionFault("answers", _l("no accepted answer earns the whole mark"))]
        return []

    def parts(self, language: str) -> tuple[AnswerPart, ...]:
        """One part, as `foreseen` has it."""
        return (AnswerPart("", "", foreseen(self.answers, self.source_language, language), open=True),)

    def said(self, answer: ShortAnswerAnswer, language: str) -> tuple[Said, ...]:
        found = self._found(answer, language)
        if found is None:
            return (Said("", "", answer.text),)
        key, accepted = found
        return (Said("", key, fraction=min(1.0, max(0.0, accepted.fraction))),)

    def _found(self, answer: ShortAnswerAnswer, language: str) -> tuple[str, AcceptedAnswer] | None:
        return found_in(
            self.answers, answer.text, self.source_language, language,
            case_matters=self.case_matters, accents_matter=self.accents_matter,
        )  # fmt: skip
