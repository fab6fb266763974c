"""What a format cannot say of questions, told before anything is written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import Enum, auto

from flask_babel import format_decimal
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.core.languages import language_name
from app.quizzes.types import (
    AcceptedNumber,
    Content,
    Essay,
    Gaps,
    HotSpot,
    Matching,
    MultipleChoice,
    Number,
    Ordering,
    ShortAnswer,
    SingleChoice,
    TrueFalse,
    texts,
)

from .questions import Loss, OutgoingQuestion
from .spoken import languages, missing, spoken

TYPES = {
    SingleChoice: _l("single choice"),
    MultipleChoice: _l("multiple choice"),
    TrueFalse: _l("true or false"),
    ShortAnswer: _l("short answer"),
    Number: _l("number"),
    Matching: _l("matching"),
    Ordering: _l("ordering"),
    Gaps: _l("gaps in a text"),
    HotSpot: _l("hot spots"),
    Essay: _l("essay"),
}


class Trait(Enum):
    """Something that a question may have, and a format a way to say or not."""

    KEY = auto()
    MARKS = auto()
    CATEGORY = auto()
    TAGS = auto()
    LINES = auto()
    FEEDBACK = auto()
    ANSWER_FEEDBACK = auto()
    HINTS = auto()
    PICTURES = auto()
    WEIGHTS = auto()
    ALL_OR_NOTHING = auto()
    MATCHES_ALL_OR_NOTHING = auto()
    CASE = auto()
    ACCENTS = auto()
    UNITS = auto()
    RELATIVE = auto()
    RUBRIC = auto()
    GUIDANCE = auto()
    WORD_LIMITS = auto()
    STARTER = auto()


def losses(
    question: OutgoingQuestion, language: str, types: tuple[type, ...], says: frozenset[Trait]
) -> Iterator[Loss]:
    """What a format of these types, which says these traits, leaves out of a question, when written in `language`."""
    content = question.content
    if not isinstance(content, types):
        what = _("The format has no questions of the type “%(type)s”.", type=TYPES[type(content)])
        yield Loss(question.key, what, whole=True)
        return
    for what in _of_languages(question, language):
        yield Loss(question.key, what)
    content = spoken(question, language)
    for trait in Trait:
        if trait not in says and (what := _what(trait, question, content)):
            yield Loss(question.key, what)


def _of_languages(question: OutgoingQuestion, language: str) -> Iterator[str]:
    names = {"language": language_name(language), "own": language_name(question.source_language)}
    if missing(question, language):
        if language in languages(question.content):
            yield _("What has no words in %(language)s is written in %(own)s.", **names)
        else:
            yield _("There are no words in %(language)s: it is written in %(own)s.", **names)
            language = question.source_language
    if others := sorted(languages(question.content) - {language}):
        listed = ", ".join(language_name(tag) for tag in others)
        yield _("Its words in %(languages)s are left out.", languages=listed)


def _what(trait: Trait, question: OutgoingQuestion, content: Content) -> str:
    """What is lost with a trait; empty if the question does not have it."""
    if trait is Trait.KEY:
        return _("Its key is left out: read again, it is another question.")
    if trait is Trait.MARKS:
        if question.marks == 1:
            return ""
        return _(
            "Its marks are left out: read again, it counts 1 and not %(marks)s.", marks=format_decimal(question.marks)
        )
    if trait is Trait.CATEGORY:
        return _("Its category is left out.") if question.category.strip() else ""
    if trait is Trait.TAGS:
        return _("Its tags are left out.") if question.tags else ""
    has, words = _TRAITS[trait]
    return str(words) if has(content) else ""


def shares(content: MultipleChoice) -> list[float]:
    """What each choice earns; all or nothing becomes equal shares, and the mark for a wrong one."""
    if content.partial:
        return [choice.fraction for choice in content.choices]
    right = sum(choice.right for choice in content.choices)
    return [round(1 / right, 7) if choice.right else -1.0 for choice in content.choices]


def tolerance(number: AcceptedNumber) -> float:
    """How far from a number an answer may be, in what the number is in."""
    return abs(number.value * number.tolerance) if number.relative else number.tolerance


def answer_feedback(content: Content) -> bool:
    """Whether any answer has its own feedback."""
    match content:
        case SingleChoice() | MultipleChoice():
            return any(choice.feedback for choice in content.choices)
        case HotSpot():
            return any(spot.feedback for spot in content.spots)
        case TrueFalse():
            return bool(content.true_feedback or content.false_feedback)
        case ShortAnswer():
            return any(answer.feedback for answers in content.answers.values() for answer in answers)
        case Number():
            return any(answer.feedback for answer in content.answers)
        case Gaps():
            typed = (answer for gap in content.gaps for answers in gap.accepted.values() for answer in answers)
            chosen = (choice for gap in content.gaps for choice in gap.choices)
            return any(answer.feedback for answer in typed) or any(choice.feedback for choice in chosen)
    return False


def _weights(content: Content) -> bool:
    match content:
        case SingleChoice(choices=parts):
            return any(part.fraction not in (0, 1) for part in parts)
        case ShortAnswer():
            return any(answer.fraction != 1 for answers in content.answers.values() for answer in answers)
        case Number():
            return any(answer.fraction != 1 for answer in content.answers)
    return False


def _lines(content: Content) -> bool:
    return any("\n" in string for text in texts(content) for string in text.strings().values())


_TRAITS: dict[Trait, tuple[Callable[[Content], bool], object]] = {
    Trait.LINES: (_lines, _l("Its lines are joined to one.")),
    Trait.FEEDBACK: (lambda q: q.feedback is not None, _l("Its feedback is left out.")),
    Trait.ANSWER_FEEDBACK: (answer_feedback, _l("The feedback to its answers is left out.")),
    Trait.HINTS: (lambda q: bool(q.hints), _l("Its hints are left out.")),
    Trait.PICTURES: (lambda q: bool(q.pictures), _l("Its pictures are left out.")),
    Trait.WEIGHTS: (_weights, _l("Answers that earn a part of the mark, or cost some, earn nothing.")),
    Trait.ALL_OR_NOTHING: (
        lambda q: isinstance(q, MultipleChoice) and not q.partial,
        _l("All or nothing becomes partial credit: each right choice earns its share, a wrong one takes the mark."),
    ),
    Trait.MATCHES_ALL_OR_NOTHING: (
        lambda q: isinstance(q, Matching) and q.all_or_nothing,
        _l("All or nothing is left out: each pair earns its share."),
    ),
    Trait.CASE: (
        lambda q: isinstance(q, ShortAnswer | Gaps) and q.case_matters,
        _l("That capitals must be as written is left out."),
    ),
    Trait.ACCENTS: (
        lambda q: isinstance(q, ShortAnswer | Gaps) and q.accents_matter,
        _l("That accents must be as written is left out."),
    ),
    Trait.UNITS: (
        lambda q: isinstance(q, Number) and bool(q.units),
        _l("Its units are left out: the number alone is asked for."),
    ),
    Trait.RELATIVE: (
        lambda q: isinstance(q, Number) and any(answer.relative for answer in q.answers),
        _l("A tolerance in percent is written as the number it comes to."),
    ),
    Trait.RUBRIC: (lambda q: isinstance(q, Essay) and bool(q.rubric), _l("Its rubric is left out.")),
    Trait.GUIDANCE: (
        lambda q: isinstance(q, Essay) and q.guidance is not None,
        _l("What it tells those who mark is left out."),
    ),
    Trait.WORD_LIMITS: (
        lambda q: isinstance(q, Essay) and (q.fewest is not None or q.most is not None),
        _l("How many words it asks for is left out."),
    ),
    Trait.STARTER: (
        lambda q: isinstance(q, Essay) and q.starter is not None,
        _l("What stands in the box at first is left out."),
    ),
}
