"""What administrators fill in of a call: its settings, and why they change or withdraw it."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, RadioField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, ValidationError

from app.core import clock
from app.core.folding import one_line
from app.core.forms import Form
from app.core.languages import list_known
from app.core.merging import encode, taking
from app.quizzes.fields import NumberField
from app.quizzes.local_times import NoMoment, NoSuchTime, comes_twice, moment_of

from .facts import NAMES, CallFacts, decode
from .zones import distance, find_currency, find_zone

LONGEST_TITLE = 200
LONGEST_SUMMARY = 2000
LONGEST_ADDRESS = 60
LONGEST_REASON = 1000
MOST_GRANTS = 10_000
MOST_MONEY = 2_000_000_000

_ADDRESS = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def tidy(text: str | None) -> str:
    """Paragraphs as a form gives them: lines end alike, and nothing stands before or after."""
    return (text or "").replace("\r\n", "\n").strip()


def at_most(longest: int) -> Length:
    return Length(max=longest, message=_l("At most %(max)d characters."))


def reason_field() -> TextAreaField:
    """Why a published call changes: everyone reads it."""
    return TextAreaField(
        _l("Why"), filters=[tidy], validators=[at_most(LONGEST_REASON)], render_kw={"rows": 2, "dir": "auto"}
    )


class ZoneField(StringField):  # type: ignore[misc]
    """A time zone, typed by its name or its place. `zone` is it, None for what is none."""

    zone: str | None = None

    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata([one_line(value)[:60] for value in valuelist])

    def post_validate(self, form: Any, validation_stopped: bool) -> None:
        self.zone = find_zone(self.data or "")
        if self.zone is None:
            raise ValidationError(_l("Choose a time zone from the list: write the name of a large city near you."))


class MomentField(StringField):  # type: ignore[misc]
    """A date and time to the second, by the clocks of the form's time zone. `moment` is it, in UTC, once it is valid.

    Where clocks show that time twice, `<name>_which` says whether the first or the second is meant; `twice` then holds
    how far each is from UTC.
    """

    moment: datetime | None = None
    twice: tuple[str, str] | None = None

    def __init__(self, label: object, **values: Any) -> None:
        super().__init__(label, render_kw={"type": "datetime-local", "step": 1, "maxlength": 20, "size": 20}, **values)

    def show(self, moment: datetime, zone: str, which: RadioField) -> None:
        """Fill in a moment that stands."""
        there = moment.astimezone(ZoneInfo(zone))
        self.data = f"{there:%Y-%m-%dT%H:%M:%S}"
        if comes_twice(moment, zone):
            self._say_both(zone)
            which.data = "second" if there.fold else "first"

    def pre_validate(self, form: Any) -> None:
        zone = find_zone(form.time_zone.data or "")
        if zone is None:
            return  # said beside the time zone
        try:
            first, second = (moment_of(self.data or "", zone, later=later) for later in (False, True))
        except NoSuchTime:
            raise ValidationError(
                _l("Clocks jump over this time on that day, so it never comes. Choose an earlier or a later one.")
            ) from None
        except NoMoment:
            raise ValidationError(_l("Write a date and a time, as 2026-12-03T18:00.")) from None
        which = form[f"{self.name}_which"].data
        if first != second:
            self._say_both(zone)
            if which not in ("first", "second"):
                raise ValidationError(
                    _l("Clocks go back on that day and show this time twice. Choose which one you mean.")
                )
        self.moment = second if which == "second" else first

    def _say_both(self, zone: str) -> None:
        both = [moment_of(self.data or "", zone, later=later) for later in (False, True)]
        self.twice = (distance(both[0], zone), distance(both[1], zone))


def which_field() -> RadioField:
    return RadioField(choices=[SelectChoice(which, "") for which in ("first", "second")], validate_choice=False)


class SettingsForm(Form):
    """What the settings of a call say.

    `before` carries what the page showed, so that a colleague's save is noticed; `take` names the fields of which the
    colleague's is taken.
    """

    before = HiddenField()
    take = SelectMultipleField(validate_choice=False)
    title = StringField(
        _l("Title"),
        filters=[lambda text: one_line(text or "")],
        validators=[InputRequired(_l("Write the title.")), at_most(LONGEST_TITLE)],
        render_kw={"maxlength": LONGEST_TITLE, "dir": "auto"},
    )
    summary = TextAreaField(
        _l("Summary"),
        filters=[tidy],
        validators=[at_most(LONGEST_SUMMARY)],
        render_kw={"rows": 5, "maxlength": LONGEST_SUMMARY, "dir": "auto"},
    )
    slug = StringField(
        _l("Address"),
        filters=[lambda text: (text or "").strip().lower()],
        validators=[at_most(LONGEST_ADDRESS)],
        render_kw={"maxlength": 60, "autocapitalize": "none", "spellcheck": "false", "autocomplete": "off"},
    )
    time_zone = ZoneField(
        _l("Time zone"),
        render_kw={"list": "time-zones", "maxlength": 60, "autocomplete": "off", "spellcheck": "false"},
    )
    opens_at = MomentField(_l("Opens"))
    opens_at_which = which_field()
    closes_at = MomentField(_l("Closes"))
    closes_at_which = which_field()
    grants = NumberField(_l("Number of grants"), lowest=1, highest=MOST_GRANTS, whole=True)
    currency = StringField(
        _l("Currency"),
        filters=[lambda text: one_line(text or "")],
        render_kw={"list": "currencies", "maxlength": 60, "size": 8, "autocomplete": "off", "spellcheck": "false"},
    )
    ceiling = NumberField(_l("The most that one grant gives"), lowest=1, highest=MOST_MONEY, whole=True)
    why = reason_field()
    may_be_without_address = False

    def __init__(self, facts: CallFacts, *, seen: CallFacts | None = None, **values: Any) -> None:
        shown: dict[str, Any] = {name: getattr(facts, name) for name in NAMES if name not in ("opens_at", "closes_at")}
        for name in ("grants", "ceiling"):
            shown[name] = "" if shown[name] is None else str(shown[name])
        super().__init__(data=shown | {"before": encode(seen or facts)}, **values)
        if self.opens_at.raw_data is None:
            self.opens_at.show(facts.opens_at, facts.time_zone, self.opens_at_which)
            self.closes_at.show(facts.closes_at, facts.time_zone, self.closes_at_which)

    def validate_title(self, field: StringField) -> None:
        if not field.data:
            raise ValidationError(_l("Write the title."))

    def validate_slug(self, field: StringField) -> None:
        if self.may_be_without_address and not field.data:
            return
        if not _ADDRESS.fullmatch(field.data or ""):
            raise ValidationError(
                _l("Use small letters without accents, digits, and single hyphens between words: safer-schools.")
            )

    def validate_closes_at(self, field: MomentField) -> None:
        if field.moment and self.opens_at.moment and field.moment <= self.opens_at.moment:
            raise ValidationError(_l("It would close before it opens. Choose a later closing."))

    def validate_currency(self, field: StringField) -> None:
        if field.data and find_currency(field.data) is None:
            raise ValidationError(_l("Choose a currency from the list, by its three letters: EUR."))

    def validate_ceiling(self, field: NumberField) -> None:
        if field.number is not None and not self.currency.data:
            raise ValidationError(_l("Say in which currency, above."))

    @property
    def seen(self) -> CallFacts | None:
        """What the page showed when its writer began."""
        return decode(self.before.data or "")

    @property
    def taken(self) -> frozenset[str]:
        """The fields of which the writer chose what a colleague saved."""
        return frozenset(self.take.data or ()) & frozenset(NAMES) if self.seen else frozenset()

    @property
    def facts(self) -> CallFacts:
        """The settings as typed, and where the writer chose so, as a colleague saved them."""
        grants, ceiling = self.grants.number, self.ceiling.number
        seen = self.seen
        typed = CallFacts(
            title=self.title.data,
            summary=self.summary.data,
            slug=self.slug.data,
            time_zone=self.time_zone.zone or "",
            opens_at=_to_the_second(self.opens_at, seen.opens_at if seen else None),
            closes_at=_to_the_second(self.closes_at, seen.closes_at if seen else None),
            grants=None if grants is None else int(grants),
            currency=find_currency(self.currency.data or ""),
            ceiling=None if ceiling is None else int(ceiling),
        )
        return taking(typed, seen, self.taken) if seen else typed


def _to_the_second(field: MomentField, seen: datetime | None) -> datetime:
    """What was typed; where that is what the page showed of `seen`, which may have parts of a second, `seen` itself."""
    assert field.moment is not None
    return seen if seen is not None and seen.replace(microsecond=0) == field.moment else field.moment


class NewCallForm(SettingsForm):
    """A call to begin, and the language it is written in."""

    source_language = SelectField(_l("Language it is written in"), validate_choice=False)
    may_be_without_address = True

    def __init__(self, language: str, facts: CallFacts, **values: Any) -> None:
        super().__init__(facts, **values)
        self.source_language.choices = [SelectChoice(tag, name, {"lang": tag}) for tag, name in list_known()]
        if not self.is_submitted():
            self.source_language.data = language

    def validate_source_language(self, field: SelectField) -> None:
        if field.data not in {choice.value for choice in self.source_language.choices}:
            raise ValidationError(_l("Choose one from the list."))


class PublishForm(Form):
    """That the call is published as the page showed it: `seen` is its version, `rule` the id of its rule."""

    seen = HiddenField()
    rule = HiddenField()

    @property
    def version(self) -> int:
        return _number(self.seen.data) or 0

    @property
    def rule_id(self) -> int | None:
        return _number(self.rule.data)


def _number(said: str | None) -> int | None:
    """A number that a page has put into its form; None for what is none."""
    said = said or ""
    return int(said) if said.isascii() and said.isdigit() and len(said) < 10 else None


class ReasonForm(Form):
    """Why something is done that everyone sees."""

    why = reason_field()


def next_quarter(zone: str) -> tuple[datetime, datetime]:
    """What a new call suggests: it opens in a month at nine in the morning, and closes three months later at six."""
    there = clock.now().astimezone(ZoneInfo(zone))
    day = clock.months_after(there.replace(minute=0, second=0, microsecond=0, fold=0), 1)
    opens = day.replace(hour=9)
    return opens, clock.months_after(opens, 3).replace(hour=18)
