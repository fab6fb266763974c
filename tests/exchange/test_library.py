"""What lies in `media/`: videos, sounds, documents, captions and what is said of them, in and out."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from app.core.filetypes import TYPES, Sort
from app.core.media import LARGEST_IMAGE
from app.core.models import Media
from app.core.sanitise import TAGS
from app.core.transactions import reading, unit_of_work
from app.courses.models import CourseMedia
from app.exchange import folder, queries, services, stored
from app.exchange.fates import Fate
from app.exchange.folder.media import IMAGES, KINDS, LARGEST_CAPTIONS, LARGEST_FILM, Unfit, inspect, largest_medium
from app.extensions import db
from tests.made_files import a_docx, an_odt

from .importing import brought_in
from .sample import COURSE, Files, files, image, replaced, zipped

MP4 = b"\0\0\0\x18ftypmp42" + b"\0" * 5000
VTT = "WEBVTT\n\n00:00.000 --> 00:02.000\nHello\n"
SAID = """\
media:
  - file: talk.png
    title: The talk
    alternative: {en: Two people talk, fr: Deux personnes parlent}
  - file: end.webp
    decorates: true
  - {file: talk.mp4, seconds: 61.25, width: 640, height: 360}
modules:
"""
EVERYTHING: dict[str, bytes] = {
    "talk.mp4": MP4,
    "talk.webm": b"\x1a\x45\xdf\xa3" + b"\0" * 20,
    "voice.mp3": b"ID3\x03" + b"\0" * 20,
    "other.mp3": b"\xff\xfb\x90" + b"\0" * 20,
    "voice.m4a": b"\0\0\0\x18ftypM4A ",
    "voice.ogg": b"OggS\0",
    "voice.wav": b"RIFF\x24\0\0\0WAVEfmt ",
    "guide.pdf": b"%PDF-1.7\n",
    "talk.ogv": b"OggS\0",
    "voice.weba": b"\x1a\x45\xdf\xa3",
    "guide.docx": a_docx(),
    "guide.odt": an_odt(),
    "talk.en.vtt": VTT.encode(),
    "drawing.png": image(),
}


def with_films(**changes: str | bytes | None) -> Files:
    """The sample with a video in two languages, a document, and words for its pictures."""
    found = files(
        **{"course.yaml": replaced("modules:\n", SAID), "media/talk.mp4": MP4, "media/guide.pdf": b"%PDF-1.7"}
    )
    found |= {"media/talk.en.vtt": VTT, "media/talk.fr.vtt": VTT.replace("Hello", "Bonjour")}
    for name, content in changes.items():
        if content is None:
            del found[name]
        else:
            found[name] = content
    return found


def faults(tmp_path: Path, content: Files) -> list[str]:
    return [str(fault) for fault in folder.read(zipped(tmp_path / "faults.zip", content)).faults]


def library(course_id: int) -> dict[str, tuple[str, dict[str, str] | None, dict[str, str]]]:
    """Name to media type, alternative and captions as words."""
    with reading():
        return {
            entry.name: (
                entry.media.media_type,
                entry.alternative.strings() if entry.alternative else None,
                {language: b"".join(stored.pieces(digest)).decode() for language, digest in entry.captions.items()},
            )
            for entry in queries.list_library(course_id)
        }


@pytest.mark.parametrize("name", EVERYTHING)
def test_each_kind_is_known_by_its_name_and_what_it_begins_with(name: str) -> None:
    found = inspect(name, io.BytesIO(EVERYTHING[name]))
    assert found.size == len(EVERYTHING[name])
    assert len(found.hash) == 64
    for other, data in EVERYTHING.items():
        if data[:4] != EVERYTHING[name][:4] and not {name, other} <= {"voice.mp3", "other.mp3"}:
            with pytest.raises(Unfit):
                inspect(name, io.BytesIO(data))


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("talk.mp4", b"MZ\x90\0", "what is in the file is not what its name says"),
        ("talk.mp4", b"", "what is in the file is not what its name says"),
        ("page.html", b"<p>x</p>", "files of this kind are not taken"),
        ("drawing.svg", b"<svg onload='alert(1)'/>", "files of this kind are not taken"),
        ("noending", b"%PDF-", "files of this kind are not taken"),
        ("talk.png", b"<script>alert(1)</script>", "not a png, jpeg, webp or gif"),
        ("talk.en.vtt", b"WEBVTTX", "what is in the file is not what its name says"),
        ("talk.en.vtt", b"WEBVTT\n\n\xff", "not UTF-8"),
        ("a picture.png", b"x", "a name in media/ has only letters"),
    ],
)
def test_what_is_not_what_it_says_is_not_taken(name: str, data: bytes, why: str) -> None:
    with pytest.raises(Unfit, match=why):
        inspect(name, io.BytesIO(data))


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("guide.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "files of this kind are not taken"),
        ("guide.docx", an_odt(), "what is in the file is not what its name says"),
        ("guide.docx", a_docx(more={"word/vbaProject.bin": b"x"}), "macros"),
        ("guide.docx", b"PK\x03\x04\0", "cut off"),
    ],
)
def test_a_document_is_looked_into_as_one_that_is_uploaded(app: Flask, name: str, data: bytes, why: str) -> None:
    with pytest.raises(Unfit, match=why):
        inspect(name, io.BytesIO(data))


def test_a_folder_takes_what_a_library_holds_and_nothing_else() -> None:
    assert {media_type for media_type, _beginning in KINDS.values()} == {
        kind.media_type for kind in TYPES.values() if kind.sort is not Sort.PICTURE
    }
    assert {kind.suffix for kind in TYPES.values()} <= {*KINDS, *IMAGES}


def test_each_kind_has_a_size_of_its_own() -> None:
    assert largest_medium("media/talk.mp4") == LARGEST_FILM == 2 * 1024**3
    assert largest_medium("media/x.PNG") == LARGEST_IMAGE
    assert largest_medium("media/x.en.vtt") == LARGEST_CAPTIONS
    assert largest_medium("media/x.exe") == LARGEST_IMAGE, "what is not known is small"


def test_files_go_to_the_library_with_what_is_said_of_them(app: Flask, tmp_path: Path) -> None:
    imported = brought_in(tmp_path, with_films())
    assert library(imported.course_id) == {
        "The talk": ("image/png", {"en": "Two people talk", "fr": "Deux personnes parlent"}, {}),
        "end.webp": ("image/webp", {}, {}),
        "talk.mp4": ("video/mp4", None, {"en": VTT, "fr": VTT.replace("Hello", "Bonjour")}),
        "guide.pdf": ("application/pdf", None, {}),
    }
    films = db.session.scalars(sa.select(Media).where(Media.media_type.in_(["video/mp4", "text/vtt"]))).all()
    assert {(media.seconds, media.width, media.height) for media in films if media.name == "talk.mp4"} == {
        (61.25, 640, 360)
    }
    assert sorted(media.name for media in films) == ["talk.en.vtt", "talk.fr.vtt", "talk.mp4"]


def test_what_a_folder_does_not_speak_of_stays_in_the_library(app: Flask, tmp_path: Path) -> None:
    course_id = brought_in(tmp_path, with_films()).course_id
    before = library(course_id)
    less = with_films(**{"course.yaml": COURSE, "media/talk.fr.vtt": None, "media/guide.pdf": None})
    assert brought_in(tmp_path, less).count()[Fate.CHANGED] == 0
    assert library(course_id) == before


def test_what_a_folder_says_anew_is_changed(app: Flask, tmp_path: Path) -> None:
    course_id = brought_in(tmp_path, with_films()).course_id
    said = replaced("modules:\n", SAID).replace("Two people talk,", "Three people talk,")
    imported = brought_in(tmp_path, with_films(**{"course.yaml": said, "media/talk.en.vtt": VTT + "\n"}))
    changed = {(thing.what, thing.key) for thing in imported.with_fate(Fate.CHANGED)}
    assert changed == {("file", "talk.png"), ("file", "talk.mp4")}
    entry = db.session.scalars(sa.select(CourseMedia).where(CourseMedia.name == "The talk")).one()
    assert entry.alternative is not None and entry.alternative.outdated("en") == ["fr"]
    assert library(course_id)["talk.mp4"][2]["en"] == VTT + "\n"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"media/lonely.en.vtt": VTT}, "there is no video or sound called lonely for these captions"),
        ({"media/talk.vtt": VTT}, "media/talk.vtt:1: captions are named after their video and language"),
        ({"media/talk.x_y.vtt": VTT}, "captions are named after their video and language"),
        ({"media/talk.mp3": b"ID3"}, "several files are called talk: name the captions talk.mp3.en.vtt"),
        ({"media/talk.mp4.en.vtt": VTT}, "talk.mp4 has captions in en already"),
        ({"media/talk.mp4": b"no video"}, "media/talk.mp4:1: what is in the file is not what its name says"),
        ({"course.yaml": replaced("modules:\n", "media: [{file: tlk.png}]\nmodules:\n")}, "did you mean 'talk.png'?"),
        ({"course.yaml": replaced("modules:\n", "media: [{title: x}]\nmodules:\n")}, "the file has no file"),
        ({"course.yaml": replaced("modules:\n", "media: [{file: talk.png}, {file: talk.png}]\nmodules:\n")},
         "talk.png stands in media twice"),
        ({"course.yaml": replaced("topics:", "media: [{file: end.webp, decorates: true, alternative: x}]\ntopics:")},
         "a picture that only decorates has no alternative"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_media_is_said(tmp_path: Path, changes: dict[str, str | bytes], expected: str) -> None:
    found = faults(tmp_path, with_films(**changes))
    assert any(expected in fault for fault in found), found


def test_captions_of_a_broken_video_are_no_fault_of_their_own(tmp_path: Path) -> None:
    assert len(faults(tmp_path, with_films(**{"media/talk.mp4": b"no video"}))) == 1


def test_captions_say_whose_they_are_where_two_are_called_alike(app: Flask, tmp_path: Path) -> None:
    both = with_films(**{"media/talk.mp3": b"ID3", "media/talk.en.vtt": None, "media/talk.fr.vtt": None})
    both |= {"media/talk.mp3.en.vtt": VTT, "media/talk.mp4.fr.vtt": VTT}
    course_id = brought_in(tmp_path, both).course_id
    assert library(course_id)["talk.mp3"][2] == {"en": VTT}
    assert library(course_id)["talk.mp4"][2] == {"fr": VTT}
    names = set(queries.get_folder(course_id))
    assert {"media/talk.mp3.en.vtt", "media/talk.mp4.fr.vtt"} <= names


def test_a_picture_in_html_may_say_that_it_only_decorates(tmp_path: Path) -> None:
    silent = '<p>Words</p><p><img src="../media/talk.png" alt=""></p>'
    assert faults(tmp_path, with_films(**{"lessons/closing.en.html": silent})) == []
    (fault,) = faults(tmp_path, with_films(**{"lessons/closing.en.html": silent.replace(' alt=""', "")}))
    assert "has no words for those who do not see it" in fault


@pytest.mark.skipif("video" not in TAGS, reason="a lesson cannot hold a video yet")
def test_a_video_in_a_lesson_comes_in_and_goes_out(app: Flask, tmp_path: Path) -> None:
    shown = '<p>Look:</p>\n<video src="../media/talk.mp4"></video>'
    course_id = brought_in(tmp_path, with_films(**{"lessons/closing.en.html": shown})).course_id
    written = queries.get_folder(course_id)["lessons/closing.en.html"]
    assert isinstance(written, bytes) and b'src="../media/talk.mp4"' in written
    assert any("must lie in media/" in fault for fault in faults(
        tmp_path, with_films(**{"lessons/closing.en.html": '<p>x</p><video src="https://example.org/x.mp4"></video>'})
    ))  # fmt: skip


def test_a_library_comes_back_as_it_was(app: Flask, tmp_path: Path) -> None:
    course_id = brought_in(tmp_path, with_films()).course_id
    before = library(course_id)
    with reading():
        folder.save(queries.get_folder(course_id), tmp_path / "out.zip", stored.copy)
    with unit_of_work():
        db.session.execute(sa.delete(CourseMedia))
    other = folder.read(tmp_path / "out.zip")
    assert [str(fault) for fault in other.faults] == []
    assert {medium.title or medium.name for medium in other.sound().media} == set(before)
    services.prepare(other)
    with unit_of_work():
        services.import_course(other, trainer_id=None, by=None)
    assert library(course_id) == before
