"""What the committee's secretariat fills in: decisions, and who answers an appeal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, RadioField, SelectField, StringField, TextAreaField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length

from app.auth.identity import page_language
from app.core import clock
from app.core.forms import Form

from ..appeals.services import Answer
from ..applications.reading import LONGEST_TYPED, amount_of
from ..models import AppealState, ApplicationState
from ..reviews.forms import plain_lines, version_of
from .services import AWARDED, REFUSED, Decision

MOST_AMOUNT = 2**31 - 1
LONGEST_REASON = 10_000
MOST_DAYS = 366


class AmountField(StringField):  # type: ignore[misc]
    """A whole amount, read as one that a city types (`amount_of`). `amount` is None for nothing typed."""

    amount: int | None = None

    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata([value[:LONGEST_TYPED] for value in valuelist])

    def pre_validate(self, form: Form) -> None:
        typed = (self.data or "").strip()
        self.amount = None
        if not typed:
            return
        amount = amount_of(typed, page_language())
        if amount is None:
            raise ValidationError(_l("Write a whole amount in figures, for instance 25000."))
        if not 0 < amount <= MOST_AMOUNT:
            raise ValidationError(_l("Write an amount of at least 1, in figures."))
        self.amount = amount


class OneOf(RadioField):  # type: ignore[misc]
    """One of a few, each with its words; what is not among them is refused in words."""

    def pre_validate(self, form: Form) -> None:
        if not self.raw_data or self.data not in {choice.value for choice in self.choices}:
            raise ValidationError(_l("Choose one."))


def _reason(label: object) -> TextAreaField:
    return TextAreaField(
        label,
        filters=[plain_lines],
        validators=[Length(max=LONGEST_REASON, message=_l("At most 10,000 characters."))],
        render_kw={"rows": 5},
    )


class DecisionForm(Form):
    """An award with its amount, or a refusal with its reason; `decision` once it is valid.

    `made_from`: the version of the draft that was shown, 0 for none.
    """

    version = HiddenField()
    outcome = OneOf(
        _l("Decision"),
        choices=[SelectChoice(AWARDED.value, _l("Award a grant")), SelectChoice(REFUSED.value, _l("Refuse"))],
    )
    amount = AmountField(_l("Amount"), render_kw={"inputmode": "numeric", "autocomplete": "off", "maxlength": 30})
    reason = _reason(_l("Reason, as the letter says it"))
    beyond = BooleanField(_l("The committee means to give more grants than the call announced"))

    def validate_reason(self, field: TextAreaField) -> None:
        if self.outcome.data == REFUSED.value and not field.data:
            raise ValidationError(_l("Say why the city gets no grant. It stands in the letter."))

    @property
    def made_from(self) -> int:
        return version_of(self.version.data)

    @property
    def decision(self) -> Decision:
        outcome = ApplicationState(self.outcome.data)
        return Decision(outcome, self.amount.amount if outcome is AWARDED else None, self.reason.data)


class SendForm(Form):
    """What goes with sending several decisions."""

    beyond = BooleanField(_l("The committee means to give more grants than the call announced"))


class AppealForm(Form):
    """Why a city appeals."""

    reason = _reason(_l("Why should the decision change?"))

    def validate_reason(self, field: TextAreaField) -> None:
        if not field.data:
            raise ValidationError(_l("Write what the committee overlooked or got wrong."))


class OwnerForm(Form):
    """Who answers an appeal, and by when: a day by the call's clocks. `seen`: the mark of both as they were shown."""

    seen = HiddenField()
    owner = SelectField(_l("Who answers"), validate_choice=False)
    day = StringField(_l("To be answered by"), render_kw={"type": "date"})

    def __init__(self, owners: Sequence[tuple[int, str]], time_zone: str, **values: Any) -> None:
        super().__init__(**values)
        self.zone = ZoneInfo(time_zone)
        self.owner.choices = [SelectChoice(str(person_id), name) for person_id, name in owners]

    def validate_owner(self, field: SelectField) -> None:
        if field.data not in {choice.value for choice in field.choices}:
            raise ValidationError(_l("Choose one from the list."))

    def validate_day(self, field: StringField) -> None:
        today = clock.now().astimezone(self.zone).date()
        said = self._day()
        if said is None:
            raise ValidationError(_l("Write the day as year-month-day, for instance 2027-05-31."))
        if not today <= said <= today + timedelta(days=MOST_DAYS):
            raise ValidationError(_l("Choose a day from today on, within a year."))

    @property
    def due_at(self) -> datetime:
        """The end of the day that was chosen."""
        said = self._day()
        assert said is not None
        return datetime.combine(said + timedelta(days=1), time(), self.zone)

    def _day(self) -> date | None:
        try:
            return datetime.strptime((self.day.data or "").strip(), "%Y-%m-%d").date()
        except ValueError:
            return None


class AnswerForm(Form):
    """The answer to an appeal."""

    outcome = OneOf(
        _l("Answer"),
        choices=[
            SelectChoice(AppealState.UPHELD.value, _l("Uphold: the decision changes")),
            SelectChoice(AppealState.DISMISSED.value, _l("Dismiss: the decision stays")),
        ],
    )
    amount = AmountField(
        _l("Amount to award"), render_kw={"inputmode": "numeric", "autocomplete": "off", "maxlength": 30}
    )
    answer = _reason(_l("Reasons, as the city reads them"))
    beyond = BooleanField(_l("The committee means to give more grants than the call announced"))

    def validate_answer(self, field: TextAreaField) -> None:
        if not field.data:
            raise ValidationError(_l("Give the reasons. The city reads them."))

    @property
    def given(self) -> Answer:
        return Answer(AppealState(self.outcome.data), self.answer.data, self.amount.amount, self.beyond.data)
