"""Everything the interface says is said in French too, completely and with the same places to fill."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

from app.auth.identity import LANGUAGES
from app.config import ROOT

KEYWORDS = {"_": None, "_l": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2), "_n": (1, 2)}
TRANSLATED_INTO = [language for language in LANGUAGES if language != "en"]


@pytest.fixture(scope="module")
def said() -> dict[str | tuple[str, ...], str]:
    """What the code and the templates say, with one file that says it."""
    with (ROOT / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)
    found: dict[str | tuple[str, ...], str] = {}
    for folder in ("app", "templates"):
        inside = [
            (pattern.removeprefix(f"{folder}/"), method) for pattern, method in methods if pattern.startswith(folder)
        ]
        inside_options = {pattern.removeprefix(f"{folder}/"): values for pattern, values in options.items()}
        for name, _line, message, *_rest in extract_from_dir(
            ROOT / folder,
            inside,
            inside_options,
            keywords=KEYWORDS,  # type: ignore[arg-type]
        ):
            found.setdefault(message, f"{folder}/{name}")
    return found


def catalogue(language: str) -> Catalog:
    """The translations into `language`."""
    path = ROOT / "app" / "translations" / language / "LC_MESSAGES" / "messages.po"
    assert path.exists(), f"there is no translation into {language} yet: pybabel init, then make messages"
    with path.open("rb") as file:
        return read_po(file, locale=language)


def messages(catalog: Catalog) -> Iterator[Message]:
    return (message for message in catalog if message.id)


def unmarked(source: str) -> list[str]:
    """Plain strings in `source` where people's words belong: flashed, a label, a message, an error's text."""
    found = []

    def plain(node: ast.expr | None) -> bool:
        literal = node.values[0] if isinstance(node, ast.JoinedStr) and node.values else node
        return (
            isinstance(literal, ast.Constant) and isinstance(literal.value, str) and " " in str(literal.value).strip()
        )

    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            spoken = [keyword.value for keyword in node.keywords if keyword.arg in ("label", "message", "description")]
            if (
                called == "flash"
                or called.endswith("Field")
                or called in ("ValidationError", "Level", "StopValidation")
            ):
                spoken += node.args[:1]
            found += [f"line {node.lineno}" for value in spoken if plain(value)]
        if isinstance(node, ast.Assign) and plain(node.value):
            names = [target.id for target in node.targets if isinstance(target, ast.Name)]
            found += [f"line {node.lineno}"] * ("message" in names)
    return found


@pytest.mark.parametrize(
    ("source", "faults"),
    [
        ("flash('It is saved.')", 1),
        ("flash(_('It is saved.'))", 0),
        ("flash(f'It is {it}.')", 1),
        ("name = StringField('Your name')", 1),
        ("name = StringField(_l('Your name'), [Length(max=5, message='Too long here')])", 1),
        ("class X(DomainError):\n    message = 'It is closed.'", 1),
        ("class X(DomainError):\n    message = _l('It is closed.')", 0),
    ],
)
def test_unmarked_words_are_seen(source: str, faults: int) -> None:
    assert len(unmarked(source)) == faults


def test_words_for_people_in_python_are_marked() -> None:
    found = {
        file.relative_to(ROOT).as_posix(): lines
        for file in sorted((ROOT / "app").rglob("*.py"))
        if (lines := unmarked(file.read_text()))
    }
    assert found == {}


def test_something_is_said(said: dict[str | tuple[str, ...], str]) -> None:
    assert "Skip to content" in said
    assert any(isinstance(message, tuple) for message in said)


@pytest.mark.parametrize("language", TRANSLATED_INTO)
def test_everything_said_is_translated(said: dict[str | tuple[str, ...], str], language: str) -> None:
    translated = {
        message.id
        for message in messages(catalogue(language))
        if not message.fuzzy and all(message.string if isinstance(message.string, tuple) else [message.string])
    }
    missing = [f"{where}: {message!r}" for message, where in said.items() if message not in translated]
    assert missing == [], f"{len(missing)} strings are not translated into {language}"


@pytest.mark.parametrize("language", TRANSLATED_INTO)
def test_nothing_is_translated_that_is_not_said(said: dict[str | tuple[str, ...], str], language: str) -> None:
    stale = [message.id for message in messages(catalogue(language)) if message.id not in said]
    assert stale == [], "make messages takes these out"


@pytest.mark.parametrize("language", TRANSLATED_INTO)
def test_translations_fill_the_same_places(language: str) -> None:
    faults = []
    for message in messages(catalogue(language)):
        originals = message.id if isinstance(message.id, tuple) else (message.id,)
        strings = message.string if isinstance(message.string, tuple) else (message.string,)
        wanted = set().union(*(places(original) for original in originals))
        for string in strings:
            if string and not places(string) <= wanted:
                faults.append(f"{string!r} fills {places(string) - wanted}")
            if string and places(originals[-1]) - places(string) - {"%(num)s"}:
                faults.append(f"{string!r} leaves out {places(originals[-1]) - places(string)}")
    assert faults == []


def places(string: str) -> set[str]:
    """The places in `string` that values fill."""
    return set(re.findall(r"%\(\w+\)[a-z]", string))
