"""What trainers fill in of when and for whom a quiz is open."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, ValidationError

from app.core.folding import one_line
from app.core.forms import Form

from ..attempts.timing import Allowance
from ..fields import NumberField
from ..local_times import NoMoment, NoSuchTime, is_zone, moment_of, typed
from ..studio.settings_fields import OneOf
from ..studio.settings_forms import MOST_MINUTES
from .queries import Delivery, EnrolledPerson

SHORTEST_CODE, LONGEST_CODE = 4, 80
LONGEST_REASON = 500
LONGEST_SEARCH = 320
MOST_MORE_ATTEMPTS = 100


class MomentField(StringField):  # type: ignore[misc]
    """A date and time by the clocks of the form's `zone`. `moment` is it, in UTC, once it is valid; None for none.

    Of a time that comes twice it is the `later` one, or the earlier: whichever gives people more time. What the form
    showed of `shown`, a moment that stands, is that very moment again.
    """

    def __init__(self, label: object, *, later: bool, **values: Any) -> None:
        super().__init__(label, render_kw={"type": "datetime-local", "maxlength": 20, "size": 20}, **values)
        self.later = later
        self.moment: datetime | None = None
        self.shown: datetime | None = None

    def pre_validate(self, form: Any) -> None:
        said, zone = (self.data or "").strip(), form.clocks
        self.moment = None
        if not said:
            return
        if self.shown is not None and said == typed(self.shown, zone):
            self.moment = self.shown
            return
        try:
            self.moment = moment_of(said, zone, later=self.later)
        except NoSuchTime:
            raise ValidationError(
                _l("The clocks jump over this time on that day, so it never comes. Choose an earlier or a later one.")
            ) from None
        except NoMoment:
            raise ValidationError(_l("Write a date and a time, as 2026-12-03T18:00.")) from None


class Clocked(Form):
    """A form whose times are by the clocks of `zone`, which it carries: a profile may change meanwhile."""

    zone = HiddenField()

    @property
    def clocks(self) -> str:
        return self.zone.data if is_zone(self.zone.data or "") else "UTC"


class DeliveryForm(Clocked):
    """When a quiz opens and closes, and its access code. `before` carries what the page showed."""

    before = HiddenField()
    opens_at = MomentField(_l("Opens"), later=False)
    closes_at = MomentField(_l("Closes"), later=True)
    access_code = StringField(
        _l("Access code"),
        filters=[lambda text: one_line(text or "")],
        render_kw={"maxlength": LONGEST_CODE, "autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"},
    )

    def __init__(self, delivery: Delivery, zone: str, **values: Any) -> None:
        shown = {
            "zone": zone,
            "before": msgspec.json.encode(delivery).decode(),
            "opens_at": typed(delivery.opens_at, zone),
            "closes_at": typed(delivery.closes_at, zone),
            "access_code": delivery.access_code or "",
        }
        super().__init__(data=shown, **values)
        if (seen := self.seen) is not None:
            self.opens_at.shown, self.closes_at.shown = seen.opens_at, seen.closes_at

    def show(self, delivery: Delivery) -> None:
        """From now on the writer has seen that this is what a colleague saved."""
        self.before.data = msgspec.json.encode(delivery).decode()

    def validate_closes_at(self, field: MomentField) -> None:
        if field.moment and self.opens_at.moment and field.moment <= self.opens_at.moment:
            raise ValidationError(_l("It would close before it opens."))

    def validate_access_code(self, field: StringField) -> None:
        if field.data and len(field.data) < SHORTEST_CODE:
            raise ValidationError(
                _l("At least %(number)s characters, so that nobody guesses it.", number=SHORTEST_CODE)
            )
        if len(field.data) > LONGEST_CODE:
            raise ValidationError(_l("At most %(number)s characters.", number=LONGEST_CODE))

    @property
    def seen(self) -> Delivery | None:
        """What the page showed when its writer began."""
        try:
            return msgspec.json.decode(self.before.data or "", type=Delivery)
        except msgspec.MsgspecError:
            return None

    @property
    def delivery(self) -> Delivery:
        """What was filled in, once it is valid."""
        return Delivery(self.opens_at.moment, self.closes_at.moment, self.access_code.data or None)


class Whom(StrEnum):
    """For whom an extension is."""

    PERSON = "person"
    CITY = "city"


class ExtensionForm(Clocked):
    """More time or attempts for a person or a city, and why.

    A person is looked for by `who`; where several are found they are offered in `person`. What the quiz does not limit
    cannot be extended: `timed` says whether it has a time limit, `counted` whether its attempts are, and `closes_at`
    when it closes, if it does.
    """

    whom = OneOf(_l("For"), {Whom.PERSON: _l("A person"), Whom.CITY: _l("Everyone of a city")})
    who = StringField(
        _l("Name or e-mail address"),
        filters=[lambda text: one_line(text or "")],
        validators=[Length(max=LONGEST_SEARCH, message=_l("At most %(max)d characters."))],
        render_kw={"maxlength": LONGEST_SEARCH, "autocomplete": "off", "spellcheck": "false"},
    )
    person = RadioField(_l("Which of them?"), choices=[], validate_choice=False)
    city = SelectField(_l("City"), validate_choice=False)
    minutes = NumberField(_l("More time, in minutes"), lowest=1, highest=MOST_MINUTES)
    closes_at = MomentField(_l("Closes for them"), later=True, id="extension-closes")
    attempts = NumberField(_l("More attempts"), lowest=1, highest=MOST_MORE_ATTEMPTS, whole=True)
    reason = TextAreaField(
        _l("Reason"),
        filters=[lambda text: (text or "").replace("\r\n", "\n").strip()],
        validators=[
            DataRequired(_l("Write why: whoever reads the list should understand it.")),
            Length(max=LONGEST_REASON, message=_l("At most %(max)d characters.")),
        ],
        render_kw={"rows": 2, "maxlength": LONGEST_REASON},
    )

    def __init__(
        self, cities: Sequence[tuple[int, str]], zone: str, *, timed: bool, counted: bool, closes_at: datetime | None,
        **values: Any,
    ) -> None:  # fmt: skip
        super().__init__(data={"zone": zone, "whom": Whom.PERSON.value}, **values)
        choose = SelectChoice("", _l("Choose a city"))
        self.city.choices = [choose, *(SelectChoice(str(city_id), name) for city_id, name in cities)]
        self.timed, self.counted, self.closing = timed, counted, closes_at

    def offer(self, people: Sequence[EnrolledPerson]) -> None:
        """Let one of these be chosen."""
        self.person.choices = [
            SelectChoice(str(one.id), " · ".join(part for part in (one.name, one.email, one.city) if part))
            for one in people
        ]

    def validate_who(self, field: StringField) -> None:
        if self.whom.data == Whom.PERSON and not field.data and not self.person_id:
            raise ValidationError(_l("Write a name or an e-mail address."))

    def validate_city(self, field: SelectField) -> None:
        known = {choice.value for choice in self.city.choices}
        if self.whom.data == Whom.CITY and (not field.data or field.data not in known):
            raise ValidationError(_l("Choose a city from the list."))

    def validate_minutes(self, field: NumberField) -> None:
        if field.number is not None and not self.timed:
            raise ValidationError(_l("The quiz has no time limit, so there is nothing to add to."))

    def validate_attempts(self, field: NumberField) -> None:
        if field.number is not None and not self.counted:
            raise ValidationError(_l("The quiz allows as many attempts as people want already."))

    def validate_closes_at(self, field: MomentField) -> None:
        if field.moment is None:
            return
        if self.closing is None:
            raise ValidationError(_l("The quiz does not close, so nobody needs a later closing."))
        if field.moment <= self.closing:
            raise ValidationError(_l("The quiz is open until then for everybody."))

    def validate(self, **values: Any) -> bool:
        """Hold it to giving anything at all."""
        sound = bool(super().validate(**values))
        given = (self.minutes, self.closes_at, self.attempts)
        if not any((field.data or "").strip() for field in given):
            self.minutes.errors = [_l("Give more time, a later closing or more attempts.")]
            return False
        return sound

    @property
    def person_id(self) -> int | None:
        """Who was chosen of several; None where nobody was."""
        said = self.person.data or ""
        return int(said) if said.isascii() and said.isdigit() and len(said) < 10 else None

    @property
    def city_id(self) -> int:
        return int(self.city.data)

    @property
    def city_name(self) -> str:
        return next(str(choice.label) for choice in self.city.choices if choice.value == self.city.data)

    @property
    def allowance(self) -> Allowance:
        """What is given, once it is valid."""
        return Allowance(round((self.minutes.number or 0) * 60), self.closes_at.moment, int(self.attempts.number or 0))
