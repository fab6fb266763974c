"""The forms of who teaches a course."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, ValidationError

from app.auth import addresses
from app.core.errors import DomainError
from app.core.forms import Form
from app.core.languages import own_name

from ..labels import TRAINER_DUTIES, TRAINER_ROLES
from ..models import TrainerRole
from ..queries import CourseAccess
from ..settings.forms import OneOf, SomeOf


class PartForm(Form):
    """What somebody does in a course: a role, and for a translator the languages."""

    role = OneOf(_l("Part in the course"))
    languages = SomeOf(_l("Languages of a translator"))

    def __init__(self, access: CourseAccess, **values: Any) -> None:
        super().__init__(**values)
        self.role.choices = [
            SelectChoice(role.value, _l("%(role)s: %(duty)s", role=TRAINER_ROLES[role], duty=TRAINER_DUTIES[role]))
            for role in TrainerRole
        ]
        self.languages.offer((tag, own_name(tag)) for tag in access.languages if tag != access.source_language)

    @property
    def chosen(self) -> TrainerRole:
        return TrainerRole(self.role.data)

    def put_beside(self, error: DomainError) -> None:
        """Show what was refused beside the field at fault."""
        field = self[error.field] if error.field in self._fields else self.role
        field.errors = [str(error)]


class InviteForm(PartForm):
    """Somebody to invite, by address, and as what."""

    email = StringField(
        _l("E-mail address"),
        filters=[lambda text: (text or "").strip()],
        validators=[InputRequired(_l("Write the address of their account."))],
    )

    def validate_email(self, field: StringField) -> None:
        if not addresses.is_address(addresses.folded(field.data)):
            raise ValidationError(_l("Write an address like name@city.example."))
