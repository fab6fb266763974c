from __future__ import annotations

import pytest
from flask import Flask
from flask_babel import force_locale

from app.core.languages import language_name, own_name


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
