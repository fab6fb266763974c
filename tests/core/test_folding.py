"""Words are looked up the same way in Python and in SQL."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask

from app.core.folding import fold, folded, one_line
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
