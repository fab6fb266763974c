"""One spelling for each address."""

from __future__ import annotations

import pytest

from app.auth import addresses


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        (" Amina@City.Example ", "amina@city.example"),
        ("amina@München.example", "amina@xn--mnchen-3ya.example"),
        ("o'neil+news@a.b.city.example", "o'neil+news@a.b.city.example"),
    ],
)
def test_an_address_has_one_spelling(typed: str, stored: str) -> None:
    assert addresses.folded(typed) == stored
    assert addresses.is_address(stored)


@pytest.mark.parametrize(
    "typed",
    ["", "amina", "amina@", "@city.example", "amina@city", "a b@city.example", "a@city..example", "a@-city.example",
     "a@city.example\nBcc: all@city.example", "a@b@city.example", "a\x00@city.example", "é@city.example",
     "a@" + "b" * 64 + ".example", "a" * 65 + "@city.example"],
)  # fmt: skip
def test_what_mail_cannot_be_sent_to_is_no_address(typed: str) -> None:
    assert not addresses.is_address(addresses.folded(typed))


def test_the_most_specific_domain_comes_first() -> None:
    assert addresses.domains("x@a.city.example") == ["a.city.example", "city.example", "example"]
