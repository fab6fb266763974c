"""What a WebP file is made of: chunks in a RIFF container (https://developers.google.com/speed/webp/docs/riff_container)."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from typing import IO

_STILL = {b"VP8 ", b"VP8L", b"ALPH"}
_PIXELS = {*_STILL, b"VP8X", b"ANIM", b"ANMF"}
_HEAD = 12  # bytes: RIFF, the size, WEBP
_FRAME_HEAD = 16  # bytes of a frame before its own chunks


class _Unsound(Exception):
    """The chunks do not fill the file to its last byte."""


def holds_only_pixels(file: IO[bytes]) -> bool:
    """Whether nothing but what is shown stands in it: no colour profile, no EXIF or XMP, nothing unknown or behind."""
    end = file.seek(0, io.SEEK_END)
    file.seek(0)
    head = file.read(_HEAD)
    if len(head) < _HEAD or head[:4] != b"RIFF" or head[8:] != b"WEBP" or struct.unpack("<I", head[4:8])[0] != end - 8:
        return False
    try:
        for name, start, size in _chunks(file, _HEAD, end):
            if name not in _PIXELS:
                return False
            if name == b"ANMF" and any(
                inner not in _STILL for inner, _at, _size in _chunks(file, start + _FRAME_HEAD, start + size)
            ):
                return False
    except _Unsound:
        return False
    return True


def is_lossless(file: IO[bytes]) -> bool:
    """Whether a still WebP holds its pixels without loss."""
    end = file.seek(0, io.SEEK_END)
    try:
        return any(name == b"VP8L" for name, _start, _size in _chunks(file, _HEAD, end))
    except _Unsound:
        return False


def _chunks(file: IO[bytes], at: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Name, place and size in bytes of each chunk from `at` to `end`. Raises `_Unsound`."""
    while at < end:
        file.seek(at)
        head = file.read(8)
        if len(head) < 8:
            raise _Unsound
        size = struct.unpack("<I", head[4:])[0]
        at += 8
        if at + size > end:
            raise _Unsound
        yield head[:4], at, size
        at += size + size % 2
    if at != end:
        raise _Unsound
