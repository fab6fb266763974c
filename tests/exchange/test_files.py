"""Folders and zips as files: what may not be, and what may cost nothing to refuse."""

from __future__ import annotations

import os
import stat
import struct
import time
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from app.exchange import folder
from app.exchange.folder import files as limits
from tests.made_files import an_mp4, box

from .sample import files, written, zipped

MIB = 1024 * 1024

pytestmark = pytest.mark.usefixtures("app")  # whose database says which pictures are known


def reasons(path: Path) -> list[str]:
    parsed = folder.read(path)
    assert parsed.course is None
    return [str(fault) for fault in parsed.faults]


def quickly(path: Path) -> list[str]:
    """The reasons, having taken little time and memory to find."""
    tracemalloc.start()
    began = time.monotonic()
    try:
        found = reasons(path)
        taken, peak = time.monotonic() - began, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert taken < 3, f"it took {taken:.1f} s"
    assert peak < 24 * MIB, f"it took {peak / MIB:.0f} MiB"
    return found


def a_bomb(path: Path, *, holds: int, says: int, name: str = "course.yaml") -> Path:
    """A zip with one member of `holds` zeros that says it has `says`. Its pieces repeat, so it is small and quick."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    zeros = bytes(MIB)
    first = packer.compress(zeros) + packer.flush(zlib.Z_FULL_FLUSH)
    packed = first * (holds // MIB) + packer.flush(zlib.Z_FINISH)
    head = struct.pack("<HHHHHIIIHH", 20, 0, 8, 0, 33, 0, len(packed), says, len(name), 0)
    local = b"PK\x03\x04" + head + name.encode()
    entry = b"PK\x01\x02" + struct.pack("<H", 20) + head + struct.pack("<HHHII", 0, 0, 0, 0, 0) + name.encode()
    end = b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 1, 1, len(entry), len(local) + len(packed), 0)
    path.write_bytes(local + packed + entry + end)
    return path


def test_a_bomb_of_two_gigabytes_is_refused_at_once(tmp_path: Path) -> None:
    bomb = a_bomb(tmp_path / "bomb.zip", holds=2048 * MIB, says=2048 * MIB)
    assert bomb.stat().st_size < 4 * MIB
    assert quickly(bomb) == ["bomb.zip:1: what is in it would be far larger than any course is"]


@pytest.mark.parametrize("says", [1000, limits.LARGEST_TEXT])
def test_a_bomb_that_lies_about_its_size_is_refused_too(tmp_path: Path, says: int) -> None:
    bomb = a_bomb(tmp_path / "bomb.zip", holds=2048 * MIB, says=says)
    assert quickly(bomb) == ["course.yaml:1: is damaged in the zip"]


def test_a_member_that_says_it_is_too_large_is_not_unpacked(tmp_path: Path) -> None:
    assert "course.yaml:1: a file of this kind may have at most 2 MB" in quickly(
        a_bomb(tmp_path / "bomb.zip", holds=100 * MIB, says=100 * MIB)
    )
    bomb = a_bomb(tmp_path / "bomb.zip", holds=100 * MIB, says=100 * MIB, name="media/x.en.vtt")
    assert "media/x.en.vtt:1: a file of this kind may have at most 1 MB" in quickly(bomb)


def test_many_members_that_are_too_large_together_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "many.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for number in range(50):
            archive.writestr(f"media/{number}.png", bytes(5 * MIB))
    assert quickly(path) == ["many.zip:1: what is in it would be far larger than any course is"]


def test_a_table_of_contents_may_not_fill_the_memory(tmp_path: Path) -> None:
    path = zipped(tmp_path / "small.zip", {f"lessons/{number}.en.md": "" for number in range(limits.MOST_FILES + 1)})
    assert quickly(path) == ["small.zip:1: a course has at most 2000 files"]
    path = zipped(tmp_path / "large.zip", {f"lessons/{number}.en.md": "" for number in range(20_000)})
    assert quickly(path) == ["large.zip:1: a course has at most 2000 files"]
    data = bytearray(path.read_bytes())
    struct.pack_into("<HH", data, len(data) - 22 + 8, 1, 1)  # it says that it holds one file
    path.write_bytes(data)
    assert quickly(path) == ["large.zip:1: all files together may have at most 8192 MB"]


@pytest.mark.parametrize(
    "name",
    [
        "../course.yaml",
        "lessons/../../etc/passwd",
        "/etc/passwd",
        "C:/course.yaml",
        "lessons\\welcome.en.md",
        "lessons//welcome.en.md",
        "./course.yaml",
        "lessons/a\nb.en.md",
    ],
)
def test_a_dangerous_path_refuses_the_whole_zip(tmp_path: Path, name: str) -> None:
    path = zipped(tmp_path / "course.zip", files() | {name: "x"})
    shown = name.encode("unicode_escape").decode()
    assert reasons(path) == [f"{shown}:1: a dangerous path"]
    assert sorted(os.listdir(tmp_path)) == ["course.zip"], "nothing is unpacked"


def test_a_path_with_a_hidden_end_is_dangerous(tmp_path: Path) -> None:
    path = zipped(tmp_path / "course.zip", {"course.yamlXx": "x"})
    path.write_bytes(path.read_bytes().replace(b"course.yamlXx", b"course.yaml\0x"))
    assert reasons(path) == ["course.yaml\\x00x:1: a dangerous path"]


def forged(change: Callable[[zipfile.ZipInfo], None], path: Path, method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        info = zipfile.ZipInfo("course.yaml")
        info.compress_type = method
        change(info)
        archive.writestr(info, "target")
    return path


def test_links_in_a_zip_are_refused(tmp_path: Path) -> None:
    def link(info: zipfile.ZipInfo) -> None:
        info.external_attr = (stat.S_IFLNK | 0o777) << 16

    assert reasons(forged(link, tmp_path / "x.zip")) == ["course.yaml:1: a link; a zip of a course holds files only"]


def test_encrypted_members_are_refused(tmp_path: Path) -> None:
    path = forged(lambda info: None, tmp_path / "x.zip")
    data = bytearray(path.read_bytes())
    data[6] |= 1
    data[data.rindex(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    assert reasons(path) == ["course.yaml:1: encrypted"]


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_compression_is_refused_since_it_cannot_be_bounded(tmp_path: Path, method: int) -> None:
    (reason,) = reasons(forged(lambda info: None, tmp_path / "x.zip", method))
    assert "use ordinary zip compression" in reason


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_that_stands_twice_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path / "course.zip", files())
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("course.yaml", "another")
    assert reasons(path) == ["course.yaml:1: the zip holds this file twice"]


def test_a_damaged_zip_is_refused(tmp_path: Path) -> None:
    whole = zipped(tmp_path / "course.zip", files()).read_bytes()
    (tmp_path / "half.zip").write_bytes(whole[: len(whole) // 2])
    assert reasons(tmp_path / "half.zip") == ["half.zip:1: not a course folder, nor a zip file that can be read"]
    at = whole.index(b"course.yaml") + 200
    (tmp_path / "bad.zip").write_bytes(whole[:at] + b"\xff\xff\xff\xff" + whole[at + 4 :])
    assert "course.yaml:1: is damaged in the zip" in reasons(tmp_path / "bad.zip")


def test_what_is_no_folder_and_no_zip_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.txt").write_text("hello")
    assert reasons(tmp_path / "x.txt") == ["x.txt:1: not a course folder, nor a zip file that can be read"]
    (tmp_path / "empty").write_bytes(b"")
    assert reasons(tmp_path / "empty") == ["empty:1: not a course folder, nor a zip file that can be read"]
    assert reasons(tmp_path / "nowhere") == ["nowhere:1: there is no such file or folder"]


def test_a_link_that_leads_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    secret = tmp_path / "secret.md"
    secret.write_text("secret")
    course = written(tmp_path / "course", files(**{"lessons/welcome.fr.md": None}))
    (course / "lessons" / "welcome.fr.md").symlink_to(secret)
    assert reasons(course) == ["lessons/welcome.fr.md:1: the link leads out of the folder"]


def test_a_link_within_the_folder_is_a_file_like_any_other(tmp_path: Path) -> None:
    course = written(tmp_path / "course", files(**{"lessons/welcome.fr.md": None}))
    (course / "lessons" / "welcome.fr.md").symlink_to(course / "lessons" / "welcome.en.md")
    assert folder.read(course).faults == ()


def test_a_linked_folder_is_refused(tmp_path: Path) -> None:
    course = written(tmp_path / "course", files())
    (course / "quizzes").rename(tmp_path / "elsewhere")
    (course / "quizzes").symlink_to(tmp_path / "elsewhere")
    assert "quizzes:1: a folder may not be a link" in reasons(course)


def test_what_is_no_ordinary_file_is_refused(tmp_path: Path) -> None:
    course = written(tmp_path / "course", files())
    os.mkfifo(course / "lessons" / "x.en.md")
    assert reasons(course) == ["lessons/x.en.md:1: not an ordinary file"]


def test_a_folder_of_too_many_files_is_refused(tmp_path: Path) -> None:
    course = written(tmp_path / "course", {f"lessons/{n}.en.md": "" for n in range(limits.MOST_FILES + 1)})
    assert reasons(course) == ["course:1: a course has at most 2000 files"]


def test_a_large_video_is_never_held_in_memory(tmp_path: Path) -> None:
    path = zipped(tmp_path / "course.zip", files())
    with zipfile.ZipFile(path, "a") as archive, archive.open("media/talk.mp4", "w") as file:
        file.write(an_mp4(b"vide"))
        for _piece in range(64):
            file.write(box(b"free", bytes(MIB)))
    tracemalloc.start()
    try:
        parsed = folder.read(path)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert parsed.faults == ()
    assert {medium.name: medium.found.size for medium in parsed.sound().media}["talk.mp4"] > 64 * MIB
    assert peak < 24 * MIB, f"it took {peak / MIB:.0f} MiB"
