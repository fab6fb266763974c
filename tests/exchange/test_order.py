"""Ranks for a new order: rising, and as few of them new as can be."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.core import rank
from app.exchange.order import LONGEST, arranged


def test_what_is_in_order_keeps_its_rank() -> None:
    assert arranged(["b", "d", "f"]) == ["b", "d", "f"]


def test_one_thing_that_moved_gets_one_new_rank() -> None:
    ranks = rank.spread(6)
    moved = [ranks[0], ranks[4], *ranks[1:4], ranks[5]]
    found = arranged(moved)
    assert sum(a != b for a, b in zip(found, moved, strict=True)) == 1
    assert found == sorted(found)


def test_new_things_find_room_between() -> None:
    first, second = rank.spread(2)
    found = arranged([None, first, None, None, second, None])
    assert (found[1], found[4]) == (first, second)
    assert found == sorted(set(found))


def test_nothing_needs_nothing() -> None:
    assert arranged([]) == []
    assert arranged([None, None]) == rank.spread(2)


def test_many_between_two_close_ranks_still_fit_the_column() -> None:
    found = arranged(["a", *[None] * 500, "ai"])
    assert found == sorted(set(found))
    assert max(map(len, found)) <= LONGEST


RANKS = st.integers(1, 400).map(lambda number: rank.spread(401)[number])


@given(st.lists(st.none() | RANKS, max_size=30))
def test_any_order_can_be_arranged(ranks: list[str | None]) -> None:
    found = arranged(ranks)
    assert len(found) == len(ranks)
    assert found == sorted(set(found))
    assert not any(place.endswith("0") for place in found), "there is always room before"
