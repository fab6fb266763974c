"""The forms of a course's settings: what its draft says of it, and its address."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, IntegerField, RadioField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, ValidationError
from wtforms.widgets import CheckboxInput

from app.core.folding import one_line
from app.core.forms import Form
from app.core.merging import decode, encode, names_of, taking

from ..outline import Order
from ..topics import TOPICS, topic_label
from .facts import CourseFacts, tidy

LONGEST_TITLE = 200
LONGEST_SUMMARY = 600
LONGEST_ADDRESS = 60
MOST_MINUTES = 60_000
MOST_MONTHS = 240
MOST_ACTIVITIES = 1000

_ADDRESS = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class OneOf(RadioField):  # type: ignore[misc]
    """One of a few, each with its words."""

    def pre_validate(self, form: Form) -> None:
        if not self.raw_data or self.data not in {choice.value for choice in self.choices}:
            raise ValidationError(_l("Choose one."))


class SomeOf(SelectMultipleField):  # type: ignore[misc]
    """Any of a list, shown as boxes to tick."""

    option_widget = CheckboxInput()

    def offer(self, pairs: Iterable[tuple[str, Any]]) -> None:
        """Let any of `pairs`, value and label, be chosen."""
        self.choices = [SelectChoice(*pair) for pair in pairs]

    def pre_validate(self, form: Form) -> None:
        if not set(self.data or ()) <= {choice.value for choice in self.choices}:
            raise ValidationError(_l("Choose from the list."))


class WholeNumber(IntegerField):  # type: ignore[misc]
    """A whole number of a range, asked for only where `needed` says so."""

    def __init__(self, label: Any, *, least: int, most: int, **values: Any) -> None:
        super().__init__(label, render_kw={"min": least, "max": most, "inputmode": "numeric"}, **values)
        self.least, self.most = least, most

    def process_formdata(self, valuelist: list[str]) -> None:
        typed = valuelist[0].strip() if valuelist else ""
        self.data = int(typed) if re.fullmatch(r"[0-9]{1,9}", typed) else None

    def require(self) -> None:
        """Hold what was typed to its range; the fault stands beside the field."""
        if self.data is None or not self.least <= self.data <= self.most:
            fault = _l("Write a whole number from %(least)s to %(most)s.", least=self.least, most=self.most)
            self.errors = [fault]


class SettingsForm(Form):
    """The settings in the draft.

    `before` carries what the page showed, so that a colleague's save is noticed; `take` names the fields of which the
    colleague's is taken.
    """

    before = HiddenField()
    take = SelectMultipleField(validate_choice=False)
    title = StringField(
        _l("Title"),
        filters=[lambda text: one_line(text or "")],
        validators=[
            InputRequired(_l("Write the title.")),
            DataRequired(_l("Write the title.")),
            Length(max=LONGEST_TITLE, message=_l("At most %(max)d characters.")),
        ],
    )
    summary = TextAreaField(
        _l("Summary"),
        filters=[lambda text: tidy(text or "")],
        validators=[Length(max=LONGEST_SUMMARY, message=_l("At most %(max)d characters."))],
    )
    topics = SomeOf(_l("Topics"))
    length = OneOf(
        _l("Length"),
        choices=[
            SelectChoice("computed", _l("As its activities take together")),
            SelectChoice("said", _l("Given by hand")),
        ],
    )
    minutes = WholeNumber(_l("Minutes"), least=1, most=MOST_MINUTES)
    order = OneOf(
        _l("Order"),
        choices=[
            SelectChoice(Order.FREE.value, _l("Free: activities can be taken in any order")),
            SelectChoice(
                Order.SEQUENTIAL.value,
                _l("One after another: each opens once the required ones before it are complete"),
            ),
        ],
    )
    completed_by = OneOf(
        _l("What completes it"),
        choices=[
            SelectChoice("required", _l("All required activities")),
            SelectChoice("some", _l("A number of activities, whichever")),
        ],
    )
    enough = WholeNumber(_l("How many activities are enough"), least=1, most=MOST_ACTIVITIES)
    scored = OneOf(
        _l("Score"),
        choices=[SelectChoice("any", _l("No score is asked for")), SelectChoice("least", _l("A score of at least"))],
    )
    min_score = WholeNumber(_l("Percent"), least=1, most=100)
    validity = OneOf(
        _l("Certificate"),
        choices=[SelectChoice("ever", _l("Valid for ever")), SelectChoice("months", _l("Valid for a time"))],
    )
    certificate_months = WholeNumber(_l("Months"), least=1, most=MOST_MONTHS)

    def __init__(self, facts: CourseFacts, *, seen: CourseFacts | None = None, **values: Any) -> None:
        shown: dict[str, Any] = {name: getattr(facts, name) for name in CourseFacts.__struct_fields__}
        shown["min_score"] = None if facts.min_score is None else round(facts.min_score)
        for choice, yes, no, number in NUMBERS:
            shown[choice] = no if getattr(facts, number) is None else yes
        super().__init__(data=shown | {"before": encode(seen or facts)}, **values)
        own = [topic for topic in facts.topics if topic not in TOPICS]  # those that the list no longer has
        self.topics.offer((topic, topic_label(topic)) for topic in (*TOPICS, *own))

    def validate(self, **values: Any) -> bool:
        """Hold only those numbers to their range that their choice asks for."""
        sound = bool(super().validate(**values))
        for choice, yes, _no, number in NUMBERS:
            if self[choice].data == yes:
                self[number].require()
        return sound and not self.errors

    @property
    def seen(self) -> CourseFacts | None:
        """What the page showed when its writer began."""
        return decode(self.before.data or "", CourseFacts)

    @property
    def taken(self) -> frozenset[str]:
        """The fields of which the writer chose what a colleague saved."""
        return frozenset(self.take.data or ()) & names_of(CourseFacts) if self.seen else frozenset()

    @property
    def facts(self) -> CourseFacts:
        """The settings as typed, and where the writer chose so, as a colleague saved them."""
        asked = {number: self[choice].data == yes for choice, yes, _no, number in NUMBERS}
        numbers = {number: self[number].data if wanted else None for number, wanted in asked.items()}
        order = [choice.value for choice in self.topics.choices]
        typed = CourseFacts(
            title=self.title.data,
            summary=self.summary.data,
            topics=tuple(sorted(set(self.topics.data), key=order.index)),
            order=Order(self.order.data),
            **numbers,
        )
        seen = self.seen
        if seen is None:
            return typed
        fields = self.taken
        if seen.min_score is not None and typed.min_score == round(seen.min_score):
            fields |= {"min_score"}  # as a folder gave it: the page shows it rounded, and nobody changed it
        return taking(typed, seen, fields)


# The choice that asks for a number, its value with one and without, and the number.
NUMBERS = (
    ("length", "said", "computed", "minutes"),
    ("completed_by", "some", "required", "enough"),
    ("scored", "least", "any", "min_score"),
    ("validity", "months", "ever", "certificate_months"),
)


class AddressForm(Form):
    """The address of a course. `was` carries the one that the page showed."""

    was = HiddenField()
    slug = StringField(
        _l("Address"),
        filters=[lambda text: (text or "").strip().lower()],
        validators=[
            InputRequired(_l("Write the address.")),
            Length(max=LONGEST_ADDRESS, message=_l("At most %(max)d characters.")),
        ],
    )

    def validate_slug(self, field: StringField) -> None:
        if not _ADDRESS.fullmatch(field.data):
            raise ValidationError(
                _l("Use small letters without accents, digits, and single hyphens between words: safer-schools.")
            )
