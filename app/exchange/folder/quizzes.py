"""A quiz's file in YAML, and its settings wherever they stand."""

from __future__ import annotations

from collections.abc import Callable

from flask_babel import gettext as _

from app.core.text import Text
from app.quizzes.settings import Grading, QuizSettings
from app.quizzes.types import AcceptedAnswer, Choice, Content, MultipleChoice, ShortAnswer, SingleChoice, TrueFalse
from app.quizzes.types.typed import LONGEST

from ..parsed import ParsedQuestion, QuizPart
from .fields import Fields, Report, suggestion, text_of
from .nodes import Mapping, Node, Scalar, Sequence

MISSING = Text({})  # stands in for a text that is at fault


def read_quiz(node: Node | None, report: Report) -> QuizPart:
    """The quiz of a YAML file."""
    fields = Fields(node, _("the quiz"), report)
    settings = read_settings(fields)
    return QuizPart(settings, _questions(fields, report))


def read_bank(node: Node, report: Report) -> tuple[ParsedQuestion, ...]:
    """The questions of a bank that no quiz asks."""
    return _questions(Fields(node, _("the bank"), report), report)


def _questions(fields: Fields, report: Report) -> tuple[ParsedQuestion, ...]:
    questions: list[ParsedQuestion] = []
    for item in fields.listing("questions"):
        question = _question(item, report)
        if question is None:
            continue
        if question.key in [other.key for other in questions]:
            report.fault(question.line, _("two questions have the key %(key)s", key=question.key))
        questions.append(question)
    fields.done()
    return tuple(questions)


def read_settings(fields: Fields) -> QuizSettings:
    """How a quiz is taken and graded."""
    return QuizSettings(
        pass_mark=fields.number("pass_mark", 0, 100),
        attempts=fields.integer("attempts", 1, 1000),
        grading=fields.option("grading", Grading, Grading.HIGHEST),
        shuffle=fields.boolean("shuffle", True),
    )


def _question(node: Node, report: Report) -> ParsedQuestion | None:
    """A question; None where it is at fault."""
    before = len(report.faults)
    fields = Fields(node, _("the question"), report)
    if fields.broken:
        return None
    key = fields.key()
    if key:
        fields.what = _("the question %(key)s", key=key)
    marks = fields.number("marks", 0.01, 100)
    category = fields.string("category", required=False, longest=200)
    tags = tuple(tag.text.strip() for tag in fields.words("tags", required=False))
    content = _content(fields, report)
    fields.done()
    if content is not None and len(report.faults) == before:
        for reason in content.faults():
            report.fault(fields.line, _("the question %(key)s: %(fault)s", key=key, fault=reason))
    if content is None or len(report.faults) > before:
        return None
    return ParsedQuestion(key, content, 1.0 if marks is None else marks, category, tags, fields.line)


def _content(fields: Fields, report: Report) -> Content | None:
    scalar = fields.scalar("type", required=True, must=_("one of %(options)s", options=", ".join(_TYPES)))
    if scalar is None or scalar.text not in _TYPES:
        if scalar is not None:
            must = _("one of %(options)s", options=", ".join(_TYPES))
            reason = _("%(field)s must be %(must)s, not %(found)r", field="type", must=must, found=scalar.text)
            report.fault(scalar.line, reason + suggestion(scalar.text, _TYPES))
        fields.known += fields.entries  # what it may hold depends on the type
        return None
    return _TYPES[scalar.text](fields, report)


def _single(fields: Fields, report: Report) -> SingleChoice:
    return SingleChoice(
        stem=fields.text("stem") or MISSING,
        choices=_choices(fields, report),
        feedback=fields.text("feedback", required=False),
    )


def _multiple(fields: Fields, report: Report) -> MultipleChoice:
    return MultipleChoice(
        stem=fields.text("stem") or MISSING,
        choices=_choices(fields, report),
        feedback=fields.text("feedback", required=False),
        partial=fields.boolean("partial", False),
    )


def _true_false(fields: Fields, report: Report) -> TrueFalse:
    fields.node("truth", required=True)
    return TrueFalse(
        stem=fields.text("stem") or MISSING,
        truth=fields.boolean("truth", True),
        feedback=fields.text("feedback", required=False),
        true_feedback=fields.text("true_feedback", required=False),
        false_feedback=fields.text("false_feedback", required=False),
    )


def _choices(fields: Fields, report: Report) -> tuple[Choice, ...]:
    found: list[Choice] = []
    for item in fields.listing("choices"):
        choice = Fields(item, _("the choice"), report)
        key = choice.key() if not choice.broken else ""
        if key and key in [other.key for other in found]:
            report.fault(choice.line, _("two choices have the key %(key)s", key=key))
        right = choice.boolean("right", False)
        fraction = choice.number("fraction", -1, 1)
        if fraction is not None and choice.has("right"):
            report.fault(choice.line_of("fraction"), _("a choice has either right or fraction, not both"))
        text = choice.text("text") or MISSING
        feedback = choice.text("feedback", required=False)
        choice.done()
        found.append(Choice(key, text, (1.0 if right else 0.0) if fraction is None else fraction, feedback))
    return tuple(found)


def _short(fields: Fields, report: Report) -> ShortAnswer:
    answers: dict[str, tuple[AcceptedAnswer, ...]] = {}
    node = fields.node("answers", required=True)
    if isinstance(node, Sequence):
        answers[report.language] = _accepted(node, report.language, report)
    elif isinstance(node, Mapping):
        for language, entry in node.entries.items():
            if language not in report.languages:
                reason = _(
                    "%(field)s is given in %(tag)r, which is not among the course’s languages",
                    field="answers",
                    tag=language,
                )
                report.fault(entry.line, reason + suggestion(language, report.languages))
            else:
                answers[language] = _accepted(entry.value, language, report)
    elif node is not None:
        report.fault(node.line, _("answers must be a list, or a map from language to lists"))
    return ShortAnswer(
        stem=fields.text("stem") or MISSING,
        answers=answers,
        source_language=report.language,
        feedback=fields.text("feedback", required=False),
        case_matters=fields.boolean("case_matters", False),
    )


def _accepted(node: Node, language: str, report: Report) -> tuple[AcceptedAnswer, ...]:
    """The accepted answers in one language: words, or fields with what they earn and what is said to them."""
    if not isinstance(node, Sequence) or not node.items:
        report.fault(node.line, _("the answers in %(tag)s must be a list with at least one answer", tag=language))
        return ()
    found: list[AcceptedAnswer] = []
    for item in node.items:
        if isinstance(item, Scalar):
            if not 0 < len(item.text.strip()) <= LONGEST:
                report.fault(item.line, _("an accepted answer has from 1 to %(count)s characters", count=LONGEST))
            found.append(AcceptedAnswer(item.text.strip()))
            continue
        fields = Fields(item, _("the answer"), report)
        text = fields.string("text", longest=LONGEST)
        fraction = fields.number("fraction", 0, 1)
        said = fields.node("feedback")
        feedback = None if said is None else text_of(said, "feedback", report, alone=language)
        fields.done()
        found.append(AcceptedAnswer(text, 1.0 if fraction is None else fraction, feedback))
    return tuple(found)


_TYPES: dict[str, Callable[[Fields, Report], Content]] = {
    "single_choice": _single,
    "multiple_choice": _multiple,
    "short_answer": _short,
    "true_false": _true_false,
}
