"""Questions of a file as they would be asked, to look at before they are taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.quizzes.queries import Asked
from app.quizzes.types import type_name
from app.quizzes.types.editor import FORMS

from .incoming import Incoming


class Seen(Asked):
    """A question that is only looked at: its fields have names of their own among many."""

    @property
    def prefix(self) -> str:
        return f"q{self.number}-"


@dataclass(frozen=True, slots=True)
class Shown:
    """A question of a file on the page: as it would come in, and as it would be asked."""

    incoming: Incoming
    asked: Asked
    label: object

    @property
    def type(self) -> str:
        return type_name(self.asked.content)


def shown(questions: Sequence[Incoming]) -> list[Shown]:
    """The questions, numbered from 1."""
    return [Shown(q, _asked(q, number), _label(q)) for number, q in enumerate(questions, 1)]


def _label(incoming: Incoming) -> object:
    form = FORMS.get(type_name(incoming.question.content))
    return form.label if form else type_name(incoming.question.content)


def _asked(incoming: Incoming, number: int) -> Asked:
    content = incoming.question.content
    source = next(iter(content.stem.phrases), "en")
    return Seen(
        number=number, content=content, source_language=source, marks=incoming.question.marks,
        order=content.options(), answer=None, sequence=0, flagged=False, fraction=None, feedback=(),
    )  # fmt: skip
