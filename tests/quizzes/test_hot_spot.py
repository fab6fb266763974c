"""Places on a picture, worked out by hand."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from app.core.text import Text
from app.quizzes.types import HotSpot, HotSpotAnswer, Picture, Shape, Spot, fits, grade, marks_hash
from tests.factories import text


def a_picture(*fractions: float, **changes: Any) -> HotSpot:
    """Places a, b, c … on a picture of 800 by 600: 1000 wide and 750 high in the units of the points."""
    spots = tuple(
        Spot(key, text(f"Place {key}"), Shape.RECTANGLE, (n * 100, 10, n * 100 + 90, 90), fraction, text(f"On {key}."))
        for n, (key, fraction) in enumerate(zip("abcdef", fractions, strict=False))
    )
    content = HotSpot(text("Where?"), Picture("a" * 64, text("A square")), 800, 600, spots)
    return msgspec.structs.replace(content, **changes)


@pytest.mark.parametrize(("chosen", "fraction"), [("a", 1.0), ("b", 0.5), ("c", 0.0), ("d", 0.0), ("", 0.0)])
def test_one_place_earns_its_fraction(chosen: str, fraction: float) -> None:
    content = a_picture(1, 0.5, -1, 0)
    assert grade(content, HotSpotAnswer(tuple(chosen)), "en").fraction == fraction
    assert content.best == 1.0


@pytest.mark.parametrize(
    ("chosen", "fraction"), [("ab", 1.0), ("ba", 1.0), ("a", 0.0), ("abc", 0.0), ("c", 0.0), ("", 0.0)]
)
def test_several_places_are_all_or_nothing(chosen: str, fraction: float) -> None:
    assert grade(a_picture(1, 1, 0, several=True), HotSpotAnswer(tuple(chosen)), "en").fraction == fraction


@pytest.mark.parametrize(
    ("chosen", "fraction"), [("ab", 1.0), ("a", 0.5), ("ac", 0.25), ("abc", 0.75), ("cd", 0.0), ("abd", 0.0)]
)
def test_several_places_with_partial_credit_add_up_within_bounds(chosen: str, fraction: float) -> None:
    content = a_picture(0.5, 0.5, -0.25, -1, several=True, partial=True)
    assert grade(content, HotSpotAnswer(tuple(chosen)), "en").fraction == fraction


def test_feedback_is_of_what_was_chosen() -> None:
    said = grade(a_picture(1, 0, several=True), HotSpotAnswer(("b", "a")), "en").feedback
    assert [each.best("en", "en") for each in said] == ["On a.", "On b."]


def test_an_answer_is_read_and_refused() -> None:
    one, several = a_picture(1, 0), a_picture(1, 0, several=True)
    assert one.read({"spot": ["b"]}) == HotSpotAnswer(("b",))
    assert one.read({"spot": [""]}) is None
    assert fits(one, HotSpotAnswer(("a",))) and not fits(one, HotSpotAnswer(("a", "b")))
    assert fits(several, HotSpotAnswer(("a", "b")))
    for chosen in (("a", "a"), ("z",), ("a", "z")):
        assert not fits(several, HotSpotAnswer(chosen))


def test_answers_are_said_by_the_names_of_places() -> None:
    content = a_picture(1, 1, 0, several=True)
    names = [
        each.best("en", "en") if isinstance(each, Text) else each for each in content.given(HotSpotAnswer(("c", "a")))
    ]
    assert names == ["Place a", "Place c"]
    assert len(content.right("en")) == 2
    assert [one.key for one in content.said(HotSpotAnswer(("c", "a")), "en")] == ["a", "c"]


@pytest.mark.parametrize(
    ("shape", "points", "drawable"),
    [
        (Shape.RECTANGLE, (0, 0, 10, 10), True),
        (Shape.RECTANGLE, (10, 10, 0, 0), True),
        (Shape.RECTANGLE, (0, 0, 10, 0), False),
        (Shape.RECTANGLE, (0, 0, 10), False),
        (Shape.RECTANGLE, (0, 0, 10, 10, 20, 20), False),
        (Shape.CIRCLE, (50, 50, 50, 60), True),
        (Shape.CIRCLE, (50, 50, 50, 50), False),
        (Shape.POLYGON, (0, 0, 10, 0, 10, 10), True),
        (Shape.POLYGON, (0, 0, 10, 0), False),
        (Shape.POLYGON, (0, 0, 10, 0, 0, 0), False),
        (Shape.POLYGON, (), False),
    ],
)
def test_points_make_a_shape(shape: Shape, points: tuple[int, ...], drawable: bool) -> None:
    assert Spot("a", text("x"), shape, points).drawable is drawable


def test_a_shape_is_drawn_where_its_points_are() -> None:
    assert Spot("a", text("x"), Shape.RECTANGLE, (90, 80, 10, 20)).box == (10, 20, 80, 60)
    circle = Spot("a", text("x"), Shape.CIRCLE, (100, 100, 130, 140))
    assert (circle.centre, circle.radius) == ((100, 100), 50)
    assert Spot("a", text("x"), Shape.POLYGON, (0, 0, 30, 0, 30, 60)).centre == (20, 20)
    assert a_picture(1, 0).down == 750


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (a_picture(1, 0), []),
        (a_picture(0.5, 0.5, several=True, partial=True), []),
        (a_picture(1, 0, picture=Picture("", Text({}))), ["there is no picture to choose places on"]),
        (a_picture(1, 0, width=0), ["there is no picture to choose places on"]),
        (a_picture(1), ["there must be at least two places to choose from"]),
        (a_picture(0, 0), ["no place is right"]),
        (a_picture(0.5, 0), ["no place is right"]),
        (a_picture(1, 1), ["more than one place is right: let several be chosen, or mark one"]),
        (a_picture(0.5, 0, several=True, partial=True), ["the right places together earn less than the whole mark"]),
    ],
)
def test_what_cannot_be_graded_is_said(content: HotSpot, words: list[str]) -> None:
    assert [str(fault) for fault in content.faults()] == words


def test_a_place_outside_the_picture_and_one_without_shape_are_faults() -> None:
    good = a_picture(1, 0)
    low = msgspec.structs.replace(good.spots[1], points=(0, 700, 90, 751))
    flat = msgspec.structs.replace(good.spots[1], points=(0, 0, 90, 0))
    edge = msgspec.structs.replace(good.spots[1], points=(0, 0, 1000, 750))
    found = [msgspec.structs.replace(good, spots=(good.spots[0], spot)).faults() for spot in (low, flat, edge)]
    assert [[str(fault) for fault in faults] for faults in found] == [
        ["place 2 reaches out of the picture, which ends at 1000, 750"],
        ["the corners of place 2 make no shape"],
        [],
    ]


def test_names_do_not_affect_marks_and_places_do() -> None:
    content = a_picture(1, 0)
    renamed = msgspec.structs.replace(
        content, spots=tuple(msgspec.structs.replace(spot, name=text("x")) for spot in content.spots)
    )
    moved = msgspec.structs.replace(
        content, spots=(msgspec.structs.replace(content.spots[0], points=(1, 1, 5, 5)), content.spots[1])
    )
    assert marks_hash(content) == marks_hash(renamed) != marks_hash(moved)
