"""Small files of each kind, made here: sound ones, and such as people with bad intentions make."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from pathlib import Path

from PIL import Image

# Six seconds of pictures and sound, recorded by Chromium.
TALK = Path(__file__).parent / "courses" / "samples" / "talk.webm"


def a_picture(kind: str = "PNG", width: int = 4, height: int = 3, **options: object) -> bytes:
    """A picture of one colour."""
    file = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(file, kind, **options)
    return file.getvalue()


def box(name: bytes, content: bytes = b"") -> bytes:
    """A box of ISO/IEC 14496-12."""
    return struct.pack(">I4s", 8 + len(content), name) + content


def an_mp4(*kinds: bytes, brand: bytes = b"isom") -> bytes:
    """An MP4 file with tracks of these kinds, and nothing in them."""
    tracks = b"".join(box(b"trak", box(b"mdia", box(b"hdlr", b"\0" * 8 + kind + b"\0" * 13))) for kind in kinds)
    return box(b"ftyp", brand + b"\0\0\2\0" + b"isom") + box(b"mdat", b"\0" * 64) + box(b"moov", tracks)


def zipped(parts: dict[str, bytes]) -> bytes:
    """A zip of these parts."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return file.getvalue()


def a_docx(
    kind: str = "wordprocessingml.document", *, listing: bytes | None = None, more: dict[str, bytes] | None = None
) -> bytes:
    """An office file of Microsoft's kind, as far as anyone looks."""
    said = (
        listing or f'<Override ContentType="application/vnd.openxmlformats-officedocument.{kind}.main+xml"/>'.encode()
    )
    return zipped({"[Content_Types].xml": said, "word/document.xml": b"<w:document/>", **(more or {})})


def an_odt(kind: str = "text", *, more: dict[str, bytes] | None = None) -> bytes:
    """An office file of OASIS's kind, as far as anyone looks."""
    media_type = f"application/vnd.oasis.opendocument.{kind}".encode()
    return zipped({"mimetype": media_type, "content.xml": b"<office:document-content/>", **(more or {})})


def a_bomb(width: int = 60_000, height: int = 60_000) -> bytes:
    """A PNG of a few kilobytes that says it has 3,600 million pixels."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    rows = zlib.compress(b"\0" * 1_000_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
