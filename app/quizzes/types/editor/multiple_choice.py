"""The form of a multiple-choice question: any rows are marked as right, and with partial credit each has its share."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, FieldList, ValidationError

from app.quizzes.fields import share

from .. import Content, MultipleChoice
from .choices import ChoiceForm, row_of


class MultipleChoiceForm(ChoiceForm):
    """With partial credit, right rows that say nothing share the mark equally, and wrong ones cost nothing."""

    type = "multiple_choice"
    label = _l("Multiple choice")
    summary = _l("Any number of answers is right")

    partial = BooleanField(_l("Give part of the mark for part of the answer"))

    def validate_choices(self, field: FieldList) -> None:
        super().validate_choices(field)
        if not self.partial.data:
            return
        for row in self.written:
            if row.right.data and row.earns.fraction is not None and row.earns.fraction <= 0:
                raise ValidationError(_l("A right choice earns more than nothing: give it a share, or leave it empty."))
            if not row.right.data and (row.earns.fraction or 0) > 0:
                raise ValidationError(_l("A choice that earns something is right: tick it, or leave its share empty."))

    @classmethod
    def row_values(cls, content: MultipleChoice, language: str) -> dict[str, Any]:
        rows = []
        for choice in content.choices:
            earned = share(choice.fraction) if content.partial and choice.fraction else ""
            rows.append({**row_of(choice, language), "right": choice.right, "earns": earned})
        return {"choices": rows, "partial": content.partial}

    def content(self, former: Content | None, language: str) -> MultipleChoice:
        old = former if isinstance(former, MultipleChoice) else None
        return MultipleChoice(
            **self.shared(former, language),
            choices=self.as_choices(old.choices if old else (), self.fractions(), language),
            partial=bool(self.partial.data),
        )

    def fractions(self) -> list[float]:
        """What each written row earns."""
        rights = sum(bool(row.right.data) for row in self.written)
        even = round(1 / rights, 9) if rights else 0.0
        if not self.partial.data:
            return [1.0 if row.right.data else 0.0 for row in self.written]
        return [
            (even if row.right.data else 0.0) if row.earns.fraction is None else row.earns.fraction
            for row in self.written
        ]
