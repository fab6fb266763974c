"""A page's number as an address says it."""

from __future__ import annotations

import pytest

from app.core.paging import MOST_PAGES, page_number


@pytest.mark.parametrize(
    ("said", "page"),
    [
        ("1", 1), ("12", 12), ("0", 1), ("-1", 1), ("", 1), ("x", 1), ("١٢", 1), ("²", 1), ("9999999", MOST_PAGES),
        ("9" * 30, 1),
    ],
)  # fmt: skip
def test_what_is_no_page_is_the_first(said: str, page: int) -> None:
    assert page_number({"page": said}) == page


def test_an_address_without_it() -> None:
    assert page_number({}) == 1
