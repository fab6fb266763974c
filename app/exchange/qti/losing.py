"""What QTI cannot say of a question, or what others will not understand of it."""

from __future__ import annotations

from collections.abc import Iterator

from flask_babel import gettext as _

from app.quizzes.types import (
    Essay,
    Gaps,
    Matching,
    MultipleChoice,
    Number,
    OrderCredit,
    Ordering,
    ShortAnswer,
    SingleChoice,
    TrueFalse,
)

from .. import leaving_out
from ..leaving_out import Trait
from ..questions import Loss, OutgoingQuestion

TYPES = (SingleChoice, MultipleChoice, TrueFalse, ShortAnswer, Number, Matching, Ordering, Gaps, Essay)
SAYS = frozenset(Trait) - {Trait.HINTS, Trait.PICTURES, Trait.UNITS, Trait.WORD_LIMITS}


def losses_of(question: OutgoingQuestion, language: str) -> Iterator[Loss]:
    """Everything of one question that is left out, or that only this site reads back."""
    losses = list(leaving_out.losses(question, language, TYPES, SAYS))
    yield from losses
    content = question.content
    if any(loss.whole for loss in losses):
        return
    if isinstance(content, ShortAnswer | Gaps) and not content.accents_matter and _is_typed(content):
        yield Loss(question.key, _("That accents do not matter is understood by this site only; elsewhere they will."))
    if isinstance(content, Ordering) and content.credit is OrderCredit.PAIRS:
        what = _("Credit for pairs in the right order is understood by this site only; elsewhere it is all or nothing.")
        yield Loss(question.key, what)


def _is_typed(content: ShortAnswer | Gaps) -> bool:
    return isinstance(content, ShortAnswer) or any(not gap.choices for gap in content.gaps)
