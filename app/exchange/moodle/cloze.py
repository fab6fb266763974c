"""Moodle's gaps in a text, "cloze": `{2:SHORTANSWER:=Paris#Yes~%50%Lutetia}` stands where one is.

What an answer says may hold entities, which are how its signs are written here. Moodle takes the words of a choice for
HTML once these are resolved, and those of a typed answer for what they are.
"""

from __future__ import annotations

import html
import math
import re
from collections.abc import Iterator
from fractions import Fraction
from itertools import count

from flask_babel import gettext as _

from app.core.text import Text
from app.quizzes.types import AcceptedAnswer, Choice, Gap, Gaps
from app.quizzes.types.typed import LONGEST

from .. import numerals
from ..naming import letters
from ..plain import as_string
from .tree import NotOurs, string_of

TYPED = frozenset("SHORTANSWER SA MW".split())
TYPED_CASE = frozenset("SHORTANSWER_C SAC MWC".split())
CHOSEN = frozenset(
    "MULTICHOICE MC MULTICHOICE_V MCV MULTICHOICE_H MCH MULTICHOICE_S MCS "
    "MULTICHOICE_VS MCVS MULTICHOICE_HS MCHS".split()
)
REFUSED = frozenset(
    "NUMERICAL NM MULTIRESPONSE MR MULTIRESPONSE_H MRH MULTIRESPONSE_S MRS MULTIRESPONSE_HS MRHS".split()
)
KINDS = TYPED | TYPED_CASE | CHOSEN | REFUSED
MOST_WEIGHT = 1000
BEGIN = re.compile(rf"\{{\s{{0,9}}([0-9]{{0,4}})\s{{0,9}}:({'|'.join(sorted(KINDS, key=len, reverse=True))}):")
_END = re.compile(r"(?<!\\)\}")
_BETWEEN = re.compile(r"(?<!\\)~")
_HASH = re.compile(r"(?<!\\)(?<!&)(?<!&amp;)#")
_SHARE = re.compile(r"=|%(-?[0-9]{1,3}(?:[.,][0-9]{0,20})?)%")
LITERAL = re.compile(r"\[\[([^\[\]\n]{1,60})\]\]")
_SPACES = re.compile(r"[ \t\n]+")
# Not what html.unescape would take for Windows-1252.
_UNSAFE = re.compile(r"[^\w .,;!?()\u0080-\U0010ffff-]|[^\S \u0080-\u009f]|  +|^ | $")


def read(text: str, line: int, language: str) -> tuple[str, tuple[Gap, ...], bool]:
    """The text of a question with `[[key]]` for each gap, the gaps, and whether capitals matter in them."""
    keys = free_keys(text)
    parts: list[str] = []
    gaps: list[Gap] = []
    cases: set[bool] = set()
    at = 0
    while found := BEGIN.search(text, at):
        end = _END.search(text, found.end())
        if end is None:
            raise NotOurs(line, _("a gap is not closed with }"))
        key = next(keys)
        parts += [text[at : found.start()], f"[[{key}]]"]
        weight = float(found[1] or 1) or 1.0
        gaps.append(_gap(key, found[2], weight, text[found.end() : end.start()], line, language))
        if found[2] not in CHOSEN:
            cases.add(found[2] in TYPED_CASE)
        at = end.end()
    if not gaps:
        raise NotOurs(line, _("there is no gap in its text"))
    if len(cases) > 1:
        raise NotOurs(line, _("capitals matter in some of its gaps and not in others; here they do in all or in none"))
    return "".join([*parts, text[at:]]), tuple(gaps), True in cases


def free_keys(text: str) -> Iterator[str]:
    """Keys for gaps, 1, 2 …, but for what already stands in double brackets."""
    taken = {found[1] for found in LITERAL.finditer(text)}
    return (str(number) for number in count(1) if str(number) not in taken)


def _gap(key: str, kind: str, weight: float, inner: str, line: int, language: str) -> Gap:
    if kind in REFUSED:
        raise NotOurs(
            line, _("a gap of the kind %(kind)s cannot be read: gaps are typed words, or one choice", kind=kind)
        )
    answers = [_answer(part, line) for part in _BETWEEN.split(inner) if part.strip()]
    if kind in CHOSEN:
        choices = tuple(
            Choice(letters(place), _said(_words(text, line), language), share, _feedback(said, line, language))
            for place, (text, share, said) in enumerate(answers)
        )
        return Gap(key, choices=choices, weight=weight)
    accepted = []
    for text, share, said in answers:
        words = " ".join(html.unescape(text).split())
        if not 0 < len(words) <= LONGEST:
            raise NotOurs(line, _("an accepted answer has from 1 to %(count)s characters", count=LONGEST))
        accepted.append(AcceptedAnswer(words, max(0.0, share), _feedback(said, line, language)))
    return Gap(key, {language: tuple(accepted)}, weight=weight)


def _answer(part: str, line: int) -> tuple[str, float, str]:
    """What an answer says, what it earns, and what is said to it, both as written."""
    part = _SPACES.sub(" ", part).strip(" ")
    share = 0.0
    if found := _SHARE.match(part):
        percent = "100" if found[0] == "=" else found[1].replace(",", ".")
        read = numerals.fraction_of(percent)
        if read is None:
            raise NotOurs(line, _("a weight lies between -100 and 100 percent, not at %(weight)s", weight=percent))
        share, part = read, part[found.end() :]
    text, *said = _HASH.split(part, maxsplit=1)
    return _unescaped(text), share, _unescaped(said[0]) if said else ""


def _unescaped(text: str) -> str:
    return re.sub(r"\\([}#~/\"\\])", r"\1", text.strip(" "))


def _words(text: str, line: int) -> str:
    words = string_of(html.unescape(text), line, "string")
    if not words:
        raise NotOurs(line, _("an answer has no text"))
    return words


def _feedback(said: str, line: int, language: str) -> Text | None:
    words = string_of(html.unescape(said), line, "string")
    return _said(words, language) if words else None


def _said(words: str, language: str) -> Text:
    return Text.of({language: words}, language)


def written(content: Gaps, stem: str, language: str, escape: bool) -> str:
    """The text of a question with its gaps as Moodle reads them. `escape`: what surrounds them becomes HTML."""
    weights = whole_weights(content)
    parts: list[str] = []
    found = {gap.key: gap for gap in content.gaps}
    at = 0
    for mark in LITERAL.finditer(stem):
        if (gap := found.pop(mark[1], None)) is not None:
            parts += [_around(stem[at : mark.start()], escape), _gap_written(content, gap, weights[gap.key], language)]
            at = mark.end()
    return "".join([*parts, _around(stem[at:], escape)])


def whole_weights(content: Gaps) -> dict[str, int]:
    """The weight of each gap, as whole numbers of the same proportions."""
    weights = [Fraction(repr(gap.weight)).limit_denominator(MOST_WEIGHT) for gap in content.gaps]
    common = math.lcm(*(weight.denominator for weight in weights)) if weights else 1
    whole = [int(weight * common) for weight in weights]
    if max(whole, default=1) > MOST_WEIGHT:
        most = max(whole)
        whole = [max(1, round(weight * MOST_WEIGHT / most)) for weight in whole]
    return {gap.key: max(1, weight) for gap, weight in zip(content.gaps, whole, strict=True)}


def _around(text: str, escape: bool) -> str:
    return as_string(text).replace("{", "&#123;").replace("\n", "<br>") if escape else text


def _gap_written(content: Gaps, gap: Gap, weight: int, language: str) -> str:
    answers = []
    if gap.choices:
        kind = "MULTICHOICE"
        for choice in gap.choices:
            answers.append(_share(choice.fraction) + _sign(as_string(_one(choice.text))) + _after(choice.feedback))
    else:
        kind = "SHORTANSWER_C" if content.case_matters else "SHORTANSWER"
        for answer in gap.accepted.get(language, ()):
            answers.append(_share(answer.fraction) + _sign(answer.text) + _after(answer.feedback))
    return f"{{{weight}:{kind}:{'~'.join(answers)}}}"


def _share(fraction: float) -> str:
    return "=" if fraction == 1 else f"%{numerals.percent(fraction)}%"


def _after(feedback: Text | None) -> str:
    return f"#{_sign(as_string(_one(feedback)))}" if feedback else ""


def _one(text: Text) -> str:
    return next(iter(text.strings().values()), "")


def _sign(text: str) -> str:
    """Text with whatever may mean something written as an entity."""
    return _UNSAFE.sub(lambda found: "".join(f"&#{ord(sign)};" for sign in found[0]), text)
