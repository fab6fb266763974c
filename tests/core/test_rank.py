from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.rank import DIGITS, between, longest_rising, spread


@given(st.lists(st.integers(min_value=0, max_value=1000), max_size=60))
def test_there_is_always_room_between_two_neighbours(places: list[int]) -> None:
    ranks: list[str] = []
    for place in places:
        at = place % (len(ranks) + 1)
        before = ranks[at - 1] if at else None
        after = ranks[at] if at < len(ranks) else None
        ranks.insert(at, between(before, after))
    assert ranks == sorted(set(ranks))
    assert not any(rank.endswith(DIGITS[0]) for rank in ranks)


@given(st.integers(min_value=0, max_value=2000))
def test_a_spread_is_in_order_with_room_between_and_around(count: int) -> None:
    ranks = spread(count)
    assert ranks == sorted(set(ranks))
    assert len(ranks) == count
    for before, after in zip([None, *ranks], [*ranks, None], strict=True):
        assert (before or "") < between(before, after) < (after or "~")


def test_a_rank_grows_slowly_at_one_end() -> None:
    rank = between(None, None)
    for _ in range(100):
        rank = between(rank, None)
    assert len(rank) <= 40, "a rank must fit its column after many additions at the end"


@pytest.mark.parametrize(("before", "after"), [("b", "a"), ("a", "a")])
def test_the_wrong_order_is_refused(before: str, after: str) -> None:
    with pytest.raises(ValueError, match="does not sort before"):
        between(before, after)


@pytest.mark.parametrize(
    ("values", "kept"),
    [
        ([], set()),
        ([None, None], set()),
        ([1, 2, 3], {0, 1, 2}),
        ([3, 1, 2], {1, 2}),
        (["b", None, "c", "a"], {0, 2}),
        ([2, 1], {0}),
    ],
)
def test_a_longest_rising_run(values: list[int | None], kept: set[int]) -> None:
    assert longest_rising(values) == kept
