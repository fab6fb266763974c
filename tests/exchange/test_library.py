"""What lies in `media/`: videos, sounds, documents, captions and what is said of them, in and out."""

from __future__ import annotations

import hashlib
import io
from contextlib import nullcontext
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from PIL import Image

from app.core import media, pictures
from app.core.filetypes import NotAccepted
from app.core.models import Media
from app.core.sanitise import TAGS
from app.core.transactions import reading, unit_of_work
from app.courses.library import captions, intake, uploads
from app.courses.models import CourseMedia, Lesson
from app.exchange import folder, queries, services, stored
from app.exchange.drawings import Drawings
from app.exchange.fates import Fate
from app.exchange.folder.media import largest_medium, take
from app.exchange.parsed import Held, ParsedMedium
from app.extensions import db
from tests.made_files import TALK, a_bomb, a_docx, an_mp4, an_odt

from .importing import brought_in
from .sample import COURSE, Files, files, image, replaced, zipped

pytestmark = pytest.mark.usefixtures("app")  # whose database says which pictures are known

MP4 = an_mp4(b"vide")
VTT = "WEBVTT\n\n00:00:00.000 --> 00:00:02.000\nHello\n"
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
EVERYTHING: dict[str, tuple[bytes, str]] = {
    "talk.mp4": (an_mp4(b"vide"), "talk.mp4"),
    "talk.m4v": (an_mp4(b"vide"), "talk.mp4"),
    "talk.webm": (TALK.read_bytes(), "talk.webm"),
    "talk.ogv": (b"OggS" + b"\0" * 24 + b"\x80theora", "talk.ogv"),
    "voice.weba": (b"\x1aE\xdf\xa3\x9fB\x82\x84webm" + b"\0" * 90 + b"A_OPUS", "voice.weba"),
    "voice.mp3": (b"ID3\x04" + b"\0" * 20, "voice.mp3"),
    "voice.opus": (b"OggS" + b"\0" * 24 + b"OpusHead", "voice.ogg"),
    "voice.wav": (b"RIFF\x24\0\0\0WAVEfmt ", "voice.wav"),
    "guide.pdf": (b"%PDF-1.7\n", "guide.pdf"),
    "guide.docx": (a_docx(), "guide.docx"),
    "guide.zip": (an_odt(), "guide.odt"),
    "drawing.png": (image(), "drawing.webp"),
    "drawing.jpeg": (image("JPEG"), "drawing.webp"),
    "wrong.png": (b"%PDF-1.7\n", "wrong.pdf"),
    "noending": (image("GIF"), "noending.webp"),
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


def taken(name: str, data: bytes) -> ParsedMedium:
    return take(name, Held(len(data), lambda: nullcontext(io.BytesIO(data))), Drawings())


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
def test_a_file_is_what_it_is_in_the_library(name: str) -> None:
    data, address_name = EVERYTHING[name]
    medium = taken(name, data)
    with uploads.sent(name, io.BytesIO(data)) as sent:
        uploaded = intake.take_in(sent)
    assert medium.address_name == address_name == uploaded.address_name
    assert (medium.found.hash, medium.found.media_type) == (uploaded.hash, uploaded.media_type)
    assert (medium.found.size, medium.found.width) == (uploaded.size, uploaded.width)


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("talk.mp4", b"MZ\x90\0", "Accepted are"),
        ("talk.mp4", b"", "empty"),
        ("talk.mp4", b"\0\0\0\x18ftypmp42", "cut off or broken"),
        ("page.html", b"<p>x</p>", "Accepted are"),
        ("drawing.svg", b"<svg onload='alert(1)'/>", "SVG"),
        ("guide.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "docx"),
        ("talk.png", b"<script>alert(1)</script>", "Accepted are"),
        ("talk.png", image()[:50], "cut off or broken"),
        ("bomb.png", a_bomb(), "50 million pixels"),
        ("a picture.png", b"x", "a name in media/ has only letters"),
    ],
)
def test_what_the_library_refuses_is_not_taken(name: str, data: bytes, why: str) -> None:
    with pytest.raises(NotAccepted, match=why):
        taken(name, data)


def test_each_kind_has_a_size_of_its_own() -> None:
    assert largest_medium("media/talk.mp4") == uploads.LARGEST == 2 * 1024**3
    assert largest_medium("media/x.en.VTT") == captions.LARGEST


def test_captions_are_read_and_written_plainly(tmp_path: Path) -> None:
    found = faults(tmp_path, with_films(**{"media/talk.en.vtt": VTT + "\n00:01.000 --> 00:02.000\n<script>x\n"}))
    assert [fault for fault in found if "<script>" in fault and fault.startswith("media/talk.en.vtt:7: ")] == found
    subrip = b"1\r\n00:00:00,000 --> 00:00:02,000\r\nHello\r\n"
    medium = taken("talk.en.srt", subrip)
    with medium.file.open() as file:
        assert file.read().decode() == VTT
    assert (medium.found.media_type, medium.address_name) == ("text/vtt", "talk.en.vtt")


def test_a_picture_comes_in_as_an_uploaded_one_does(app: Flask, tmp_path: Path) -> None:
    photo = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "taken at home"
    Image.effect_noise((2400, 600), 60).convert("RGB").save(photo, "JPEG", exif=exif)
    course_id = brought_in(tmp_path, with_films(**{"media/talk.png": photo.getvalue()})).course_id
    (entry,) = [entry for entry in queries.list_library(course_id) if entry.name == "The talk"]
    row = entry.media
    assert (row.name, row.media_type, row.width, row.height) == ("talk.webp", "image/webp", 1920, 480)
    assert b"taken at home" not in b"".join(stored.pieces(row.hash))
    assert [variant.width for variant in row.variants] == [480, 960, 1440]
    for variant in row.variants:
        data = b"".join(stored.pieces(variant.hash))
        assert (Image.open(io.BytesIO(data)).width, len(data)) == (variant.width, variant.size)
    lesson = db.session.scalars(sa.select(Lesson).where(Lesson.key == "picture")).one()
    assert f'src="/media/{row.hash}/talk.webp"' in lesson.bodies[0].html


def test_what_is_drawn_already_stays_byte_for_byte_and_gets_its_variants(app: Flask, tmp_path: Path) -> None:
    data = image("WEBP", size=(1200, 800))
    course_id = brought_in(tmp_path, with_films(**{"media/end.webp": data})).course_id
    (entry,) = [entry for entry in queries.list_library(course_id) if entry.name == "end.webp"]
    assert b"".join(stored.pieces(entry.media_hash)) == data
    assert [variant.width for variant in entry.media.variants] == [480, 960]


def test_what_the_site_knows_stays_and_gets_the_variants_that_it_lacks(app: Flask, tmp_path: Path) -> None:
    data = image(size=(600, 400))
    digest = hashlib.sha256(data).hexdigest()
    with unit_of_work():
        media.keep_file(digest, "known.png", "image/png", len(data), width=600, height=400)
    for _time in range(2):
        course_id = brought_in(tmp_path, with_films(**{"media/talk.png": data})).course_id
        (entry,) = [entry for entry in queries.list_library(course_id) if entry.name == "The talk"]
        assert entry.media_hash == digest
        assert [variant.width for variant in entry.media.variants] == [480]
        db.session.expire_all()
    lesson = db.session.scalars(sa.select(Lesson).where(Lesson.key == "picture")).one()
    assert f'src="/media/{digest}/known.png"' in lesson.bodies[0].html


def test_nothing_is_drawn_again_when_a_folder_comes_again(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    course_id = brought_in(tmp_path, with_films(**{"media/talk.png": image(size=(600, 400))})).course_id
    with reading():
        folder.save(queries.get_folder(course_id), tmp_path / "out.zip", stored.copy)
    for work in ("redraw", "narrower"):
        monkeypatch.delattr(pictures, work)
    parsed = folder.read(tmp_path / "out.zip")
    with unit_of_work():
        again = services.import_course(parsed, trainer_id=None, by=None)
    assert set(again.count()) == {Fate.UNCHANGED}


def test_files_go_to_the_library_with_what_is_said_of_them(app: Flask, tmp_path: Path) -> None:
    imported = brought_in(tmp_path, with_films())
    assert library(imported.course_id) == {
        "The talk": ("image/webp", {"en": "Two people talk", "fr": "Deux personnes parlent"}, {}),
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
    imported = brought_in(
        tmp_path, with_films(**{"course.yaml": said, "media/talk.en.vtt": VTT.replace("Hello", "Good day")})
    )
    changed = {(thing.what, thing.key) for thing in imported.with_fate(Fate.CHANGED)}
    assert changed == {("file", "talk.png"), ("file", "talk.mp4")}
    entry = db.session.scalars(sa.select(CourseMedia).where(CourseMedia.name == "The talk")).one()
    assert entry.alternative is not None and entry.alternative.outdated("en") == ["fr"]
    assert library(course_id)["talk.mp4"][2]["en"] == VTT.replace("Hello", "Good day")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"media/lonely.en.vtt": VTT}, "there is no video or sound called lonely for these captions"),
        ({"media/talk.vtt": VTT}, "media/talk.vtt:1: captions are named after their video and language"),
        ({"media/talk.x_y.vtt": VTT}, "captions are named after their video and language"),
        ({"media/talk.mp3": b"ID3\x04"}, "several files are called talk: name the captions talk.mp3.en.vtt"),
        ({"media/talk.mp4.en.vtt": VTT}, "talk.mp4 has captions in en already"),
        ({"media/talk.mp4": b"no video"}, "media/talk.mp4:1: Accepted are pictures"),
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
    both = with_films(**{"media/talk.mp3": b"ID3\x04", "media/talk.en.vtt": None, "media/talk.fr.vtt": None})
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
