"""Forms of the library."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, HiddenField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length

from app.core.filetypes import Sort
from app.core.forms import Form
from app.core.languages import language_name
from app.core.text import Text

from ..labels import SORTS
from .queries import LibraryItem

LONGEST_NAME = 200
LONGEST_ALTERNATIVE = 500


class FilterForm(Form):
    """Which files to show; sent by GET. Nothing in it can be wrong."""

    class Meta:
        csrf = False

    sort = SelectField(
        _l("Type"),
        choices=[
            SelectChoice("", _l("All types")),
            *(SelectChoice(sort, label) for sort, label in SORTS.items() if sort is not Sort.CAPTIONS),
        ],
        validate_choice=False,
    )
    unused = BooleanField(_l("Only those that nothing uses"))

    def __init__(self, asked: MultiDict[str, str]) -> None:
        super().__init__(formdata=asked)

    def hold(self, item: LibraryItem) -> bool:
        """Whether a file is one of those asked for; a type that there is none of counts as any."""
        known = self.sort.data if self.sort.data in set(Sort) else ""
        return (not known or item.sort == known) and (not self.unused.data or not item.usage)


class FileForm(Form):
    """What a file is called. `described` makes one that also asks what a picture shows."""

    name = StringField(
        _l("Name"),
        validators=[
            DataRequired(_l("Give the file a name.")),
            Length(max=LONGEST_NAME, message=_l("Keep the name under %(max)d characters.")),
        ],
        filters=[lambda name: " ".join((name or "").split())],
    )
    version = HiddenField()
    languages: Sequence[str] = ()

    @property
    def known_version(self) -> int | None:
        """The state of the file that was on the page; None where the page did not say."""
        said = self.version.data or ""
        return int(said) if said.isascii() and said.isdigit() and len(said) < 10 else None

    def alternative(self, source: str, before: Text | None) -> Text | None:
        """What was typed, as a text; what was typed for a language and not changed stays as old as it is."""
        if not self.languages:
            return before
        if self["decorates"].data:
            return Text({})
        typed = {tag: self[f"alternative_{tag}"].data for tag in self.languages}
        typed = {tag: words for tag, words in typed.items() if words}
        if not typed:
            return None
        phrases = Text.of({source: "", **typed}, source).phrases
        old = before.phrases if before else {}
        kept = {tag: old[tag] for tag in phrases if tag in old and old[tag].string == phrases[tag].string}
        return Text({tag: kept.get(tag, phrase) for tag, phrase in phrases.items()})


def described(languages: Sequence[str], item: LibraryItem, **values: object) -> FileForm:
    """The form of a picture, with a field for each of the course's languages, the source first."""
    fields: dict[str, object] = {"languages": tuple(languages), "decorates": BooleanField(_("It only decorates"))}
    for tag in languages:
        label = (
            _("What it shows, in %(language)s", language=language_name(tag)) if languages[1:] else _("What it shows")
        )
        fields[f"alternative_{tag}"] = TextAreaField(
            label,
            validators=[Length(max=LONGEST_ALTERNATIVE, message=_l("Keep this under %(max)d characters."))],
            filters=[lambda words: " ".join((words or "").split())],
            render_kw={"rows": 2, "lang": tag},
        )
        values[f"alternative_{tag}"] = _said(item, tag)
    form: FileForm = type("DescribedForm", (FileForm,), fields)(
        data={"name": item.name, "version": str(item.version), "decorates": item.decorates, **values},
        prefix=f"f{item.hash[:12]}-",
    )
    return form


def form_of(item: LibraryItem, languages: Sequence[str]) -> FileForm:
    """The form of a file: a picture's asks what it shows, too."""
    if item.sort is Sort.PICTURE:
        return described(languages, item)
    return FileForm(data={"name": item.name, "version": str(item.version)}, prefix=f"f{item.hash[:12]}-")


def _said(item: LibraryItem, tag: str) -> str:
    phrase = item.alternative.phrases.get(tag) if item.alternative else None
    return phrase.string if phrase else ""


class CaptionsForm(Form):
    """The captions of a video in one language, as text; `shown` is the hash of those that it was made from, if any."""

    shown = HiddenField(validators=[Length(max=64)])
    text = TextAreaField(_l("Captions, as WebVTT"), render_kw={"rows": 16, "spellcheck": "true"})
