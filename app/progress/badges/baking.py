"""A badge within a picture, and the pictures: the course's skyline with every window lit.

Baking: https://www.imsglobal.org/spec/ob/v3p0/#baking.
"""

from __future__ import annotations

import io
import json
from collections.abc import Sequence

from app.core.skyline import LAMP, NIGHT, TOWER, TOWER_ALT, Plan
from app.core.transactions import outside_transaction

from .proofs import Document

_SIDE = 600  # pixels
_MARGIN = 24  # of the skyline's own units, on either side
_MERLONS = ((0, 7, 0), (7, 13.5, 5), (13.5, 20.5, 0), (20.5, 27, 5), (27, Plan.WIDTH, 0))  # from, to, how much lower


def written(document: Document) -> str:
    """A signed document as text: ASCII, and nothing in it ends a CDATA section, so that it stands anywhere as it is."""
    return json.dumps(document, indent=1).replace("]]>", "]]\\u003e")


def png(counts: Sequence[int], credential: str = "") -> bytes:
    """The picture of a course whose modules have these many activities; with a credential, that within it."""
    from PIL.PngImagePlugin import PngInfo  # Pillow is five megabytes, which only a process that draws need hold

    plan = _plan(counts)
    with outside_transaction("drawing a badge"):
        canvas = _Canvas(plan)
        for i, (x, top) in enumerate(plan.towers):
            for left, right, lower in _MERLONS:
                canvas.box(x + left, top + lower, x + right, plan.height, TOWER_ALT if i % 2 else TOWER)
        for x, y in plan.windows:
            canvas.box(x, y, x + Plan.WINDOW, y + Plan.WINDOW, LAMP)
        info = PngInfo()
        if credential:
            info.add_itxt("openbadgecredential", credential)
        file = io.BytesIO()
        canvas.image.save(file, "PNG", pnginfo=info, optimize=True)
    return file.getvalue()


def svg(counts: Sequence[int], credential: str) -> str:
    """The same picture as an SVG, with the credential within."""
    plan = _plan(counts)
    side = plan.width
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:openbadges="https://purl.imsglobal.org/ob/v3p0"'
        f' viewBox="0 {plan.height - side} {side} {side}" width="{_SIDE}" height="{_SIDE}">'
        f"<openbadges:credential><![CDATA[{credential}]]></openbadges:credential>"
        f'<rect y="{plan.height - side}" width="{side}" height="{side}" fill="{NIGHT}"/>{plan.drawn()}</svg>\n'
    )


def _plan(counts: Sequence[int]) -> Plan:
    """A skyline that fits a square: as wide as it is high at least."""
    narrow = Plan.of(counts, height=0, least=0)
    return Plan.of(counts, height=0, least=max(narrow.width, narrow.height) + 2 * _MARGIN)


class _Canvas:
    """Boxes in the skyline's units on a square whose lower edge is the ground."""

    def __init__(self, plan: Plan) -> None:
        from PIL import Image, ImageDraw

        self.image = Image.new("RGB", (_SIDE, _SIDE), NIGHT)
        self._draw = ImageDraw.Draw(self.image)
        self._scale = _SIDE / plan.width
        self._above = plan.width - plan.height

    def box(self, left: float, top: float, right: float, bottom: float, colour: str) -> None:
        x0, x1 = (round(x * self._scale) for x in (left, right))
        y0, y1 = (round((y + self._above) * self._scale) for y in (top, bottom))
        self._draw.rectangle((x0, y0, max(x0, x1 - 1), max(y0, y1 - 1)), fill=colour)
