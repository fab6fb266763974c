"""Categories, tags and draws, pure."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.quizzes.bank import tags
from app.quizzes.bank.categories import is_within, moved, path_of, tree
from app.quizzes.models import Draw
from app.quizzes.studio.draws import holds

names = st.sampled_from(["a", "b", "ab", "B", "é"])
paths = st.lists(names, max_size=4).map("/".join)


@pytest.mark.parametrize(
    ("typed", "path"),
    [
        ("", ""),
        (" / ", ""),
        ("streets", "streets"),
        (" streets // crossings /", "streets/crossings"),
        ("a\n b/c", "a b/c"),
    ],
)
def test_a_path_is_taken_as_it_is_meant(typed: str, path: str) -> None:
    assert path_of(typed) == path == path_of(path)


def test_a_category_is_not_within_one_whose_name_it_begins_with() -> None:
    assert is_within("streets/crossings", "streets") and is_within("streets", "streets")
    assert not is_within("streets-old", "streets") and not is_within("streets", "streets/crossings")


@given(paths, paths, paths)
def test_renaming_moves_what_is_within_and_nothing_else(category: str, old: str, new: str) -> None:
    after = moved(category, old, new)
    if (old and is_within(category, old)) or category == old == "":
        assert is_within(after, new)
        assert after[len(new) :].lstrip("/") == category[len(old) :].lstrip("/")
    else:
        assert after == category
    assert after == path_of(after)


@given(paths, paths, paths)
def test_renaming_back_gives_what_was(category: str, old: str, new: str) -> None:
    if old and new and is_within(category, old):
        assert moved(moved(category, old, new), new, old) == category


@given(st.lists(paths, max_size=12))
def test_the_tree_counts_each_question_once_on_each_level(categories: list[str]) -> None:
    branches = tree(categories)
    assert sum(branch.own for branch in branches) == sum(bool(path) for path in categories)
    for branch in branches:
        assert branch.whole == sum(is_within(path, branch.path) for path in categories)
    order = [branch.path for branch in branches]
    assert len(set(order)) == len(order)
    for path in order:  # the one above stands before, and directly over its own
        above = path.rpartition("/")[0]
        assert not above or above in order[: order.index(path)]


def test_the_tree_of_a_small_bank() -> None:
    branches = tree(["b/c", "b/c", "a", "", "b"])
    assert [(b.path, b.name, b.depth, b.own, b.whole) for b in branches] == [
        ("a", "a", 0, 1, 1), ("b", "b", 0, 1, 3), ("b/c", "c", 1, 2, 2),
    ]  # fmt: skip


def test_tags_are_typed_with_commas_and_kept_once() -> None:
    assert tags.tags_of(" Fire,  street  life ;fire\nÉcole, ,ecole") == ["Fire", "street life", "École"]
    assert tags.spelled(["FIRE", "new"], ["fire", "Fire"]) == ["fire", "new"]
    assert tags.with_tags(["a", "b"], ["B", "c"]) == ["a", "b", "c"]
    assert tags.without_tags(["a", "École"], ["ecole"]) == ["a"]
    assert tags.renamed(["a", "b", "c"], "b", "C") == ["a", "C"]


@given(st.lists(names, max_size=5), st.lists(names, max_size=5))
def test_what_was_added_and_taken_off_again_leaves_no_trace(have: list[str], more: list[str]) -> None:
    have = tags.with_tags([], have)
    new = tags.without_tags(more, have)
    assert tags.without_tags(tags.with_tags(have, more), new) == have


@pytest.mark.parametrize(
    ("draw", "fits"),
    [
        (Draw(), True),
        (Draw("streets"), True),
        (Draw("streets", below=False), False),
        (Draw("streets/crossings", below=False), True),
        (Draw("", below=False), False),
        (Draw("street"), False),
        (Draw("streets", tags=("night",)), True),
        (Draw("streets", tags=("night", "day")), False),
    ],
)
def test_a_draw_is_of_a_category_and_has_all_its_tags(draw: Draw, fits: bool) -> None:
    assert holds(draw, "streets/crossings", ["night", "safety"]) is fits
