"""Question types, one file each: content, answer, grading. Pure: no database, no request.

`Content` and `Answer` are tagged unions over all types; `grade` dispatches on the tag. A new type is a new file
here and a line in each union, its form in `editor/`, and what practitioners and trainers see of it in
`templates/quizzes/types/` and `templates/quizzes/types/editor/`.
"""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec

from app.core.text import Text

from .choices import Choice
from .essay import Criterion, Essay, EssayAnswer, Level
from .fault import QuestionFault
from .gaps import Gap, Gaps, GapsAnswer
from .grade import Grade
from .hot_spot import HotSpot, HotSpotAnswer, Shape, Spot
from .matching import Matching, MatchingAnswer
from .multiple_choice import MultipleChoice, MultipleChoiceAnswer
from .number import AcceptedNumber, Number, NumberAnswer, Unit
from .ordering import OrderCredit, Ordering, OrderingAnswer
from .parts import Labelled, Picture, Prompt
from .scored import AnswerPart, Said, Scored
from .short_answer import ShortAnswer, ShortAnswerAnswer
from .single_choice import SingleChoice, SingleChoiceAnswer
from .true_false import TrueFalse, TrueFalseAnswer
from .typed import AcceptedAnswer

Content = (
    SingleChoice | MultipleChoice | TrueFalse | ShortAnswer | Number | Matching | Ordering | Gaps | HotSpot | Essay
)
Answer = (
    SingleChoiceAnswer | MultipleChoiceAnswer | TrueFalseAnswer | ShortAnswerAnswer | NumberAnswer | MatchingAnswer
    | OrderingAnswer | GapsAnswer | HotSpotAnswer | EssayAnswer
)  # fmt: skip

ANSWER_TYPES: dict[type, type] = {
    SingleChoice: SingleChoiceAnswer,
    MultipleChoice: MultipleChoiceAnswer,
    TrueFalse: TrueFalseAnswer,
    ShortAnswer: ShortAnswerAnswer,
    Number: NumberAnswer,
    Matching: MatchingAnswer,
    Ordering: OrderingAnswer,
    Gaps: GapsAnswer,
    HotSpot: HotSpotAnswer,
    Essay: EssayAnswer,
}


def type_name(content: Content) -> str:
    """The tag that names the type in files, forms and templates: `single_choice` and so on."""
    return str(content.__struct_config__.tag)


def grade(content: Content, answer: Answer | None, language: str) -> Grade:
    """How much of the mark `answer` earns, 0 to 1, and the feedback it calls for.

    No answer earns nothing. An answer of another type than the question's is a `TypeError`.
    """
    if answer is None:
        return Grade(0.0)
    if not isinstance(answer, ANSWER_TYPES[type(content)]):
        raise TypeError(f"{type(answer).__name__} cannot answer {type(content).__name__}")
    return content.grade(answer, language)  # type: ignore[arg-type]


def fits(content: Content, answer: Answer) -> bool:
    """Whether `answer` is of the question's type and names what the question has."""
    return isinstance(answer, ANSWER_TYPES[type(content)]) and bool(content.accepts(answer))  # type: ignore[arg-type]


def marks_hash(content: Content) -> str:
    """A fingerprint of what affects marks, the same for versions that differ in translation or feedback only."""
    canonical = msgspec.json.encode([type_name(content), content.marks_facts()], order="deterministic")
    return hashlib.sha256(canonical).hexdigest()[:16]


def texts(content: Content) -> list[Text]:
    """Every text in the question, for the checks on translations."""
    found: list[Text] = []

    def walk(value: Any) -> None:
        if isinstance(value, Text):
            found.append(value)
        elif isinstance(value, msgspec.Struct):
            for field in value.__struct_fields__:
                walk(getattr(value, field))
        elif isinstance(value, dict):
            walk(tuple(value.values()))
        elif isinstance(value, tuple):
            for item in value:
                walk(item)

    walk(content)
    return found


__all__ = [
    "ANSWER_TYPES",
    "AcceptedAnswer",
    "AcceptedNumber",
    "Answer",
    "AnswerPart",
    "Choice",
    "Content",
    "Criterion",
    "Essay",
    "EssayAnswer",
    "Gap",
    "Gaps",
    "GapsAnswer",
    "Grade",
    "HotSpot",
    "HotSpotAnswer",
    "Labelled",
    "Level",
    "Matching",
    "MatchingAnswer",
    "MultipleChoice",
    "MultipleChoiceAnswer",
    "Number",
    "NumberAnswer",
    "OrderCredit",
    "Ordering",
    "OrderingAnswer",
    "Picture",
    "Prompt",
    "QuestionFault",
    "Said",
    "Scored",
    "Shape",
    "ShortAnswer",
    "ShortAnswerAnswer",
    "SingleChoice",
    "SingleChoiceAnswer",
    "Spot",
    "TrueFalse",
    "TrueFalseAnswer",
    "Unit",
    "fits",
    "grade",
    "marks_hash",
    "texts",
    "type_name",
]
