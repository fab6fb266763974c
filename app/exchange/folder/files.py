"""The files of a course folder, from a folder or a zip, as bytes by path. Nothing is ever unpacked to disk.

Limits are on what is read, whatever a zip claims: its declared sizes are checked before the first byte is
unpacked, and what comes out is counted while it comes.
"""

from __future__ import annotations

import os
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from app.core.media import LARGEST_IMAGE

from ..faults import Fault

LARGEST_TEXT = 2 * 1024 * 1024  # bytes
LARGEST_FOLDER = 200 * 1024 * 1024  # bytes, all files together
MOST_FILES = 2000
LARGEST_DIRECTORY = 1024 * 1024  # bytes of a zip's table of contents

FOLDERS = ("lessons", "quizzes", "media")
COURSE_FILE = "course.yaml"


class _TooMuch(Exception):
    """More bytes than allowed came out of a file."""


def read_files(path: Path) -> tuple[dict[str, bytes], list[Fault]]:
    """Path within the folder to bytes, and what is wrong with the files as files.

    After a fault about the whole (a dangerous path, too many or too large files) there are no files.
    """
    if path.is_dir():
        return _from_folder(path)
    if path.is_file():
        return _from_zip(path)
    return {}, [Fault(path.name or str(path), 1, "there is no such file or folder")]


def largest(name: str) -> int:
    """How many bytes the file called `name` may have."""
    return LARGEST_IMAGE if name.startswith("media/") else LARGEST_TEXT


def _too_large(name: str) -> Fault:
    kind = "an image" if name.startswith("media/") else "a text file"
    return Fault(name, 1, f"{kind} may have at most {largest(name) // 1024 // 1024} MB")


def _too_large_together(name: str) -> Fault:
    return Fault(name, 1, f"all files together may have at most {LARGEST_FOLDER // 1024 // 1024} MB")


def _is_hidden(name: str) -> bool:
    """Passed over: what file managers leave behind, and anything whose name begins with a dot."""
    return any(part.startswith(".") or part == "__MACOSX" for part in PurePosixPath(name).parts)


def misplaced(name: str) -> str | None:
    """Why a file may not lie where it does; None if it may."""
    parts = PurePosixPath(name).parts
    if len(parts) == 1 and name != COURSE_FILE:
        return f"only {COURSE_FILE} and the folders {', '.join(FOLDERS)} stand at the top"
    if len(parts) > 1 and parts[0] not in FOLDERS:
        return f"there is no folder {parts[0]}/ in a course; the folders are {', '.join(FOLDERS)}"
    if len(parts) > 2:
        return f"folders within {parts[0]}/ are not read"
    return None


def _from_folder(root: Path) -> tuple[dict[str, bytes], list[Fault]]:
    faults: list[Fault] = []
    found = _walk(root, faults)
    if len(found) > MOST_FILES:
        return {}, [Fault(root.name, 1, f"a course has at most {MOST_FILES} files")]
    files: dict[str, bytes] = {}
    left = LARGEST_FOLDER
    for name, path in sorted(found.items()):
        if reason := misplaced(name):
            faults.append(Fault(name, 1, reason))
            continue
        try:
            with path.open("rb") as file:
                data = file.read(largest(name) + 1)
        except OSError as error:
            faults.append(Fault(name, 1, f"cannot be read: {error.strerror}"))
            continue
        if len(data) > largest(name):
            faults.append(_too_large(name))
            continue
        left -= len(data)
        if left < 0:
            return {}, [*faults, _too_large_together(name)]
        files[name] = data
    return files, faults


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
                faults.append(Fault(f"{inside}/{name}".removeprefix("./"), 1, "a folder may not be a link"))
        for name in sorted(n for n in names if not _is_hidden(n)):
            path, within = here / name, f"{inside}/{name}".removeprefix("./")
            if path.is_symlink() and not path.resolve().is_relative_to(home):
                faults.append(Fault(within, 1, "the link leads out of the folder"))
            elif not path.is_file():
                faults.append(Fault(within, 1, "not an ordinary file"))
            else:
                found[within] = path
        if len(found) > MOST_FILES:
            break
    return found


def _from_zip(path: Path) -> tuple[dict[str, bytes], list[Fault]]:
    if reason := _unsound_directory(path):
        return {}, [Fault(path.name, 1, reason)]
    try:
        with zipfile.ZipFile(path) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
            faults = _dangers(members, path.name)
            if faults:
                return {}, faults
            return _unpack(archive, members)
    except (zipfile.BadZipFile, NotImplementedError, UnicodeDecodeError, OSError):
        return {}, [Fault(path.name, 1, "not a course folder, nor a zip file that can be read")]


def _unsound_directory(path: Path) -> str | None:
    """Look at the table of contents before reading it: a forged one could fill the memory by itself."""
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(0, size - 65_577))  # the end record, with the longest comment and a zip64 locator
        tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) < at + 22:
        return "not a course folder, nor a zip file that can be read"
    entries, directory_size = struct.unpack_from("<HL", tail, at + 10)
    if tail[max(0, at - 20) : at].startswith(b"PK\x06\x07") or entries > 2 * MOST_FILES:
        return f"a course has at most {MOST_FILES} files"
    if size > LARGEST_FOLDER or directory_size > LARGEST_DIRECTORY:
        return _too_large_together("").reason
    return None


def _dangers(members: Iterable[zipfile.ZipInfo], archive: str) -> list[Fault]:
    """What makes the whole zip untrustworthy; found without unpacking anything."""
    faults: list[Fault] = []
    seen: set[str] = set()
    total = count = 0
    for member in members:
        name = member.orig_filename
        shown = name.encode("unicode_escape").decode()
        if _is_dangerous(name):
            faults.append(Fault(shown, 1, "a dangerous path"))
        elif name in seen:
            faults.append(Fault(shown, 1, "the zip holds this file twice"))
        elif stat.S_ISLNK(member.external_attr >> 16):
            faults.append(Fault(shown, 1, "a link; a zip of a course holds files only"))
        elif member.flag_bits & 0x1:
            faults.append(Fault(shown, 1, "encrypted"))
        elif member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            faults.append(Fault(shown, 1, "packed in a way that is not read; use ordinary zip compression"))
        seen.add(name)
        total += member.file_size
        count += not _is_hidden(name)
    if total > LARGEST_FOLDER:
        faults.append(_too_large_together(archive))
    if count > MOST_FILES:
        faults.append(Fault(archive, 1, f"a course has at most {MOST_FILES} files"))
    return faults


def _is_dangerous(name: str) -> bool:
    """Whether a path in a zip is anything but a plain one downwards, here or on any other system."""
    odd = "\\" in name or ":" in name or any(ord(character) < 32 for character in name)
    return odd or any(part in ("", ".", "..") for part in name.split("/"))


def _unpack(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo]) -> tuple[dict[str, bytes], list[Fault]]:
    visible = [member for member in members if not _is_hidden(member.filename)]
    top = _top_folder([member.filename for member in visible])
    files: dict[str, bytes] = {}
    faults: list[Fault] = []
    left = LARGEST_FOLDER
    for member in sorted(visible, key=lambda member: member.filename):
        name = member.filename.removeprefix(top)
        if reason := misplaced(name):
            faults.append(Fault(name, 1, reason))
            continue
        try:
            files[name] = _unpacked(archive, member, min(largest(name), left))
        except _TooMuch:
            faults.append(_too_large(name) if left > largest(name) else _too_large_together(name))
            if left <= largest(name):
                return {}, faults
            continue
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError):
            faults.append(Fault(name, 1, "is damaged in the zip"))
            continue
        left -= len(files[name])
    return files, faults


def _unpacked(archive: zipfile.ZipFile, member: zipfile.ZipInfo, most: int) -> bytes:
    """The bytes of a member, read piece by piece so that a lie about its size costs nothing."""
    if member.file_size > most:
        raise _TooMuch
    data = bytearray()
    with archive.open(member) as file:
        while piece := file.read(64 * 1024):
            data += piece
            if len(data) > most:
                raise _TooMuch
    return bytes(data)


def _top_folder(names: list[str]) -> str:
    """The one folder that everything in a zip lies in, with its slash; empty if there is none."""
    if COURSE_FILE in names:
        return ""
    tops = {name.split("/", 1)[0] for name in names if "/" in name}
    if len(tops) == 1 and all("/" in name for name in names) and tops.isdisjoint(FOLDERS):
        return tops.pop() + "/"
    return ""
