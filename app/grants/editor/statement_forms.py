"""The form of a statement, in the languages of its call and of the site."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import TextAreaField, ValidationError
from wtforms.validators import Length

from app.core import chance
from app.core.choosing import ChoiceField
from app.core.folding import one_line
from app.core.languages import known_tag, language_name, list_known
from app.core.text import Text

from ..rules import Declared, Node
from .fields import PartForm

LONGEST_STATEMENT = 500
LENGTH = Length(max=LONGEST_STATEMENT, message=_l("Keep this under %(max)d characters."))


class DeclaredForm(PartForm):
    """The words by language, the call's own first; `former` is the statement that is changed."""

    kind = "declared"
    languages: ClassVar[Sequence[str]] = ()
    former: ClassVar[Declared | None] = None

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        self["language"].offer([("", _("None")), *((tag, name) for tag, name in list_known())])

    def validate_language(self, field: ChoiceField) -> None:
        if (self["words"].data or "").strip() and not field.data:
            raise ValidationError(_l("Choose the language of these words."))

    @property
    def part(self) -> Node:
        source = self.languages[0]
        typed = {tag: one_line(self[f"text_{tag}"].data or "") for tag in self.languages}
        if words := one_line(self["words"].data or ""):
            typed[self["language"].data] = words
        former = self.former
        same = former is not None and former.text.strings().get(source) == typed[source]
        # Other words are another statement: who agreed to the former ones has not agreed to these.
        key = former.key if former is not None and same else f"{chance.source().getrandbits(64):016x}"
        text = _text(typed, source, former.text if former is not None and same else None)
        return Declared(key=key, text=text, source_language=source)

    @classmethod
    def shown(cls, part: Declared) -> dict[str, Any]:
        return {f"text_{tag}": words for tag, words in part.text.strings().items()}


def statement_form(languages: Sequence[str], former: Declared | None) -> type[PartForm]:
    """The form of a statement, with a field for each language."""
    kept = sorted(known_tag(tag) or "en" for tag in former.text.phrases) if former else []
    tags = list(dict.fromkeys([*languages, *kept]))
    fields: dict[str, Any] = {"languages": tags, "former": former}
    for tag in tags:
        fields[f"text_{tag}"] = TextAreaField(
            _("The statement, in %(language)s", language=language_name(tag)),
            validators=[LENGTH],
            render_kw={"rows": 2, "lang": tag, "maxlength": LONGEST_STATEMENT},
        )

    fields["language"] = ChoiceField(_("Another language"), unknown=_l("Choose a language."))
    fields["words"] = TextAreaField(
        _("The statement in that language"), render_kw={"rows": 2, "maxlength": LONGEST_STATEMENT}, validators=[LENGTH]
    )

    def needed(_form: PartForm, field: TextAreaField) -> None:
        if not one_line(field.data or ""):
            raise ValidationError(_l("Write what the person states: “I have read the code of conduct.”"))

    fields[f"validate_text_{tags[0]}"] = needed
    return type("DeclaredFormInLanguages", (DeclaredForm,), fields)


def _text(typed: dict[str, str], source: str, former: Text | None) -> Text:
    """A text of what was typed; a translation that was not changed stays as old as it is."""
    phrases = Text.of(typed, source).phrases
    old = former.phrases if former else {}
    return Text({tag: old[tag] if tag in old and old[tag].string == p.string else p for tag, p in phrases.items()})
