"""Forms of the languages of a course."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length

from app.core.forms import Form
from app.core.languages import LONGEST_TAG, language_name, list_known

from .services import Typed


class LanguageForm(Form):
    """Which language to add: one of the list, or any other by its tag."""

    language = SelectField(_l("Language"), validate_choice=False)
    tag = StringField(
        _l("Or another, by its tag"),
        validators=[Length(max=LONGEST_TAG, message=_l("Tags have at most %(max)d characters."))],
        render_kw={"maxlength": LONGEST_TAG, "autocapitalize": "off", "spellcheck": "false"},
    )

    def offer(self, there: list[str]) -> None:
        """Fill the list with the languages that the course does not have, each by its own name and the page's."""
        self.language.choices = [
            SelectChoice("", _l("Choose a language")),
            *(
                SelectChoice(tag, f"{name} – {language_name(tag)}", {"lang": tag})
                for tag, name in list_known()
                if tag not in there
            ),
        ]

    @property
    def chosen(self) -> str:
        """The tag that was typed, else the one that was picked."""
        return (self.tag.data or "").strip() or (self.language.data or "")


def typed_texts(sent: MultiDict[str, str]) -> dict[str, Typed]:
    """The texts that a form sends, by key: `text.<key>`, with fingerprints in `shown.<key>` and `source.<key>`.

    The button that says that a translation still fits is called `fits`, with the key as its value.
    """
    values = {name: value.replace("\0", "") for name, value in sent.items()}
    keys = [name.removeprefix("text.") for name in values if name.startswith("text.")]
    return {
        key: Typed(
            values[f"text.{key}"],
            shown=values.get(f"shown.{key}", ""),
            source=values.get(f"source.{key}", ""),
            fits=values.get("fits") == key,
        )
        for key in keys
    }
