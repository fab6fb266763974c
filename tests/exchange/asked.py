"""Questions of every type, as trainers could have written them, for what must hold for all."""

from __future__ import annotations

from typing import Any

import msgspec
from hypothesis import strategies as st

from app.core.text import Text
from app.exchange.questions import OutgoingQuestion
from app.quizzes.types import (
    AcceptedAnswer,
    AcceptedNumber,
    Choice,
    Content,
    Criterion,
    Essay,
    Gap,
    Gaps,
    Labelled,
    Level,
    Matching,
    MultipleChoice,
    Number,
    OrderCredit,
    Ordering,
    Prompt,
    ShortAnswer,
    SingleChoice,
    TrueFalse,
)

CHARACTERS = st.characters(
    codec="utf-8", exclude_categories=("Cc", "Cs", "Cn", "Co", "Zl", "Zp"), exclude_characters="\ufeff"
)
WORDS = st.text(CHARACTERS, min_size=1, max_size=20).map(lambda s: " ".join(s.split())).filter(bool)
NAUGHTY = st.sampled_from(
    ["=1+1", "+x", "-5", "@SUM(A1)", "'=x", "''", '"', "50%", "a | b", "<b>&amp;", "- list", "1. one", "a=>b", "x;y"]
)
LINE = WORDS | NAUGHTY
PARAGRAPHS = st.lists(LINE, min_size=1, max_size=3).map("\n\n".join)
LINES = st.lists(LINE, min_size=1, max_size=3).map("\n".join)
FRACTIONS = st.sampled_from([0.5, 0.25, 0.3333333, 0.1])
MARKS = st.sampled_from([1.0, 2.0, 0.5, 3.0])
KEYS = st.from_regex(r"[a-z0-9]{1,6}(-[a-z0-9]{1,6}){0,2}", fullmatch=True)


def said(words: st.SearchStrategy[str]) -> st.SearchStrategy[Text]:
    return words.map(lambda string: Text.of({"en": string}, "en"))


STEM = said(PARAGRAPHS)
LABEL = said(LINES)
FEEDBACK = st.none() | said(PARAGRAPHS)


def keyed(count: int) -> st.SearchStrategy[list[str]]:
    return st.lists(KEYS, min_size=count, max_size=count, unique=True)


@st.composite
def choices(draw: Any, fractions: list[float]) -> tuple[Choice, ...]:
    names = draw(keyed(len(fractions)))
    return tuple(
        Choice(name, draw(LABEL), share, draw(FEEDBACK))
        for name, share in zip(names, draw(st.permutations(fractions)), strict=True)
    )


@st.composite
def single(draw: Any) -> SingleChoice:
    others = draw(st.lists(st.sampled_from([0.0, 0.0, 0.5, -0.25]), min_size=1, max_size=4))
    return SingleChoice(draw(STEM), draw(choices([1.0, *others])), draw(FEEDBACK))


@st.composite
def multiple(draw: Any) -> MultipleChoice:
    partial = draw(st.booleans())
    shares = draw(
        st.sampled_from([[1.0, 0.0], [0.5, 0.5, -0.5], [0.3333333] * 3 + [0.0, -1.0], [0.25, 0.75]])
        if partial
        else st.sampled_from([[1.0, 0.0], [1.0, 1.0, 0.0], [1.0, 1.0]])
    )
    return MultipleChoice(draw(STEM), draw(choices(shares)), draw(FEEDBACK), partial=partial)


@st.composite
def true_false(draw: Any) -> TrueFalse:
    return TrueFalse(draw(STEM), draw(st.booleans()), draw(FEEDBACK), draw(FEEDBACK), draw(FEEDBACK))


@st.composite
def accepted(draw: Any, feedback: st.SearchStrategy[Text | None] = FEEDBACK) -> tuple[AcceptedAnswer, ...]:
    texts = draw(st.lists(WORDS.map(lambda s: s.replace("\\", "/")), min_size=1, max_size=3, unique_by=str.casefold))
    texts = [draw(st.sampled_from([text, text, f"{text.replace('*', '')}*"])) for text in texts]
    texts = list(dict.fromkeys(text.replace("*", draw(st.sampled_from(["*", r"\*"]))) for text in texts))
    shares = [1.0, *(draw(FRACTIONS) for _text in texts[1:])]
    return tuple(AcceptedAnswer(text, share, draw(feedback)) for text, share in zip(texts, shares, strict=True))


@st.composite
def short(draw: Any) -> ShortAnswer:
    return ShortAnswer(
        draw(STEM), {"en": draw(accepted())}, "en", draw(FEEDBACK),
        case_matters=draw(st.booleans()), accents_matter=draw(st.booleans()),
    )  # fmt: skip


@st.composite
def numbers(draw: Any) -> Number:
    values = draw(st.lists(st.floats(-1e6, 1e6).map(lambda f: round(f, 4)), min_size=1, max_size=3, unique=True))
    answers = []
    for place, value in enumerate(values):
        tolerance = draw(st.sampled_from([0.0, 0.5, 0.01]))
        relative = bool(tolerance) and draw(st.booleans())
        share = 1.0 if place == 0 else draw(FRACTIONS)
        answers.append(AcceptedNumber(value + 0.0, tolerance, relative, share, draw(FEEDBACK)))
    return Number(draw(STEM), tuple(answers), feedback=draw(FEEDBACK))


@st.composite
def matching(draw: Any) -> Matching:
    count, more = draw(st.integers(2, 4)), draw(st.integers(0, 2))
    texts = draw(st.lists(LINE, min_size=count + more, max_size=count + more, unique=True))
    names = draw(keyed(count + more))
    matches = tuple(Labelled(key, Text.of({"en": text}, "en")) for key, text in zip(names, texts, strict=True))
    prompts = tuple(Prompt(key, draw(LABEL), draw(st.sampled_from(names))) for key in draw(keyed(count)))
    return Matching(draw(STEM), prompts, matches, draw(st.booleans()), draw(FEEDBACK))


@st.composite
def ordering(draw: Any) -> Ordering:
    texts = draw(st.lists(LINE, min_size=2, max_size=5, unique=True))
    items = tuple(
        Labelled(key, Text.of({"en": text}, "en")) for key, text in zip(draw(keyed(len(texts))), texts, strict=True)
    )
    return Ordering(draw(STEM), items, draw(st.sampled_from(OrderCredit)), draw(FEEDBACK))


@st.composite
def gaps(draw: Any) -> Gaps:
    names = draw(keyed(draw(st.integers(1, 3))))
    made = []
    for name in names:
        weight = draw(st.sampled_from([1.0, 2.0, 1.5]))
        if draw(st.booleans()):
            made.append(Gap(name, {"en": draw(accepted())}, (), weight))
        else:
            options = draw(choices([1.0, 0.0, 0.5]))
            words = draw(st.lists(WORDS, min_size=3, max_size=3, unique=True))
            options = tuple(
                msgspec.structs.replace(o, text=Text.of({"en": w}, "en")) for o, w in zip(options, words, strict=True)
            )
            made.append(Gap(name, {}, options, weight))
    words = [draw(PARAGRAPHS.map(lambda s: s.replace("[", "(").replace("]", ")"))) for _name in names]
    stem = "".join(f"{word}{draw(st.sampled_from([' ', chr(10), chr(10) * 2]))}[[{name}]] "
                   for word, name in zip(words, names, strict=True)).strip()  # fmt: skip
    return Gaps(
        Text.of({"en": stem}, "en"), tuple(made), "en", draw(st.booleans()), draw(st.booleans()), draw(FEEDBACK)
    )


@st.composite
def essay(draw: Any) -> Essay:
    rubric = []
    for key in draw(keyed(draw(st.integers(0, 2)))):
        levels = tuple(
            Level(name, draw(LABEL), points) for name, points in zip(draw(keyed(3)), (0.0, 1.5, 3.0), strict=True)
        )
        rubric.append(Criterion(key, draw(LABEL), levels))
    return Essay(draw(STEM), tuple(rubric), guidance=draw(FEEDBACK), starter=draw(FEEDBACK), feedback=draw(FEEDBACK))


BY_TYPE: dict[str, st.SearchStrategy[Content]] = {
    "single_choice": single(),
    "multiple_choice": multiple(),
    "true_false": true_false(),
    "short_answer": short(),
    "number": numbers(),
    "matching": matching(),
    "ordering": ordering(),
    "gaps": gaps(),
    "essay": essay(),
}


def outgoing(content: st.SearchStrategy[Content]) -> st.SearchStrategy[OutgoingQuestion]:
    tags = st.lists(WORDS.filter(lambda tag: "," not in tag), max_size=3, unique=True).map(tuple)
    category = st.just("") | st.lists(WORDS.filter(lambda c: "/" not in c), min_size=1, max_size=2).map("/".join)
    return st.builds(OutgoingQuestion, KEYS, content, st.just("en"), MARKS, category, tags)


def renamed(content: Content) -> Content:
    """The same question with the keys that things have by their place, and matches in the order they are sought."""
    match content:
        case SingleChoice() | MultipleChoice():
            choices = tuple(msgspec.structs.replace(c, key=str(n)) for n, c in enumerate(content.choices))
            return msgspec.structs.replace(content, choices=choices)
        case Ordering():
            items = tuple(msgspec.structs.replace(item, key=str(n)) for n, item in enumerate(content.items))
            return msgspec.structs.replace(content, items=items)
        case Matching():
            sought = [prompt.match for prompt in content.prompts]
            order = sorted(content.matches, key=lambda m: sought.index(m.key) if m.key in sought else len(sought))
            names = {match.key: str(n) for n, match in enumerate(order)}
            return msgspec.structs.replace(
                content,
                prompts=tuple(Prompt(str(n), p.text, names[p.match]) for n, p in enumerate(content.prompts)),
                matches=tuple(Labelled(names[m.key], m.text) for m in order),
            )
        case Gaps():
            stem = content.stem.best("en", "en")
            for n, gap in enumerate(content.gaps, 1):
                stem = stem.replace(f"[[{gap.key}]]", f"\0{n}\1")
            stem = stem.replace("\0", "[[").replace("\1", "]]")
            return msgspec.structs.replace(
                content,
                stem=Text.of({"en": stem}, "en"),
                gaps=tuple(
                    msgspec.structs.replace(
                        gap,
                        key=str(n),
                        choices=tuple(msgspec.structs.replace(c, key=str(i)) for i, c in enumerate(gap.choices)),
                    )
                    for n, gap in enumerate(content.gaps)
                ),
            )
        case Essay():
            rubric = tuple(
                Criterion(str(n), c.text, tuple(msgspec.structs.replace(v, key=str(i)) for i, v in enumerate(c.levels)))
                for n, c in enumerate(content.rubric)
            )
            return msgspec.structs.replace(content, rubric=rubric)
    return content
