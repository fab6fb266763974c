"""Forms of the catalogue and of the studio."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import HiddenField, SearchField, SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length

from app.core.forms import Form
from app.core.languages import own_name

from . import queries
from .topics import topic_label

LONGEST_SEARCH = 200
LONGEST_NOTE = 2000


class CatalogueForm(Form):
    """What to look for; sent by GET, so that a search has an address. Nothing in it can be wrong."""

    class Meta:
        csrf = False

    q = SearchField(_l("Search"), render_kw={"maxlength": LONGEST_SEARCH})
    language = SelectField(_l("Language"), validate_choice=False)
    topic = SelectField(_l("Topic"), validate_choice=False)
    length = SelectField(
        _l("Length"),
        choices=[
            SelectChoice("", _l("Any length")),
            SelectChoice(queries.Length.SHORT, _l("Under 1 hour")),
            SelectChoice(queries.Length.MEDIUM, _l("1 to 3 hours")),
            SelectChoice(queries.Length.LONG, _l("Over 3 hours")),
        ],
        validate_choice=False,
    )

    def __init__(self, asked: MultiDict[str, str]) -> None:
        super().__init__(formdata=asked)

    def offer(self, languages: Sequence[str], topics: Sequence[str]) -> None:
        """Fill the lists with what the published courses have to choose from."""
        self.language.choices = [
            SelectChoice("", _l("Any language")),
            *(SelectChoice(tag, own_name(tag), {"lang": tag}) for tag in languages),
        ]
        self.topic.choices = [
            SelectChoice("", _l("Any topic")),
            *(SelectChoice(topic, topic_label(topic)) for topic in topics),
        ]

    @property
    def filters(self) -> queries.Filters:
        """What was asked for; a length that there is none of counts as any."""
        lengths = {length.value: length for length in queries.Length}
        return queries.Filters(
            search=(self.q.data or "").strip()[:LONGEST_SEARCH],
            language=self.language.data or "",
            topic=self.topic.data or "",
            length=lengths.get(self.length.data or ""),
        )


class PublishForm(Form):
    """The publish panel."""

    note = TextAreaField(
        _l("What changed?"),
        validators=[Length(max=LONGEST_NOTE, message=_l("Keep the note under %(max)d characters."))],
        render_kw={"rows": 2},
    )
    seen = HiddenField()
