"""Questions as rows."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from app.core.text import Text
from app.quizzes.types import (
    Content,
    Essay,
    Gaps,
    Matching,
    MultipleChoice,
    Number,
    Ordering,
    ShortAnswer,
    SingleChoice,
    TrueFalse,
    type_name,
)
from app.quizzes.types.numerals import typeable

from ..questions import OutgoingQuestion
from ..spoken import languages, spoken
from .cells import joined, written_near
from .columns import Rows, in_order

Cells = dict[str, str | float]


def rows(questions: Sequence[OutgoingQuestion], language: str) -> Rows:
    """One row a question, and the columns that they need."""
    found = [_row(question, language) for question in questions]
    used = {name for row in found for name, value in row.items() if value != ""}
    return Rows(in_order(used), found)


def _row(question: OutgoingQuestion, language: str) -> Cells:
    said_in = language if language in languages(question.content) else question.source_language
    content = spoken(question, said_in)
    cells: Cells = {
        "key": question.key,
        "type": type_name(content),
        "question": say(content.stem),
        "category": question.category,
        "tags": ", ".join(question.tags),
        "marks": question.marks,
        "feedback": say(content.feedback),
    }
    for n, hint in enumerate(content.hints, 1):
        cells[f"hint {n}"] = say(hint)
    _WRITERS[type(content)](cells, content)
    return {name: value for name, value in cells.items() if value != ""}


def say(text: Text | None) -> str:
    """The words of a text that has one language."""
    return "" if text is None else next((phrase.string for phrase in text.phrases.values()), "")


def _share(fraction: float) -> float:
    return round(fraction * 100, 5)


def _choice(cells: Cells, content: SingleChoice | MultipleChoice) -> None:
    partial = isinstance(content, MultipleChoice) and content.partial
    if partial:
        cells["grading"] = "partial"
    plain = not partial and (
        isinstance(content, MultipleChoice) or [c.fraction for c in content.choices if c.fraction] == [1]
    )
    right = []
    for n, choice in enumerate(content.choices, 1):
        cells[f"answer {n}"] = say(choice.text)
        cells[f"feedback {n}"] = say(choice.feedback)
        if not plain:
            cells[f"worth {n}"] = _share(choice.fraction)
        elif choice.right:
            right.append(str(n))
    cells["right"] = ", ".join(right)


def _true_false(cells: Cells, content: TrueFalse) -> None:
    cells["right"] = "true" if content.truth else "false"
    cells["feedback 1"], cells["feedback 2"] = say(content.true_feedback), say(content.false_feedback)


def _short(cells: Cells, content: ShortAnswer) -> None:
    for n, answer in enumerate(next(iter(content.answers.values()), ()), 1):
        cells[f"answer {n}"] = answer.text
        cells[f"worth {n}"] = "" if answer.fraction == 1 else _share(answer.fraction)
        cells[f"feedback {n}"] = say(answer.feedback)
    _exactness(cells, content)


def _exactness(cells: Cells, content: ShortAnswer | Gaps) -> None:
    cells["case"] = "yes" if content.case_matters else ""
    cells["accents"] = "yes" if content.accents_matter else ""


def _number(cells: Cells, content: Number) -> None:
    for n, answer in enumerate(content.answers, 1):
        cells[f"answer {n}"] = written_near(answer.value, answer.tolerance, answer.relative)
        cells[f"worth {n}"] = "" if answer.fraction == 1 else _share(answer.fraction)
        cells[f"feedback {n}"] = say(answer.feedback)
    cells["units"] = "; ".join(f"{unit.name} = {typeable(unit.factor)}" for unit in content.units)
    cells["unit penalty"] = _share(content.unit_penalty) if content.unit_penalty else ""


def _matching(cells: Cells, content: Matching) -> None:
    texts = {match.key: say(match.text) for match in content.matches}
    sought = {" ".join(texts[prompt.match].split()) for prompt in content.prompts}
    for n, prompt in enumerate(content.prompts, 1):
        cells[f"answer {n}"], cells[f"match {n}"] = say(prompt.text), texts[prompt.match]
    others = [text for text in texts.values() if " ".join(text.split()) not in sought]
    for n, text in enumerate(others, len(content.prompts) + 1):
        cells[f"match {n}"] = text
    cells["grading"] = "all" if content.all_or_nothing else ""


def _ordering(cells: Cells, content: Ordering) -> None:
    for n, item in enumerate(content.items, 1):
        cells[f"answer {n}"] = say(item.text)
    cells["grading"] = str(content.credit)


def _gaps(cells: Cells, content: Gaps) -> None:
    for n, gap in enumerate(content.gaps, 1):
        if gap.choices:
            cells[f"answer {n}"] = joined([say(choice.text) for choice in gap.choices if choice.right])
            cells[f"match {n}"] = joined([say(choice.text) for choice in gap.choices if not choice.right])
        else:
            cells[f"answer {n}"] = joined([answer.text for answer in next(iter(gap.accepted.values()), ())])
    numbers = {gap.key: n for n, gap in enumerate(content.gaps, 1)}
    most = max(gap.weight for gap in content.gaps)
    if any(gap.weight != most for gap in content.gaps):
        for n, gap in enumerate(content.gaps, 1):
            cells[f"worth {n}"] = _share(gap.weight / most)
    cells["question"] = re.sub(
        r"\[\[([^\[\]]+)\]\]", lambda m: f"[[{numbers[m[1]]}]]" if m[1] in numbers else m[0], say(content.stem)
    )
    _exactness(cells, content)


def _essay(cells: Cells, content: Essay) -> None:
    for n, criterion in enumerate(content.rubric, 1):
        cells[f"answer {n}"] = say(criterion.text)
        cells[f"match {n}"] = joined([f"{typeable(level.points)} = {say(level.text)}" for level in criterion.levels])
    cells["guidance"], cells["starter"] = say(content.guidance), say(content.starter)
    cells["fewest words"] = "" if content.fewest is None else float(content.fewest)
    cells["most words"] = "" if content.most is None else float(content.most)


_WRITERS: dict[type, Callable[[Cells, Any], None]] = {
    SingleChoice: _choice,
    MultipleChoice: _choice,
    TrueFalse: _true_false,
    ShortAnswer: _short,
    Number: _number,
    Matching: _matching,
    Ordering: _ordering,
    Gaps: _gaps,
    Essay: _essay,
}


def writes(content: Content) -> bool:
    """Whether there is a row for questions of this type."""
    return type(content) in _WRITERS
