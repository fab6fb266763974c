"""A small zip in memory, opened with care: limits hold whatever it claims, and nothing is unpacked to disk."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
import zlib
from dataclasses import dataclass

from flask_babel import gettext as _

MB = 1024 * 1024
LARGEST_TOGETHER = 64 * MB  # what may come out of it
LARGEST_MEMBER = 24 * MB
MOST_MEMBERS = 5000
LARGEST_DIRECTORY = 2 * MB  # of its table of contents
SMALL = 8 * MB  # what may come out however dense it is
MOST_DENSE = 100  # how many times its own size it may hold
SIGNATURE = b"PK\x03\x04"

_BROKEN = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError
)  # fmt: skip


class Unsound(Exception):
    """The zip, or the member of it that was asked for, cannot be read or would do harm; the message says why."""


@dataclass(frozen=True, slots=True)
class Zip:
    """What a zip holds: names of files, without folders and what file managers leave behind."""

    archive: zipfile.ZipFile
    names: tuple[str, ...]

    def read(self, name: str) -> bytes:
        """A member, never further than it says that it is long. Raises `Unsound`."""
        data = bytearray()
        try:
            with self.archive.open(name) as file:
                while piece := file.read(64 * 1024):
                    data += piece
                    if len(data) > LARGEST_MEMBER:
                        raise Unsound(_too_large())
        except (*_BROKEN, KeyError) as error:
            raise Unsound(_("is damaged in the zip")) from error
        return bytes(data)


def open_zip(data: bytes) -> Zip:
    """The zip in `data`. Raises `Unsound`, and has then unpacked nothing."""
    _check_directory(data)
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except _BROKEN as error:
        raise Unsound(_unreadable()) from error
    members = [member for member in archive.infolist() if not member.is_dir()]
    _check_members(members, len(data))
    return Zip(archive, tuple(member.filename for member in members if not _is_hidden(member.filename)))


def _unreadable() -> str:
    return _("not a zip file that can be read")


def _too_large() -> str:
    return _("what is in it would be far larger than any file of questions is")


def _check_directory(data: bytes) -> None:
    """Look at the table of contents before it is read: a forged one could fill the memory by itself."""
    at = data.rfind(b"PK\x05\x06", max(0, len(data) - 65_557))
    if at < 0 or len(data) < at + 22:
        raise Unsound(_unreadable())
    entries, size = struct.unpack_from("<HL", data, at + 10)
    if entries > MOST_MEMBERS or size > LARGEST_DIRECTORY or data[max(0, at - 20) : at].startswith(b"PK\x06\x07"):
        raise Unsound(_too_large())


def _check_members(members: list[zipfile.ZipInfo], size: int) -> None:
    seen: set[str] = set()
    for member in members:
        name = member.orig_filename
        shown = name.encode("unicode_escape").decode()
        if _is_dangerous(name):
            raise Unsound(_("a dangerous path: %(path)s", path=shown))
        if name in seen:
            raise Unsound(_("the zip holds a file twice: %(path)s", path=shown))
        if stat.S_ISLNK(member.external_attr >> 16):
            raise Unsound(_("the zip holds a link: %(path)s", path=shown))
        if member.flag_bits & 0x1:
            raise Unsound(_("the zip is encrypted"))
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise Unsound(_("packed in a way that is not read; use ordinary zip compression"))
        seen.add(name)
    total = sum(member.file_size for member in members)
    if len(members) > MOST_MEMBERS or total > LARGEST_TOGETHER or (total > SMALL and total > MOST_DENSE * size):
        raise Unsound(_too_large())
    if any(member.file_size > LARGEST_MEMBER for member in members):
        raise Unsound(_too_large())


def _is_dangerous(name: str) -> bool:
    odd = "\\" in name or ":" in name or any(ord(character) < 32 for character in name)
    return odd or any(part in ("", ".", "..") for part in name.split("/"))


def _is_hidden(name: str) -> bool:
    return any(part.startswith(".") or part == "__MACOSX" for part in name.split("/"))
