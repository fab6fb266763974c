"""GIFT question files, as docs/gift.md says what is read of them."""

from __future__ import annotations

import unicodedata

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.core.text import Text
from app.quizzes.types import AcceptedAnswer, Choice, Content, MultipleChoice, ShortAnswer, SingleChoice

from ..faults import Fault
from ..parsed import ParsedQuestion
from .grammar import GiftAnswer, Item, ItemKind, Words, parse, unescape
from .plain import plain

# What true and false are called in the languages that a true/false question can be read in.
TRUE_FALSE = {
    "ar": ("صحيح", "خطأ"),
    "de": ("Richtig", "Falsch"),
    "en": ("True", "False"),
    "es": ("Verdadero", "Falso"),
    "fr": ("Vrai", "Faux"),
    "it": ("Vero", "Falso"),
    "nl": ("Waar", "Onwaar"),
    "pt": ("Verdadeiro", "Falso"),
}
_NOT_YET = {
    ItemKind.MATCHING: _l("matching questions cannot be read yet"),
    ItemKind.NUMERICAL: _l("numerical questions cannot be read yet"),
    ItemKind.ESSAY: _l("essay questions cannot be read yet"),
    ItemKind.DESCRIPTION: _l("a text without a question cannot be read yet; if it is one, its answers go in { }"),
}
_LONGEST_KEY = 60


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
    taken: set[str] = set()
    for number, item in enumerate(items, 1):
        key = _key(item, number, prefix, taken)
        taken.add(key)
        try:
            content = _content(item, language)
        except _NotOurs as error:
            faults.append(Fault(file, error.line, error.reason))
            continue
        if reasons := content.faults():
            faults += [Fault(file, item.line, str(reason)) for reason in reasons]
            continue
        category = item.category.removeprefix("$course$/").removeprefix("top/")
        questions.append(ParsedQuestion(key, content, 1.0, category[:200], item.tags, item.line))
    return questions, sorted(faults)


def _key(item: Item, number: int, prefix: str, taken: set[str]) -> str:
    key = _slug(item.title) or (_slug(f"{prefix}-{item.id}") if item.id else "") or _slug(f"{prefix}-{number}")
    free, again = key, 2
    while free in taken:
        end = f"-{again}"
        free, again = key[: _LONGEST_KEY - len(end)].rstrip("-") + end, again + 1
    return free


def _slug(words: str) -> str:
    """`words` as a key; empty if they have no letter or digit for one."""
    plain_letters = "".join(c for c in unicodedata.normalize("NFKD", words) if not unicodedata.combining(c))
    spaced = "".join(c if c.isascii() and c.isalnum() else " " for c in plain_letters.casefold())
    return "-".join(spaced.split())[:_LONGEST_KEY].strip("-")


def _content(item: Item, language: str) -> Content:
    if item.kind in _NOT_YET:
        raise _NotOurs(item.line, str(_NOT_YET[item.kind]))
    stem = _text(item.stem, language)
    if stem is None:
        raise _NotOurs(item.line, _("the question has no text"))
    feedback = _text(item.feedback, language)
    if item.kind is ItemKind.TRUE_FALSE:
        return SingleChoice(stem, _true_and_false(item, language), feedback)
    if item.kind is ItemKind.SHORT_ANSWER:
        accepted = tuple(_accepted(answer, language) for answer in item.answers)
        return ShortAnswer(stem, {language: accepted}, language, feedback)
    right = [answer for answer in item.answers if answer.right]
    if len(right) > 1:
        reason = _(
            "%(count)s choices are marked with =, where one is right; for several give each its weight, as ~%%50%%",
            count=len(right),
        )
        raise _NotOurs(right[1].words.line, reason)
    choices = tuple(_choice(answer, place, language) for place, answer in enumerate(item.answers))
    if right:
        return SingleChoice(stem, choices, feedback)
    return MultipleChoice(stem, choices, feedback, partial=True)


def _true_and_false(item: Item, language: str) -> tuple[Choice, ...]:
    words = TRUE_FALSE.get(language.split("-")[0])
    if words is None:
        reason = _(
            "what true and false are called in %(language)r is not known; write the question with ~ and =",
            language=language,
        )
        raise _NotOurs(item.line, reason)
    wrong, right = _text(item.wrong_feedback, language), _text(item.right_feedback, language)
    return tuple(
        Choice(
            key,
            Text.of({language: word}, language),
            float(truth == item.truth),
            right if truth == item.truth else wrong,
        )
        for key, word, truth in (("true", words[0], True), ("false", words[1], False))
    )


def _choice(answer: GiftAnswer, place: int, language: str) -> Choice:
    text = _text(answer.words, language)
    if text is None:
        raise _NotOurs(answer.words.line, _("an answer has no text"))
    weight = answer.weight if answer.weight is not None else (100.0 if answer.right else 0.0)
    return Choice(_letters(place), text, round(weight / 100, 7), _text(answer.feedback, language))


def _letters(place: int) -> str:
    """a to z, then aa, ab …"""
    letters = ""
    while place >= 0:
        place, letter = divmod(place, 26)
        letters = chr(ord("a") + letter) + letters
        place -= 1
    return letters


def _accepted(answer: GiftAnswer, language: str) -> AcceptedAnswer:
    """What is typed is compared with the words as they stand, so that `*` keeps its meaning."""
    words = answer.words
    text = plain(words)[0] if words.format == "html" else " ".join(unescape(words.raw).split())
    weight = 100.0 if answer.weight is None else answer.weight
    return AcceptedAnswer(text, round(max(0.0, weight) / 100, 7), _text(answer.feedback, language))


def _text(words: Words | None, language: str) -> Text | None:
    """Words as a text of one language; None if nothing is left to read."""
    if words is None:
        return None
    string, lost = plain(words)
    if lost:
        raise _NotOurs(words.line, _("it holds %(what)s, which plain text cannot show", what=", ".join(lost)))
    return Text.of({language: string}, language) if string else None


__all__ = ["read"]
