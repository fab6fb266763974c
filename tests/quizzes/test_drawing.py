"""What an attempt draws and how it is laid out."""

from __future__ import annotations

from collections import Counter
from random import Random
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.quizzes.attempts.drawing import Met, draw, lay_out, pages_of
from app.quizzes.kind import SlotData
from app.quizzes.settings import QuizSettings
from tests.factories import a_choice_question


def drawn_from(*versions: int, new_page: bool = True) -> SlotData:
    return SlotData(0, 1.0, pool=versions, new_page=new_page)


def met(**times: int) -> dict[int, Met]:
    """`met(v1=2)`: version 1 is of question 101, which was asked twice."""
    return {int(name[1:]): Met(100 + int(name[1:]), count) for name, count in times.items()}


def test_the_least_met_are_drawn_first() -> None:
    pool = (1, 2, 3, 4)
    known = met(v1=2, v2=0, v3=1, v4=0)
    for seed in range(20):
        assert set(draw([drawn_from(*pool)] * 2, known, Random(seed))) == {2, 4}
        assert set(draw([drawn_from(*pool)] * 3, known, Random(seed))) == {2, 4, 3}


def test_ties_fall_by_chance_evenly() -> None:
    source = Random("even")
    counts = Counter(draw([drawn_from(1, 2, 3)], met(v1=1, v2=1, v3=1), source)[0] for _ in range(900))
    assert all(240 <= counts[version] <= 360 for version in (1, 2, 3))


def test_no_question_is_asked_twice_not_even_one_that_stands_fixed() -> None:
    slots = [SlotData(1, 1.0), drawn_from(1, 2), drawn_from(2, 3)]
    for seed in range(20):
        assert draw(slots, met(v1=0, v2=0, v3=0), Random(seed)) == [1, 2, 3]


def test_another_version_of_a_question_is_the_same_question() -> None:
    known = {1: Met(7), 2: Met(7, 0), 3: Met(8, 5)}
    assert draw([SlotData(1, 1.0), drawn_from(2, 3)], known, Random(1)) == [1, 3]


def test_a_wide_place_leaves_a_narrow_one_what_only_that_can_ask() -> None:
    for seed in range(20):
        assert draw([drawn_from(1, 2), drawn_from(1)], met(v1=0, v2=9), Random(seed)) == [2, 1]


def test_what_cannot_be_filled_stays_empty() -> None:
    assert draw([drawn_from(1), drawn_from(1), SlotData(2, 1.0)], met(v1=0, v2=0), Random(1)).count(None) == 1


def test_an_attempt_that_builds_on_another_keeps_what_that_drew() -> None:
    for seed in range(10):
        assert draw([drawn_from(1, 2, 3)], met(v1=5, v2=0, v3=0), Random(seed), again={1}) == [1]


@given(
    pools=st.lists(st.sets(st.integers(1, 8), min_size=1), min_size=1, max_size=5),
    times=st.lists(st.integers(0, 3), min_size=8, max_size=8),
    seed=st.integers(),
)
def test_drawing_fills_all_it_can_with_the_least_met(pools: list[set[int]], times: list[int], seed: int) -> None:
    known = {version: Met(version, times[version - 1]) for version in range(1, 9)}
    found = draw([drawn_from(*pool) for pool in pools], known, Random(seed))
    asked = [version for version in found if version is not None]
    assert len(set(asked)) == len(asked)
    assert all(version in pool for version, pool in zip(found, pools, strict=True) if version is not None)
    best = min(_choices(pools), key=lambda chosen: (-len(chosen), sum(times[v - 1] for v in chosen)))
    assert len(asked) == len(best)
    assert sum(times[v - 1] for v in asked) == sum(times[v - 1] for v in best)


def _choices(pools: list[set[int]]) -> list[tuple[int, ...]]:
    """Every way to ask different questions, places left empty too."""
    ways: set[tuple[int, ...]] = {()}
    for pool in pools:
        ways |= {tuple(sorted((*way, version))) for way in ways for version in pool if version not in way}
    return list(ways)


@pytest.mark.parametrize(
    ("begins", "pages"),
    [([], []), ([True], [1]), ([False, False, True, False], [1, 1, 2, 2]), ([True] * 3, [1, 2, 3])],
)
def test_pages(begins: list[bool], pages: list[int]) -> None:
    assert pages_of(begins) == pages


def test_mixed_questions_keep_the_pages_as_long_as_they_were() -> None:
    slots = [SlotData(n, float(n), new_page=n in (1, 4)) for n in range(1, 6)]
    contents = {n: a_choice_question() for n in range(1, 6)}
    orders = set()
    for seed in range(20):
        laid = lay_out(slots, [1, 2, 3, 4, 5], contents, QuizSettings(shuffle_questions=True), Random(seed))
        assert [slot.page for slot in laid] == [1, 1, 1, 2, 2]
        assert all(slot.marks == slot.version_id for slot in laid)
        orders.add(tuple(slot.version_id for slot in laid))
        assert sorted(orders)[0] != () and {tuple(sorted(order)) for order in orders} == {(1, 2, 3, 4, 5)}
    assert len(orders) > 5


def test_nothing_is_mixed_that_is_not_to_be() -> None:
    laid = lay_out(
        [SlotData(1, 1.0), SlotData(2, 1.0)], [1, 2], {1: a_choice_question(), 2: a_choice_question()},
        QuizSettings(shuffle=False), Random(3),
    )  # fmt: skip
    assert [(slot.version_id, slot.order) for slot in laid] == [(1, ("a", "b", "c")), (2, ("a", "b", "c"))]


def test_a_place_left_empty_is_no_page() -> None:
    slots = [drawn_from(1), drawn_from(1), SlotData(2, 1.0)]
    laid = lay_out(slots, [1, None, 2], {1: a_choice_question(), 2: a_choice_question()}, QuizSettings(), Random(3))
    assert [slot.page for slot in laid] == [1, 2]


def test_a_large_bank_is_drawn_from_at_once() -> None:
    pool = tuple(range(1, 4001))
    known = {version: Met(version) for version in pool}
    begun = process_time()
    drawn = draw([drawn_from(*pool)] * 150, known, Random(1))
    assert len(set(drawn)) == 150
    assert process_time() - begun < 20  # it took minutes while every question looked for a place
