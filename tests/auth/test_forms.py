"""What people type of themselves, tidied."""

from __future__ import annotations

import pytest
from flask import Flask

from app.auth.forms import ProfileForm, tidy


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Amina \t Trabelsi\n", "Amina Trabelsi"),
        ("علی\u200cرضا", "علی\u200cرضا"),  # a joiner is a letter of this name
        ("ක්\u200dෂ", "ක්\u200dෂ"),
        ("Ngọc O’Brien-Łukasz 王", "Ngọc O’Brien-Łukasz 王"),
        ("\u202eanimA", "animA"),  # what turns the line around would turn that of others too
        ("A\u2066B\x85C\u2028D", "A B C D"),
        ("\u200b\u200d\ufeff", ""),
        ("\x00", ""),
    ],
)
def test_a_name_is_kept_as_it_is_spelled(typed: str, kept: str) -> None:
    assert tidy(typed) == kept


@pytest.mark.parametrize(
    ("name", "language"), [("(erased)", "en"), ("(Erased)", "fr"), ("(nom effacé)", "en"), ("Erased", "")]
)
def test_nobody_is_called_as_who_was_erased(app: Flask, name: str, language: str) -> None:
    typed = {"name": name, "language": "en", "time_zone": "UTC"}
    with app.test_request_context(f"/?language={language}", method="POST", data=typed):
        form = ProfileForm(meta={"csrf": False})
        assert form.validate() == (name == "Erased")
