"""What administrators fill in of a question, a criterion or a report, in the call's own language."""

from __future__ import annotations

from itertools import zip_longest
from typing import Any

import msgspec
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Field, HiddenField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import AnyOf, InputRequired, ValidationError
from wtforms.widgets import CheckboxInput

from app.core.folding import one_line
from app.core.forms import Form
from app.core.text import Text
from app.quizzes.fields import NumberField

from .forms import MOST_MONEY, at_most, reason_field, tidy
from .items import MOST_CHOICES, Direction, Item, Sort, bare, fingerprint, new_key
from .questionnaire import Choice, FileKind
from .words import FILE_KINDS

LONGEST_TITLE = 300
LONGEST_HELP = 2000
LONGEST_CHOICE = 300
SPARE_CHOICES = 2

# What is asked of each sort besides its title.
ASKED = {
    Sort.TEXT: {"help", "required", "words"},
    Sort.CHOICE: {"help", "required", "choice_key", "choice_label"},
    Sort.AMOUNT: {"help", "required", "least", "most"},
    Sort.BUDGET: {"help", "required", "most"},
    Sort.FILES: {"help", "required", "files", "kinds"},
    Sort.CRITERION: {"help", "points", "weight"},
    Sort.REPORT: {"months"},
}
NUMBERS = ("words", "least", "most", "files", "points", "weight", "months")


class ManyField(Field):  # type: ignore[misc]
    """What fields of the same name send, in order."""

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = valuelist[: 2 * MOST_CHOICES]


class KindsField(SelectMultipleField):  # type: ignore[misc]
    """Kinds of files, as boxes to tick."""

    option_widget = CheckboxInput()

    def pre_validate(self, form: Form) -> None:
        if not set(self.data or ()) <= {kind.value for kind in FileKind}:
            raise ValidationError(_l("Choose from the list."))


class ItemForm(Form):
    """A question, a criterion or a report. `before` carries the fingerprint of what the page showed."""

    before = HiddenField()
    action = HiddenField()
    title = StringField(
        filters=[lambda text: one_line(text or "")],
        validators=[InputRequired(_l("Write it.")), at_most(LONGEST_TITLE)],
        render_kw={"maxlength": LONGEST_TITLE, "dir": "auto"},
    )
    help = TextAreaField(
        _l("Explanation"),
        filters=[tidy],
        validators=[at_most(LONGEST_HELP)],
        render_kw={"rows": 3, "maxlength": LONGEST_HELP, "dir": "auto"},
    )
    required = BooleanField(_l("An application cannot be submitted without an answer"))
    words = NumberField(_l("The most words"), lowest=10, highest=5000, whole=True)
    choice_key = ManyField()
    choice_label = ManyField(_l("Answers to choose from"))
    least = NumberField(_l("At least"), lowest=0, highest=MOST_MONEY, whole=True)
    most = NumberField(_l("At most"), lowest=1, highest=MOST_MONEY, whole=True)
    files = NumberField(_l("The most files"), lowest=1, highest=10, whole=True, required=True)
    kinds = KindsField(_l("Kinds of files that are taken"))
    points = NumberField(_l("Points, from 0 to"), lowest=1, highest=100, whole=True, required=True)
    weight = NumberField(_l("Weight beside the others"), lowest=1, highest=100, whole=True, required=True)
    months = NumberField(_l("Months after the award"), lowest=1, highest=120, whole=True, required=True)
    why = reason_field()

    def __init__(self, sort: Sort, item: Item | None, source: str, **values: Any) -> None:
        super().__init__(data=_shown(item or bare(sort, "new"), source), **values)
        self.kinds.choices = [SelectChoice(kind.value, words) for kind, words in FILE_KINDS.items()]
        if self.before.raw_data is None:
            self.before.data = fingerprint(item, source)
        self.sort = sort
        for name in set().union(*ASKED.values()) - ASKED[sort]:
            del self[name]

    @property
    def rows(self) -> list[tuple[str, str]]:
        """Key and words of each answer to choose from, and empty rows for more."""
        pairs = zip_longest(self.choice_label.data or (), self.choice_key.data or (), fillvalue="")
        return [(key, one_line(label)) for label, key in pairs]

    def arrange(self) -> bool:
        """Do what a button of the rows asks, with nothing saved: more of them, or one up or down. Whether it did."""
        what, _dash, place = (self.action.data or "").partition("-")
        if what not in ("more", *Direction):
            return False
        rows = self.rows
        if what == "more":
            rows += [("", "")] * SPARE_CHOICES
        elif place.isascii() and place.isdigit() and len(place) < 4:
            here = int(place)
            other = here + (1 if what == Direction.DOWN else -1)
            if 0 <= other < len(rows) and here < len(rows):
                rows[here], rows[other] = rows[other], rows[here]
        self.choice_key.data = [key for key, _label in rows[:MOST_CHOICES]]
        self.choice_label.data = [label for _key, label in rows[:MOST_CHOICES]]
        return True

    def validate_title(self, field: StringField) -> None:
        if not field.data:
            raise ValidationError(_l("Write it."))

    def validate_most(self, field: NumberField) -> None:
        least = self.least.number if "least" in self else None
        if field.number is not None and least is not None and field.number < least:
            raise ValidationError(_l("That is less than the least. Write a larger amount."))

    def validate_choice_label(self, field: ManyField) -> None:
        said = [label for _key, label in self.rows if label]
        if len(set(said)) < 2:
            raise ValidationError(_l("Write at least two different answers."))
        if len(said) > MOST_CHOICES:
            raise ValidationError(_l("At most %(number)s answers.", number=MOST_CHOICES))
        if len(set(said)) < len(said):
            raise ValidationError(_l("The same answer stands twice. Take one out."))
        if any(len(label) > LONGEST_CHOICE for label in said):
            raise ValidationError(_l("At most %(number)s characters each.", number=LONGEST_CHOICE))

    def item(self, key: str, stands: Item | None, source: str) -> Item:
        """What was filled in, once it is valid; translations are those of `stands`."""
        made = stands if stands is not None else bare(self.sort, key)
        values: dict[str, Any] = {"title": made.title.with_phrase(source, self.title.data, source)}
        if "help" in self:
            explained: Text = getattr(made, "help", None) or Text({})
            values["help"] = explained.with_phrase(source, self.help.data, source) if self.help.data else None
        if "required" in self:
            values["required"] = bool(self.required.data)
        for name in NUMBERS:
            if name in self:
                number = self[name].number
                values[name] = None if number is None else int(number)
        if "kinds" in self:
            taken = tuple(kind for kind in FileKind if kind.value in (self.kinds.data or ()))
            values["kinds"] = taken if len(taken) < len(FileKind) else ()
        if "choice_label" in self:
            values["choices"] = self._choices(made, source)
        return msgspec.structs.replace(made, **values)

    def _choices(self, made: Item, source: str) -> tuple[Choice, ...]:
        """Keys are those that the question has already, or new ones: never what was only sent."""
        there = {choice.key: choice.label for choice in getattr(made, "choices", ())}
        found: dict[str, Choice] = {}
        for sent, label in self.rows:
            if label:
                key = sent if sent in there and sent not in found else new_key((*there, *found))
                found[key] = Choice(key, there.get(key, Text({})).with_phrase(source, label, source))
        return tuple(found.values())


class PlaceForm(Form):
    """Where an item goes: one place up or down."""

    direction = StringField(validators=[InputRequired(), AnyOf([way.value for way in Direction])])


class RemoveForm(Form):
    """That an item is removed, as the page showed it, and why."""

    before = HiddenField()
    why = reason_field()


def _shown(item: Item, source: str) -> dict[str, Any]:
    explained: Text | None = getattr(item, "help", None)
    choices: tuple[Choice, ...] = getattr(item, "choices", ())
    spare = SPARE_CHOICES if choices else SPARE_CHOICES + 1
    return {
        "title": item.title.best(source, source),
        "help": explained.best(source, source) if explained else "",
        "required": getattr(item, "required", True),
        "kinds": [kind.value for kind in getattr(item, "kinds", ()) or FileKind],
        "choice_key": [*(choice.key for choice in choices), *[""] * spare],
        "choice_label": [*(choice.label.best(source, source) for choice in choices), *[""] * spare],
        **{name: "" if (value := getattr(item, name, None)) is None else str(value) for name in NUMBERS},
    }
