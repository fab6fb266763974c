"""How an archived course is called where others are listed with it."""

from __future__ import annotations

from flask_babel import gettext as _


def marked(title: str) -> str:
    """The title of an archived course among others, as filters list them."""
    return _("%(title)s (archived)", title=title)
