"""What a file is, judged by its content alone: its name and what the browser says of it count for nothing."""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass
from enum import StrEnum
from typing import IO

from flask_babel import lazy_gettext as _l

from .errors import DomainError
from .mp4 import NotMp4, tracks_of

HEAD = 64 * 1024  # bytes that are looked at
MOST_ENTRIES = 5000
LARGEST_UNPACKED = 1024**3  # bytes that an office file may say it unpacks to
LARGEST_LISTING = 1024**2  # bytes of the list of its parts


class Sort(StrEnum):
    """What a file is to a lesson."""

    PICTURE = "picture"
    VIDEO = "video"
    SOUND = "sound"
    DOCUMENT = "document"
    CAPTIONS = "captions"


@dataclass(frozen=True, slots=True)
class FileType:
    """A type that is accepted: what it is served as, the end of its name, and what people call it."""

    media_type: str
    suffix: str
    sort: Sort
    label: str


_OOXML = "application/vnd.openxmlformats-officedocument."
_ODF = "application/vnd.oasis.opendocument."
TYPES = {
    kind.media_type: kind
    for kind in (
        FileType("image/png", "png", Sort.PICTURE, "PNG"),
        FileType("image/jpeg", "jpg", Sort.PICTURE, "JPEG"),
        FileType("image/gif", "gif", Sort.PICTURE, "GIF"),
        FileType("image/webp", "webp", Sort.PICTURE, "WebP"),
        FileType("video/mp4", "mp4", Sort.VIDEO, "MP4"),
        FileType("video/webm", "webm", Sort.VIDEO, "WebM"),
        FileType("video/ogg", "ogv", Sort.VIDEO, "Ogg"),
        FileType("audio/mpeg", "mp3", Sort.SOUND, "MP3"),
        FileType("audio/mp4", "m4a", Sort.SOUND, "M4A"),
        FileType("audio/ogg", "ogg", Sort.SOUND, "Ogg"),
        FileType("audio/wav", "wav", Sort.SOUND, "WAV"),
        FileType("audio/webm", "weba", Sort.SOUND, "WebM"),
        FileType("application/pdf", "pdf", Sort.DOCUMENT, "PDF"),
        FileType(f"{_OOXML}wordprocessingml.document", "docx", Sort.DOCUMENT, "Word"),
        FileType(f"{_OOXML}spreadsheetml.sheet", "xlsx", Sort.DOCUMENT, "Excel"),
        FileType(f"{_OOXML}presentationml.presentation", "pptx", Sort.DOCUMENT, "PowerPoint"),
        FileType(f"{_ODF}text", "odt", Sort.DOCUMENT, "ODT"),
        FileType(f"{_ODF}spreadsheet", "ods", Sort.DOCUMENT, "ODS"),
        FileType(f"{_ODF}presentation", "odp", Sort.DOCUMENT, "ODP"),
        FileType("text/vtt", "vtt", Sort.CAPTIONS, "WebVTT"),
    )
}

ACCEPTED = _l(
    "Accepted are pictures (JPEG, PNG, WebP, GIF), video (MP4, WebM, Ogg), sound (MP3, M4A, Ogg, WAV), "
    "PDF, and documents of Word, Excel, PowerPoint and LibreOffice."
)


class NotAccepted(DomainError):
    """The file is none that a course can hold; the message says why, and what to do."""

    status = 422
    field = "file"


def sort_of(media_type: str) -> Sort:
    """What a stored file is to a lesson."""
    return TYPES[media_type].sort


def judge(file: IO[bytes]) -> FileType:
    """What the seekable `file` is. Raises `NotAccepted` with the reason, and what is accepted."""
    file.seek(0)
    head = file.read(HEAD)
    media_type = _picture(head) or _recording(head, file) or _document(head, file)
    if media_type is None and re.match(rb"(\xef\xbb\xbf)?WEBVTT(?![^ \t\r\n])", head):
        media_type = "text/vtt"
    file.seek(0)
    if media_type is None:
        raise NotAccepted(_why_not(head))
    return TYPES[media_type]


def _picture(head: bytes) -> str | None:
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head[:6] in (b"GIF87a", b"GIF89a"):
        return "image/gif"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    return None


def _recording(head: bytes, file: IO[bytes]) -> str | None:
    if head[:4] == b"\x1aE\xdf\xa3" and b"webm" in head[:64]:
        return "video/webm" if re.search(rb"V_(VP8|VP9|AV1)", head) else "audio/webm"
    if head[:4] == b"OggS":
        if b"\x80theora" in head[:512]:
            return "video/ogg"
        return "audio/ogg" if re.search(rb"\x01vorbis|OpusHead|\x7fFLAC|Speex", head[:512]) else None
    if head[:4] == b"RIFF" and head[8:12] == b"WAVE":
        return "audio/wav"
    if head[:3] == b"ID3" or _is_mp3_frame(head):
        return "audio/mpeg"
    if head[4:8] == b"ftyp" and not re.match(rb"qt  |hei[cx]|he[iv][msc]|mif1|msf1|avi[fs]|crx ", head[8:12]):
        return _mp4(file)
    return None


def _mp4(file: IO[bytes]) -> str:
    try:
        found = tracks_of(file)
    except NotMp4 as broken:
        raise NotAccepted(_l("This MP4 file is cut off or broken. Save it again from where it comes from.")) from broken
    if b"vide" in found:
        return "video/mp4"
    if b"soun" in found:
        return "audio/mp4"
    raise NotAccepted(_l("This MP4 file has neither pictures nor sound in it."))


def _is_mp3_frame(head: bytes) -> bool:
    """Whether a frame of MPEG audio, layer III, begins here (ISO/IEC 11172-3, 2.4.2.3)."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return False
    version, layer = head[1] >> 3 & 3, head[1] >> 1 & 3
    bit_rate, rate = head[2] >> 4, head[2] >> 2 & 3
    return version != 1 and layer == 1 and bit_rate not in (0, 15) and rate != 3


def _document(head: bytes, file: IO[bytes]) -> str | None:
    if head.startswith(b"%PDF-"):
        return "application/pdf"
    if head.startswith(b"PK\x03\x04"):
        return _office(file)
    return None


def _office(file: IO[bytes]) -> str | None:
    """An office file is a zip that says in a part of its own what it is. Nothing but that part is unpacked."""
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
            names = {entry.filename for entry in entries}
            if len(entries) > MOST_ENTRIES or sum(entry.file_size for entry in entries) > LARGEST_UNPACKED:
                raise NotAccepted(_l("This document unpacks to far more than a document holds, so it was not opened."))
            if any(entry.flag_bits & 1 for entry in entries):
                raise NotAccepted(_l("This document is locked with a password. Save it without one."))
            if "[Content_Types].xml" in names:
                return _ooxml(_part(archive, "[Content_Types].xml"), names)
            if "mimetype" in names:
                return _odf(_part(archive, "mimetype"), names)
    except (zipfile.BadZipFile, NotImplementedError, OSError, EOFError, ValueError) as broken:
        raise NotAccepted(_l("This document is cut off or broken. Save it again from where it comes from.")) from broken
    return None


def _part(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as part:
        return part.read(LARGEST_LISTING)


def _ooxml(listing: bytes, names: set[str]) -> str | None:
    if re.search(rb"macroEnabled", listing, re.I) or any(name.lower().endswith("vbaproject.bin") for name in names):
        raise _with_macros()
    found = re.search(
        rb"vnd\.openxmlformats-officedocument\.(wordprocessingml\.document|spreadsheetml\.sheet|"
        rb"presentationml\.(?:presentation|slideshow))\.main\+xml",
        listing,
    )
    if found is None:
        return None
    return _OOXML + found[1].decode().replace("slideshow", "presentation")


def _odf(listing: bytes, names: set[str]) -> str | None:
    media_type = listing.decode("ascii", "replace").strip()
    if media_type not in TYPES or not media_type.startswith(_ODF):
        return None
    if any(name.startswith(("Basic/", "Scripts/")) for name in names):
        raise _with_macros()
    return media_type


def _with_macros() -> NotAccepted:
    return NotAccepted(_l("This document carries macros, which are programs. Save it without them, as docx or odt."))


def _why_not(head: bytes) -> object:
    """What to say of a file that is known, yet not accepted; else what is."""
    start = head[:4096].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if re.match(rb"<\?xml.*?<svg|<!doctype svg|<svg|<!--.*?<svg", start, re.S):
        return _l("SVG pictures can carry programs, so they are not accepted. Save the picture as PNG or WebP.")
    for pattern, why in _KNOWN:
        if pattern.match(head):
            return why
    return ACCEPTED if head else _l("The file is empty.")


_KNOWN = [
    (re.compile(pattern, re.S), why)
    for pattern, why in (
        (rb"....ftyp(hei|hev|mif1|msf1)", _l("HEIC pictures do not show in every browser. Save the picture as JPEG.")),
        (rb"....ftypavi", _l("AVIF pictures do not show in every browser. Save the picture as JPEG or WebP.")),
        (rb"II\*\0|MM\0\*|BM", _l("This kind of picture does not show in browsers. Save it as JPEG or PNG.")),
        (
            rb"....ftypqt  |\x1aE\xdf\xa3|RIFF....AVI |0&\xb2u|\x00\x00\x01\xba|FLV",
            _l("This kind of video does not play in browsers. Save it as MP4 (H.264) or WebM."),
        ),
        (
            rb"\xd0\xcf\x11\xe0|\{\\rtf",
            _l("This is an old kind of document, which may carry programs. Save it as docx, xlsx, pptx or PDF."),
        ),
    )
]
