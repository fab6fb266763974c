"""The form for a city."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    HiddenField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from app.core.folding import one_line
from app.core.forms import DayField, Form
from app.core.merging import decode, encode, taking
from app.network import labels
from app.network.domains import ImplausibleDomain, normal_domain
from app.network.facts import NAMES, CityFacts
from app.network.models import Region, SizeBand

MOST_DOMAINS = 50


class ListField(SelectField):  # type: ignore[misc]
    """One of a list, which `offer` gives; what is not in it is refused in words."""

    def offer(self, prompt: Any, pairs: Iterable[tuple[str, Any]]) -> None:
        """Let one of `pairs`, value and label, be chosen; `prompt` stands while none is."""
        self.labels = dict(pairs)
        self.choices = [SelectChoice("", prompt), *(SelectChoice(*pair) for pair in self.labels.items())]

    def pre_validate(self, form: Form) -> None:
        if self.data not in self.labels:
            raise ValidationError(_l("Choose one from the list."))


class CityForm(Form):
    """What is written down of a city; `facts` once it is valid.

    `before` carries what the page showed, so that a colleague's save is noticed; `take` names the fields of which the
    colleague's is taken.
    """

    before = HiddenField()
    take = SelectMultipleField(validate_choice=False)
    name = StringField(
        _l("Name"),
        filters=[lambda text: one_line(text or "")],
        validators=[DataRequired(_l("Write the city’s name.")), Length(max=120, message=_l("At most 120 characters."))],
    )
    country = ListField(_l("Country"), render_kw={"required": True})
    region = ListField(_l("Region"), render_kw={"required": True})
    size_band = ListField(_l("Size"), render_kw={"required": True})
    joined_on = DayField(_l("Joined on"), validators=[InputRequired(_l("Write the day the city joined."))])
    left_on = DayField(_l("Left on"), validators=[Optional()])
    domains = TextAreaField(_l("E-mail domains"))
    figures_public = BooleanField(_l("The city agreed that its figures are public"))

    def __init__(self, facts: CityFacts | None = None, *, seen: CityFacts | None = None, **values: Any) -> None:
        if facts is not None:
            values |= {name: getattr(facts, name) for name in NAMES}
            values |= {"domains": "\n".join(facts.domains), "before": encode(seen or facts)}
        super().__init__(**values)
        self.country.offer(_l("Choose one"), labels.countries())
        self.region.offer(_l("Choose one"), ((region.value, labels.REGIONS[region]) for region in Region))
        self.size_band.offer(_l("Choose one"), ((size.value, labels.SIZES[size]) for size in SizeBand))

    def validate_left_on(self, field: DayField) -> None:
        if field.data and self.joined_on.data and field.data < self.joined_on.data:
            raise ValidationError(_l("That is before the day the city joined."))

    def validate_domains(self, field: TextAreaField) -> None:
        found: list[str] = []
        faults: list[str] = []
        for line in (field.data or "").split():
            try:
                found.append(normal_domain(line))
            except ImplausibleDomain as fault:
                faults.append(str(fault))
        self._domains = tuple(dict.fromkeys(found))
        if len(self._domains) > MOST_DOMAINS:
            faults.append(str(_l("At most %(number)s domains.", number=MOST_DOMAINS)))
        if faults:
            raise ValidationError(" ".join(faults[:5]))

    @property
    def seen(self) -> CityFacts | None:
        """What the page showed when its writer began."""
        return decode(self.before.data or "", CityFacts)

    @property
    def taken(self) -> frozenset[str]:
        """The fields of which the writer chose what a colleague saved."""
        return frozenset(self.take.data or ()) & NAMES if self.seen else frozenset()

    @property
    def facts(self) -> CityFacts:
        """What was typed, as plain values, and where the writer chose so, what a colleague saved."""
        typed = CityFacts(
            name=self.name.data,
            country=self.country.data,
            region=Region(self.region.data),
            size_band=SizeBand(self.size_band.data),
            joined_on=self.joined_on.data,
            left_on=self.left_on.data,
            figures_public=bool(self.figures_public.data),
            domains=tuple(sorted(self._domains)),
        )
        return taking(typed, self.seen, self.taken) if self.seen else typed
