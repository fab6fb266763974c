"""What an author does to a rule, one change at a time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.grants.editor import shaping
from app.grants.editor.errors import NoSuchPart, TooMuch
from app.grants.editor.shaping import NOTHING, Way, arrange
from app.grants.rules import All, Any_, AtLeast, Certified, CityTrained, Completed, MemberFor, Node, Not, Path, walk

A, B, C, D = Completed(1), Certified(2), MemberFor(12), CityTrained(3, people=2)


def test_a_part_is_added_last_in_its_group() -> None:
    assert shaping.add(NOTHING, (), A) == All(of=(A,))
    assert shaping.add(All(of=(A, Any_(of=(B,)))), (1,), C) == All(of=(A, Any_(of=(B, C))))


def test_a_part_beside_a_lone_requirement_makes_a_group_of_both() -> None:
    assert shaping.add(A, (), B) == All(of=(A, B))
    assert shaping.add(Not(of=C), (0,), D) == Not(of=All(of=(C, D)))


def test_a_group_that_is_joined_in_another_way_keeps_its_parts() -> None:
    assert shaping.change(All(of=(A, B)), (), AtLeast(of=(), n=2)) == AtLeast(of=(A, B), n=2)
    assert shaping.change(All(of=(A, B)), (1,), C) == All(of=(A, C))


@pytest.mark.parametrize(
    ("path", "way", "after"),
    [
        ((1,), Way.UP, All(of=(B, A, Any_(of=(C, D))))),
        ((0,), Way.DOWN, All(of=(B, A, Any_(of=(C, D))))),
        ((2, 1), Way.UP, All(of=(A, B, Any_(of=(D, C))))),
        ((1,), Way.REMOVE, All(of=(A, Any_(of=(C, D))))),
        ((2, 0), Way.REMOVE, All(of=(A, B, Any_(of=(D,))))),
        ((), Way.REMOVE, NOTHING),
        ((0,), Way.INTO_ANY, All(of=(Any_(of=(A,)), B, Any_(of=(C, D))))),
        ((0,), Way.INTO_AT_LEAST, All(of=(AtLeast(of=(A,), n=1), B, Any_(of=(C, D))))),
        ((2,), Way.INTO_NOT, All(of=(A, B, Not(of=Any_(of=(C, D)))))),
        ((2,), Way.UNWRAP, All(of=(A, B, C, D))),
    ],
)
def test_one_press_of_a_button(path: Path, way: Way, after: Node) -> None:
    assert arrange(All(of=(A, B, Any_(of=(C, D)))), path, way) == after


def test_what_denies_a_part_goes_with_it_or_away_from_it() -> None:
    assert arrange(All(of=(A, Not(of=C))), (1, 0), Way.REMOVE) == All(of=(A,))
    assert arrange(All(of=(A, Not(of=C))), (1,), Way.UNWRAP) == All(of=(A, C))
    assert arrange(Not(of=C), (0,), Way.REMOVE) == NOTHING


@pytest.mark.parametrize(
    ("path", "way"),
    [((0,), Way.UP), ((2,), Way.DOWN), ((), Way.UP), ((), Way.UNWRAP), ((0,), Way.UNWRAP), ((7,), Way.REMOVE)],
)
def test_what_cannot_be_done_is_said(path: Path, way: Way) -> None:
    with pytest.raises(NoSuchPart):
        arrange(All(of=(A, B, Any_(of=(C, D)))), path, way)


def test_a_rule_that_nobody_could_read_is_not_made() -> None:
    rule: Node = A
    with pytest.raises(TooMuch):
        for _each in range(50):
            rule = arrange(rule, (), Way.INTO_ALL)
    many = All(of=(A,) * (shaping.MOST_PARTS - 1))
    with pytest.raises(TooMuch):
        shaping.add(many, (), B)


leaves = st.sampled_from((A, B, C, D))
rules = st.recursive(
    leaves,
    lambda parts: st.one_of(
        st.builds(All, of=st.lists(parts, max_size=3).map(tuple)),
        st.builds(Any_, of=st.lists(parts, max_size=3).map(tuple)),
        st.builds(AtLeast, of=st.lists(parts, max_size=3).map(tuple), n=st.integers(1, 3)),
        st.builds(Not, of=parts),
    ),
    max_leaves=8,
)


@given(rules, st.data())
def test_what_a_page_offers_can_be_done_and_what_it_does_not_offer_cannot(rule: Node, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from([path for path, _node in walk(rule)]))
    for way in Way:
        if way in shaping.ways(rule, path):
            arrange(rule, path, way)
        elif way is not Way.REMOVE:
            with pytest.raises(NoSuchPart):
                arrange(rule, path, way)


@given(rules, st.data())
def test_moving_down_and_up_again_changes_nothing(rule: Node, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from([path for path, _node in walk(rule)]))
    if Way.DOWN in shaping.ways(rule, path):
        moved = arrange(rule, path, Way.DOWN)
        assert sorted(map(repr, moved.leaves())) == sorted(map(repr, rule.leaves()))
        assert arrange(moved, (*path[:-1], path[-1] + 1), Way.UP) == rule
