"""What the forms of choice questions have in common: a row for each choice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, FieldList, FormField, HiddenField, ValidationError
from wtforms import Form as Row

from app.quizzes.fields import ShareField

from .. import Choice
from .base import (
    LONGEST_FEEDBACK,
    LONGEST_WORDS,
    MOST_ROWS_READ,
    QuestionForm,
    box,
    feedback,
    spoken,
    words,
)
from .keys import kept_keys


class ChoiceRow(Row):  # type: ignore[misc]
    """One choice. `key` is what answers name it by; empty for a new one."""

    key = HiddenField()
    text = box(_l("Words"), LONGEST_WORDS, 2)
    right = BooleanField(_l("Right"))
    earns = ShareField(_l("Earns, in percent of the mark"))
    feedback = box(_l("Feedback to those who choose it"), LONGEST_FEEDBACK, 2)

    @property
    def empty(self) -> bool:
        """Whether nothing was typed into it."""
        return not (self.text.data or self.feedback.data or self.right.data)

    def validate_text(self, field: Any) -> None:
        if not field.data and not self.empty:
            raise ValidationError(_l("Write the words of this choice, or remove it."))


class ChoiceForm(QuestionForm):
    """A form whose rows are choices. Empty ones are left out."""

    rows = "choices"
    row_word = _l("Choice {number}")
    add_word = _l("Add another choice")

    choices = FieldList(FormField(ChoiceRow), max_entries=MOST_ROWS_READ)

    def validate_choices(self, field: FieldList) -> None:
        self.limit_rows(field)

    @property
    def written(self) -> list[ChoiceRow]:
        """The rows that hold something."""
        return [entry.form for entry in self.entries if not entry.form.empty]

    def as_choices(self, former: Sequence[Choice], fractions: Sequence[float], language: str) -> tuple[Choice, ...]:
        """The rows as choices; a new one gets a key that no other has or had, which is put into its row."""
        before = {choice.key: choice for choice in former}
        keys = kept_keys([row.key.data for row in self.written], before)
        made = []
        for row, key, fraction in zip(self.written, keys, fractions, strict=True):
            row.key.data = key
            old = before.get(key)
            text = spoken(old.text if old else None, row.text.data, language)
            said = feedback(old.feedback if old else None, row.feedback.data, language)
            made.append(Choice(key, text, fraction, said))
        return tuple(made)


def row_of(choice: Choice, language: str) -> dict[str, Any]:
    """The values of a choice's row, but for what it earns."""
    return {
        "key": choice.key,
        "text": words(choice.text, language),
        "feedback": words(choice.feedback, language),
    }
