"""What the forms of choice questions have in common: a row for each choice."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from string import ascii_lowercase
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

_KEY = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")


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
        give_keys(self.written, before)
        made = []
        for row, fraction in zip(self.written, fractions, strict=True):
            old = before.get(row.key.data)
            text = spoken(old.text if old else None, row.text.data, language)
            said = feedback(old.feedback if old else None, row.feedback.data, language)
            made.append(Choice(row.key.data, text, fraction, said))
        return tuple(made)


def give_keys(rows: Iterable[Any], before: Collection[str]) -> None:
    """Put a key into each row that has none of its own: one that no other row has or, `before`, had."""
    rows = list(rows)
    taken = {row.key.data for row in rows} | set(before)
    seen: set[str] = set()
    for row in rows:
        if not _KEY.fullmatch(row.key.data or "") or row.key.data in seen:
            row.key.data = free_letter(taken)
        seen.add(row.key.data)
        taken.add(row.key.data)


def row_of(choice: Choice, language: str) -> dict[str, Any]:
    """The values of a choice's row, but for what it earns."""
    return {
        "key": choice.key,
        "text": words(choice.text, language),
        "feedback": words(choice.feedback, language),
    }


def free_letter(taken: set[str]) -> str:
    """a to z, then aa, ab …: the first that is not taken."""
    length = 1
    while True:
        for place in range(len(ascii_lowercase) ** length):
            letters = ""
            for _letter in range(length):
                place, letter = divmod(place, len(ascii_lowercase))
                letters = ascii_lowercase[letter] + letters
            if letters not in taken:
                return letters
        length += 1
