"""What stands in one cell: lists, numbers with tolerance, yes and no."""

from __future__ import annotations

import re
from math import isfinite

from flask_babel import gettext as _

from app.quizzes.types.numerals import read as read_number
from app.quizzes.types.numerals import typeable

_PLAIN = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,3})?")
_NEAR = re.compile(r"\s*(?:±|\+/-|\+-)\s*")


class Bad(Exception):
    """A cell that says nothing that can be taken; `column` names it, the message says why."""

    def __init__(self, column: str, reason: str) -> None:
        super().__init__(reason)
        self.column = column


def parts(cell: str) -> list[str]:
    """What stands between the signs |, of which \\| is one in words."""
    return [part.strip().replace("\\|", "|") for part in re.split(r"(?<!\\)\|", cell) if part.strip()]


def joined(words: list[str]) -> str:
    """Words as one cell, parted by |."""
    return " | ".join(word.replace("|", "\\|") for word in words)


def number(cell: str, column: str, language: str) -> float:
    """A number. Raises `Bad`."""
    text = cell.strip()
    if _PLAIN.fullmatch(text):
        found = float(text)
    else:
        exact = read_number(text, language)
        if exact is None:
            raise Bad(column, _("“%(text)s” is no number", text=text[:60]))
        found = float(exact)
    if not isfinite(found):
        raise Bad(column, _("“%(text)s” is no number", text=text[:60]))
    return found


def percent(cell: str, column: str, language: str, least: float = -100) -> float:
    """A share, from a cell in percent, with the sign or without. Raises `Bad`."""
    found = number(cell.strip().removesuffix("%"), column, language)
    if not least <= found <= 100:
        raise Bad(column, _("a share lies between %(least)s and 100 percent", least=round(least)))
    return round(found / 100, 7)


def near(cell: str, column: str, language: str) -> tuple[float, float, bool]:
    """A number, its tolerance, and whether that is a share of it. Raises `Bad`."""
    value, *tolerances = _NEAR.split(cell.strip())
    if len(tolerances) > 1:
        raise Bad(column, _("a number has one tolerance"))
    if not tolerances:
        return number(value, column, language), 0.0, False
    text = tolerances[0].strip()
    relative = text.endswith("%")
    size = number(text.removesuffix("%"), column, language)
    if size < 0:
        raise Bad(column, _("a tolerance is not under nothing"))
    return number(value, column, language), round(size / 100, 12) if relative else size, relative


def written_near(value: float, tolerance: float, relative: bool) -> str:
    """A number with its tolerance, as `near` reads it."""
    if not tolerance:
        return typeable(value)
    return f"{typeable(value)} ± " + (f"{typeable(round(tolerance * 100, 10))}%" if relative else typeable(tolerance))


def yes(cell: str, column: str) -> bool:
    """Whether it says yes. Raises `Bad`."""
    said = cell.strip().casefold()
    if said in ("yes", "y", "true", "1", "x", "oui"):
        return True
    if said in ("", "no", "n", "false", "0", "non"):
        return False
    raise Bad(column, _("it says yes or no, not “%(text)s”", text=cell.strip()[:60]))


def whole(cell: str, column: str) -> int | None:
    """A number of things; None where nothing stands. Raises `Bad`."""
    text = cell.strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 6):
        raise Bad(column, _("“%(text)s” is no whole number", text=text[:60]))
    return int(text)
