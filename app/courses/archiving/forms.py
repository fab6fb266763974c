"""The form that archives a course."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import ValidationError

from app.core.forms import Form


class ArchiveForm(Form):
    """What replaces the course, if anything does. `seen` carries the mark of how it stood when the page was shown."""

    seen = HiddenField()
    replaced_by = SelectField(_l("What replaces it"), validate_choice=False)

    def __init__(self, courses: Iterable[tuple[str, str]], **values: Any) -> None:
        super().__init__(**values)
        named = [SelectChoice(course_id, title) for course_id, title in courses]
        self.replaced_by.choices = [SelectChoice("", _l("Nothing replaces it")), *named]
        if not self.is_submitted() and not self._offers(self.replaced_by.data):
            self.replaced_by.data = ""  # what replaced it cannot be begun any more

    def validate_replaced_by(self, field: SelectField) -> None:
        if not self._offers(field.data):
            raise ValidationError(_l("Choose one from the list."))

    def _offers(self, value: str | None) -> bool:
        return value in {choice.value for choice in self.replaced_by.choices}

    @property
    def replaced_by_id(self) -> int | None:
        """The id of the course that was chosen, once the form is valid."""
        return int(self.replaced_by.data) if self.replaced_by.data else None
