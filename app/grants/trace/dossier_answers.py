"""What a city answered, as a dossier sets it: a block for each question."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
from flask_babel import gettext as _

from app.core.formats import number
from app.core.typesetting import breakable

from ..calls.questionnaire import Question, Questionnaire
from ..models import GrantCall
from . import freezing
from .dossier_queries import Dossier

Block = dict[str, Any]


class _File(NamedTuple):
    question: str
    name: str
    hash: str


def blocks(dossier: Dossier, last: freezing.Opened | None, language: str) -> list[Block]:
    """As frozen at the last submission (`last`), else as they stand in the draft; these too, and that is said, where
    what was frozen cannot be read."""
    if last is not None:
        try:
            files = [_File(file.question, file.name, file.hash) for file in last.snapshot.files]
            return list(_asked(last.questionnaire, last.snapshot.answers, files, dossier.call, language))
        except freezing.UNREADABLE:
            pass
    given = {key: msgspec.to_builtins(answer.value) for key, answer in dossier.answers.items()}
    files = [_File(file.key, file.name, file.hash) for file in dossier.files]
    found = list(_asked(dossier.call.questionnaire, given, files, dossier.call, language))
    if dossier.frozen and found:
        said = _("What was frozen cannot be read. These are the answers as the site holds them today.")
        found.insert(0, {"kind": "text", "title": "", "text": said})
    return found


def _asked(
    asked: Questionnaire, given: Mapping[str, Any], files: Sequence[_File], call: GrantCall, language: str
) -> Iterator[Block]:
    for question in asked.questions:
        title = question.title.best(language, call.source_language)
        held = [f"{file.name}\nSHA-256 {breakable(file.hash)}" for file in files if file.question == question.key]
        labels = _labels(question, language, call.source_language)
        yield _answer(title, given.get(question.key), held, labels, call.currency or "")


def _answer(title: str, value: Any, files: Sequence[str], labels: Mapping[str, str], currency: str) -> Block:
    if isinstance(value, list) and value:
        total = sum(line["amount"] for line in value if isinstance(line["amount"], int))
        rows = [[breakable(line["item"]), _amount(line["amount"])] for line in value]
        return {
            "kind": "table", "title": title, "head": [_("Item"), _("Amount (%(currency)s)", currency=currency)],
            "columns": [3, 1], "numbers": [1], "rows": [*rows, [_("Total"), number(total)]],
        }  # fmt: skip
    if files:
        words = "\n".join(files)
    elif isinstance(value, int):
        words = f"{number(value)} {currency}".strip()
    else:
        words = labels.get(value, breakable(value)) if isinstance(value, str) and value else _("No answer")
    return {"kind": "text", "title": title, "text": words}


def _labels(question: Question, language: str, source: str) -> dict[str, str]:
    return {choice.key: choice.label.best(language, source) for choice in question.choices}


def _amount(said: int | str) -> str:
    """An amount; in a draft also what was typed in its place."""
    return number(said) if isinstance(said, int) else breakable(said)
