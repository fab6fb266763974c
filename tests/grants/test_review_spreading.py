"""Reviews are given evenly, never against a conflict, and as many as can be."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from app.grants.reviews.spreading import spread

REVIEWERS = [101, 102, 103, 104]


@st.composite
def goes(draw: st.DrawFn) -> tuple[dict[int, int], list[int], set[tuple[int, int]], dict[int, int]]:
    wanted = {i: draw(st.integers(0, 3)) for i in range(draw(st.integers(0, 7)))}
    reviewers = REVIEWERS[: draw(st.integers(0, 4))]
    pairs = [(application, reviewer) for application in wanted for reviewer in reviewers]
    taken = set(draw(st.lists(st.sampled_from(pairs), max_size=12))) if pairs else set()
    return wanted, reviewers, taken, {reviewer: draw(st.integers(0, 4)) for reviewer in reviewers}


@given(goes())
def test_each_application_gets_what_can_be_given_and_no_conflict(
    go: tuple[dict[int, int], list[int], set[tuple[int, int]], dict[int, int]],
) -> None:
    wanted, reviewers, taken, load = go
    pairs = spread(wanted, reviewers, taken, load)
    assert len(set(pairs)) == len(pairs)
    assert not set(pairs) & taken
    got = Counter(application for application, _reviewer in pairs)
    for application, count in wanted.items():
        able = sum((application, reviewer) not in taken for reviewer in reviewers)
        assert got[application] == min(count, able)


def test_without_conflicts_nobody_has_two_more_than_another() -> None:
    pairs = spread(dict.fromkeys(range(7), 2), REVIEWERS, set(), {})
    counts = Counter(reviewer for _application, reviewer in pairs)
    assert sum(counts.values()) == 14
    assert max(counts.values()) - min(counts[reviewer] for reviewer in REVIEWERS) <= 1


def test_what_somebody_has_open_counts() -> None:
    pairs = spread({1: 1, 2: 1, 3: 1}, [101, 102], set(), {101: 3})
    assert [reviewer for _application, reviewer in pairs] == [102, 102, 102]


def test_a_conflict_is_made_up_for_by_passing_on() -> None:
    """Only 101 may review 2; so 1 goes to 102, though 101 comes first."""
    assert spread({1: 1, 2: 1}, [101, 102], {(2, 102)}, {}) == [(1, 102), (2, 101)]
