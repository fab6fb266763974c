"""What templates of learning need beyond plain values."""

from __future__ import annotations

import re
from functools import lru_cache

import segno
from flask import Flask
from markupsafe import Markup, escape

from app.core.formats import minutes
from app.core.sanitise import plain_text
from app.core.skyline import UNLIT
from app.courses.editions import PublishedEdition
from app.courses.kinds import get_kind
from app.courses.outline import OutlineActivity

from . import codes

_TABLE = re.compile(r"<table\b.*?</table>", re.S)
_HEADER = re.compile(r"<th\b[^>]*>(.*?)</th>", re.S)


@lru_cache(maxsize=512)
def lesson_html(html: str) -> Markup:
    """A cleaned body as it stands on the page: its tables scroll in a box of their own, named by their headings."""

    def boxed(match: re.Match[str]) -> str:
        name = ", ".join(plain_text(heading) for heading in _HEADER.findall(match[0])[:4])
        return f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(name) or "…"}">{match[0]}</div>'

    return Markup(_TABLE.sub(boxed, html))  # cleaned when it was saved


def kind_line(activity: OutlineActivity) -> str:
    """`Lesson · 6 min`, `Quiz · 5 questions · 10 min`."""
    kind = get_kind(activity.kind)
    return " · ".join(part for part in (str(kind.label), kind.describe(activity), minutes(activity.minutes)) if part)


def dark_towers(edition: PublishedEdition) -> list[list[str]]:
    """The skyline of a course that nobody has begun."""
    return [[UNLIT] * len(module.activities) for module in edition.outline.modules]


def qr_picture(address: str) -> Markup:
    """A QR code of `address` as an SVG path on a grid of one unit a module, with its side in a `viewBox`."""
    rows = [list(row) for row in segno.make(address, error="m", micro=False).matrix]
    path = ""
    for y, row in enumerate(rows):
        x = 0
        while x < len(row):
            run = 0
            while x + run < len(row) and row[x + run]:
                run += 1
            if run:
                path += f"M{x} {y}h{run}v1h-{run}z"
            x += max(run, 1)
    return Markup('<svg class="qr" viewBox="0 0 {0} {0}" aria-hidden="true"><path d="{1}"/></svg>').format(
        len(rows), path
    )


def init_app(app: Flask) -> None:
    """Give templates these functions under their names."""
    for function in (lesson_html, kind_line, dark_towers):
        app.jinja_env.globals[function.__name__] = function
    app.jinja_env.globals["certificate_code"] = codes.shown
