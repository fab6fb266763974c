"""What a row cannot say of a question."""

from __future__ import annotations

from collections.abc import Iterator

from flask_babel import gettext as _

from app.quizzes.types import Gaps, Matching, texts

from .. import leaving_out
from ..leaving_out import Trait
from ..qti.losing import TYPES
from ..questions import Loss, OutgoingQuestion
from .columns import LONGEST_CELL, MOST_NUMBERED

SAYS = frozenset(Trait) - {Trait.PICTURES}


def losses_of(question: OutgoingQuestion, language: str) -> Iterator[Loss]:
    """Everything of one question that is left out."""
    losses = list(leaving_out.losses(question, language, TYPES, SAYS))
    content = question.content
    if any(loss.whole for loss in losses):
        yield from losses
        return
    if any(len(string) > LONGEST_CELL for text in texts(content) for string in text.strings().values()):
        yield Loss(question.key, _("A text of it is longer than a cell can hold."), whole=True)
        return
    if _size(content) > MOST_NUMBERED:
        yield Loss(question.key, _("It has more than %(count)s answers.", count=MOST_NUMBERED), whole=True)
        return
    yield from losses
    if isinstance(content, Gaps):
        answers = [answer for gap in content.gaps for some in gap.accepted.values() for answer in some]
        choices = [choice for gap in content.gaps for choice in gap.choices]
        if any(answer.feedback for answer in answers) or any(choice.feedback for choice in choices):
            yield Loss(question.key, _("The feedback to what stands in a gap is left out."))
        if any(answer.fraction != 1 for answer in answers) or any(c.fraction not in (0, 1) for c in choices):
            yield Loss(question.key, _("What earns a part of a gap’s mark earns all of it."))


def _size(content: object) -> int:
    if isinstance(content, Matching):
        return len(content.prompts) + len(content.matches)
    parts = [getattr(content, name, ()) for name in ("choices", "answers", "items", "gaps", "rubric", "hints")]
    some = [list(part.values()) if isinstance(part, dict) else [part] for part in parts]
    return max((len(values) for part in some for values in part), default=0)
