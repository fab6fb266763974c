from __future__ import annotations

import io
import struct

import pytest
from PIL import Image

from app.core import filetypes
from app.core.filetypes import NotAccepted, Sort, judge, sort_of
from tests.made_files import a_docx, a_picture, an_mp4, an_odt, zipped


def said(data: bytes) -> str:
    return judge(io.BytesIO(data)).media_type


def why(data: bytes) -> str:
    with pytest.raises(NotAccepted) as refused:
        judge(io.BytesIO(data))
    return str(refused.value)


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (a_picture("PNG"), "image/png"),
        (a_picture("JPEG"), "image/jpeg"),
        (a_picture("GIF"), "image/gif"),
        (a_picture("WEBP"), "image/webp"),
        (an_mp4(b"vide", b"soun"), "video/mp4"),
        (an_mp4(b"soun", brand=b"M4A "), "audio/mp4"),
        (an_mp4(b"soun"), "audio/mp4"),
        (b"\x1aE\xdf\xa3\x9fB\x82\x84webm" + b"\0" * 90 + b"V_VP9", "video/webm"),
        (b"\x1aE\xdf\xa3\x9fB\x82\x84webm" + b"\0" * 90 + b"A_OPUS", "audio/webm"),
        (b"OggS" + b"\0" * 24 + b"\x80theora", "video/ogg"),
        (b"OggS" + b"\0" * 24 + b"OpusHead", "audio/ogg"),
        (b"OggS" + b"\0" * 24 + b"\x01vorbis", "audio/ogg"),
        (b"ID3\x04\0\0\0\0\0\0", "audio/mpeg"),
        (b"\xff\xfb\x90\x64" + b"\0" * 400, "audio/mpeg"),
        (b"RIFF\x24\0\0\0WAVEfmt ", "audio/wav"),
        (b"%PDF-1.7\n", "application/pdf"),
        (a_docx(), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        (a_docx("spreadsheetml.sheet"), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (
            a_docx("presentationml.presentation"),
            "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        ),
        (an_odt(), "application/vnd.oasis.opendocument.text"),
        (an_odt("spreadsheet"), "application/vnd.oasis.opendocument.spreadsheet"),
        (an_odt("presentation"), "application/vnd.oasis.opendocument.presentation"),
        (b"WEBVTT\n\n00:01.000 --> 00:02.000\nx", "text/vtt"),
        (b"\xef\xbb\xbfWEBVTT - a title\n", "text/vtt"),
    ],
)  # fmt: skip
def test_a_file_is_what_its_content_says(data: bytes, media_type: str) -> None:
    assert said(data) == media_type
    assert sort_of(media_type) in Sort


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "SVG"),
        (b"\xef\xbb\xbf\n<?xml version='1.0'?>\n<!DOCTYPE svg><svg/>", "SVG"),
        (b"<!-- a drawing --><svg onload=alert(1)>", "SVG"),
        (b"<!doctype html><script>alert(1)</script>", "Accepted are"),
        (b"MZ\x90\0 a program", "Accepted are"),
        (b"#!/bin/sh\n", "Accepted are"),
        (b"only words", "Accepted are"),
        (zipped({"a.txt": b"x"}), "Accepted are"),
        (b"\0\0\0\x18ftypheic" + b"\0" * 16, "HEIC"),
        (b"\0\0\0\x18ftypqt  " + b"\0" * 16, "MP4"),
        (b"RIFF\0\0\0\0AVI LIST", "MP4"),
        (b"\x1aE\xdf\xa3\x9fB\x82\x88matroska", "MP4"),
        (b"II*\0" + b"\0" * 20, "PNG"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "docx"),
        (b"{\\rtf1 x}", "docx"),
        (b"\xff\xf1\x50\x80" + b"\0" * 20, "Accepted are"),
        (a_docx(more={"word/vbaProject.bin": b"x"}), "macros"),
        (a_docx(listing=b"application/vnd.ms-word.document.macroEnabled.main+xml"), "macros"),
        (an_odt(more={"Basic/Standard/Module1.xml": b"x"}), "macros"),
        (a_docx()[:-30], "cut off"),
        (b"PK\x03\x04" + b"\0" * 200, "cut off"),
        (an_mp4(b"vide")[:-4], "cut off"),
        (an_mp4(), "cut off"),
        (an_mp4(b"text"), "neither"),
    ],
)
def test_what_is_not_accepted_is_told_why(data: bytes, reason: str) -> None:
    assert reason in why(data)


def test_an_office_file_that_unpacks_to_far_more_is_not_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filetypes, "LARGEST_UNPACKED", 10_000_000)
    assert "unpacks to far more" in why(a_docx(more={"word/document.xml": b"\0" * 11_000_000}))
    assert "unpacks to far more" in why(zipped({f"{n}.xml": b"" for n in range(5001)}))


def test_a_locked_document_is_refused() -> None:
    data = bytearray(a_docx())
    at = data.rindex(b"PK\x01\x02")
    data[at + 8] |= 1
    assert "password" in why(bytes(data))


def test_boxes_that_lie_about_their_length_end_the_reading() -> None:
    assert "cut off" in why(b"\0\0\0\x10ftypisom\0\0\0\0" + struct.pack(">I4s", 2**31, b"moov"))
    assert "cut off" in why(b"\0\0\0\x10ftypisom\0\0\0\0" + struct.pack(">I4s", 4, b"moov"))
    assert "cut off" in why(b"\0\0\0\x10ftypisom\0\0\0\0" + struct.pack(">I4s", 8, b"free") * 5000)


def test_a_picture_that_is_also_a_page_is_a_picture_to_be_drawn_anew() -> None:
    file = io.BytesIO()
    Image.new("RGB", (2, 2)).save(file, "GIF")
    assert said(file.getvalue() + b"<script>alert(1)</script>") == "image/gif"
