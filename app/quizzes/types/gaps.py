"""Gaps in a text: typed, or chosen from a list."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from flask_babel import lazy_gettext as _l

from app.core.text import Phrase, Text

from .aliases import aliases, keys_by_alias
from .asking import Asking
from .choices import Choice
from .fault import QuestionFault
from .grade import Grade
from .parts import Labelled, Picture
from .scored import AnswerPart, Said, Scored
from .typed import LONGEST, AcceptedAnswer, foreseen, found_in, hint_of_typing, left_open, rules_of_typing

MARKER = re.compile(r"\[\[([a-z0-9][a-z0-9-]{0,59})\]\]")
OPEN = "…"


class GapsAnswer(msgspec.Struct, frozen=True, tag="gaps"):
    """The key of a gap to what was typed in it, or to the key of the choice; gaps left open are not in it."""

    filled: dict[str, str]


class Gap(msgspec.Struct, frozen=True):
    """One gap: of `choices`, else typed, with `accepted` answers a language. `weight` is its part of the mark."""

    key: str
    accepted: dict[str, tuple[AcceptedAnswer, ...]] = {}
    choices: tuple[Choice, ...] = ()
    weight: float = 1.0

    def listed(self, language: str, source: str) -> list[tuple[str, Choice]]:
        """The choices, each after its alias, in the alphabetical order of what they say, which tells nothing."""
        named = aliases(self._labelled)
        ordered = sorted(self.choices, key=lambda choice: (choice.text.best(language, source).casefold(), choice.key))
        return [(named[choice.key], choice) for choice in ordered]

    def key_of(self, alias: str) -> str:
        """The key of the choice that pages call so; what is none comes back as it is, marked, so that it is refused."""
        return keys_by_alias(self._labelled).get(alias, f"?{alias}")

    @property
    def _labelled(self) -> list[Labelled]:
        return [Labelled(choice.key, choice.text) for choice in self.choices]


class Gaps(Asking, frozen=True, tag="gaps"):
    """`stem` is the text, in which `[[key]]` stands for a gap, in each of its languages."""

    stem: Text
    gaps: tuple[Gap, ...]
    source_language: str
    case_matters: bool = False
    accents_matter: bool = False
    feedback: Text | None = None
    hints: tuple[Text, ...] = ()
    pictures: tuple[Picture, ...] = ()

    def grade(self, answer: GapsAnswer, language: str) -> Grade:
        """The gaps' weighted mean. An open gap earns nothing."""
        earned = [(gap, self._earned(gap, answer, language)) for gap in self.gaps]
        total = sum(gap.weight for gap in self.gaps)
        fraction = sum(gap.weight * _within(scored) for gap, scored in earned) / total if total > 0 else 0.0
        feedback = tuple(scored.feedback for _gap, scored in earned if scored and scored.feedback)
        return Grade(min(1.0, max(0.0, round(fraction, 6))), feedback)

    def read(self, fields: Mapping[str, Sequence[str]]) -> GapsAnswer | None:
        """The answer in a posted form; None if no gap was filled."""
        filled = {}
        for gap in self.gaps:
            sent = fields.get(self.field_of(gap)) or fields.get(f"gap-{gap.key}", ())
            if typed := "".join(sent[:1]).strip():
                filled[gap.key] = gap.key_of(typed) if gap.choices else typed
        return GapsAnswer(filled) if filled else None

    def field_of(self, gap: Gap) -> str:
        """What pages call the field of a gap, by its place among them: its key is its author's, and might tell.

        No key begins with `_`.
        """
        return f"gap-_{self.gaps.index(gap) + 1}"

    def accepts(self, answer: GapsAnswer) -> bool:
        """Whether the answer fills gaps of this question, each with one of its choices or something short enough."""
        gaps = {gap.key: gap for gap in self.gaps}
        return answer.filled.keys() <= gaps.keys() and all(
            any(choice.key == said for choice in gaps[key].choices)
            if gaps[key].choices
            else bool(said.strip()) and len(said) <= LONGEST
            for key, said in answer.filled.items()
        )

    @property
    def best(self) -> float:
        """The most that an answer can earn, 0 to 1."""
        total = sum(gap.weight for gap in self.gaps)
        best = sum(gap.weight * self._best(gap) for gap in self.gaps)
        return min(1.0, round(best / total, 6)) if total > 0 else 0.0

    @property
    def teaches(self) -> bool:
        """Whether any answer gets feedback."""
        said: list[Choice | AcceptedAnswer] = []
        for gap in self.gaps:
            said += [*gap.choices, *(answer for accepted in gap.accepted.values() for answer in accepted)]
        return self.feedback is not None or any(answer.feedback for answer in said)

    def scored(self, language: str) -> tuple[Scored, ...]:
        """What can be answered, after the name of its gap, and what it earns of it, in the author's order."""
        return tuple(
            msgspec.structs.replace(scored, words=_named(gap, scored.words))
            for gap in self.gaps
            for scored in self._scored(gap, language)
        )

    def parts(self, language: str) -> tuple[AnswerPart, ...]:
        """Each gap, named as in the text; the answers of a typed one as `foreseen` has them."""
        return tuple(
            AnswerPart(gap.key, gap.key, self._scored(gap, language))
            if gap.choices
            else AnswerPart(gap.key, gap.key, foreseen(gap.accepted, self.source_language, language), open=True)
            for gap in self.gaps
        )

    def said(self, answer: GapsAnswer, language: str) -> tuple[Said, ...]:
        total = sum(gap.weight for gap in self.gaps)
        found = []
        for gap in self.gaps:
            if gap.key not in answer.filled:
                continue
            scored = self._earned(gap, answer, language)
            fraction = round(gap.weight * _within(scored) / total, 6) if total > 0 else 0.0
            typed = "" if scored and scored.key else answer.filled[gap.key]
            found.append(Said(gap.key, scored.key if scored else "", typed, fraction))
        return tuple(found)

    def given(self, answer: GapsAnswer) -> tuple[Text | str, ...]:
        """What the answer says: the text with its gaps filled, in each language."""
        return (self._filled({gap.key: _words(gap, answer.filled.get(gap.key)) for gap in self.gaps}),)

    def right(self, language: str) -> tuple[Text | str, ...]:
        """What a right answer says: the text with its gaps filled."""
        filled: dict[str, Text | str | None] = {}
        for gap in self.gaps:
            best = max(self._scored(gap, language), key=lambda scored: scored.fraction, default=None)
            said = best.words if best else None
            filled[gap.key] = left_open(said) if isinstance(said, str) else said
        return (self._filled(filled),)

    def rules(self) -> tuple[object, ...]:
        """How it is graded, in sentences."""
        even = len({gap.weight for gap in self.gaps}) < 2
        share = _l("Each gap earns an equal share of the mark.") if even else _l("Each gap earns its weight’s share.")
        if all(gap.choices for gap in self.gaps):
            return (share,)
        return (share, *rules_of_typing(self.case_matters, self.accents_matter))

    def marks_facts(self) -> Any:
        return [
            self.case_matters,
            self.accents_matter,
            [
                [
                    gap.key,
                    gap.weight,
                    sorted((choice.key, choice.fraction) for choice in gap.choices),
                    [] if gap.choices else [(a.text, a.fraction) for a in gap.accepted.get(self.source_language, ())],
                ]
                for gap in self.gaps
            ],
        ]

    def faults(self) -> list[QuestionFault]:
        """What makes the question ungradable, in words for its author."""
        source = self.stem.phrases.get(self.source_language)
        markers = MARKER.findall(source.string if source else "")
        keys = [gap.key for gap in self.gaps]
        found = []
        if not markers:
            found.append(QuestionFault("stem", _l("no gap in the text: write [[1]] where the first one is to be")))
        for key in dict.fromkeys(markers):
            if markers.count(key) > 1:
                found.append(QuestionFault("stem", _l("[[%(key)s]] stands in the text more than once", key=key)))
            if key not in keys:
                words = _l("[[%(key)s]] stands in the text, and no gap below is called so", key=key)
                found.append(QuestionFault("stem", words))
        for gap in self.gaps:
            if gap.key not in markers:
                words = _l("the gap “%(key)s” has no [[%(key)s]] in the text", key=gap.key)
                found.append(QuestionFault("gaps", words))
            if keys.count(gap.key) > 1:
                found.append(QuestionFault("gaps", _l("two gaps are called “%(key)s”", key=gap.key)))
            if not gap.weight > 0:
                words = _l("the gap “%(key)s” has no weight", key=gap.key)
                found.append(QuestionFault("gaps", words))
            if len(gap.choices) == 1:
                words = _l("the gap “%(key)s” has only one choice", key=gap.key)
                found.append(QuestionFault("gaps", words))
            if self._best(gap) < 1:
                words = _l("no answer to the gap “%(key)s” earns its whole share", key=gap.key)
                found.append(QuestionFault("gaps", words))
        return found

    @property
    def typing_hint(self) -> object:
        """What to mind while typing; None where all is chosen."""
        typed = any(not gap.choices for gap in self.gaps)
        return hint_of_typing(self.case_matters, self.accents_matter) if typed else None

    def is_whole_in(self, language: str) -> bool:
        """Whether the text in `language`, if there is one, has every gap once, and no other."""
        phrase = self.stem.phrases.get(language)
        return phrase is None or sorted(MARKER.findall(phrase.string)) == sorted(gap.key for gap in self.gaps)

    def shown_stem(self, language: str, source: str) -> tuple[str, str]:
        """The text with its gaps left open. One that lost a gap gives way to the question's own."""
        spoken, string = self._spoken(language, source)
        return spoken, MARKER.sub(OPEN, string)

    def paragraphs(self, language: str) -> tuple[str, list[list[str | Gap]]]:
        """The language of the text, and its paragraphs as words and gaps in turn."""
        spoken, string = self._spoken(language, self.source_language)
        gaps = {gap.key: gap for gap in self.gaps}
        found: list[list[str | Gap]] = []
        for paragraph in string.split("\n\n"):
            pieces = MARKER.split(paragraph)  # words, key, words, key … words
            found.append([gaps.get(piece, "") if place % 2 else piece for place, piece in enumerate(pieces)])
        return spoken, found

    def number_of(self, gap: Gap, language: str) -> int:
        """The place of a gap in the text, from 1."""
        markers = MARKER.findall(self._spoken(language, self.source_language)[1])
        return markers.index(gap.key) + 1 if gap.key in markers else 0

    def accepted(self, gap: Gap, language: str) -> tuple[AcceptedAnswer, ...]:
        """The accepted answers of a typed gap in `language`, else those in the question's own."""
        return gap.accepted.get(language) or gap.accepted.get(self.source_language, ())

    def _spoken(self, language: str, source: str) -> tuple[str, str]:
        return self.stem.spoken(language if self.is_whole_in(language) else source, source)

    def _filled(self, words: Mapping[str, Text | str | None]) -> Text:
        """The paragraphs that have gaps, filled with these words, in each language of the text."""
        phrases = {}
        for language, phrase in self.stem.phrases.items():

            def fill(marker: re.Match[str], language: str = language) -> str:
                said = words.get(marker[1])
                return f"[{said.best(language, self.source_language) if isinstance(said, Text) else said or OPEN}]"

            kept = [paragraph for paragraph in phrase.string.split("\n\n") if MARKER.search(paragraph)]
            phrases[language] = Phrase(MARKER.sub(fill, " ".join(kept)), phrase.source_hash)
        return Text(phrases)

    def _scored(self, gap: Gap, language: str) -> tuple[Scored, ...]:
        if gap.choices:
            return tuple(Scored(c.text, c.fraction, c.feedback, c.key) for c in gap.choices)
        return tuple(Scored(a.text, a.fraction, a.feedback) for a in self.accepted(gap, language))

    def _earned(self, gap: Gap, answer: GapsAnswer, language: str) -> Scored | None:
        """The foreseen answer that a gap was filled with; None for an open gap or another answer."""
        said = answer.filled.get(gap.key)
        if said is None:
            return None
        if gap.choices:
            return next((scored for scored in self._scored(gap, language) if scored.key == said), None)
        found = found_in(
            gap.accepted, said, self.source_language, language,
            case_matters=self.case_matters, accents_matter=self.accents_matter,
        )  # fmt: skip
        return Scored(found[1].text, found[1].fraction, found[1].feedback, found[0]) if found else None

    def _best(self, gap: Gap) -> float:
        return max((_within(scored) for scored in self._scored(gap, self.source_language)), default=0.0)


def _within(scored: Scored | None) -> float:
    """What an answer earns of its gap, within 0 and 1: no gap takes away from another."""
    return min(1.0, max(0.0, scored.fraction)) if scored else 0.0


def _words(gap: Gap, said: str | None) -> Text | str | None:
    """What a gap was filled with, as people read it."""
    if said is None or not gap.choices:
        return said
    return next((choice.text for choice in gap.choices if choice.key == said), None)


def _named(gap: Gap, words: Text | str) -> Text | str:
    """An answer after the name of its gap: `[[1]] zebra`."""
    name = f"[[{gap.key}]] "
    if isinstance(words, str):
        return name + words
    return Text({tag: Phrase(name + said.string, said.source_hash) for tag, said in words.phrases.items()})
