"""What each type of question takes from its row."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from flask_babel import gettext as _

from app.core.text import Text
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
    Unit,
)
from app.quizzes.types.typed import LONGEST

from ..naming import letters
from ..true_and_false import is_called
from .cells import Bad, near, number, parts, percent, whole, yes
from .row import Row


def _common(row: Row) -> dict[str, Any]:
    return {"stem": row.must("question"), "feedback": row.text("feedback"), "hints": row.hints()}


def _option(row: Row, column: str, options: tuple[str, ...]) -> str:
    said = row.take(column).casefold()
    if said and said not in options:
        raise Bad(column, _("it is one of %(options)s, not “%(text)s”", options=", ".join(options), text=said[:60]))
    return said


def _right(row: Row, places: list[int]) -> set[int] | None:
    """The numbers of the right answers; None where nothing says which."""
    said = row.take("right")
    if not said:
        return None
    found = set()
    for part in re.split(r"[,; ]+", said.strip()):
        if not (part.isascii() and part.isdigit() and int(part[:9]) in places):
            raise Bad("right", _("“%(text)s” is not the number of an answer", text=part[:60]))
        found.add(int(part))
    return found


def _choices(row: Row, shares: Callable[[int], float]) -> tuple[Choice, ...]:
    return tuple(
        Choice(letters(place), row.must(f"answer {n}"), shares(n), row.text(f"feedback {n}"))
        for place, n in enumerate(row.numbers("answer"))
    )


def _worth(row: Row, n: int, otherwise: float, least: float = -100) -> float:
    cell = row.take(f"worth {n}")
    return percent(cell, f"worth {n}", row.language, least) if cell else otherwise


def _single(row: Row) -> Content:
    places = row.numbers("answer")
    right = _right(row, places)
    if right is not None and len(right) != 1:
        raise Bad("right", _("one answer is right; for several the type is multiple_choice"))
    choices = _choices(row, lambda n: _worth(row, n, 1.0 if right and n in right else 0.0))
    return SingleChoice(choices=choices, **_common(row))


def _multiple(row: Row) -> Content:
    places = row.numbers("answer")
    right = _right(row, places)
    partial = _option(row, "grading", ("all", "partial")) == "partial"
    if partial and not row.numbers("worth"):
        raise Bad("worth 1", _("for partial credit say what each answer is worth"))
    if not partial and right is None:
        raise Bad("right", _("say which answers are right"))
    shares = (lambda n: _worth(row, n, 0.0)) if partial else (lambda n: float(n in (right or ())))
    return MultipleChoice(choices=_choices(row, shares), partial=partial, **_common(row))


def _true_false(row: Row) -> Content:
    said = row.take("right")
    truths = [truth for truth in (True, False) if is_called(said, truth)]
    if len(truths) != 1:
        raise Bad("right", _("it is true or false, not “%(text)s”", text=said[:60]))
    return TrueFalse(
        truth=truths[0], true_feedback=row.text("feedback 1"), false_feedback=row.text("feedback 2"), **_common(row)
    )


def _short(row: Row) -> Content:
    answers = tuple(
        AcceptedAnswer(
            _accepted(row.take(f"answer {n}"), f"answer {n}"), _worth(row, n, 1.0, 0), row.text(f"feedback {n}")
        )
        for n in row.numbers("answer")
    )
    return ShortAnswer(
        answers={row.language: answers} if answers else {},
        source_language=row.language,
        case_matters=yes(row.take("case"), "case"),
        accents_matter=yes(row.take("accents"), "accents"),
        **_common(row),
    )


def _accepted(cell: str, column: str) -> str:
    words = " ".join(cell.split())
    if len(words) > LONGEST:
        raise Bad(column, _("an accepted answer has from 1 to %(count)s characters", count=LONGEST))
    return words


def _number(row: Row) -> Content:
    answers = []
    for n in row.numbers("answer"):
        value, tolerance, relative = near(row.take(f"answer {n}"), f"answer {n}", row.language)
        answers.append(AcceptedNumber(value, tolerance, relative, _worth(row, n, 1.0, 0), row.text(f"feedback {n}")))
    penalty = row.take("unit penalty")
    return Number(
        answers=tuple(answers),
        units=_units(row),
        unit_penalty=percent(penalty, "unit penalty", row.language, 0) if penalty else 0.0,
        **_common(row),
    )


def _units(row: Row) -> tuple[Unit, ...]:
    units = []
    for part in row.take("units").split(";"):
        name, equals, factor = part.rpartition("=") if "=" in part else (part, "", "1")
        if name.strip():
            units.append(Unit(name.strip(), number(factor, "units", row.language)))
        elif equals:
            raise Bad("units", _("a unit has no name"))
    return tuple(units)


def _matching(row: Row) -> Content:
    found: dict[str, Labelled] = {}
    prompts: list[Prompt] = []
    for n in row.numbers("answer", "match"):
        text = row.must(f"match {n}")
        words = " ".join(text.best(row.language, row.language).split())
        match = found.setdefault(words, Labelled(letters(len(found)), text))
        prompt = row.text(f"answer {n}")
        if prompt is not None:
            prompts.append(Prompt(letters(len(prompts)), prompt, match.key))
    whole = _option(row, "grading", ("all", "partial")) == "all"
    return Matching(prompts=tuple(prompts), matches=tuple(found.values()), all_or_nothing=whole, **_common(row))


def _ordering(row: Row) -> Content:
    credit = _option(row, "grading", tuple(OrderCredit)) or OrderCredit.ALL
    items = tuple(Labelled(letters(place), row.must(f"answer {n}")) for place, n in enumerate(row.numbers("answer")))
    return Ordering(items=items, credit=OrderCredit(credit), **_common(row))


def _gaps(row: Row) -> Content:
    made = []
    for n in row.numbers("answer"):
        words = parts(row.take(f"answer {n}"))
        others = parts(row.take(f"match {n}"))
        weight = _worth(row, n, 1.0, 0.01)
        if others:
            choices = [(word, 1.0) for word in words] + [(word, 0.0) for word in others]
            made.append(
                Gap(
                    str(n),
                    {},
                    tuple(Choice(letters(p), _text(row, word), share) for p, (word, share) in enumerate(choices)),
                    weight,
                )
            )
        else:
            accepted = tuple(AcceptedAnswer(_accepted(word, f"answer {n}")) for word in words)
            made.append(Gap(str(n), {row.language: accepted}, (), weight))
    return Gaps(
        gaps=tuple(made),
        source_language=row.language,
        case_matters=yes(row.take("case"), "case"),
        accents_matter=yes(row.take("accents"), "accents"),
        **_common(row),
    )


def _text(row: Row, words: str) -> Text:
    return Text.of({row.language: words}, row.language)


def _essay(row: Row) -> Content:
    rubric = []
    for place, n in enumerate(row.numbers("answer")):
        levels: list[Level] = []
        for part in parts(row.take(f"match {n}")):
            points, equals, words = part.partition("=")
            if not equals or not words.strip():
                raise Bad(f"match {n}", _("a level is written as points = words"))
            value = number(points, f"match {n}", row.language)
            levels.append(Level(letters(len(levels)), _text(row, words.strip()), value))
        rubric.append(Criterion(letters(place), row.must(f"answer {n}"), tuple(levels)))
    return Essay(
        rubric=tuple(rubric),
        guidance=row.text("guidance"),
        fewest=whole(row.take("fewest words"), "fewest words"),
        most=whole(row.take("most words"), "most words"),
        starter=row.text("starter"),
        **_common(row),
    )


READERS: dict[str, Callable[[Row], Content]] = {
    "single_choice": _single,
    "multiple_choice": _multiple,
    "true_false": _true_false,
    "short_answer": _short,
    "number": _number,
    "matching": _matching,
    "ordering": _ordering,
    "gaps": _gaps,
    "essay": _essay,
}
