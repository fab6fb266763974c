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
        # An answer in the question's own language counts too: people quote terms as they learned them.
        for tag in (language if self.answers.get(language) else self.source_language, self.source_language):
            answers = self.answers.get(tag, ())
            place = first_match(answer.text, answers, self.case_matters, self.accents_matter)
            if place is not None:
                return self._key(tag, place), answers[place]
        return None

    def _key(self, tag: str, place: int) -> str:
        """The place, from 1, that an answer has in the source's; with its language where that has none there."""
        own = len(self.answers.get(self.source_language, ()))
        return str(place + 1) if place < own else f"{tag} {place + 1}"


def first_match(typed: str, accepted: Sequence[AcceptedAnswer], case_matters: bool, accents_matter: bool) -> int | None:
    """The place, from 0, of the first accepted answer that fits what was typed."""
    said = _folded(typed, case_matters, accents_matter)
    for place, answer in enumerate(accepted):
        if _fits(_folded(answer.text, case_matters, accents_matter), said):
            return place
    return None


def rules_of_typing(case_matters: bool, accents_matter: bool) -> tuple[object, ...]:
    """How what is typed is compared, in sentences."""
    if accents_matter:
        accents = _l("Accents must be as written; extra spaces do not matter.")
    else:
        accents = _l("Accents and extra spaces do not matter.")
    return (
        _l("Capitals must be as written.") if case_matters else _l("Capitals do not matter."),
        accents,
        _l("* stands for any words or none; write \\* for an asterisk."),
    )


def hint_of_typing(case_matters: bool, accents_matter: bool) -> object:
    """What those who type should mind."""
    if case_matters and accents_matter:
        return _l("A word or a few. Capitals and accents matter.")
    if case_matters:
        return _l("A word or a few. Capitals matter, accents do not.")
    if accents_matter:
        return _l("A word or a few. Accents matter, capitals do not.")
    return _l("A word or a few. Capitals and accents do not matter.")


def left_open(accepted: str) -> str:
    """An accepted answer as people read it: what may stand anywhere is left open."""
    return re.sub(r"\\\*|\*+", lambda found: "*" if found[0] == r"\*" else "…", accepted)


def _folded(text: str, case_matters: bool, accents_matter: bool) -> str:
    """Spaces made one, accents taken off and case evened out unless they matter."""
    text = unicodedata.normalize("NFC" if accents_matter else "NFKD", " ".join(text.split()))
    if not accents_matter:
        text = "".join(c for c in text if not unicodedata.combining(c))
    # Case-folding may take a letter apart ("İ"): what is compared is put together again.
    return text if case_matters else unicodedata.normalize("NFC", text.casefold())


def _fits(accepted: str, typed: str) -> bool:
    """Whether `typed` is what `accepted` says, any run of characters where it has a star."""
    pieces = [""]
    for piece in re.split(r"(\\\*|\*+)", accepted):
        if piece.startswith("*"):
            pieces.append("")
        else:
            pieces[-1] += "*" if piece == r"\*" else piece
    first, *between = pieces
    if not between:
        return typed == first
    last = between.pop()
    if len(typed) < len(first) + len(last) or not (typed.startswith(first) and typed.endswith(last)):
        return False
    rest = typed[len(first) : len(typed) - len(last)]
    for piece in between:  # the earliest place of each leaves the most to those after it
        _before, found, rest = rest.partition(piece) if piece else ("", "*", rest)
        if not found:
            return False
    return True
