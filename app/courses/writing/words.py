"""What the rich editor says, which speaks English of itself: its words, and what they are in the page's language."""

from __future__ import annotations

import json

from flask_babel import force_locale
from flask_babel import lazy_gettext as _l

from app.auth.identity import page_language

WORDS = (
    _l("Undo"), _l("Redo"), _l("Blocks"), _l("Paragraph"), _l("Heading"), _l("Smaller heading"),
    _l("Smallest heading"), _l("Bold"), _l("Italic"), _l("Bullet list"), _l("Numbered list"), _l("Blockquote"),
    _l("Link..."), _l("Insert/edit link"), _l("Link"), _l("Insert Link"), _l("Link list"), _l("Title"), _l("URL"),
    _l("Text to display"), _l("Open link in..."), _l("Open link"), _l("Remove link"), _l("Current window"),
    _l("New window"), _l("Save"), _l("Cancel"), _l("Close"), _l("Insert"), _l("Table"), _l("Insert table"),
    _l("Table properties"), _l("Delete table"), _l("Cell"), _l("Row"), _l("Column"), _l("Cell properties"),
    _l("Merge cells"), _l("Split cell"), _l("Insert row before"), _l("Insert row after"), _l("Delete row"),
    _l("Row properties"), _l("Cut row"), _l("Copy row"), _l("Paste row before"), _l("Paste row after"),
    _l("Insert column before"), _l("Insert column after"), _l("Delete column"), _l("Cut column"), _l("Copy column"),
    _l("Paste column before"), _l("Paste column after"), _l("Row type"), _l("Header"), _l("Body"), _l("Footer"),
    _l("Cell type"), _l("Header cell"), _l("Scope"), _l("None"), _l("Row group"), _l("Column group"), _l("Caption"),
    _l("Show caption"), _l("Rows"), _l("Columns"), _l("Left to right"), _l("Right to left"), _l("Clear formatting"),
    _l("Language"), _l("Picture"), _l("Video or sound"), _l("Document"), _l("Video on another site"), _l("Callout"),
    _l("Note"), _l("Warning"), _l("Definition"), _l("Code"), _l("Words as code"), _l("Lines of code"),
    _l("Reveal or hide additional toolbar items"), _l("More..."), _l("Rich Text Area"),
    _l("Rich Text Area. Press ALT-0 for help."), _l("Press {0} for help"),
    _l("The URL you entered seems to be an email address. Do you want to add the required mailto: prefix?"),
    _l("The URL you entered seems to be an external link. Do you want to add the required http:// prefix?"),
    _l("The URL you entered seems to be an external link. Do you want to add the required https:// prefix?"),
    _l("Yes"), _l("No"), _l("Ok"), _l("Class"), _l("General"), _l("Advanced"), _l("Width"), _l("Height"),
)  # fmt: skip


def editor_words() -> str | None:
    """The words as a JSON object, English to the page's language; None on an English page."""
    if page_language() == "en":
        return None
    said = [str(word) for word in WORDS]
    with force_locale("en"):
        return json.dumps(dict(zip((str(word) for word in WORDS), said, strict=True)), ensure_ascii=False)
