"""The files of a course folder, from a folder or a zip: texts as bytes, media to be opened when they are wanted.

Limits are on what is read, whatever a zip claims: its declared sizes are checked before the first byte is
unpacked, and what comes out is counted while it comes. Nothing is unpacked to disk here.
"""

from __future__ import annotations

import os
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from flask_babel import gettext as _

from ..faults import Fault
from ..parsed import Held
from .media import largest_medium

MB = 1024 * 1024
LARGEST_TEXT = 2 * MB
LARGEST_TEXTS = 200 * MB  # all texts together, since they are held in memory
LARGEST_FOLDER = 8 * 1024 * MB  # all files together
MOST_FILES = 2000
LARGEST_DIRECTORY = MB  # of a zip's table of contents
MOST_DENSE = 50  # how many times its own size a zip may hold; texts come to ten, a bomb to a thousand
SMALL = 200 * MB  # what may come out of a zip however dense it is

FOLDERS = ("lessons", "quizzes", "media")
COURSE_FILE = "course.yaml"
BANK_FILE = "bank.yaml"

_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)


class Damaged(Exception):
    """A file that cannot be read to its end; the message says why."""


@dataclass(slots=True)
class Files:
    """What a folder holds, by path within it."""

    texts: dict[str, bytes] = field(default_factory=dict)
    media: dict[str, Held] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.texts) + len(self.media)


def read_files(path: Path) -> tuple[Files, list[Fault]]:
    """The files, and what is wrong with them as files.

    After a fault about the whole (a dangerous path, too many or too large files) there are none.
    """
    if path.is_dir():
        return _from_folder(path)
    if path.is_file():
        return _from_zip(path)
    return Files(), [Fault(path.name or str(path), 1, _("there is no such file or folder"))]


def largest(name: str) -> int:
    """How many bytes the file at `name` may have."""
    return largest_medium(name) if name.startswith("media/") else LARGEST_TEXT


def _too_large(name: str) -> Fault:
    return Fault(name, 1, _("a file of this kind may have at most %(size)s MB", size=largest(name) // MB))


def _too_large_together(name: str, most: int = LARGEST_FOLDER) -> Fault:
    words = (
        _("all texts together may have at most %(size)s MB")
        if most == LARGEST_TEXTS
        else (_("all files together may have at most %(size)s MB"))
    )
    return Fault(name, 1, words % {"size": most // MB})


def _too_many(name: str) -> Fault:
    return Fault(name, 1, _("a course has at most %(count)s files", count=MOST_FILES))


def _is_hidden(name: str) -> bool:
    """Passed over: what file managers leave behind, and anything whose name begins with a dot."""
    return any(part.startswith(".") or part == "__MACOSX" for part in PurePosixPath(name).parts)


def misplaced(name: str) -> str | None:
    """Why a file may not lie where it does; None if it may."""
    parts = PurePosixPath(name).parts
    folders = ", ".join(FOLDERS)
    if len(parts) == 1 and name not in (COURSE_FILE, BANK_FILE):
        files = f"{COURSE_FILE}, {BANK_FILE}"
        return _("only %(files)s and the folders %(folders)s stand at the top", files=files, folders=folders)
    if len(parts) > 1 and parts[0] not in FOLDERS:
        return _(
            "there is no folder %(folder)s/ in a course; the folders are %(folders)s", folder=parts[0], folders=folders
        )
    if len(parts) > 2:
        return _("folders within %(folder)s/ are not read", folder=parts[0])
    return None


def _from_folder(root: Path) -> tuple[Files, list[Fault]]:
    faults: list[Fault] = []
    found = _walk(root, faults)
    if len(found) > MOST_FILES:
        return Files(), [_too_many(root.name)]
    files, left = Files(), _Left()
    for name, path in sorted(found.items()):
        if reason := misplaced(name):
            faults.append(Fault(name, 1, reason))
            continue
        try:
            size = path.stat().st_size
            if size > largest(name):
                faults.append(_too_large(name))
                continue
            if fault := left.take(name, size):
                return Files(), [*faults, fault]
            if name.startswith("media/"):
                files.media[name] = Held(size, partial(_opened, path))
            else:
                with path.open("rb") as file:
                    files.texts[name] = file.read(LARGEST_TEXT)
        except OSError as error:
            faults.append(Fault(name, 1, _("cannot be read: %(why)s", why=error.strerror)))
    return files, faults


@dataclass(slots=True)
class _Left:
    """How much may still come."""

    files: int = LARGEST_FOLDER
    texts: int = LARGEST_TEXTS

    def take(self, name: str, size: int) -> Fault | None:
        """Count a file; what is wrong if it is one too much."""
        self.files -= size
        if not name.startswith("media/"):
            self.texts -= size
        if self.texts < 0:
            return _too_large_together(name, LARGEST_TEXTS)
        return _too_large_together(name) if self.files < 0 else None


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    """A file of a folder."""
    try:
        with path.open("rb") as file:
            yield file
    except OSError as error:
        raise Damaged(_("cannot be read: %(why)s", why=error.strerror)) from error


@contextmanager
def _member(path: Path, name: str) -> Iterator[BinaryIO]:
    """A member of a zip, unpacked as it is read, and never further than it says that it is long."""
    try:
        with zipfile.ZipFile(path) as archive, archive.open(name) as file:
            yield file  # type: ignore[misc]  # a stream of bytes, though its class does not say so
    except (*_BROKEN, OSError) as error:
        raise Damaged(_("is damaged in the zip")) from error


def _walk(root: Path, faults: list[Fault]) -> dict[str, Path]:
    """Every ordinary file, by its path within `root`; links that lead out and other things are faults."""
    home = root.resolve()
    found: dict[str, Path] = {}
    for folder, subfolders, names in os.walk(root):
        here = Path(folder)
        inside = here.relative_to(root).as_posix()
        subfolders[:] = sorted(s for s in subfolders if not _is_hidden(s))
        if len(PurePosixPath(inside).parts) > 2:
            subfolders.clear()  # too deep to be read: its files are reported, and that is enough
        for name in [*subfolders]:
            if (here / name).is_symlink():
                subfolders.remove(name)
                faults.append(Fault(f"{inside}/{name}".removeprefix("./"), 1, _("a folder may not be a link")))
        for name in sorted(n for n in names if not _is_hidden(n)):
            path, within = here / name, f"{inside}/{name}".removeprefix("./")
            if path.is_symlink() and not path.resolve().is_relative_to(home):
                faults.append(Fault(within, 1, _("the link leads out of the folder")))
            elif not path.is_file():
                faults.append(Fault(within, 1, _("not an ordinary file")))
            else:
                found[within] = path
        if len(found) > MOST_FILES:
            break
    return found


def _from_zip(path: Path) -> tuple[Files, list[Fault]]:
    if reason := _unsound_directory(path):
        return Files(), [Fault(path.name, 1, reason)]
    try:
        with zipfile.ZipFile(path) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
            faults = _dangers(members, path)
            if faults:
                return Files(), faults
            return _unpack(archive, members, path)
    except (zipfile.BadZipFile, NotImplementedError, UnicodeDecodeError, OSError):
        return Files(), [Fault(path.name, 1, _unreadable())]


def _unreadable() -> str:
    return _("not a course folder, nor a zip file that can be read")


def _unsound_directory(path: Path) -> str | None:
    """Look at the table of contents before reading it: a forged one could fill the memory by itself.

    Where it stands is said by the end record (APPNOTE.TXT 4.3.16), or, from 4 GB on, by a longer one (4.3.14).
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(0, size - 65_633))  # the end record with the longest comment, a locator and the longer record
        tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) < at + 22:
        return _unreadable()
    entries, directory_size = struct.unpack_from("<HL", tail, at + 10)
    if tail[max(0, at - 20) : at].startswith(b"PK\x06\x07"):
        longer = at - 76
        if longer < 0 or tail[longer : longer + 4] != b"PK\x06\x06":
            return _unreadable()
        entries, directory_size = struct.unpack_from("<QQ", tail, longer + 32)
    if entries > 2 * MOST_FILES:
        return _too_many("").reason
    if size > LARGEST_FOLDER or directory_size > LARGEST_DIRECTORY:
        return _too_large_together("").reason
    return None


def _dangers(members: Iterable[zipfile.ZipInfo], path: Path) -> list[Fault]:
    """What makes the whole zip untrustworthy; found without unpacking anything."""
    faults: list[Fault] = []
    seen: set[str] = set()
    total = count = 0
    for member in members:
        name = member.orig_filename
        shown = name.encode("unicode_escape").decode()
        if _is_dangerous(name):
            faults.append(Fault(shown, 1, _("a dangerous path")))
        elif name in seen:
            faults.append(Fault(shown, 1, _("the zip holds this file twice")))
        elif stat.S_ISLNK(member.external_attr >> 16):
            faults.append(Fault(shown, 1, _("a link; a zip of a course holds files only")))
        elif member.flag_bits & 0x1:
            faults.append(Fault(shown, 1, _("encrypted")))
        elif member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            faults.append(Fault(shown, 1, _("packed in a way that is not read; use ordinary zip compression")))
        seen.add(name)
        total += member.file_size
        count += not _is_hidden(name)
    if total > LARGEST_FOLDER:
        faults.append(_too_large_together(path.name))
    elif total > SMALL and total > MOST_DENSE * path.stat().st_size:
        faults.append(Fault(path.name, 1, _("what is in it would be far larger than any course is")))
    if count > MOST_FILES:
        faults.append(_too_many(path.name))
    return faults


def _is_dangerous(name: str) -> bool:
    """Whether a path in a zip is anything but a plain one downwards, here or on any other system."""
    odd = "\\" in name or ":" in name or any(ord(character) < 32 for character in name)
    return odd or any(part in ("", ".", "..") for part in name.split("/"))


def _unpack(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo], path: Path) -> tuple[Files, list[Fault]]:
    visible = [member for member in members if not _is_hidden(member.filename)]
    top = _top_folder([member.filename for member in visible])
    files, left = Files(), _Left()
    faults: list[Fault] = []
    for member in sorted(visible, key=lambda member: member.filename):
        name = member.filename.removeprefix(top)
        if reason := misplaced(name):
            faults.append(Fault(name, 1, reason))
            continue
        if member.file_size > largest(name):
            faults.append(_too_large(name))
            continue
        if fault := left.take(name, member.file_size):
            return Files(), [*faults, fault]
        if name.startswith("media/"):
            files.media[name] = Held(member.file_size, partial(_member, path, member.filename))
            continue
        try:
            files.texts[name] = _unpacked(archive, member)
        except _BROKEN:
            faults.append(Fault(name, 1, _("is damaged in the zip")))
    return files, faults


def _unpacked(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    """The bytes of a member, read piece by piece: read at once, one that lies about its size would fill the memory."""
    data = bytearray()
    with archive.open(member) as file:
        while piece := file.read(64 * 1024):
            data += piece
    return bytes(data)


def _top_folder(names: list[str]) -> str:
    """The one folder that everything in a zip lies in, with its slash; empty if there is none."""
    if COURSE_FILE in names:
        return ""
    tops = {name.split("/", 1)[0] for name in names if "/" in name}
    if len(tops) == 1 and all("/" in name for name in names) and tops.isdisjoint(FOLDERS):
        return tops.pop() + "/"
    return ""
