"""Matching: for each prompt its match, from one list."""

from __future__ import annotations

import msgspec

from app.core.text import Text

from .asking import Asking
from .parts import Labelled, Picture, Prompt


class MatchingAnswer(msgspec.Struct, frozen=True, tag="matching"):
    """The key of a prompt to the key of the match chosen for it; prompts left open are not in it."""

    chosen: dict[str, str]


class Matching(Asking, frozen=True, tag="matching"):
    """Each prompt earns an equal share, or, with `all_or_nothing`, all of them the mark. A match that is right for no
    prompt is a distractor; one may be right for several. Matches that read the same count as one."""

    stem: Text
    prompts: tuple[Prompt, ...]
    matches: tuple[Labelled, ...]
    all_or_nothing: bool = False
    feedback: Text | None = None
    hints: tuple[Text, ...] = ()
    pictures: tuple[Picture, ...] = ()
