"""Languages by their tags (BCP 47, as `fr` or `pt-BR`), named for people."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

from babel import Locale, UnknownLocaleError
from flask import Flask
from flask_babel import get_locale

from .folding import folded

LONGEST_TAG = 35
_TAG = re.compile(r"([a-z]{2,3})(?:-([a-z]{4}))?(?:-([a-z]{2}|[0-9]{3}))?", re.I)
# What languages call themselves, by tag. Babel knows too (a test holds this to it), but reads a file for each.
_OWN_NAMES: dict[str, str] = json.loads(Path(__file__).with_name("own_names.json").read_text(encoding="utf-8"))


class _RightToLeft:
    """The languages written from right to left, with whatever script or country their tag names."""

    def __contains__(self, tag: object) -> bool:
        return isinstance(tag, str) and _is_right_to_left(tag)


RIGHT_TO_LEFT = _RightToLeft()


def own_name(tag: str) -> str:
    """What a language calls itself: `français`. The tag, where nothing is known of it."""
    return _OWN_NAMES.get(tag) or _name(tag, tag)


def language_name(tag: str) -> str:
    """What the page's language calls a language: `French` on an English page, `français` on a French one."""
    return _name(tag, str(get_locale() or "en"))


def direction(tag: str) -> str:
    """Which way a language runs, as the attribute `dir` says it."""
    return "rtl" if tag in RIGHT_TO_LEFT else "ltr"


def init_app(app: Flask) -> None:
    """Give templates these functions under their names."""
    app.jinja_env.globals.update(own_name=own_name, language_name=language_name, direction=direction)


def known_tag(tag: str) -> str | None:
    """`tag` in its usual spelling (BCP 47: language, script, country), as `pt-BR`; None if it names no language."""
    found = _TAG.fullmatch(tag.strip())
    if found is None:
        return None
    language, script, country = (part or "" for part in found.groups())
    parts = [language.lower(), script.title(), country.upper()]
    english = Locale("en")
    if parts[0] not in english.languages or parts[0] in ("und", "mul", "zxx"):
        return None
    if (script and parts[1] not in english.scripts) or (country and parts[2] not in english.territories):
        return None
    return "-".join(part for part in parts if part)


@cache
def list_known() -> list[tuple[str, str]]:
    """Tag and own name of the languages that know how to name themselves, by that name."""
    return sorted(_OWN_NAMES.items(), key=lambda pair: (folded(pair[1]), pair[0]))


@cache
def _is_right_to_left(tag: str) -> bool:
    try:
        return bool(Locale.parse(tag.replace("-", "_")).character_order == "right-to-left")
    except (UnknownLocaleError, ValueError):
        return tag.split("-")[0] in ("prs", "aeb", "ary", "arz", "bal", "ota", "syr")


@cache
def _name(tag: str, said_in: str) -> str:
    try:
        said = Locale.parse(said_in.replace("-", "_"))
        return Locale.parse(tag.replace("-", "_")).get_display_name(said) or tag
    except (UnknownLocaleError, ValueError):
        return str(Locale.parse("en").languages.get(tag, tag)) if tag.isalpha() else tag
