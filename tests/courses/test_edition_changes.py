from __future__ import annotations

from app.core.differences import side_by_side
from app.courses.publishing.edition_changes import ELLIPSIS, near_changes


def shown(before: str, after: str) -> list[str]:
    """The later side of what is shown, a letter a paragraph."""
    rows = near_changes(side_by_side("\n".join(before), "\n".join(after)))
    return ["…" if pair == (ELLIPSIS, ELLIPSIS) else "".join(piece.words for piece in pair[1]) for pair in rows]


def test_what_did_not_change_is_left_out_but_for_its_neighbours() -> None:
    assert shown("abcdefgh", "abcXefgh") == ["…", "c", "", "X", "e", "…"], "d went, X came"


def test_at_the_ends_nothing_is_said_to_be_left_out() -> None:
    assert shown("abc", "abcX") == ["…", "c", "X"]
    assert shown("abc", "Xabc") == ["X", "a", "…"]
    assert shown("", "abc") == ["a", "b", "c"]


def test_two_changes_near_each_other_stand_together() -> None:
    assert shown("abcdef", "aXbcYdef") == ["a", "X", "b", "c", "Y", "d", "…"]


def test_nothing_changed_is_all_left_out() -> None:
    assert shown("abc", "abc") == ["…"]
