"""Questions of every type, for what formats must keep, and how two of them are compared."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec
from hypothesis import strategies as st

from app.core.text import Text
from app.exchange.parsed import ParsedQuestion
from app.exchange.questions import OutgoingQuestion
from app.exchange.spoken import spoken
from app.quizzes.types import (
    AcceptedAnswer,
    AcceptedNumber,
    Choice,
    Content,
    Essay,
    Gap,
    Gaps,
    HotSpot,
    Labelled,
    Matching,
    MultipleChoice,
    Number,
    OrderCredit,
    Ordering,
    Picture,
    Prompt,
    Shape,
    ShortAnswer,
    SingleChoice,
    Spot,
    TrueFalse,
    Unit,
)

# What formats give a meaning to, and what breaks careless ones.
MARKS = (
    "~", "=", "#", "{", "}", ":", "\\", "\\n", "->", "####", "%50%", "=%0%", "[html]", "[plain]", "::", "//", "..", "*",
    "\\*", "_____", "$CATEGORY:", "[tag:x]", "TRUE", "T", "A. ", "ANSWER: B", "$$x$$", "\\(x\\)",
    "<b>", "</p>", "<", "&", "&amp;", "&#35;", "]]>", "<!--", "<![CDATA[", "{1:SA:=x}", "[[X]]", "[[1]]", '"', "'",
    "  ", "\n", "\n\n", "\t", "\N{NO-BREAK SPACE}", "\N{LINE SEPARATOR}", "\N{NEXT LINE}",
    "\N{OBJECT REPLACEMENT CHARACTER}", "مرحبا", "שלום", "\N{RIGHT-TO-LEFT MARK}", "👩🏽‍💻", "é",
)  # fmt: skip
SIGNS = st.characters(
    codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff\ufeff"
) | st.sampled_from(MARKS)
STRINGS = st.lists(SIGNS, min_size=1, max_size=8).map(lambda parts: "".join(parts).strip()).filter(bool)
LINE = STRINGS.map(lambda string: " ".join(string.split())).filter(bool)
FRACTIONS = st.sampled_from([0.0, 0.5, 0.25, 1 / 3, 0.3333333, 0.1, 0.07])
KEYS = st.from_regex(r"[a-z0-9]{1,8}(-[a-z0-9]{1,8})?", fullmatch=True)


def text(string: str, language: str = "en") -> Text:
    return Text.of({language: string}, language)


TEXTS = STRINGS.map(text)
MAYBE = st.none() | TEXTS
HINTS = st.lists(TEXTS, max_size=2).map(tuple)
TWO_TO_FIVE: dict[str, Any] = {"min_size": 2, "max_size": 5}
DIFFERENT = st.lists(STRINGS, **TWO_TO_FIVE, unique=True)


@st.composite
def singles(draw: Any) -> SingleChoice:
    strings = draw(DIFFERENT)
    right = draw(st.integers(0, len(strings) - 1))
    choices = [
        Choice(str(n), text(s), 1.0 if n == right else draw(FRACTIONS | FRACTIONS.map(lambda f: 0.0 - f)), draw(MAYBE))
        for n, s in enumerate(strings)
    ]
    return SingleChoice(draw(TEXTS), tuple(choices), draw(MAYBE), draw(HINTS))


@st.composite
def multiples(draw: Any, partial: bool | None = True) -> MultipleChoice:
    strings = draw(DIFFERENT)
    fractions = [*draw(st.sampled_from([[1.0, 0.0], [0.5, 0.5], [0.75, 0.25], [0.9, 0.1]])), -0.5, 0.0, -1.0]
    choices = tuple(Choice(f"k{n}", text(s), fractions[n], draw(MAYBE)) for n, s in enumerate(strings))
    whole = draw(st.booleans()) if partial is None else partial
    return MultipleChoice(draw(TEXTS), choices, draw(MAYBE), draw(HINTS), partial=whole)


TRUE_FALSE = st.builds(TrueFalse, TEXTS, st.booleans(), MAYBE, MAYBE, MAYBE, HINTS)


@st.composite
def accepted(draw: Any) -> tuple[AcceptedAnswer, ...]:
    strings = draw(st.lists(LINE, min_size=1, max_size=4, unique=True))
    return tuple(AcceptedAnswer(s, 1.0 if n == 0 else draw(FRACTIONS), draw(MAYBE)) for n, s in enumerate(strings))


@st.composite
def shorts(draw: Any) -> ShortAnswer:
    answers = {"en": draw(accepted())}
    return ShortAnswer(draw(TEXTS), answers, "en", draw(MAYBE), draw(st.booleans()), draw(HINTS))


FLOATS = st.floats(-1e25, 1e25).map(lambda value: value + 0.0)
TOLERANCES = st.just(0.0) | st.floats(0, 1e9)


@st.composite
def numbers(draw: Any) -> Number:
    count = draw(st.integers(1, 3))
    answers = tuple(
        AcceptedNumber(
            draw(FLOATS), draw(TOLERANCES), fraction=1.0 if n == 0 else draw(FRACTIONS), feedback=draw(MAYBE)
        )
        for n in range(count)
    )
    units: tuple[Unit, ...] = ()
    penalty = 0.0
    if draw(st.booleans()):
        names = draw(st.lists(LINE, min_size=1, max_size=3, unique=True))
        units = tuple(Unit(name, draw(st.floats(1e-9, 1e9))) for name in names)
        penalty = draw(st.sampled_from([0.0, 0.1, 1.0]))
    return Number(draw(TEXTS), answers, units, penalty, draw(MAYBE), draw(HINTS))


@st.composite
def matchings(draw: Any) -> Matching:
    matches = draw(DIFFERENT)
    prompts = draw(st.lists(STRINGS, **TWO_TO_FIVE))
    right = [draw(st.integers(0, len(matches) - 1)) for _prompt in prompts]
    return Matching(
        draw(TEXTS),
        tuple(Prompt(f"p{n}", text(s), f"m{right[n]}") for n, s in enumerate(prompts)),
        tuple(Labelled(f"m{n}", text(s)) for n, s in enumerate(matches)),
        feedback=draw(MAYBE),
        hints=draw(HINTS),
    )


@st.composite
def orderings(draw: Any) -> Ordering:
    items = tuple(Labelled(f"i{n}", text(s)) for n, s in enumerate(draw(DIFFERENT)))
    return Ordering(draw(TEXTS), items, draw(st.sampled_from(OrderCredit)), draw(MAYBE), draw(HINTS))


@st.composite
def gaps(draw: Any) -> Gaps:
    count = draw(st.integers(1, 3))
    found, stem = [], draw(STRINGS)
    for n in range(count):
        weight = draw(st.sampled_from([1.0, 2.0, 7.0]))
        if draw(st.booleans()):
            strings = draw(DIFFERENT)
            choices = tuple(
                Choice(f"c{m}", text(s), 1.0 if m == 0 else draw(FRACTIONS), draw(MAYBE)) for m, s in enumerate(strings)
            )
            found.append(Gap(f"g{n}", choices=choices, weight=weight))
        else:
            found.append(Gap(f"g{n}", {"en": draw(accepted())}, weight=weight))
        stem = stem.replace("[[1]]", "[1]") + f"[[g{n}]]" + draw(STRINGS)
    typed = any(gap.accepted for gap in found)
    return Gaps(
        text(stem.replace("[[1]]", "[1]").strip()),
        tuple(found),
        "en",
        typed and draw(st.booleans()),
        feedback=draw(MAYBE),
        hints=draw(HINTS),
    )


@st.composite
def essays(draw: Any) -> Essay:
    fewest, most = draw(st.sampled_from([(None, None), (10, None), (None, 500), (10, 500)]))
    return Essay(
        draw(TEXTS),
        guidance=draw(MAYBE),
        fewest=fewest,
        most=most,
        starter=draw(MAYBE),
        feedback=draw(MAYBE),
        hints=draw(HINTS),
    )


HOT_SPOT = HotSpot(
    text("Where?"),
    Picture("0" * 64, text("A map")),
    100,
    50,
    (
        Spot("a", text("Left"), Shape.CIRCLE, (10, 10, 20, 10), 1.0),
        Spot("b", text("Right"), Shape.RECTANGLE, (50, 0, 60, 9)),
    ),
)


@st.composite
def outgoing(draw: Any, contents: st.SearchStrategy[Content]) -> list[OutgoingQuestion]:
    """Some questions of a file, each with its own key."""
    keys = draw(st.lists(KEYS, min_size=1, max_size=3, unique=True))
    contents = contents.filter(lambda content: not content.faults())
    return [
        OutgoingQuestion(
            key,
            draw(contents),
            "en",
            draw(st.sampled_from([1.0, 0.5, 3.0])),
            draw(st.sampled_from(["", "Unit 1: Topic", "a/b", "top", "top/x", "$course$"])),
            tuple(draw(st.lists(LINE.filter(lambda s: len(s) < 20), max_size=2, unique=True))),
        )
        for key in keys
    ]


def normal(content: Content) -> Content:
    """The question with keys by place, and matches in the order in which prompts ask for them: what a format keeps."""
    change = msgspec.structs.replace
    match content:
        case SingleChoice() | MultipleChoice():
            return change(content, choices=_numbered(content.choices))
        case Matching():
            asked = list(dict.fromkeys(prompt.match for prompt in content.prompts))
            by_key = {match.key: match for match in content.matches}
            ordered = [by_key[key] for key in asked] + [m for m in content.matches if m.key not in asked]
            places = {match.key: str(n) for n, match in enumerate(ordered)}
            prompts = [Prompt(str(n), p.text, places[p.match]) for n, p in enumerate(content.prompts)]
            return change(content, prompts=tuple(prompts), matches=_numbered(tuple(ordered)))
        case Ordering():
            return change(content, items=_numbered(content.items))
        case Gaps():
            stem = content.stem.best("en", "en")
            for n, gap in enumerate(content.gaps):
                stem = stem.replace(f"[[{gap.key}]]", f"[[gap {n}]]", 1)
            numbered = [change(g, key=f"gap {n}", choices=_numbered(g.choices)) for n, g in enumerate(content.gaps)]
            return change(content, stem=text(stem), gaps=tuple(numbered))
    return content


def _numbered(parts: Any) -> Any:
    return tuple(msgspec.structs.replace(part, key=str(n)) for n, part in enumerate(parts))


def comparable(question: ParsedQuestion | OutgoingQuestion, **kept: Any) -> OutgoingQuestion:
    """All that a format may keep of a question, however it was come by. `kept` stands for what this one does not."""
    content = question.content
    if isinstance(question, OutgoingQuestion):
        content = spoken(question, "en")
    fields = {"marks": question.marks, "category": " ".join(question.category.split()), "tags": question.tags} | kept
    return OutgoingQuestion(question.key, normal(content), "en", **fields)


def without(question: OutgoingQuestion, **changes: Any) -> OutgoingQuestion:
    """The question with other content, where its type has these fields."""
    has = {name: value for name, value in changes.items() if name in question.content.__struct_fields__}
    return replace(question, content=msgspec.structs.replace(question.content, **has))
