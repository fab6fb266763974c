from __future__ import annotations

import pytest
from babel import Locale
from flask import Flask
from flask_babel import force_locale

from app.core.languages import RIGHT_TO_LEFT, known_tag, language_name, list_known, own_name


@pytest.mark.parametrize(
    ("tag", "name"),
    [
        ("en", "English"),
        ("fr", "français"),
        ("ar", "العربية"),
        ("pt-BR", "português (Brasil)"),
        ("tlh-x", "tlh-x"),
        ("", ""),
    ],
)
def test_a_language_names_itself(tag: str, name: str) -> None:
    assert own_name(tag) == name


def test_a_language_is_named_in_the_language_of_the_page(app: Flask) -> None:
    with app.test_request_context():
        with force_locale("en"):
            assert language_name("fr") == "French"
        with force_locale("fr"):
            assert language_name("en") == "anglais"


@pytest.mark.parametrize(
    ("tag", "usual"),
    [
        ("fr", "fr"),
        (" PT-br ", "pt-BR"),
        ("zh-hans", "zh-Hans"),
        ("sr-latn-rs", "sr-Latn-RS"),
        ("es-419", "es-419"),
        ("", None),
        ("xx", None),
        ("und", None),
        ("french", None),
        ("fr-XX-YY", None),
        ("fr-Abcd", None),
        ("fr_FR", None),
    ],
)
def test_a_tag_that_names_a_language_gets_its_usual_spelling(tag: str, usual: str | None) -> None:
    assert known_tag(tag) == usual


def test_the_languages_to_choose_from_name_themselves_and_are_all_known() -> None:
    known = dict(list_known())
    assert {known[tag] for tag in ("ar", "de", "pt-BR")} == {"العربية", "Deutsch", "português (Brasil)"}
    assert len(known) > 200 and "zh" not in known
    assert all(known_tag(tag) == tag for tag in known)


@pytest.mark.parametrize(
    ("tag", "right"), [("ar", True), ("ar-TN", True), ("ckb", True), ("az", False), ("uz-Arab", True), ("xx", False)]
)
def test_which_languages_run_from_right_to_left(tag: str, right: bool) -> None:
    assert (tag in RIGHT_TO_LEFT) is right


def test_the_own_names_are_those_that_babel_has() -> None:
    for tag, name in list_known():
        assert Locale.parse(tag.replace("-", "_")).get_display_name() == name, tag
