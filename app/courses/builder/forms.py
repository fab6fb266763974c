"""Forms of the builder."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, RadioField, SelectField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import (
    AnyOf,
    DataRequired,
    InputRequired,
    Length,
    NumberRange,
    Optional,
    Regexp,
    ValidationError,
)
from wtforms.widgets import CheckboxInput, ListWidget

from app.core.folding import one_line
from app.core.forms import Form, WholeField
from app.core.languages import list_known

from ..drafts import Change
from ..models import Activity, Module
from ..outline import Opens

LONGEST_TITLE = 200
MOST_MINUTES = 6000
MOST_ENOUGH = 1000
MOST_ID = 2**31 - 1
SLUG = r"[a-z0-9]+(-[a-z0-9]+)*\Z"


def title_field(label: Any) -> StringField:
    """A title on one line, which cannot be empty."""
    return StringField(
        label,
        filters=[lambda text: one_line(text or "")],
        validators=[
            DataRequired(_l("Write a title.")),
            Length(max=LONGEST_TITLE, message=_l("Keep the title under %(max)d characters.")),
        ],
        render_kw={"maxlength": LONGEST_TITLE, "autocomplete": "off"},
    )


def id_field() -> WholeField:
    """The id of a thing, which may be left out."""
    return WholeField(validators=[Optional(), NumberRange(1, MOST_ID)])


class NewCourseForm(Form):
    """A course to begin: what it is called, what it is written in, where it will be found."""

    title = title_field(_l("Title"))
    source_language = SelectField(_l("Language it is written in"), validate_choice=False)
    slug = StringField(
        _l("Address"),
        filters=[lambda text: (text or "").strip()],
        validators=[
            Optional(),
            Length(max=60, message=_l("Keep the address under %(max)d characters.")),
            Regexp(SLUG, message=_l("Use small letters a to z, digits, and a hyphen between words.")),
        ],
        render_kw={"maxlength": 60, "autocapitalize": "none", "spellcheck": "false", "autocomplete": "off"},
    )

    def __init__(self, language: str, **values: Any) -> None:
        super().__init__(**values)
        self.source_language.choices = [SelectChoice(tag, name, {"lang": tag}) for tag, name in list_known()]
        if not self.is_submitted():
            self.source_language.data = language

    def validate_source_language(self, field: SelectField) -> None:
        if field.data not in {choice.value for choice in self.source_language.choices}:
            raise ValidationError(_l("Choose one from the list."))


class TitleForm(Form):
    """Another title; `version` is that of the title it was made from."""

    title = title_field(_l("Title"))
    version = HiddenField()


class KindForm(Form):
    """The kind of an activity to add."""

    kind = StringField(validators=[InputRequired()])


class PlaceForm(Form):
    """Where a thing is to stand: one place `up` or `down`, or in `module` before `before` (last without)."""

    direction = StringField(validators=[Optional(), AnyOf(["up", "down"])])
    module = id_field()
    before = id_field()


class ChangeForm(Form):
    """Which change to discard, as the page showed it."""

    change = StringField(validators=[InputRequired()])
    seen = StringField(validators=[InputRequired()])

    @property
    def asked(self) -> Change | None:
        """The change of an activity; None for another word."""
        return next((change for change in Change if change == self.change.data), None)


class ModuleForm(Form):
    """What completes a module; `version` is that of the settings on the page."""

    completed_by = RadioField(
        _l("What completes it"),
        choices=[
            SelectChoice("required", _l("Its required activities")),
            SelectChoice("some", _l("A number of its activities, whichever")),
        ],
        validate_choice=False,
    )
    enough = WholeField(
        _l("Activities"),
        validators=[Optional(), NumberRange(1, MOST_ENOUGH, _l("Write a number from 1 to %(max)d."))],
        render_kw={"min": 1, "max": MOST_ENOUGH, "inputmode": "numeric"},
    )
    version = HiddenField()

    def offer(self, module: Module, version: str) -> None:
        """Fill in what is set now, where nothing was sent."""
        if not self.is_submitted():
            self.completed_by.data = "some" if module.enough else "required"
            self.enough.data, self.version.data = module.enough, version

    def validate(self, extra_validators: Any = None) -> bool:
        valid = bool(super().validate(extra_validators))
        if valid and self.completed_by.data == "some" and self.enough.data is None:
            self.enough.errors = [_("Write how many activities complete it.")]
            return False
        return valid

    @property
    def number(self) -> int | None:
        """How many of its activities complete it; None: the required ones."""
        return self.enough.data if self.completed_by.data == "some" else None


class ActivityForm(Form):
    """The settings of an activity; `version` is that of the settings on the page."""

    required = BooleanField(_l("Required to complete the course"))
    length = RadioField(
        _l("Length"),
        choices=[
            SelectChoice("computed", _l("Computed from what is in it")),
            SelectChoice("given", _l("Given by hand")),
        ],
        validate_choice=False,
    )
    minutes = WholeField(
        _l("Minutes"),
        validators=[Optional(), NumberRange(1, MOST_MINUTES, _l("Write a number from 1 to %(max)d."))],
        render_kw={"min": 1, "max": MOST_MINUTES, "inputmode": "numeric"},
    )
    above = BooleanField(_l("After the required activities above it in its module"))
    after = SelectMultipleField(
        _l("After these activities"),
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
        validate_choice=False,
    )
    version = HiddenField()

    def offer(self, others: list[tuple[str, str]], activity: Activity, version: str) -> None:
        """Fill in what is set now, where nothing was sent; `others` are key and title of what it can wait for.

        What it waits for and is gone by now can be given up too.
        """
        if not self.is_submitted():
            opens = activity.opens_after or Opens()
            self.required.data, self.above.data, self.after.data = activity.required, opens.above, list(opens.after)
            self.length.data = "given" if activity.minutes_given else "computed"
            self.minutes.data = activity.minutes
            self.version.data = version
        known = {key for key, _title in others}
        gone = [key for key in (activity.opens_after or Opens()).after if key not in known]
        self.after.choices = [
            *(SelectChoice(key, title) for key, title in others),
            *(SelectChoice(key, _("%(key)s, which is gone", key=key)) for key in gone),
        ]

    def validate(self, extra_validators: Any = None) -> bool:
        valid = bool(super().validate(extra_validators))
        if valid and self.length.data == "given" and self.minutes.data is None:
            self.minutes.errors = [_("Write how many minutes it takes, or let it be computed.")]
            return False
        return valid

    def validate_after(self, field: SelectMultipleField) -> None:
        offered = {choice.value for choice in field.choices}
        field.data = [key for key in dict.fromkeys(field.data or []) if key in offered]

    @property
    def minutes_given(self) -> int | None:
        """How long it takes, where a person says so."""
        return self.minutes.data if self.length.data == "given" else None

    @property
    def opens(self) -> Opens | None:
        """When it opens; None: at once."""
        opens = Opens(bool(self.above.data), tuple(self.after.data or ()))
        return None if opens == Opens() else opens
