"""What keeps an application from being submitted, in words beside each question. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import ngettext

from app.core.formats import money, number

from ..calls.questionnaire import Answer, BudgetLine, Question, QuestionKind, total_of
from .counting import words_in


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with the answer to a question. `is_missing`: there is none."""

    key: str
    message: str
    is_missing: bool = False


def list_faults(
    questions: Iterable[Question], answers: Mapping[str, Answer], files: Mapping[str, int], currency: str
) -> list[Fault]:
    """All that is wrong, in the order of the questions; `files` counts the files by question."""
    found = []
    for question in questions:
        fault = fault_of(question, answers.get(question.key), files.get(question.key, 0), currency)
        if fault is not None:
            found.append(fault)
    return found


def fault_of(question: Question, answer: Answer, files: int, currency: str) -> Fault | None:
    """What is wrong with one answer; None where it can be submitted."""
    if not (files if question.kind is QuestionKind.FILES else is_given(answer)):
        return Fault(question.key, _missing(question), is_missing=True) if question.required else None
    message = _message(question, answer, files, currency)
    return Fault(question.key, message) if message else None


def is_given(answer: Answer) -> bool:
    return answer not in (None, "", ())


def _missing(question: Question) -> str:
    return {
        QuestionKind.TEXT: _("Write an answer."),
        QuestionKind.CHOICE: _("Choose an answer."),
        QuestionKind.AMOUNT: _("Write an amount."),
        QuestionKind.BUDGET: _("Add a line with what it costs."),
        QuestionKind.FILES: _("Add a file."),
    }[question.kind]


def _message(question: Question, answer: Answer, files: int, currency: str) -> str | None:
    match question.kind:
        case QuestionKind.TEXT:
            return _text(question, str(answer))
        case QuestionKind.CHOICE:
            known = {choice.key for choice in question.choices}
            return None if answer in known else _("This choice is no longer offered. Choose another.")
        case QuestionKind.AMOUNT:
            return _amount(question, answer, currency)
        case QuestionKind.BUDGET:
            return _budget(question, answer if isinstance(answer, tuple) else (), currency)
        case QuestionKind.FILES:
            return _files(question, files)


def _text(question: Question, text: str) -> str | None:
    over = words_in(text) - question.words if question.words else 0
    if over <= 0:
        return None
    return ngettext("Take out %(over)s word.", "Take out %(over)s words.", over, over=number(over))


def _amount(question: Question, answer: Answer, currency: str) -> str | None:
    if not isinstance(answer, int):
        return _("Write a whole amount, such as %(example)s, without cents.", example=number(40000))
    return _bounds(question, answer, currency)


def _bounds(question: Question, amount: int, currency: str) -> str | None:
    if question.least is not None and amount < question.least:
        return _("The least is %(amount)s.", amount=money(question.least, currency))
    if question.most is not None and amount > question.most:
        return _("The most is %(amount)s.", amount=money(question.most, currency))
    return None


def _budget(question: Question, lines: tuple[BudgetLine, ...], currency: str) -> str | None:
    for place, line in enumerate(lines, 1):
        if not isinstance(line.amount, int):
            example = number(40000)
            return _("Line %(place)s: write a whole amount, such as %(example)s.", place=place, example=example)
        if not line.item:
            return _("Line %(place)s: say what the amount is for.", place=place)
    total = total_of(lines)
    if question.most is not None and total > question.most:
        over, most = money(total - question.most, currency), money(question.most, currency)
        return _("The total is %(over)s over the most, which is %(most)s.", over=over, most=most)
    if question.least is not None and total < question.least:
        return _("The total must be at least %(amount)s.", amount=money(question.least, currency))
    return None


def _files(question: Question, files: int) -> str | None:
    over = files - question.files
    return ngettext("Remove %(num)s file.", "Remove %(num)s files.", over) if over > 0 else None
