"""What questions of several types are made of."""

from __future__ import annotations

import msgspec

from app.core.text import Text


class Picture(msgspec.Struct, frozen=True):
    """A picture of the course's library: the hash of its file, and what it shows, in words."""

    media: str
    alternative: Text


class Labelled(msgspec.Struct, frozen=True):
    """Something to put in order, or to match with."""

    key: str
    text: Text


class Prompt(msgspec.Struct, frozen=True):
    """What a match is sought for; `match` is the key of the right one."""

    key: str
    text: Text
    match: str
