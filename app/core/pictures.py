"""Pictures as pages show them: drawn anew as WebP, without metadata, in the widths that a page needs."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from threading import BoundedSemaphore
from typing import IO, TYPE_CHECKING

from flask_babel import lazy_gettext as _l

from . import webp
from .filetypes import NotAccepted
from .transactions import outside_transaction

if TYPE_CHECKING:
    from PIL import Image

MEDIA_TYPE = "image/webp"
WIDEST = 1920  # pixels
HIGHEST = 16_383  # WebP's own limit
VARIANTS = (480, 960, 1440)
MOST_PIXELS = 50_000_000
MOST_FRAMES = 400
MOST_MOVING_PIXELS = 120_000_000  # of all frames together
FEW_COLOURS = 512  # a drawing or a screenshot, which loses nothing
WORTH_IT = 0.75  # a WebP is drawn anew if that leaves at most so much of its bytes
_FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
_one_at_a_time = BoundedSemaphore(1)  # a picture of fifty million pixels takes 200 MB while it is drawn


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture as WebP, its size in pixels, and the same in smaller widths, by width."""

    data: bytes
    width: int
    height: int
    variants: dict[int, bytes]


def redraw(file: IO[bytes], *, sparing: bool = False) -> Drawn:
    """Draw the picture in `file` anew: turned as it was held, at most 1920 pixels wide, nothing else of the file kept.

    What else the file may be (a page, an archive) is gone with it. Moving pictures go on moving; transparent ones
    stay so. Its size is read before anything is unpacked. A `sparing` hand leaves a file as it is, byte for byte,
    if it is drawn already (`_is_drawn`), since each drawing loses a little. Raises `NotAccepted`.
    """
    with _opened(file) as image:
        drawn = _moving(image) if _moves(image) else _still(image, file)
        if sparing and _is_drawn(file, image, drawn):
            file.seek(0)
            return replace(drawn, data=file.read())
        return drawn


def narrower(file: IO[bytes]) -> dict[int, bytes]:
    """The picture in `file` as WebP in the widths below its own; none of a moving one. Raises `NotAccepted`."""
    with _opened(file) as image:
        return {} if _moves(image) else _variants(*_plain_and_fitting(image, file))


@contextmanager
def _opened(file: IO[bytes]) -> Iterator[Image.Image]:
    from PIL import Image  # five megabytes, which only a process that draws need hold

    file.seek(0)
    with outside_transaction("image work"), _one_at_a_time, warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # the limit here is the lower one
        try:
            with Image.open(file, formats=_FORMATS) as image:
                if image.width * image.height > MOST_PIXELS:
                    raise _too_large()
                yield image
        except NotAccepted:
            raise
        except Image.DecompressionBombError as error:
            raise _too_large() from error
        except Exception as error:  # Pillow raises many kinds for broken files
            raise NotAccepted(_l("This picture is cut off or broken, so it cannot be shown.")) from error


def _is_drawn(file: IO[bytes], image: Image.Image, drawn: Drawn) -> bool:
    """Whether drawing `file` anew as `drawn` gains nothing: it is a WebP with nothing but pixels in it, no wider and
    no higher than it may be, and loses no more than a quarter of its bytes.
    """
    size = file.seek(0, io.SEEK_END)
    return (
        image.format == "WEBP"
        and (image.width, image.height) == (drawn.width, drawn.height)
        and len(drawn.data) > size * WORTH_IT
        and webp.holds_only_pixels(file)
    )


def _too_large() -> NotAccepted:
    return NotAccepted(
        _l("This picture has more than %(most)d million pixels. Make it smaller first.", most=MOST_PIXELS // 1_000_000)
    )


def _still(image: Image.Image, file: IO[bytes]) -> Drawn:
    drawn, lossless = _plain_and_fitting(image, file)
    return Drawn(_webp(drawn, lossless=lossless), drawn.width, drawn.height, _variants(drawn, lossless))


def _plain_and_fitting(image: Image.Image, file: IO[bytes]) -> tuple[Image.Image, bool]:
    """The picture as it is to be written, and whether that is to lose nothing."""
    from PIL import ImageOps

    if image.format == "JPEG":
        image.draft("RGB", (WIDEST * 2, WIDEST * 2))  # unpacked at a fraction of its size
    exact = image.format in ("PNG", "GIF") or (image.format == "WEBP" and webp.is_lossless(file))
    drawn = _plain(ImageOps.exif_transpose(image))
    drawn = _narrowed(drawn, _fitting(drawn))
    return drawn, exact and drawn.getcolors(FEW_COLOURS) is not None


def _variants(drawn: Image.Image, lossless: bool) -> dict[int, bytes]:
    return {width: _webp(_narrowed(drawn, width), lossless=lossless) for width in VARIANTS if width < drawn.width}


def _plain(image: Image.Image) -> Image.Image:
    """Red, green and blue as screens mean them, and how transparent; nothing but pixels."""
    from PIL import ImageCms

    clear = image.has_transparency_data
    profile = image.info.get("icc_profile")
    if profile and image.mode in ("RGB", "RGBA", "CMYK"):
        mode = "RGBA" if image.mode == "RGBA" else "RGB"
        try:
            srgb = ImageCms.createProfile("sRGB")
            own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            image = ImageCms.profileToProfile(image, own, srgb, outputMode=mode) or image
        except (ImageCms.PyCMSError, OSError, ValueError):
            pass  # a broken profile: the colours as they are
    image = image.convert("RGBA" if clear else "RGB")
    image.info = {}
    return image


def _fitting(image: Image.Image) -> int:
    """The width at which a picture is neither wider than a page needs nor higher than WebP can hold."""
    return max(1, min(image.width, WIDEST, image.width * HIGHEST // image.height))


def _narrowed(image: Image.Image, width: int) -> Image.Image:
    from PIL import Image

    if width == image.width:
        return image
    height = max(1, round(image.height * width / image.width))
    return image.resize((width, height), Image.Resampling.LANCZOS)


def _webp(image: Image.Image, *, lossless: bool) -> bytes:
    file = io.BytesIO()
    image.save(file, "WEBP", quality=82, method=4, lossless=lossless)
    return file.getvalue()


def _moves(image: Image.Image) -> bool:
    return bool(getattr(image, "is_animated", False))


def _moving(image: Image.Image) -> Drawn:
    frames = getattr(image, "n_frames", 1)
    if frames > MOST_FRAMES or frames * image.width * image.height > MOST_MOVING_PIXELS:
        raise NotAccepted(_l("This moving picture is too long. Save it as a video (MP4 or WebM) instead."))
    width = _fitting(image)
    lengths: list[int] = []

    def drawn() -> Iterator[Image.Image]:
        for place in range(frames):
            image.seek(place)
            lengths.append(int(image.info.get("duration", 100)) or 100)
            yield _narrowed(image.convert("RGBA"), width)

    pictures = list(drawn())
    for picture in pictures:
        picture.info = {}
    file = io.BytesIO()
    loop = int(image.info.get("loop", 1))
    pictures[0].save(
        file, "WEBP", save_all=True, append_images=pictures[1:], duration=lengths, loop=loop, quality=75, method=2
    )
    return Drawn(file.getvalue(), pictures[0].width, pictures[0].height, {})
