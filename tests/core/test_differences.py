from __future__ import annotations

import time

from hypothesis import given
from hypothesis import strategies as st

from app.core.differences import Piece, side_by_side

lines = st.lists(st.text("ab c.\u4e2d\u0627\u0628", max_size=20), max_size=6).map("\n".join)


def words(side: list[Piece]) -> str:
    return "".join(piece.words for piece in side)


def test_marks_the_words_that_changed_and_no_others() -> None:
    assert side_by_side("The city acts first.", "The city listens first.") == [
        (
            [Piece("same", "The city "), Piece("removed", "acts "), Piece("same", "first.")],
            [Piece("same", "The city "), Piece("added", "listens "), Piece("same", "first.")],
        )
    ]


def test_a_word_at_the_end_is_the_same_word_as_in_the_middle() -> None:
    assert side_by_side("Listen first", "Listen first and act") == [
        ([Piece("same", "Listen first")], [Piece("same", "Listen first "), Piece("added", "and act")])
    ]


def test_a_new_paragraph_stands_alone_and_what_follows_is_not_marked() -> None:
    rows = side_by_side("One.\nThree.", "One.\nQuite another thing.\nThree.")
    assert rows == [
        ([Piece("same", "One.")], [Piece("same", "One.")]),
        ([], [Piece("added", "Quite another thing.")]),
        ([Piece("same", "Three.")], [Piece("same", "Three.")]),
    ]


def test_paragraphs_that_share_little_are_not_mixed() -> None:
    rows = side_by_side("A budget for the fire brigade", "What neighbours tell one another")
    assert rows == [
        ([Piece("removed", "A budget for the fire brigade")], []),
        ([], [Piece("added", "What neighbours tell one another")]),
    ]


def test_a_script_without_spaces_is_compared_by_its_characters() -> None:
    ((before, after),) = side_by_side("城市先行动", "城市先倾听")
    assert (before[0], after[0]) == (Piece("same", "城市先"), Piece("same", "城市先"))


@given(lines, lines)
def test_each_side_still_says_what_its_text_said(before: str, after: str) -> None:
    rows = side_by_side(before, after)
    for side, text in ((0, before), (1, after)):
        paragraphs = [line.strip() for line in text.splitlines() if line.strip()]
        assert [words(row[side]) for row in rows if row[side]] == paragraphs


@given(lines)
def test_what_is_the_same_has_no_mark(text: str) -> None:
    assert all(piece.kind == "same" for row in side_by_side(text, text) for side in row for piece in side)


def test_a_long_text_rewritten_throughout_is_compared_in_good_time() -> None:
    before = "\n".join(" ".join(f"word{i}{j}" for j in range(80)) for i in range(150))
    after = "\n".join(" ".join(f"other{i}{j}" for j in range(80)) for i in range(150))
    begun = time.process_time()  # the machine may be busy
    side_by_side(before, after)
    assert time.process_time() - begun < 5
