"""Which page of a long list an address asks for."""

from __future__ import annotations

from collections.abc import Mapping

MOST_PAGES = 100_000  # far more than any list has, and small enough for every offset that a database takes


def page_number(asked: Mapping[str, str]) -> int:
    """The page under `page`, 1 to `MOST_PAGES`; 1 for what is no number."""
    said = asked.get("page", "")
    return max(1, min(int(said), MOST_PAGES)) if said.isascii() and said.isdigit() and len(said) < 8 else 1
