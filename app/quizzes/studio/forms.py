"""What trainers fill in of a quiz: the marks of a question, draws from the bank, pages, what to look for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, RadioField, SelectField, SelectMultipleField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import ValidationError
from wtforms.widgets import CheckboxInput

from app.core.forms import Form

from ..fields import NumberField
from ..models import Draw

MOST_MARKS = 100
MOST_DRAWN = 100  # at a time
WHOLE_BANK, NO_CATEGORY = "all", "none"  # of a draw, instead of a category, before whose name stands `in:`


class MarksForm(Form):
    """What a question is worth in a quiz."""

    marks = NumberField(_l("Marks"), lowest=0.01, highest=MOST_MARKS, required=True)


class DrawForm(Form):
    """From where questions are drawn at random, how many, and for how many marks each.

    `count` and `marks` are asked for where places are added; changing one leaves them out.
    """

    category = SelectField(_l("From"))
    below = BooleanField(_l("And from the categories below it"))
    tags = SelectMultipleField(_l("Only those with all of these tags"), option_widget=CheckboxInput())
    count = NumberField(_l("How many questions"), lowest=1, highest=MOST_DRAWN, whole=True, required=True)
    marks = NumberField(_l("Marks for each"), lowest=0.01, highest=MOST_MARKS, required=True)

    def __init__(self, categories: Sequence[str], tags: Sequence[str], draw: Draw | None = None, **values: Any) -> None:
        shown = draw or Draw()
        data = {"category": _choice(shown), "below": shown.below, "tags": list(shown.tags), "count": "1", "marks": "1"}
        super().__init__(data=data, **values)
        if draw is not None:  # a place that stands already
            del self.count, self.marks
        named = sorted({*categories, *([shown.category] if shown.category else [])})
        self.category.choices = [
            SelectChoice(WHOLE_BANK, _l("The whole bank")),
            SelectChoice(NO_CATEGORY, _l("Questions without a category")),
            *(SelectChoice(f"in:{name}", name) for name in named),
        ]
        self.tags.choices = [SelectChoice(tag, tag) for tag in sorted({*tags, *shown.tags})]

    @property
    def draw(self) -> Draw:
        """What was chosen, once it is valid."""
        tags = tuple(sorted(set(self.tags.data or ())))
        if self.category.data in (WHOLE_BANK, NO_CATEGORY):
            return Draw("", self.category.data == WHOLE_BANK, tags)
        return Draw(self.category.data.removeprefix("in:"), bool(self.below.data), tags)


def _choice(draw: Draw) -> str:
    if draw.category:
        return f"in:{draw.category}"
    return WHOLE_BANK if draw.below else NO_CATEGORY


class PagesForm(Form):
    """How all questions are put on pages."""

    pages = RadioField(
        _l("Pages"),
        choices=[
            SelectChoice("each", _l("Each question on its own page")),
            SelectChoice("one", _l("All questions on one page")),
            SelectChoice("every", _l("A new page after so many questions:")),
        ],
    )
    every = NumberField(_l("Questions on a page"), lowest=1, highest=100, whole=True)

    def validate_every(self, field: NumberField) -> None:
        if self.pages.data == "every" and field.number is None:
            raise ValidationError(_l("Say how many questions stand on a page."))

    @property
    def questions(self) -> int | None:
        """How many questions stand on a page; None: all."""
        return {"each": 1, "one": None}.get(self.pages.data, int(self.every.number or 1))
