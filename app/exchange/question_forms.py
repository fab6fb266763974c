"""Forms of questions that come from files."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, RadioField, SelectField, StringField, ValidationError
from wtforms.fields.choices import SelectChoice

from app.core.folding import one_line
from app.core.forms import Form
from app.core.languages import own_name
from app.quizzes.bank import categories, tags
from app.quizzes.models import VersionState

from .incoming import Placing
from .questions import FORMATS

ANY = "any"  # let the file tell its format


class ImportForm(Form):
    """What a file of questions is, and where they go; the file is no field here."""

    format = SelectField(_l("Format"), default=ANY)
    language = SelectField(_l("Language of the questions"))
    category = StringField(
        _l("Category"),
        filters=[lambda text: categories.path_of(text or "")],
        render_kw={"maxlength": categories.LONGEST, "list": "categories", "autocomplete": "off"},
    )
    tags = StringField(_l("Tags"), render_kw={"maxlength": 500})
    state = RadioField(
        _l("They come in as"),
        choices=[
            SelectChoice(VersionState.READY, _l("ready: quizzes may ask them")),
            SelectChoice(VersionState.DRAFT, _l("drafts: to be looked through first")),
        ],
        default=VersionState.READY,
    )

    def offer(self, languages: Sequence[str], source: str) -> None:
        """Say what can be chosen."""
        any_format = SelectChoice(ANY, _("Told by the file itself"))
        self.format.choices = [any_format, *(SelectChoice(f.name, f.label) for f in FORMATS.values())]
        self.language.choices = [SelectChoice(tag, own_name(tag)) for tag in languages]
        if self.language.data is None:
            self.language.data = source

    def validate_category(self, field: StringField) -> None:
        if len(field.data or "") > categories.LONGEST:
            raise ValidationError(_("At most %(max)d characters.", max=categories.LONGEST))

    def validate_tags(self, field: StringField) -> None:
        found = tags.tags_of(field.data or "")
        if any(len(tag) > tags.LONGEST for tag in found):
            raise ValidationError(_("A tag has at most %(count)s characters.", count=tags.LONGEST))
        if len(found) > tags.MOST:
            raise ValidationError(_("A question has at most %(count)s tags.", count=tags.MOST))

    @property
    def placing(self) -> Placing:
        """Where the questions go, once the form is valid."""
        return Placing(
            self.language.data,
            self.category.data or "",
            tuple(tags.tags_of(self.tags.data or "")),
            VersionState(self.state.data),
        )


class TakeForm(ImportForm):
    """The same, with the file that was looked at and what was decided."""

    file = HiddenField()
    name = HiddenField(filters=[lambda text: one_line(text or "")[:200]])
    leave_out = BooleanField(_l("Leave out what cannot be read"))
