from __future__ import annotations

import io
import time

import pytest
from flask import Flask
from PIL import Image, ImageCms, ImageDraw, features

from app.core import pictures
from app.core.filetypes import NotAccepted
from app.core.pictures import Drawn, redraw
from app.core.transactions import TransactionOpen, unit_of_work
from app.courses.models import Course
from app.extensions import db
from tests.made_files import a_bomb, a_picture


@pytest.fixture(autouse=True)
def context(app: Flask) -> Flask:
    """Whether a transaction is open is known to the application."""
    return app


def drawn(data: bytes) -> Drawn:
    return redraw(io.BytesIO(data))


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


def photo(width: int, height: int, **options: object) -> bytes:
    file = io.BytesIO()
    Image.effect_noise((width, height), 60).convert("RGB").save(file, "JPEG", **options)
    return file.getvalue()


def test_a_wide_picture_comes_in_the_widths_that_a_page_needs() -> None:
    picture = drawn(photo(3000, 1500))
    assert (picture.width, picture.height) == (1920, 960)
    sizes = {width: opened(data).size for width, data in picture.variants.items()}
    assert sizes == {480: (480, 240), 960: (960, 480), 1440: (1440, 720)}
    assert {opened(data).format for data in (picture.data, *picture.variants.values())} == {"WEBP"}
    assert len(picture.variants[480]) < len(picture.variants[960]) < len(picture.data)


def test_a_small_picture_stays_as_wide_as_it_is_and_has_only_smaller_variants() -> None:
    picture = drawn(photo(960, 400))
    assert picture.width == 960
    assert list(picture.variants) == [480]
    assert drawn(a_picture()).variants == {}


def test_a_picture_stands_as_it_was_held_and_tells_nothing_of_where() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # held upright
    exif[0x010E] = "taken at home"
    exif.get_ifd(0x8825)[2] = (59.0, 54.0, 0.0)  # where
    picture = drawn(photo(640, 320, exif=exif, comment=b"a secret remark"))
    assert (picture.width, picture.height) == (320, 640)
    shown = opened(picture.data)
    assert not shown.getexif()
    assert not {"exif", "xmp", "icc_profile", "comment"} & shown.info.keys()
    for secret in (b"taken at home", b"a secret remark", b"EXIF", b"XMP "):
        assert secret not in picture.data


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_what_is_transparent_stays_so(kind: str) -> None:
    file = io.BytesIO()
    Image.new("RGBA", (600, 10), (255, 0, 0, 0)).save(file, kind)
    picture = drawn(file.getvalue())
    for data in (picture.data, picture.variants[480]):
        assert opened(data).convert("RGBA").getpixel((3, 3))[3] == 0


def test_a_drawing_of_few_colours_loses_nothing() -> None:
    image = Image.new("RGB", (300, 200), "white")
    ImageDraw.Draw(image).line((0, 0, 299, 199), fill=(200, 30, 30), width=1)
    file = io.BytesIO()
    image.save(file, "PNG")
    assert opened(drawn(file.getvalue()).data).convert("RGB").tobytes() == image.tobytes()


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "I;16", "CMYK"])
def test_every_way_to_say_colours_is_understood(mode: str) -> None:
    file = io.BytesIO()
    Image.new(mode, (20, 10)).save(file, "JPEG" if mode == "CMYK" else "PNG")
    assert drawn(file.getvalue()).width == 20


def test_moving_pictures_go_on_moving() -> None:
    frames = [Image.new("RGB", (64, 32), colour) for colour in ("red", "green", "blue")]
    for kind in ("GIF", "WEBP", "PNG"):
        file = io.BytesIO()
        frames[0].save(file, kind, save_all=True, append_images=frames[1:], duration=80, loop=0)
        shown = opened(drawn(file.getvalue()).data)
        assert (shown.format, getattr(shown, "n_frames", 1)) == ("WEBP", 3), kind


def test_too_many_moving_pictures_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "MOST_FRAMES", 2)
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "green", "blue")]
    file = io.BytesIO()
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:])
    with pytest.raises(NotAccepted, match="video"):
        drawn(file.getvalue())


def test_a_bomb_is_refused_before_it_goes_off() -> None:
    bomb = a_bomb()
    assert len(bomb) < 10_000
    began = time.monotonic()
    with pytest.raises(NotAccepted, match="50 million"):
        drawn(bomb)
    with pytest.raises(NotAccepted, match="50 million"):
        drawn(a_bomb(9_000, 9_000))  # less than where Pillow itself gives up
    assert time.monotonic() - began < 20


@pytest.mark.parametrize("kind", ["GIF", "PNG", "JPEG", "WEBP"])
def test_of_a_picture_that_is_also_a_page_the_page_is_gone(kind: str) -> None:
    page = b"<html><script>alert(document.domain)</script></html>"
    picture = drawn(a_picture(kind) + page)
    assert b"<script" not in picture.data


def test_a_page_within_the_remarks_of_a_picture_is_gone() -> None:
    file = io.BytesIO()
    Image.new("RGB", (2, 2)).save(file, "JPEG", comment=b"*/=alert(1)/*<script>alert(1)</script>")
    assert b"alert" in file.getvalue()
    assert b"alert" not in drawn(file.getvalue()).data


@pytest.mark.parametrize(
    "data", [b"\x89PNG\r\n\x1a\n", photo(64, 64)[:200], b"GIF89a" + b"\0" * 9, b"RIFF\x10\0\0\0WEBPVP8 "]
)
def test_a_broken_picture_is_refused(data: bytes) -> None:
    with pytest.raises(NotAccepted, match="broken"):
        drawn(data)


def test_a_very_high_picture_fits_what_webp_can_hold() -> None:
    picture = drawn(a_picture("PNG", 100, 40_000))
    assert picture.height <= 16_383


def test_drawing_refuses_to_hold_up_a_transaction() -> None:
    with unit_of_work():
        db.session.get(Course, 1)
        with pytest.raises(TransactionOpen):
            drawn(a_picture())


def test_pillow_can_do_what_this_asks() -> None:
    assert features.check("webp")


def kept(data: bytes) -> bool:
    """Whether a sparing hand leaves the file as it is."""
    return redraw(io.BytesIO(data), sparing=True).data == data


def a_webp(image: Image.Image | None = None, **options: object) -> bytes:
    file = io.BytesIO()
    (image or Image.effect_noise((700, 300), 60).convert("RGB")).save(file, "WEBP", **({"quality": 82} | options))
    return file.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF"])
def test_what_was_drawn_here_is_not_drawn_again(kind: str) -> None:
    file = io.BytesIO()
    frames = [Image.effect_noise((700, 300), sigma).convert("RGB") for sigma in (20, 60, 90)]
    frames[0].save(file, kind, **({"save_all": True, "append_images": frames[1:]} if kind == "GIF" else {}))
    drawing = Image.new("RGBA", (700, 300), (0, 0, 0, 0))
    ImageDraw.Draw(drawing).ellipse((20, 20, 600, 250), fill=(200, 40, 40, 128))
    clear = io.BytesIO()
    drawing.save(clear, "PNG")
    for data in (file.getvalue(), clear.getvalue()):
        assert kept(drawn(data).data)
        assert not kept(data)


@pytest.mark.parametrize(
    ("data", "stays"),
    [
        (a_webp(), True),
        (a_webp(Image.new("RGBA", (700, 300), (200, 40, 40, 128))), True),
        (a_webp(Image.linear_gradient("L").convert("RGB"), lossless=True), True),
        (a_webp(Image.effect_noise((1920, 20), 60).convert("RGB")), True),
        (a_webp(Image.effect_noise((1921, 20), 60).convert("RGB")), False),
        (a_webp(quality=100), False),
        (a_webp(exif=b"Exif\0\0II*\0\x08\0\0\0\0\0\0\0\0\0"), False),
        (a_webp(xmp=b"<x:xmpmeta/>"), False),
        (a_webp(icc_profile=ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()), False),
        (a_webp() + b"<script>", False),
    ],
)  # fmt: skip
def test_a_webp_stays_only_if_drawing_it_would_gain_nothing(data: bytes, stays: bool) -> None:
    assert kept(data) is stays


def test_a_file_that_stays_gets_its_variants_and_is_looked_into() -> None:
    picture = redraw(io.BytesIO(a_webp()), sparing=True)
    assert (picture.width, picture.height, list(picture.variants)) == (700, 300, [480])
    assert opened(picture.variants[480]).size == (480, 206)
    with pytest.raises(NotAccepted, match="broken"):
        redraw(io.BytesIO(a_webp()[:200]), sparing=True)


def test_only_still_pictures_have_narrower_ones() -> None:
    assert list(pictures.narrower(io.BytesIO(photo(1000, 100)))) == [480, 960]
    frames = [Image.effect_noise((700, 300), sigma).convert("RGB") for sigma in (20, 60)]
    assert pictures.narrower(io.BytesIO(a_webp(frames[0], save_all=True, append_images=frames[1:]))) == {}
