from __future__ import annotations

import io
import struct

import pytest

from app.core.webp import holds_only_pixels, is_lossless
from tests.made_files import a_picture


def container(*chunks: tuple[bytes, bytes]) -> bytes:
    body = b"".join(
        name + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2) for name, content in chunks
    )
    return b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WEBP" + body


FRAME = b"\0" * 16


@pytest.mark.parametrize(
    ("data", "pure"),
    [
        (a_picture("WEBP"), True),
        (container((b"VP8 ", b"abc")), True),
        (container((b"VP8X", b"0123456789"), (b"ALPH", b"a"), (b"VP8 ", b"ab")), True),
        (container((b"VP8X", b"0123456789"), (b"ANIM", b"012345"), (b"ANMF", FRAME + b"VP8L\2\0\0\0ab")), True),
        (container((b"ANMF", FRAME + b"JUNK\2\0\0\0ab")), False),
        (container((b"ANMF", FRAME + b"VP8L\x09\0\0\0ab")), False),
        (container((b"VP8 ", b"ab"), (b"EXIF", b"ab")), False),
        (container((b"VP8 ", b"ab"), (b"XMP ", b"ab")), False),
        (container((b"ICCP", b"ab"), (b"VP8 ", b"ab")), False),
        (container((b"VP8 ", b"ab"), (b"abcd", b"<script>")), False),
        (container((b"VP8 ", b"ab")) + b"<!--", False),
        (container((b"VP8 ", b"ab"))[:-1], False),
        (container((b"VP8 ", b"abc"))[:16] + b"\xff\xff\xff\xff", False),
        (a_picture("PNG"), False),
        (b"RIFF", False),
        (b"", False),
    ],
)
def test_a_file_holds_only_pixels_if_every_byte_is_accounted_for(data: bytes, pure: bool) -> None:
    assert holds_only_pixels(io.BytesIO(data)) is pure


def test_whether_a_file_loses_nothing_is_said_by_its_chunks() -> None:
    assert is_lossless(io.BytesIO(a_picture("WEBP", lossless=True)))
    assert not is_lossless(io.BytesIO(a_picture("WEBP")))
    assert not is_lossless(io.BytesIO(b"RIFF\0\0\0\0WEBPVP"))
