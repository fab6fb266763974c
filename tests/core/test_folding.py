"""Words are looked up the same way in Python and in SQL."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask

from app.core.folding import _CONTROL, fold, folded, one_line
from app.extensions import db

NAMES = {
    "Ørsted": "orsted",
    "  José   da  Silva ": "jose da silva",
    "ŁÓDŹ": "lodz",
    "Straße": "strasse",
    "İzmir": "izmir",
    "Œuvre d’art": "oeuvre d'art",
    "محمد": "محمد",
}


@pytest.mark.parametrize(("written", "looked_up"), NAMES.items())
def test_folded(written: str, looked_up: str) -> None:
    assert folded(written) == looked_up


@pytest.mark.parametrize("written", [name for name in NAMES if name == one_line(name)])
def test_the_database_folds_as_python_does(app: Flask, written: str) -> None:
    assert db.session.scalar(sa.select(fold(sa.literal(written)))) == folded(written)


def test_one_line_takes_out_what_postgresql_refuses() -> None:
    assert one_line("Sf\x00ax\r\n  Tunisia\t") == "Sf ax Tunisia"


def test_words_that_are_plain_already_are_the_same_either_way() -> None:
    """The short way that most words take says what the long one says, beside every space and control character."""
    for number in range(0x3100):
        for words in (chr(number), f"a{chr(number)}", f"{chr(number)}a", f"a{chr(number)}b"):
            assert one_line(words) == " ".join(_CONTROL.sub(" ", words).split())
