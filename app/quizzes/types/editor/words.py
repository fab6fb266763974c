"""Boxes for plain text, and the texts that come of them."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import TextAreaField
from wtforms.validators import DataRequired, Length

from app.core.text import Text

LONGEST_STEM = 4000  # characters
LONGEST_WORDS = 1000
LONGEST_FEEDBACK = 2000
MOST_ROWS_READ = 200  # of what is posted


def paragraphs(typed: str | None) -> str:
    """What was typed into a box, its line ends made one kind, without spaces around it."""
    return (typed or "").replace("\r\n", "\n").replace("\r", "\n").strip()


def at_most(characters: int) -> Length:
    return Length(max=characters, message=_l("Keep this under %(max)d characters."))


def box(label: object, longest: int, rows: int, *, required: object = None) -> TextAreaField:
    """A box for plain text; `required` is what to say where nothing stands in it."""
    validators = [DataRequired(required)] if required else []
    return TextAreaField(
        label, filters=[paragraphs], validators=[*validators, at_most(longest)], render_kw={"rows": rows}
    )


def spoken(former: Text | None, typed: str, language: str) -> Text:
    """A text whose own language is `language`, with these words; translations of the former stay."""
    return (former or Text({})).with_phrase(language, typed, language)


def feedback(former: Text | None, typed: str, language: str) -> Text | None:
    """As `spoken`; nothing where nothing was typed."""
    return spoken(former, typed, language) if typed else None


def words(text: Text | None, language: str) -> str:
    """What a text says in its own language."""
    return text.strings().get(language, "") if text else ""
