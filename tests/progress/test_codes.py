"""Certificate codes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.progress.certificates import codes

bodies = st.text(alphabet=codes.ALPHABET, min_size=codes.LENGTH, max_size=codes.LENGTH)


def test_a_code_is_shown_in_groups_and_read_back() -> None:
    code = codes.new_code()
    assert len(code) == 13
    assert codes.read(codes.shown(code)) == code
    assert codes.read(codes.shown(code).lower().replace("-", " ")) == code
    assert codes.read(code) == code


def test_letters_that_look_like_digits_are_read_as_digits() -> None:
    body = "0123456789AB"
    code = body + codes.check_character(body)
    assert codes.read("SC-" + code.replace("0", "O").replace("1", "l")) == code


@given(body=bodies, place=st.integers(0, 12), other=st.sampled_from(codes.ALPHABET))
def test_every_single_wrong_character_is_noticed(body: str, place: int, other: str) -> None:
    code = body + codes.check_character(body)
    wrong = code[:place] + other + code[place + 1 :]
    assert (codes.read(wrong) == code) is (wrong == code)
    if wrong != code:
        assert codes.read(wrong) is None


@pytest.mark.parametrize("typed", ["", "SC-", "SC-1234", "é" * 13, "'; DROP TABLE", "SC-UUUU-UUUU-UUUU-U", "1" * 200])
def test_what_cannot_be_a_code_is_refused(typed: str) -> None:
    assert codes.read(typed) is None
