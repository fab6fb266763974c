"""The form of a single-choice question: one row is marked as right."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import StringField

from app.quizzes.fields import share

from .. import Content, SingleChoice
from .choices import ChoiceForm, row_of


class SingleChoiceForm(ChoiceForm):
    """`right` is the place of the right row, as its radio button sends it."""

    type = "single_choice"
    label = _l("Single choice")
    summary = _l("One of several answers is right")

    right = StringField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.right.raw_data is not None:  # posted, where the rows themselves do not say
            for entry in self.entries:
                entry.form.right.data = entry.name == f"choices-{self.right.data}"

    @classmethod
    def row_values(cls, content: SingleChoice, language: str) -> dict[str, Any]:
        rows = []
        for choice in content.choices:
            partly = choice.fraction not in (0, 1)
            earned = share(choice.fraction) if partly else ""
            rows.append({**row_of(choice, language), "right": choice.fraction >= 1, "earns": earned})
        return {"choices": rows}

    def content(self, former: Content | None, language: str) -> SingleChoice:
        old = former if isinstance(former, SingleChoice) else None
        fractions = [1.0 if row.right.data else row.earns.fraction or 0.0 for row in self.written]
        return SingleChoice(
            **self.shared(former, language),
            choices=self.as_choices(old.choices if old else (), fractions, language),
        )
