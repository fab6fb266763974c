"""The forms on a person's page."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import SelectChoice, StringField
from wtforms.validators import DataRequired, Length

from app.core.forms import Form

from ..cities.forms import ListField
from ..forms import NamesField, tidy
from ..models import Role
from .labels import ROLES, role_label
from .queries import Record


class PlaceForm(Form):
    """The city a person is to belong to."""

    city = ListField(_l("City"), render_kw={"required": True})

    def __init__(self, record: Record, cities: list[tuple[int, str]], **values: Any) -> None:
        super().__init__(**values)
        others = ((str(city_id), label) for city_id, label in cities if city_id != record.city_id)
        self.city.offer(_l("Choose a city"), others)

    @property
    def city_id(self) -> int:
        return int(self.city.data)


class RoleForm(Form):
    """A role that a person does not hold yet; a coordinator's is of the city the person belongs to.

    The choice names that city, so that a page opened before a move grants nothing of another.
    """

    role = ListField(_l("Role"), render_kw={"required": True})

    def __init__(self, record: Record, **values: Any) -> None:
        super().__init__(**values)
        held = {(held.role, held.city_id) for held in record.open_roles}
        choices = [(Role.TRAINER.value, ROLES[Role.TRAINER])]
        if record.city_id is not None:
            value = f"{Role.COORDINATOR}:{record.city_id}"
            choices.append((value, role_label(Role.COORDINATOR, record.city)))
        choices.append((Role.ADMINISTRATOR.value, ROLES[Role.ADMINISTRATOR]))
        self.role.offer(_l("Choose a role"), (pair for pair in choices if _split(pair[0]) not in held))

    @property
    def chosen(self) -> tuple[Role, int | None]:
        """The role, and the city it is of."""
        return _split(self.role.data)


class EraseForm(Form):
    """What becomes of the name on the person's certificates, as they chose, and why they are erased."""

    names = NamesField(
        _l("The name on their certificates"),
        choices=[
            SelectChoice(NamesField.KEEP, _l("Keep the name on them, so that they still prove what was learned")),
            SelectChoice(NamesField.TAKE_OFF, _l("Take the name off them: they then verify without a name")),
        ],
    )
    reason = StringField(
        _l("Reason"),
        filters=[tidy],
        validators=[
            DataRequired(_l("Say why, for instance “Asked for it by letter of 2 March”.")),
            Length(max=300, message=_l("Use at most 300 characters.")),
        ],
    )


def _split(value: str) -> tuple[Role, int | None]:
    role, _, city = value.partition(":")
    return Role(role), int(city) if city else None
