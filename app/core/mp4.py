"""What is in an MP4 file: as much of ISO/IEC 14496-12 as tells pictures from sound, and how long they last."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import IO

MOST_BOXES = 4096
_WITHIN = {b"moov", b"trak", b"mdia"}


class NotMp4(ValueError):
    """The boxes do not fit one another, or the one that describes the rest is missing."""


def tracks_of(file: IO[bytes]) -> set[bytes]:
    """The kinds of its tracks: `vide` for pictures, `soun` for sound, and others. Reads no more than the boxes' heads.

    Raises `NotMp4`.
    """
    file.seek(0, 2)
    kinds = {file.read(4) for name, start, end in _boxes(file, 0, file.tell()) if _at_kind(file, name, start, end)}
    if not kinds:
        raise NotMp4("no tracks")
    return kinds


def _at_kind(file: IO[bytes], name: bytes, start: int, end: int) -> bool:
    """Whether this is the handler box of a track; then the file stands at the four letters of its kind."""
    if name != b"hdlr" or end - start < 12:
        return False
    file.seek(start + 8)
    return True


def _boxes(file: IO[bytes], start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Every box, with where its content begins and ends; those that hold boxes are followed by what they hold."""
    waiting = [(start, end)]
    seen = 0
    while waiting:
        at, end = waiting.pop()
        while at + 8 <= end:
            seen += 1
            if seen > MOST_BOXES:
                raise NotMp4("too many boxes")
            file.seek(at)
            size, name = struct.unpack(">I4s", file.read(8))
            content = at + 8
            if size == 1:
                size, content = struct.unpack(">Q", file.read(8))[0], at + 16
            elif size == 0:
                size = end - at
            if size < content - at or at + size > end:
                raise NotMp4("a box is longer than what holds it")
            yield name, content, at + size
            if name in _WITHIN:
                waiting.append((content, at + size))
            at += size
