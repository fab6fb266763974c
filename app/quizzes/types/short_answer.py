"""Short answer: typed, and matched with the accepted answers of its language."""

from __future__ import annotations

import re
import unicodedata
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

LONGEST = 500  # characters of a typed answer


class ShortAnswerAnswer(msgspec.Struct, frozen=True, tag="short_answer"):
    text: str


class AcceptedAnswer(msgspec.Struct, frozen=True):
    """`*` stands for any run of characters, `\\*` for an asterisk; `fraction` of the mark that it earns.

    In another language than the question's, `source_hash` is of the answer in the same place that it was made from
    (None: not known). Empty, it says that the source's own words stand here until there is a translation.
    """

    text: str
    fraction: float = 1.0
    feedback: Text | None = None
    source_hash: str | None = None


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
        return tuple(accepted.text.replace("*", "…") for accepted in self.accepted(language)[:1])

    @property
    def best(self) -> float:
        """The most that an answer can earn, 0 to 1."""
        own = self.answers.get(self.source_language, ())
        return max((min(1.0, accepted.fraction) for accepted in own), default=0.0)

    def rules(self) -> tuple[object, ...]:
        """How it is graded, in sentences."""
        case = _l("Capitals must be as written.") if self.case_matters else _l("Capitals do not matter.")
        return (
            _l("What is typed is compared with each accepted answer in turn; the first that fits decides."),
            case,
            _l("Accents and extra spaces do not matter. * stands for any words or none; write \\* for an asterisk."),
        )

    def marks_facts(self) -> Any:
        own = self.answers.get(self.source_language, ())
        return [self.case_matters, [(a.text, a.fraction) for a in own]]

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
        """One part. Answers that translate each other are one foreseen answer, in the words of `language` if it has
        them; those that a language has beyond the source's stand behind them."""
        own, made = self.answers.get(self.source_language, ()), self.answers.get(language, ())
        foreseen = []
        for place, accepted in enumerate(own):
            said = made[place].text if place < len(made) else ""
            foreseen.append(Scored(said or accepted.text, accepted.fraction, accepted.feedback, str(place + 1)))
        for tag in sorted(self.answers):
            for place, accepted in list(enumerate(self.answers[tag]))[len(own) :]:
                key = self._key(tag, place)
                foreseen.append(Scored(accepted.text, accepted.fraction, accepted.feedback, key))
        return (AnswerPart("", "", tuple(foreseen), open=True),)

    def said(self, answer: ShortAnswerAnswer, language: str) -> tuple[Said, ...]:
        found = self._found(answer, language)
        if found is None:
            return (Said("", "", answer.text),)
        key, accepted = found
        return (Said("", key, fraction=min(1.0, max(0.0, accepted.fraction))),)

    def _found(self, answer: ShortAnswerAnswer, language: str) -> tuple[str, AcceptedAnswer] | None:
        """The first accepted answer that fits, and what it is called in `parts`."""
        typed = _folded(answer.text, self.case_matters)
        # An answer in the question's own language counts too: people quote terms as they learned them.
        for tag in (language if self.answers.get(language) else self.source_language, self.source_language):
            for place, accepted in enumerate(self.answers.get(tag, ())):
                if _pattern(_folded(accepted.text, self.case_matters)).fullmatch(typed):
                    return self._key(tag, place), accepted
        return None

    def _key(self, tag: str, place: int) -> str:
        """The place, from 1, that an answer has in the source's; with its language where that has none there."""
        own = len(self.answers.get(self.source_language, ()))
        return str(place + 1) if place < own else f"{tag} {place + 1}"


def _folded(text: str, case_matters: bool) -> str:
    """Spaces made one, accents taken off, and case unless it matters."""
    text = " ".join(text.split())
    text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return text if case_matters else text.casefold()


def _pattern(accepted: str) -> re.Pattern[str]:
    parts = re.split(r"(\\\*|\*+)", accepted)
    return re.compile(
        "".join(re.escape("*") if p == r"\*" else ".*" if p.startswith("*") else re.escape(p) for p in parts)
    )
