"""Pictures as pages show them: drawn anew as WebP, without metadata, in the widths that a page needs."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from threading import BoundedSemaphore
from typing import IO

from flask_babel import lazy_gettext as _l
from PIL import Image, ImageCms, ImageOps

from .filetypes import NotAccepted
from .transactions import outside_transaction

MEDIA_TYPE = "image/webp"
WIDEST = 1920  # pixels
HIGHEST = 16_383  # WebP's own limit
VARIANTS = (480, 960, 1440)
MOST_PIXELS = 50_000_000
MOST_FRAMES = 400
MOST_MOVING_PIXELS = 120_000_000  # of all frames together
FEW_COLOURS = 512  # a drawing or a screenshot, which loses nothing
_FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
_one_at_a_time = BoundedSemaphore(1)  # a picture of fifty million pixels takes 200 MB while it is drawn


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture as WebP, its size in pixels, and the same in smaller widths, by width."""

    data: bytes
    width: int
    height: int
    variants: dict[int, bytes]


def redraw(file: IO[bytes]) -> Drawn:
    """Draw the picture in `file` anew: turned as it was held, at most 1920 pixels wide, nothing else of the file kept.

    What else the file may be (a page, an archive) is gone with it. Moving pictures go on moving; transparent ones
    stay so. Its size is read before anything is unpacked. Raises `NotAccepted`.
    """
    with outside_transaction("image work"), _one_at_a_time, warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # the limit here is the lower one
        try:
            with Image.open(file, formats=_FORMATS) as image:
                if image.width * image.height > MOST_PIXELS:
                    raise _too_large()
                if getattr(image, "is_animated", False):
                    return _moving(image)
                return _still(image)
        except NotAccepted:
            raise
        except Image.DecompressionBombError as error:
            raise _too_large() from error
        except Exception as error:  # Pillow raises many kinds for broken files
            raise NotAccepted(_l("This picture is cut off or broken, so it cannot be shown.")) from error


def _too_large() -> NotAccepted:
    return NotAccepted(
        _l("This picture has more than %(most)d million pixels. Make it smaller first.", most=MOST_PIXELS // 1_000_000)
    )


def _still(image: Image.Image) -> Drawn:
    if image.format == "JPEG":
        image.draft("RGB", (WIDEST * 2, WIDEST * 2))  # unpacked at a fraction of its size
    drawn = _plain(ImageOps.exif_transpose(image))
    drawn = _narrowed(drawn, _fitting(drawn))
    lossless = image.format in ("PNG", "GIF") and drawn.getcolors(FEW_COLOURS) is not None
    variants = {width: _webp(_narrowed(drawn, width), lossless=lossless) for width in VARIANTS if width < drawn.width}
    return Drawn(_webp(drawn, lossless=lossless), drawn.width, drawn.height, variants)


def _plain(image: Image.Image) -> Image.Image:
    """Red, green and blue as screens mean them, and how transparent; nothing but pixels."""
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
    if width == image.width:
        return image
    height = max(1, round(image.height * width / image.width))
    return image.resize((width, height), Image.Resampling.LANCZOS)


def _webp(image: Image.Image, *, lossless: bool) -> bytes:
    file = io.BytesIO()
    image.save(file, "WEBP", quality=82, method=4, lossless=lossless)
    return file.getvalue()


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
