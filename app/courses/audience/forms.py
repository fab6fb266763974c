"""The forms of who may enrol: whom a course is for, and who is invited."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import msgspec
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import ValidationError

from app.auth import addresses
from app.auth.models import Role
from app.auth.people.labels import ROLES
from app.core.forms import Form

from ..outline import Admits, Audience
from ..settings.forms import OneOf, SomeOf

MOST_INVITED = 300
LONGEST_FAULT = 80

_BETWEEN = re.compile(r"[,;\r\n]")


class AudienceForm(Form):
    """Who may enrol. `before` carries what the page showed."""

    before = HiddenField()
    admits = OneOf(
        _l("Open to"),
        choices=[
            SelectChoice(Admits.ANYONE.value, _l("Anyone in the network")),
            SelectChoice(Admits.INVITED.value, _l("Only people who are invited")),
            SelectChoice(Admits.SOME.value, _l("Certain cities or roles")),
        ],
    )
    cities = SomeOf(_l("Cities"))
    roles = SomeOf(_l("Roles"))

    def __init__(self, audience: Audience, cities: Sequence[tuple[int, str]], **values: Any) -> None:
        shown = {
            "before": msgspec.json.encode(audience).decode(),
            "admits": audience.admits.value,
            "cities": [str(city_id) for city_id in audience.cities],
            "roles": list(audience.roles),
        }
        super().__init__(data=shown, **values)
        self.cities.offer((str(city_id), name) for city_id, name in cities)
        self.roles.offer((role.value, ROLES[role]) for role in Role)

    def show(self, audience: Audience) -> None:
        """From now on the writer has seen that this is what a colleague saved."""
        self.before.data = msgspec.json.encode(audience).decode()

    def validate_admits(self, field: OneOf) -> None:
        if field.data == Admits.SOME and not self.cities.data and not self.roles.data:
            raise ValidationError(_l("Choose at least one city or role."))

    @property
    def seen(self) -> Audience | None:
        """What the page showed when its writer began."""
        try:
            return msgspec.json.decode(self.before.data or "", type=Audience)
        except msgspec.DecodeError:
            return None

    @property
    def audience(self) -> Audience:
        """What was chosen; the lists count only where they are asked for."""
        if self.admits.data != Admits.SOME:
            return Audience(Admits(self.admits.data))
        cities, roles = sorted({int(city) for city in self.cities.data}), sorted(set(self.roles.data))
        return Audience(Admits.SOME, tuple(cities), tuple(roles))


class InvitationsForm(Form):
    """Addresses to invite, in whatever way lists of addresses are pasted. Each is judged."""

    addresses = TextAreaField(_l("E-mail addresses"))

    def validate_addresses(self, field: TextAreaField) -> None:
        words = [word for piece in _BETWEEN.split(field.data or "") for word in _addresses_in(piece)]
        found = list(dict.fromkeys(addresses.folded(word) for word in words))
        faults = [word for word in words if not addresses.is_address(addresses.folded(word))]
        if not words:
            raise ValidationError(_l("Write at least one address."))
        if faults:
            shown = ", ".join(f"“{word[:LONGEST_FAULT]}”" for word in faults[:10])
            raise ValidationError(_l("Nobody is invited yet. Not an e-mail address: %(faults)s.", faults=shown))
        if len(found) > MOST_INVITED:
            raise ValidationError(
                _l("At most %(number)s addresses at a time. Nobody is invited yet.", number=MOST_INVITED)
            )
        self.emails = found


def _addresses_in(piece: str) -> list[str]:
    """The words of a piece; of `Amina Trabelsi <amina@city.example>`, as mail programs copy it, the address."""
    piece = piece.strip()
    if piece.endswith(">") and "<" in piece:
        return [piece[piece.rindex("<") + 1 : -1]]
    return piece.split()
