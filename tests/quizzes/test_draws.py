"""Which questions a draw takes, and whether there are enough: by hand, and against every way of choosing."""

from __future__ import annotations

from itertools import combinations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.quizzes.models import Draw
from app.quizzes.studio.draws import Shortage, drawn, holds, shortages, with_parents

POOLS = st.dictionaries(st.integers(1, 6), st.frozensets(st.integers(1, 6), max_size=5), max_size=6)


@pytest.mark.parametrize(
    ("draw", "category", "tags", "taken"),
    [
        (Draw(), "", (), True),
        (Draw(), "Prevention/Streets", ("city",), True),
        (Draw("", below=False), "", (), True),
        (Draw("", below=False), "Prevention", (), False),
        (Draw("Prevention"), "Prevention", (), True),
        (Draw("Prevention"), "Prevention/Streets", (), True),
        (Draw("Prevention"), "Preventions", (), False),
        (Draw("Prevention", below=False), "Prevention/Streets", (), False),
        (Draw("Prevention/Streets"), "Prevention", (), False),
        (Draw(tags=("city",)), "", ("city", "law"), True),
        (Draw(tags=("city", "law")), "", ("city",), False),
        (Draw(tags=("Écoute",)), "", ("ecoute",), True),  # the bank holds these two for one
    ],
)
def test_what_a_draw_takes(draw: Draw, category: str, tags: tuple[str, ...], taken: bool) -> None:
    assert holds(draw, category, tags) is taken


def test_categories_stand_below_those_that_nothing_is_in() -> None:
    assert with_parents(["Prevention/Streets/Night", "", "Law"]) == [
        "Law", "Prevention", "Prevention/Streets", "Prevention/Streets/Night",
    ]  # fmt: skip


# --- by hand ---------------------------------------------------------------------------------


def test_a_place_gives_its_question_up_where_it_can_take_another() -> None:
    assert drawn({1: [7, 8], 2: [7]}) == {1: 8, 2: 7}


def test_enough_questions_lack_nothing() -> None:
    assert shortages({1: [1, 2], 2: [2, 3], 3: [1, 3]}) == []
    assert shortages({}) == []


def test_overlapping_draws_are_counted_together() -> None:
    """Each of the three draws could be filled alone, and any two together; all three want a question more."""
    assert shortages({1: [1, 2], 4: [1, 2], 6: [1, 2], 7: [1, 2, 3, 4]}) == [Shortage((1, 4, 6), 2, 1)]


def test_those_who_are_well_off_are_left_out_of_it() -> None:
    assert shortages({1: [5], 2: [5], 3: [8, 9]}) == [Shortage((1, 2), 1, 1)]


def test_empty_draws_are_told_together_and_apart_from_others() -> None:
    assert shortages({1: [], 2: [5], 3: [], 4: [5]}) == [Shortage((1, 3), 0, 2), Shortage((2, 4), 1, 1)]


def test_two_hundred_places_are_quick() -> None:
    tight = {place: range(199) for place in range(1, 201)}
    assert shortages(tight) == [Shortage(tuple(range(1, 201)), 199, 1)]
    assert len(drawn({place: range(place) for place in range(1, 201)})) == 200


# --- against every way ------------------------------------------------------------------------


def most_filled(pools: dict[int, frozenset[int]]) -> int:
    """How many places can be filled at best, by trying everything."""
    best = 0
    for chosen in product(*[[None, *sorted(pool)] for pool in pools.values()]):
        taken = [question for question in chosen if question is not None]
        if len(taken) == len(set(taken)):
            best = max(best, len(taken))
    return best


@given(POOLS)
def test_as_many_places_are_filled_as_can_be_and_none_twice(pools: dict[int, frozenset[int]]) -> None:
    chosen = drawn(pools)
    assert all(question in pools[place] for place, question in chosen.items())
    assert len(set(chosen.values())) == len(chosen) == most_filled(pools)


@given(POOLS)
def test_what_is_said_to_be_missing_is(pools: dict[int, frozenset[int]]) -> None:
    found = shortages(pools)
    assert bool(found) == (most_filled(pools) < len(pools))
    for shortage in found:
        questions = set[int]().union(*(pools[place] for place in shortage.places))
        assert shortage.questions == len(questions)
        assert shortage.missing == len(shortage.places) - len(questions) > 0


@given(POOLS)
def test_with_the_missing_questions_every_place_is_filled(pools: dict[int, frozenset[int]]) -> None:
    """New questions for a shortage's places, as many as it says, and the quiz can be published; one fewer, and not."""
    found = shortages(pools)
    fuller = {place: set(pool) for place, pool in pools.items()}
    for number, shortage in enumerate(found):
        for extra in range(shortage.missing):
            for place in shortage.places:
                fuller[place].add(100 * (number + 1) + extra)
    assert shortages(fuller) == []
    assert len(pools) - most_filled(pools) <= sum(shortage.missing for shortage in found)


@given(POOLS)
def test_hall_says_the_same(pools: dict[int, frozenset[int]]) -> None:
    """There are enough questions exactly if no set of places is larger than what it draws from."""
    places = list(pools)
    short = any(
        len(set[int]().union(*(pools[place] for place in group))) < size
        for size in range(1, len(places) + 1)
        for group in combinations(places, size)
    )
    assert bool(shortages(pools)) is short
