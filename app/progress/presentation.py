"""What templates of learning need beyond plain values."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

import segno
from flask import Flask
from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup, escape

from app.auth.identity import page_language
from app.core.formats import minutes, percent
from app.core.sanitise import plain_text
from app.core.skyline import UNLIT
from app.courses.editions import PublishedEdition
from app.courses.kinds import get_kind
from app.courses.outline import OutlineActivity

from .certificates import codes
from .certificates.renewal import may_renew
from .standing import Standing

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


def what_completes(edition: PublishedEdition) -> str:
    """What a person must do to complete the course: `Any 5 of its 8 activities, with a score of 70% or more.`"""
    settings = edition.outline.settings
    if settings.enough:
        of = len(edition.activities)
        words = ngettext(
            "Any %(num)s of its %(of)s activities complete it.", "Any %(num)s of its %(of)s activities complete it.",
            settings.enough, of=of,
        )  # fmt: skip
    elif edition.quotas:
        words = " ".join(_numbers(edition))
    elif len(edition.required) == len(edition.activities):
        words = _("All its activities complete it.")
    else:
        words = ngettext(
            "Its %(num)s required activity completes it.", "Its %(num)s required activities complete it.",
            len(edition.required),
        )  # fmt: skip
    if settings.min_score is None:
        return words
    return f"{words} {_('You also need a score of %(score)s.', score=percent(settings.min_score / 100))}"


def _numbers(edition: PublishedEdition) -> Iterator[str]:
    """What completes a course whose modules ask for numbers: a sentence for the required ones, one for each module."""
    if edition.required:
        yield ngettext(
            "Its %(num)s required activity has to be complete.", "Its %(num)s required activities have to be complete.",
            len(edition.required),
        )  # fmt: skip
    outline = edition.outline
    for module in outline.modules:
        if module.id in edition.quotas:
            yield ngettext(
                "Any %(num)s activity of “%(module)s” has to be complete.",
                "Any %(num)s activities of “%(module)s” have to be complete.",
                edition.quotas[module.id],
                module=module.title.best(page_language(), outline.source_language),
            )


def what_is_left(standing: Standing) -> str:
    """How far a person is, and what comes next: `3 of 8 activities, about 20 min left`."""
    if not standing.total:
        return ""
    if not standing.all_done:
        time = minutes(standing.minutes_left)
        words = _(
            "%(done)s of %(total)s activities, about %(time)s left", done=standing.done, total=standing.total, time=time
        )
        return f"{words} · {_score_needed(standing)}" if standing.lacks_score else words
    if not standing.lacks_score:
        return _("%(done)s of %(total)s activities", done=standing.done, total=standing.total)
    return f"{_('Activities done.')} {how_to_reach_score(standing)}"


def how_to_reach_score(standing: Standing) -> str:
    """The next step for the score that is missing: `Reach 70%: attempt “Module test” again.`"""
    if not standing.to_raise_score:
        return _score_needed(standing)
    outline, first = standing.edition.outline, standing.to_raise_score[0]
    needed = percent((outline.settings.min_score or 0) / 100)
    title = first.title.best(page_language(), outline.source_language)
    if first.id in standing.states:
        return _("Reach %(score)s: attempt “%(title)s” again.", score=needed, title=title)
    return _("Reach %(score)s: take “%(title)s”.", score=needed, title=title)


def _score_needed(standing: Standing) -> str:
    return _("a score of %(score)s is needed", score=percent((standing.edition.outline.settings.min_score or 0) / 100))


def dark_towers(edition: PublishedEdition) -> list[list[str]]:
    """The skyline of a course that nobody has begun."""
    return [[UNLIT] * len(module.activities) for module in edition.outline.modules]


def qr_picture(address: str) -> Markup:
    """A QR code of `address` as an SVG path on a grid of one unit a module, with its side in a `viewBox`."""
    side, path = qr_path(address)
    return Markup('<svg class="qr" viewBox="0 0 {0} {0}" aria-hidden="true"><path d="{1}"/></svg>').format(side, path)


def qr_path(address: str) -> tuple[int, str]:
    """A QR code of `address`: how many modules its side has, and its dark ones as a path of one unit a module."""
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
    return len(rows), path


def init_app(app: Flask) -> None:
    """Give templates these functions under their names."""
    for function in (lesson_html, kind_line, dark_towers, what_completes, what_is_left, how_to_reach_score):
        app.jinja_env.globals[function.__name__] = function
    app.jinja_env.globals["certificate_code"] = codes.shown
    app.jinja_env.globals["may_renew"] = may_renew
