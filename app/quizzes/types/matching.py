"""Matching: for each prompt its match, from one list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from flask_babel import lazy_gettext as _l

from app.core.text import Text

from .aliases import aliases, keys_by_alias, without_meaning
from .asking import Asking
from .fault import QuestionFault
from .grade import Grade
from .parts import Labelled, Picture, Prompt
from .scored import AnswerPart, Said, Scored
from .wording import own_language, own_words, paired, read_the_same

FIELD = "match-"


class MatchingAnswer(msgspec.Struct, frozen=True, tag="matching"):
    """The key of a prompt to the key of the match chosen for it; prompts left open are not in it."""

    chosen: dict[str, str]


class Matching(Asking, frozen=True, tag="matching"):
    """Each prompt earns an equal share, or, with `all_or_nothing`, all of them the mark. A match that is right for no
    prompt is a distractor; one may be right for several. Matches that read the same count as one: in the language of
    who answers, or in the question's own.

    Pages call prompts and matches by their aliases, and show the prompts in the author's order.
    """

    stem: Text
    prompts: tuple[Prompt, ...]
    matches: tuple[Labelled, ...]
    all_or_nothing: bool = False
    feedback: Text | None = None
    hints: tuple[Text, ...] = ()
    pictures: tuple[Picture, ...] = ()

    def grade(self, answer: MatchingAnswer, language: str) -> Grade:
        right = sum(self._is_right(prompt, answer.chosen.get(prompt.key), language) for prompt in self.prompts)
        if self.all_or_nothing:
            return Grade(float(0 < right == len(self.prompts)))
        return Grade(right / len(self.prompts) if self.prompts else 0.0)

    def read(self, fields: Mapping[str, Sequence[str]]) -> MatchingAnswer | None:
        """The answer in a posted form, `match-{prompt}` by aliases; None if nothing was chosen.

        What names no prompt or match of the question is taken as it stands, so that it is refused and not lost.
        """
        prompts, matches = keys_by_alias(self.prompts), keys_by_alias(self.matches)
        chosen = {}
        for field, values in fields.items():
            if field.startswith(FIELD) and values and values[0]:
                name = field.removeprefix(FIELD)
                chosen[prompts.get(name, f"?{name}")] = matches.get(values[0], f"?{values[0]}")
        return MatchingAnswer(chosen) if chosen else None

    def accepts(self, answer: MatchingAnswer) -> bool:
        """Whether the answer names prompts and matches of this question."""
        matches = {match.key for match in self.matches}
        return {prompt.key for prompt in self.prompts} >= answer.chosen.keys() and matches.issuperset(
            answer.chosen.values()
        )

    def options(self) -> tuple[str, ...]:
        """The keys of the matches, in an order that says nothing of which belongs to which prompt."""
        return without_meaning(self.matches)

    def prompt_aliases(self) -> dict[str, str]:
        """Key to alias."""
        return aliases(self.prompts)

    def offered(self, order: Sequence[str], language: str) -> list[tuple[str, Labelled]]:
        """The matches in `order`, each with its alias; of those that read the same the first."""
        named, by_key = aliases(self.matches), {match.key: match for match in self.matches}
        found: list[tuple[str, Labelled]] = []
        for match in (by_key[key] for key in order if key in by_key):
            if not any(read_the_same(match.text, other.text, language) for _alias, other in found):
                found.append((named[match.key], match))
        return found

    def chose(self, answer: MatchingAnswer | None, prompt: str, match: str, language: str) -> bool:
        """Whether `match` is what was chosen for `prompt`, or reads as that does."""
        chosen = answer.chosen.get(prompt) if answer else None
        return chosen is not None and self._same(chosen, match, language)

    @property
    def teaches(self) -> bool:
        return self.feedback is not None

    def scored(self, language: str) -> tuple[Scored, ...]:
        """Each prompt with its match, then the matches that are right for none."""
        pairs = []
        for prompt in self.prompts:
            match = self._match(prompt.match)
            if match:
                pairs.append(Scored(paired(prompt.text, match.text), self._share, key=prompt.key))
        right = {self._first(prompt.match) for prompt in self.prompts}
        wrong = [Scored(match.text, 0.0, key=match.key) for match in self._distinct() if match.key not in right]
        return (*pairs, *wrong)

    def given(self, answer: MatchingAnswer) -> tuple[Text | str, ...]:
        chosen = [(prompt, self._match(answer.chosen.get(prompt.key))) for prompt in self.prompts]
        return tuple(paired(prompt.text, match.text) for prompt, match in chosen if match)

    def right(self, language: str) -> tuple[Text | str, ...]:
        return self.given(MatchingAnswer({prompt.key: prompt.match for prompt in self.prompts}))

    def rules(self) -> tuple[object, ...]:
        if self.all_or_nothing:
            how = _l("The mark is for all pairs; one that is wrong or left open costs it all.")
        else:
            how = _l("Each right pair earns an equal share of the mark. A wrong one costs nothing.")
        return (how, _l("Matches that read the same count as one."))

    def marks_facts(self) -> Any:
        pairs = sorted((prompt.key, self._first(prompt.match)) for prompt in self.prompts)
        return [self.all_or_nothing, pairs, sorted(match.key for match in self._distinct())]

    def faults(self) -> list[QuestionFault]:
        """What makes the question ungradable, in words for its author."""
        keys = [prompt.key for prompt in self.prompts], [match.key for match in self.matches]
        if any(len(set(some)) < len(some) for some in keys):
            return [QuestionFault("pairs", _l("two have the same key"))]
        if len(self.prompts) < 2:
            return [QuestionFault("pairs", _l("a matching question needs at least two pairs"))]
        if any(self._match(prompt.match) is None for prompt in self.prompts):
            return [QuestionFault("pairs", _l("something has no match"))]
        if len(self._distinct()) < 2:
            return [QuestionFault("pairs", _l("there is only one match, so nothing is to be chosen"))]
        return []

    def parts(self, language: str) -> tuple[AnswerPart, ...]:
        """Each prompt, with every match that can be chosen for it."""
        return tuple(
            AnswerPart(
                prompt.key,
                prompt.text,
                tuple(
                    Scored(match.text, self._share * (match.key == self._first(prompt.match)), key=match.key)
                    for match in self._distinct()
                ),
            )
            for prompt in self.prompts
        )

    def said(self, answer: MatchingAnswer, language: str) -> tuple[Said, ...]:
        return tuple(
            Said(prompt.key, self._first(chosen), fraction=self._share * self._is_right(prompt, chosen, language))
            for prompt in self.prompts
            if (chosen := answer.chosen.get(prompt.key)) and self._match(chosen)
        )

    @property
    def _share(self) -> float:
        """What a right pair counts for: with all or nothing the whole, as the pairs earn it together."""
        return 1.0 if self.all_or_nothing or not self.prompts else 1 / len(self.prompts)

    def _is_right(self, prompt: Prompt, chosen: str | None, language: str) -> bool:
        return chosen is not None and self._same(chosen, prompt.match, language)

    def _same(self, one: str, other: str, language: str) -> bool:
        first, second = self._match(one), self._match(other)
        return first is not None and second is not None and read_the_same(first.text, second.text, language)

    def _match(self, key: str | None) -> Labelled | None:
        return next((match for match in self.matches if match.key == key), None)

    def _first(self, key: str) -> str:
        """The first match that reads as this one does in its own language: it stands for all of them."""
        match = self._match(key)
        if match is None:
            return key
        same = (own_language(match.text), own_words(match.text))
        return next(m.key for m in self.matches if (own_language(m.text), own_words(m.text)) == same)

    def _distinct(self) -> list[Labelled]:
        return [match for match in self.matches if self._first(match.key) == match.key]
