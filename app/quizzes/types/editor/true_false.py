"""The form of a true-or-false question: the statement, whether it is true, and what is said to either answer."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SelectChoice, ValidationError

from .. import Content, TrueFalse
from .base import LONGEST_FEEDBACK, QuestionForm, box, feedback, words


class TrueFalseForm(QuestionForm):
    """It has no rows."""

    type = "true_false"
    label = _l("True or false")
    summary = _l("A statement is judged")
    rows = ""
    first_rows = 0
    most_rows = 0
    row_word = ""
    add_word = ""

    truth = RadioField(
        _l("The statement is"),
        choices=[SelectChoice("true", _l("True")), SelectChoice("false", _l("False"))],
        validate_choice=False,
    )
    true_feedback = box(_l("Feedback to those who say true"), LONGEST_FEEDBACK, 2)
    false_feedback = box(_l("Feedback to those who say false"), LONGEST_FEEDBACK, 2)

    def validate_truth(self, field: RadioField) -> None:
        if field.data not in ("true", "false"):
            raise ValidationError(_l("Say whether the statement is true."))

    @property
    def entries(self) -> list[Any]:
        return []

    @classmethod
    def row_values(cls, content: TrueFalse, language: str) -> dict[str, Any]:
        return {
            "truth": "true" if content.truth else "false",
            "true_feedback": words(content.true_feedback, language),
            "false_feedback": words(content.false_feedback, language),
        }

    def content(self, former: Content | None, language: str) -> TrueFalse:
        old = former if isinstance(former, TrueFalse) else None
        return TrueFalse(
            **self.shared(old, language),
            truth=self.truth.data == "true",
            true_feedback=feedback(old.true_feedback if old else None, self.true_feedback.data, language),
            false_feedback=feedback(old.false_feedback if old else None, self.false_feedback.data, language),
        )
