"""What is filled in for a cohort: its name, its rule, and whom to add."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SelectMultipleField, StringField, TextAreaField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length
from wtforms.widgets import CheckboxInput

from app.core.folding import one_line
from app.core.forms import Form
from app.network import labels
from app.network.models import Region, SizeBand

from ..cities.forms import ListField
from ..models import Role
from ..people.labels import ROLES
from . import pasted
from .errors import NameTaken
from .rules import CohortRule

MOST_PASTED = 2000


class Ticks(SelectMultipleField):  # type: ignore[misc]
    """Any of a list, as boxes to tick."""

    option_widget = CheckboxInput()

    def offer(self, pairs: Sequence[tuple[str, Any]]) -> None:
        self.choices = [SelectChoice(*pair) for pair in pairs]

    def pre_validate(self, form: Form) -> None:
        if not set(self.data or ()) <= {choice.value for choice in self.choices}:
            raise ValidationError(_l("Choose from the list."))


class NameForm(Form):
    """What a cohort is called."""

    name = StringField(
        _l("Name"),
        filters=[lambda text: one_line(text or "")],
        validators=[
            DataRequired(_l("Give it a name that tells it from others.")),
            Length(max=120, message=_l("At most 120 characters.")),
        ],
        render_kw={"maxlength": 120},
    )
    namesake: int | None = None  # the id of the cohort that has the name

    def refuse(self, taken: NameTaken) -> None:
        """Say beside the name that another cohort has it, and which."""
        self.name.errors, self.namesake = [str(taken)], taken.cohort_id


class CohortForm(NameForm):
    """A new cohort. `of_city` is offered to those who coordinate several cities, and needs no choice of one alone."""

    kind = RadioField(
        _l("Who is in it"),
        choices=[
            SelectChoice("listed", _l("People I choose")),
            SelectChoice("rule", _l("Whoever fits a rule, now and later")),
        ],
        default="listed",
        validate_choice=False,
    )
    of_city = ListField(_l("City"))
    cities = Ticks(_l("Of these cities"))
    regions = Ticks(_l("In these regions"))
    countries = SelectMultipleField(_l("In these countries"), validate_choice=False, render_kw={"size": 6})
    sizes = Ticks(_l("Of a city of this size"))
    roles = Ticks(_l("With one of these roles"))
    joined_from = StringField(_l("With an account since"), render_kw={"type": "date"})
    joined_before = StringField(_l("With an account from before"), render_kw={"type": "date"})

    def __init__(self, cities: Sequence[tuple[int, str]], *, everywhere: bool, **values: Any) -> None:
        super().__init__(**values)
        self.everywhere = everywhere
        pairs = [(str(city_id), label) for city_id, label in cities]
        self.of_city.offer(_l("Choose a city"), pairs)
        self.cities.offer(pairs)
        self.regions.offer([(region.value, labels.REGIONS[region]) for region in Region])
        self.countries.choices = [SelectChoice(code, name) for code, name in labels.countries()]
        self.sizes.offer([(size.value, labels.SIZES[size]) for size in SizeBand])
        self.roles.offer([(role.value, ROLES[role]) for role in Role])
        if everywhere:
            del self.of_city
        elif len(pairs) == 1:
            self.of_city.data = pairs[0][0]

    def validate_countries(self, field: SelectMultipleField) -> None:
        if not set(field.data or ()) <= {choice.value for choice in field.choices}:
            raise ValidationError(_l("Choose from the list."))

    def validate_joined_from(self, field: StringField) -> None:
        _require_day(field)

    def validate_joined_before(self, field: StringField) -> None:
        _require_day(field)
        since, before = _day(self.joined_from.data), _day(field.data)
        if self.kind.data == "rule" and since is not None and before is not None and before <= since:
            raise ValidationError(_l("Nobody can fit: write a day after the one since which accounts count."))

    @property
    def city_id(self) -> int | None:
        return None if self.everywhere else int(self.of_city.data)

    @property
    def rule(self) -> CohortRule | None:
        """The rule, once the form is valid; None for a cohort that is listed."""
        if self.kind.data != "rule":
            return None
        return CohortRule(
            cities=tuple(sorted(int(city) for city in self.cities.data or ())) if self.everywhere else (),
            regions=tuple(sorted(self.regions.data or ())) if self.everywhere else (),
            countries=tuple(sorted(self.countries.data or ())) if self.everywhere else (),
            sizes=tuple(sorted(self.sizes.data or ())) if self.everywhere else (),
            roles=tuple(sorted(self.roles.data or ())),
            joined_from=_day(self.joined_from.data),
            joined_before=_day(self.joined_before.data),
        )


class AddressesForm(Form):
    """Addresses of people to add, pasted however they stand."""

    addresses = TextAreaField(_l("E-mail addresses"), render_kw={"rows": 4, "spellcheck": "false"})

    def validate_addresses(self, field: TextAreaField) -> None:
        if not self.emails:
            raise ValidationError(_l("Paste at least one e-mail address."))
        if len(self.emails) > MOST_PASTED:
            raise ValidationError(
                _l("At most %(number)s at once. Many come more easily from a file.", number=MOST_PASTED)
            )

    @property
    def emails(self) -> list[str]:
        """The folded addresses, each once."""
        return pasted.emails(self.addresses.data or "")

    def keep_faults(self) -> list[str]:
        """What was pasted and is no address; from then on it alone stands in the field, and beside it why."""
        wrong = pasted.no_emails(self.addresses.data or "")
        if wrong:
            self.addresses.data = "\n".join(wrong)
            self.addresses.errors = [_l("No e-mail address. Mend what stands here, and add it again.")]
        return wrong


def _day(said: str | None) -> datetime | None:
    try:
        return datetime.strptime((said or "").strip(), "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        return None


def _require_day(field: StringField) -> None:
    if (field.data or "").strip() and _day(field.data) is None:
        raise ValidationError(_l("Write the day as year-month-day, for instance 2019-05-31."))
