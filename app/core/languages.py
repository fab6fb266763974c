"""Languages by their tags (BCP 47, as `fr` or `pt-BR`), named for people."""

from __future__ import annotations

from functools import cache

from babel import Locale, UnknownLocaleError
from flask import Flask
from flask_babel import get_locale

# What a course can be written in, or translated into, from the studio; a course that comes as a folder may have others.
OFFERED = tuple(
    "am ar bg bn bs cs da de el en es et fa fi fr ha he hi hr hu id is it ja ka km ko ky lt lv mk mn ms my nb ne nl pl "
    "ps pt pt-BR ro ru si sk sl so sq sr sv sw ta tg th tr uk ur uz vi zh".split()
)


def own_name(tag: str) -> str:
    """What a language calls itself: `français`. The tag, where nothing is known of it."""
    return _name(tag, tag)


def language_name(tag: str) -> str:
    """What the page's language calls a language: `French` on an English page, `français` on a French one."""
    return _name(tag, str(get_locale() or "en"))


def init_app(app: Flask) -> None:
    """Give templates these functions under their names."""
    app.jinja_env.globals.update(own_name=own_name, language_name=language_name)


@cache
def _name(tag: str, said_in: str) -> str:
    try:
        said = Locale.parse(said_in.replace("-", "_"))
        return Locale.parse(tag.replace("-", "_")).get_display_name(said) or tag
    except (UnknownLocaleError, ValueError):
        return tag
