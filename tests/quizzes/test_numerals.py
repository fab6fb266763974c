"""Numbers as people type them."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.quizzes.types.numerals import decimal_sign, exact, read, typeable, without_end, written


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("1250", "1250"), ("  1250 ", "1250"), ("+5", "5"), ("-5", "-5"), ("− 5", "-5"), ("–5", "-5"), ("-0", "0"),
        ("0.3", "3/10"), ("0,3", "3/10"), (".5", "1/2"), (",5", "1/2"), ("5.", "5"), ("007", "7"),
        ("1e3", "1000"), ("1E-3", "1/1000"), ("1.2×10^6", "1200000"), ("1,2 x 10^-1", "3/25"),
        ("1 250", "1250"), ("1\u202f250,5", "2501/2"), ("1\u2009250\u2009000", "1250000"), ("1’250.5", "2501/2"),
        ("1,250.5", "2501/2"), ("1.250,5", "2501/2"), ("1,250,000", "1250000"), ("1.250.000", "1250000"),
        ("12,34,567", "1234567"), ("١٢٫٥", "25/2"), ("١٬٢٥٠", "1250"), ("۱۲", "12"), ("१२", "12"), ("１２．５", "25/2"),
        ("\u200f-5\u200e", "-5"),
    ],
)  # fmt: skip
def test_numbers_are_read_in_the_ways_that_people_type_them(typed: str, number: str) -> None:
    assert read(typed, "en") == Fraction(number)


@pytest.mark.parametrize(
    "typed",
    [
        "", " ", "-", ".", "e3", "abc", "1 2", "12 34", "1,2,3", "1.2.3", "1,5.2", "1,,000", "1.250.5,0", "--5", "5-",
        "5 km", "5%", "²", "1½", "0x10", "1_000", "1e", "1e1.5", "12.05.2026", "1/2", "nan", "inf", "∞", "1e400",
        "9" * 400, "1e999999999", "1e9999999999", "1e-999",
    ],
)  # fmt: skip
def test_what_is_no_number_is_none(typed: str) -> None:
    for language in ("en", "fr", "de", "ar", ""):
        assert read(typed, language) is None


@pytest.mark.parametrize(
    ("typed", "language", "number"),
    [
        ("1,250", "en", "1250"), ("1,250", "fr", "5/4"), ("1,250", "de", "5/4"), ("1,250", "", "5/4"),
        ("1.250", "en", "5/4"), ("1.250", "fr", "5/4"), ("1.250", "de", "1250"), ("1.250", "pt-BR", "1250"),
        ("0,250", "en", "1/4"), ("1,25", "en", "5/4"), ("1,2500", "en", "5/4"), ("1250,125", "en", "10001/8"),
        ("1,250", "no such tongue", "5/4"),
    ],
)  # fmt: skip
def test_one_sign_that_could_be_either_is_what_it_is_in_the_language(typed: str, language: str, number: str) -> None:
    assert read(typed, language) == Fraction(number)


def test_what_has_no_end_is_told_apart_from_what_is_no_number() -> None:
    assert all(without_end(typed) for typed in ("nan", "NaN", "-inf", "Infinity", "∞", "1e400", "9" * 400))
    assert not any(without_end(typed) for typed in ("", "abc", "information", "12", "1e", "1.2.3", "1e300", "1e-999"))


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e290, max_value=1e290))
def test_a_number_comes_back_as_it_was_written(number: float) -> None:
    assert float(exact(number)) == number
    if abs(number) > 1e-290 or number == 0:
        for language in ("en", "fr", "ar"):
            assert read(written(number, language), language) == exact(number)
        assert read(typeable(number), "") == exact(number)


def test_numbers_are_written_without_needless_digits() -> None:
    assert [typeable(n) for n in (1500.0, 0.1, -0.25, 1e-7, 1.5e20, 1e22)] == [
        "1500", "0.1", "-0.25", "0.0000001", "150000000000000000000", "1e+22",
    ]  # fmt: skip
    assert (written(-1500.25, "en"), written(-1500.25, "fr")) == ("−1500.25", "−1500,25")
    assert decimal_sign("no such tongue") == "."


def test_endless_digits_are_no_error() -> None:
    assert read("1," + "5" * 5000, "en") is None
    assert read("9" * 5000, "en") is None and without_end("9" * 5000)
    assert read("0" * 5000 + "7", "en") == 7
