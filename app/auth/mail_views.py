"""The page that shows, in development, the mails that would have been sent."""

from __future__ import annotations

import re
from pathlib import Path

from flask import Blueprint, current_app, render_template
from markupsafe import Markup, escape

from app.core.access import Permission, allow
from app.core.errors import NotFound

from . import mail_folder

bp = Blueprint("mail", __name__, url_prefix="/mail")

_LINK = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:!?)]")


@bp.get("")
@allow(Permission.DEVELOP)
def index() -> str:
    """The mails, newest first."""
    return render_template(
        "mail/index.html", letters=mail_folder.list_letters(current_app.config["SETTINGS"].mail_folder)
    )


@bp.get("/<name>")
@allow(Permission.DEVELOP)
def show(name: str) -> str:
    """One mail as text, its links to be followed."""
    letter = mail_folder.find_letter(_folder(), name)
    if letter is None:
        raise NotFound
    return render_template("mail/show.html", letter=letter, text=linked(letter.text))


def _folder() -> Path:
    folder: Path = current_app.config["SETTINGS"].mail_folder
    return folder


def linked(text: str) -> Markup:
    """Plain text as HTML, with its addresses as links."""
    parts, end = [], 0
    for found in _LINK.finditer(text):
        parts.append(escape(text[end : found.start()]))
        parts.append(Markup('<a href="{0}">{0}</a>').format(found.group()))
        end = found.end()
    return Markup("").join([*parts, escape(text[end:])])
