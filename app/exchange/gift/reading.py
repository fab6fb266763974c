"""The questions of a GIFT file."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.core.text import Text
from app.quizzes.types import (
    AcceptedAnswer,
    AcceptedNumber,
    Choice,
    Content,
    Essay,
    Labelled,
    Matching,
    MultipleChoice,
    Number,
    Prompt,
    ShortAnswer,
    SingleChoice,
    TrueFalse,
)
from app.quizzes.types.typed import LONGEST

from .. import numerals
from ..faults import Fault
from ..naming import Keys, letters
from ..parsed import ParsedQuestion
from ..plain import LONGEST as LONGEST_TEXT
from .grammar import GiftAnswer, Item, ItemKind, parse
from .pieces import Words, plain_of, unescape

_A_TEXT = _l("this is a text without a question; if it is one, its answers go in { }")


class _NotOurs(Exception):
    """The question cannot be taken; the message says why."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line
        self.reason = reason


def read(text: str, *, file: str, language: str, prefix: str = "question") -> tuple[list[ParsedQuestion], list[Fault]]:
    """The questions of a GIFT file, written in `language`, and a fault for each that is not taken.

    A key comes from the question's title, else from its id in Moodle, else from `prefix` and its number.
    """
    items, _categories, faults = parse(text, file)
    questions: list[ParsedQuestion] = []
    keys = Keys(prefix)
    for number, item in enumerate(items, 1):
        key = keys.give(item.title, number, item.id)
        reader = _Reader(item, language)
        try:
            content = reader.content()
        except _NotOurs as error:
            faults.append(Fault(file, error.line, error.reason))
            continue
        if reasons := content.faults():
            faults += [Fault(file, item.line, str(reason)) for reason in reasons]
            continue
        left_out = tuple(reader.left_out)
        questions.append(ParsedQuestion(key, content, 1.0, item.category, item.tags, item.line, left_out))
    return questions, sorted(faults)


class _Reader:
    """Reads one item."""

    def __init__(self, item: Item, language: str) -> None:
        self.item = item
        self.language = language
        self.left_out: list[str] = []

    def content(self) -> Content:
        item = self.item
        if item.kind is ItemKind.DESCRIPTION:
            raise _NotOurs(item.line, str(_A_TEXT))
        stem = self.text(item.stem)
        if stem is None:
            raise _NotOurs(item.line, _("the question has no text"))
        feedback = self.text(item.feedback)
        match item.kind:
            case ItemKind.TRUE_FALSE:
                wrong, right = self.text(item.wrong_feedback), self.text(item.right_feedback)
                true, false = (right, wrong) if item.truth else (wrong, right)
                return TrueFalse(stem, item.truth, feedback, true_feedback=true, false_feedback=false)
            case ItemKind.SHORT_ANSWER:
                accepted = tuple(self.accepted(answer) for answer in item.answers)
                return ShortAnswer(stem, {self.language: accepted}, self.language, feedback)
            case ItemKind.NUMERICAL:
                return Number(stem, self.numbers(), feedback=feedback)
            case ItemKind.MATCHING:
                prompts, matches = self.pairs()
                return Matching(stem, prompts, matches, feedback=feedback)
            case ItemKind.ESSAY:
                return Essay(stem, feedback=feedback)
            case _:
                return self.choice_question(stem, feedback)

    def choice_question(self, stem: Text, feedback: Text | None) -> Content:
        right = [answer for answer in self.item.answers if answer.right]
        if len(right) > 1:
            reason = _(
                "%(count)s choices are marked with =, where one is right; for several give each its weight, as ~%%50%%",
                count=len(right),
            )
            raise _NotOurs(right[1].words.line, reason)
        choices = tuple(
            Choice(letters(place), self.said(answer.words), answer.fraction, self.text(answer.feedback))
            for place, answer in enumerate(self.item.answers)
        )
        if right:
            return SingleChoice(stem, choices, feedback)
        return MultipleChoice(stem, choices, feedback, partial=True)

    def accepted(self, answer: GiftAnswer) -> AcceptedAnswer:
        """What is typed is compared with the words as they stand, so that `*` keeps its meaning."""
        words = answer.words
        text = self.said(words).best(self.language, "") if words.format == "html" else unescape(words.raw)
        text = " ".join(text.split())
        if not 0 < len(text) <= LONGEST:
            raise _NotOurs(words.line, _("an accepted answer has from 1 to %(count)s characters", count=LONGEST))
        return AcceptedAnswer(text, max(0.0, answer.fraction), self.text(answer.feedback))

    def numbers(self) -> tuple[AcceptedNumber, ...]:
        found = []
        for answer in self.item.answers:
            line, written = answer.words.line, unescape(answer.words.raw).strip()
            if written in ("", "*"):
                self.any_number(answer)
                continue
            least, is_range, most = written.partition("..")
            value, _colon, tolerance = written.partition(":")
            read = (
                numerals.spread(least, most)
                if is_range
                else (numerals.number_of(value), numerals.number_of(tolerance or "0"))
            )
            if read is None or read[0] is None or read[1] is None or read[1] < 0:
                reason = _(
                    "%(words)r is no number; one is written as 3.14, with a tolerance as 3.14:0.01, a range as 1..5",
                    words=written[:60],
                )
                raise _NotOurs(line, reason)
            fraction = max(0.0, answer.fraction)
            found.append(AcceptedNumber(read[0], read[1], fraction=fraction, feedback=self.text(answer.feedback)))
        return tuple(found)

    def any_number(self, answer: GiftAnswer) -> None:
        """What is said to any other number has no place in a question here."""
        if answer.weight or (answer.right and answer.weight is None):
            raise _NotOurs(answer.words.line, _("any number at all would earn marks"))
        if answer.feedback is not None:
            said = self.said(answer.feedback).best(self.language, self.language)
            self.left_out.append(_("What it says to any other number is left out: “%(words)s”", words=said))

    def pairs(self) -> tuple[tuple[Prompt, ...], tuple[Labelled, ...]]:
        matches: dict[str, Labelled] = {}
        prompts: list[Prompt] = []
        for pair in self.item.pairs:
            text = self.said(pair.match)
            words = text.best(self.language, self.language)
            match = matches.setdefault(words, Labelled(letters(len(matches)), text))
            if (asked := self.text(pair.prompt)) is not None:
                prompts.append(Prompt(letters(len(prompts)), asked, match.key))
        return tuple(prompts), tuple(matches.values())

    def said(self, words: Words) -> Text:
        text = self.text(words)
        if text is None:
            raise _NotOurs(words.line, _("an answer has no text"))
        return text

    def text(self, words: Words | None) -> Text | None:
        """Words as a text of one language; None if nothing is left to read."""
        if words is None:
            return None
        if len(words.raw) > LONGEST_TEXT:
            raise _NotOurs(words.line, _("it holds a text of more than %(count)s characters", count=LONGEST_TEXT))
        string, lost = plain_of(words)
        if lost:
            reason = _("it holds %(what)s, which plain text cannot show", what=", ".join(lost))
            raise _NotOurs(words.line, reason)
        return Text.of({self.language: string}, self.language) if string else None
