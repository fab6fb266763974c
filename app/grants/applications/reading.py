"""What was typed into the form of an application, read by the kind of each question. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

import msgspec
from babel.numbers import get_decimal_symbol, get_group_symbol
from werkzeug.datastructures import MultiDict

from app.core.text import Text, string_hash

from ..calls.questionnaire import Answer, BudgetLine, Choice, Question, QuestionKind

LONGEST_TEXT = 60_000  # characters: more than 5,000 words of any language
LONGEST_ITEM = 200
LONGEST_TYPED = 60  # of an amount that is no number
MOST_LINES = 60
MOST = 10**12  # in whole units
MOST_VERSIONS = 2**31 - 1
# A field that every answer of a kind comes with, by its name after the key; without lines, a budget has none.
FIELDS = {
    QuestionKind.TEXT: "text",
    QuestionKind.CHOICE: "choice",
    QuestionKind.AMOUNT: "amount",
    QuestionKind.BUDGET: "item",
}


@dataclass(frozen=True, slots=True)
class Typed:
    """One answer as it came: made from `version` (0: there was none), when the page showed `seen`.

    `too_long`: it is larger than any answer, so it cannot be saved.
    """

    key: str
    value: Answer
    version: int
    seen: str
    too_long: bool = False

    @property
    def is_untouched(self) -> bool:
        """Whether it is what the page showed, so that nobody meant to change it."""
        return self.mark == self.seen

    @property
    def mark(self) -> str:
        return mark_of(self.value)


def without_line(sent: MultiDict[str, str], key: str, number: int) -> MultiDict[str, str]:
    """What came, without one line of a budget, counted from 0 as the page showed them."""
    left = sent.copy()
    for name in (f"{key}.item", f"{key}.cost"):
        left.setlist(name, [value for place, value in enumerate(sent.getlist(name)) if place != number])
    return left


def joined(typed: Typed, stands: Answer) -> Typed:
    """What stands, and below it what was typed: for two texts, or two budgets, that were written at once."""
    if isinstance(stands, tuple) and isinstance(typed.value, tuple):
        lines = stands + tuple(line for line in typed.value if line not in stands)
        return replace(typed, value=lines[:MOST_LINES], too_long=len(lines) > MOST_LINES)
    if isinstance(stands, str) and isinstance(typed.value, str):
        text = f"{stands}\n\n{typed.value}"
        return replace(typed, value=text, too_long=len(text) > LONGEST_TEXT)
    return typed


def mark_of(value: Answer) -> str:
    """What tells one answer from another."""
    return string_hash(msgspec.json.encode(value).decode())


def read_all(questions: Iterable[Question], sent: MultiDict[str, str], language: str) -> list[Typed]:
    """The answers that came along: of a question whose version is not there, nothing was sent."""
    return [_read(question, sent, language) for question in questions if f"{question.key}.version" in sent]


def list_unasked(questions: Iterable[Question], sent: MultiDict[str, str], language: str) -> list[str]:
    """What was typed, as lines, for questions that the page showed and that are no longer among `questions`.

    What nobody touched is left out; what is chosen cannot be said any more, and is empty.
    """
    there = {question.key for question in questions}
    shown = [name.removesuffix(".version") for name in sent if name.endswith(".version")]
    return [_as_typed(key, sent) for key in shown if key not in there and _is_touched(key, sent, language)]


def _is_touched(key: str, sent: MultiDict[str, str], language: str) -> bool:
    """Whether what came for a question that is not there any more is another answer than the page showed."""
    kind = next((kind for kind, field in FIELDS.items() if f"{key}.{field}" in sent), QuestionKind.FILES)
    choices = tuple(Choice(chosen, Text({})) for chosen in sent.getlist(f"{key}.choice") if chosen)
    return not _read(Question(key, kind, Text({}), choices=choices), sent, language).is_untouched


def _as_typed(key: str, sent: MultiDict[str, str]) -> str:
    pairs = zip_longest(sent.getlist(f"{key}.item"), sent.getlist(f"{key}.cost"), fillvalue="")
    lines = [sent.get(f"{key}.text", ""), sent.get(f"{key}.amount", ""), *(" ".join(pair) for pair in pairs)]
    return "\n".join(line.strip() for line in lines if line.strip())


def _read(question: Question, sent: MultiDict[str, str], language: str) -> Typed:
    value, too_long = _value(question, sent, language)
    version = _version(sent.get(f"{question.key}.version", ""))
    return Typed(question.key, value, version, sent.get(f"{question.key}.seen", ""), too_long)


def _version(sent: str) -> int:
    return int(sent) if re.fullmatch(r"[0-9]{1,10}", sent) and int(sent) <= MOST_VERSIONS else 0


def _value(question: Question, sent: MultiDict[str, str], language: str) -> tuple[Answer, bool]:
    key = question.key
    match question.kind:
        case QuestionKind.TEXT:
            text = sent.get(f"{key}.text", "").replace("\r\n", "\n").replace("\r", "\n")
            return text if text.strip() else None, len(text) > LONGEST_TEXT
        case QuestionKind.CHOICE:
            chosen = sent.get(f"{key}.choice", "")
            return (chosen if chosen in {choice.key for choice in question.choices} else None), False
        case QuestionKind.AMOUNT:
            amount = amount_or_typed(sent.get(f"{key}.amount", ""), language)
            return (None if amount == "" else amount), False
        case QuestionKind.BUDGET:
            lines = _lines(sent.getlist(f"{key}.item"), sent.getlist(f"{key}.cost"), language)
            return tuple(lines[:MOST_LINES]) or None, len(lines) > MOST_LINES
        case QuestionKind.FILES:
            return None, False


def _lines(items: Sequence[str], costs: Sequence[str], language: str) -> list[BudgetLine]:
    """The lines that say something; what has no amount yet keeps an empty one."""
    width = max(len(items), len(costs))
    pairs = zip([*items, *[""] * (width - len(items))], [*costs, *[""] * (width - len(costs))], strict=True)
    lines = (BudgetLine(_line(item), amount_or_typed(cost, language)) for item, cost in pairs)
    return [line for line in lines if line.item or line.amount != ""]


def _line(typed: str) -> str:
    return " ".join(typed.split())[:LONGEST_ITEM]


def amount_or_typed(typed: str, language: str) -> int | str:
    """The whole amount that was typed, else what was typed, as a line, to be put right by who typed it."""
    found = amount_of(typed, language)
    return _line(typed)[:LONGEST_TYPED] if found is None else found


def amount_of(typed: str, language: str) -> int | None:
    """A whole amount in the number format of `language`: `40,000` in English, `40 000` in French.

    Digits of any script count, as do a sign of currency and cents that are none. None for anything else: what one
    reader takes for thousands and another for a decimal is not guessed at.
    """
    if len(typed) > LONGEST_TYPED:
        return None
    plain = re.sub(r"^[A-Z]{3}|[A-Z]{3}$", "", "".join(map(_plain, typed)).strip()).strip()
    group, cents = re.escape(_plain(get_group_symbol(language))), re.escape(get_decimal_symbol(language))
    grouped = rf"[0-9]{{1,3}}(?P<by>[ '{group}])(?:[0-9]{{2,3}}(?P=by))*[0-9]{{3}}"
    found = re.fullmatch(rf"(?P<whole>{grouped}|[0-9]+)(?:{cents}0{{1,2}})?", plain)
    amount = int(re.sub("[^0-9]", "", found["whole"])) if found else MOST + 1
    return amount if amount <= MOST else None


def _plain(character: str) -> str:
    """A digit of any script as ours, any space as one, an apostrophe as one; what only tells the currency is out."""
    digit = unicodedata.decimal(character, None)
    if digit is not None:
        return str(digit)
    kind = unicodedata.category(character)
    if kind == "Zs" or character == "\t":
        return " "
    if kind in ("Sc", "Cf"):
        return ""
    return "'" if character in "’‘" else character
