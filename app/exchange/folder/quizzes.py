"""A quiz's file in YAML, and its settings wherever they stand."""

from __future__ import annotations

from typing import get_args

from flask_babel import gettext as _

from app.quizzes.models import Draw
from app.quizzes.settings import QuizSettings
from app.quizzes.types import Content

from ..parsed import ParsedDraw, ParsedQuestion, QuizPart
from .fields import Fields, Report, suggestion
from .nodes import Node
from .structs import MISSING, StructReader

TYPES: dict[str, type] = {shape.__struct_config__.tag: shape for shape in get_args(Content)}
__all__ = ["MISSING", "read_bank", "read_quiz", "read_settings"]


def read_quiz(node: Node | None, report: Report) -> QuizPart:
    """The quiz of a YAML file."""
    fields = Fields(node, _("the quiz"), report)
    settings = read_settings(fields)
    questions, draws = _places(fields, report)
    return QuizPart(settings, questions, draws)


def read_bank(node: Node, report: Report) -> tuple[ParsedQuestion, ...]:
    """The questions of a bank that no quiz asks."""
    return _places(Fields(node, _("the bank"), report), report, bank=True)[0]


def _places(
    fields: Fields, report: Report, *, bank: bool = False
) -> tuple[tuple[ParsedQuestion, ...], tuple[ParsedDraw, ...]]:
    """The questions, and the draws from the bank between them."""
    questions: list[ParsedQuestion] = []
    draws: list[ParsedDraw] = []
    for item in fields.listing("questions"):
        place = Fields(item, _("the question"), report)
        if place.broken:
            continue
        if place.has("draw") and not bank:
            draws.append(_draw(place, len(questions) + len(draws), report))
            continue
        question = _question(place, report)
        if question is None:
            continue
        if question.key in [other.key for other in questions]:
            report.fault(question.line, _("two questions have the key %(key)s", key=question.key))
        questions.append(question)
    fields.done()
    return tuple(questions), tuple(draws)


def read_settings(fields: Fields) -> QuizSettings:
    """How a quiz is taken and graded."""
    found: QuizSettings = StructReader(fields.report, {}).read(QuizSettings, fields)
    return found


def _draw(fields: Fields, place: int, report: Report) -> ParsedDraw:
    """A place that draws from the bank: of a category and what is below it, with all tags."""
    marks = fields.number("marks", 0.01, 100)
    new_page = fields.boolean("new_page", True)
    inner = Fields(fields.node("draw"), _("the draw"), report)
    draw = Draw(
        category=inner.string("category", required=False, longest=200),
        below=inner.boolean("below", True),
        tags=tuple(tag.text.strip() for tag in inner.words("tags", required=False)),
    )
    inner.done()
    fields.done()
    return ParsedDraw(place, draw, 1.0 if marks is None else marks, new_page)


def _question(fields: Fields, report: Report) -> ParsedQuestion | None:
    """A question; None where it is at fault."""
    before = len(report.faults)
    key = fields.key()
    if key:
        fields.what = _("the question %(key)s", key=key)
    marks = fields.number("marks", 0.01, 100)
    new_page = fields.boolean("new_page", True)
    category = fields.string("category", required=False, longest=200)
    tags = tuple(tag.text.strip() for tag in fields.words("tags", required=False))
    content = _content(fields, report)
    fields.done()
    if content is not None and len(report.faults) == before:
        for reason in content.faults():
            report.fault(fields.line, _("the question %(key)s: %(fault)s", key=key, fault=reason))
    if content is None or len(report.faults) > before:
        return None
    return ParsedQuestion(key, content, 1.0 if marks is None else marks, category, tags, fields.line, new_page)


def _content(fields: Fields, report: Report) -> Content | None:
    scalar = fields.scalar("type", required=True, must=_("one of %(options)s", options=", ".join(TYPES)))
    if scalar is None or scalar.text not in TYPES:
        if scalar is not None:
            must = _("one of %(options)s", options=", ".join(TYPES))
            reason = _("%(field)s must be %(must)s, not %(found)r", field="type", must=must, found=scalar.text)
            report.fault(scalar.line, reason + suggestion(scalar.text, TYPES))
        fields.known += fields.entries  # what it may hold depends on the type
        return None
    content: Content = StructReader(report, report.pictures).read(TYPES[scalar.text], fields)
    return content
