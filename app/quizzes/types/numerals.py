"""Numbers as people type them in any of their ways, read exactly; and numbers written for people."""

from __future__ import annotations

import re
import unicodedata
from fractions import Fraction
from functools import lru_cache

from babel import Locale, UnknownLocaleError

MOST_EXPONENT, LEAST_EXPONENT = 300, -400  # as far as floats go
MOST_DIGITS = 1000

# Signs, marks and spaces of other scripts and keyboards; the directions that Arabic text carries are no part of it.
# D stands for a decimal sign and G for one between thousands where the sign itself leaves no doubt.
_SIGNS = str.maketrans(
    {
        **dict.fromkeys("\u2212\u2010\u2011\u2012\u2013\ufe63\uff0d", "-"),
        "\uff0b": "+",
        "\u066b": "D",
        "\u066c": "G",
        **dict.fromkeys("'\u2019\u02bc", "G"),
        **dict.fromkeys("\u060c\uff0c", ","),
        "\uff0e": ".",
        **dict.fromkeys("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"),
    }
)
_NUMBER = re.compile(r"([+-]?) *([0-9.,DG]*[0-9][0-9.,DG]*)(?: ?(?:[eE]| ?[x×*·] ?10\^ ?)([+-]?[0-9]{1,9}))?")
_GROUPED = re.compile(r"[0-9]{1,3}([.,G])(?:[0-9]{2,3}\1)*[0-9]{3}")
_NEVER = re.compile(r"[+-]?(?:nan|inf(?:inity)?|∞)", re.IGNORECASE)


def read(typed: str, language: str) -> Fraction | None:
    """The number that was typed, exactly; None for what is no number, or further from zero than any is.

    The decimal sign is a point or a comma, whatever the language. Thousands may stand apart, by spaces or by the other
    of the two. One sign that could be either (`1,250`) is what it is in `language`, and a decimal sign where that
    language sets thousands apart otherwise. `1e3` and `1.2×10^3` are read; digits are of any script.
    """
    try:
        return _exactly(_plain(typed), language)
    except OverflowError:
        return None


def without_end(typed: str) -> bool:
    """Whether it says that it is infinite, or `NaN`, or is further from zero than any number is."""
    plain = _plain(typed)
    try:
        _exactly(plain, "")
    except OverflowError:
        return True
    return _NEVER.fullmatch(plain) is not None


def written(number: float, language: str) -> str:
    """A number for readers of `language`: every digit of it, its decimal sign, and nothing between thousands."""
    digits = typeable(number)
    return digits.replace("-", "−").replace(".", decimal_sign(language))


def typeable(number: float) -> str:
    """A number as `read` takes it, with every digit that it has and no more."""
    digits = repr(float(number)).removesuffix(".0")
    mantissa, _e, exponent = digits.partition("e")
    if not exponent or abs(int(exponent)) > 20:
        return digits
    sign, mantissa = ("-", mantissa[1:]) if mantissa.startswith("-") else ("", mantissa)
    whole, _point, decimals = mantissa.partition(".")
    if int(exponent) > 0:
        return sign + whole + decimals.ljust(int(exponent), "0")
    return f"{sign}0.{'0' * (-int(exponent) - 1)}{whole}{decimals}"


def exact(number: float) -> Fraction:
    """What a float was written as: 0.1 is a tenth. It must be finite."""
    return Fraction(repr(float(number)))


@lru_cache(maxsize=100)
def decimal_sign(language: str) -> str:
    return _symbol(language, "decimal", ".")


@lru_cache(maxsize=100)
def thousands_sign(language: str) -> str:
    return _symbol(language, "group", "")


def _symbol(language: str, name: str, otherwise: str) -> str:
    try:
        symbols = Locale.parse(language, sep="-").number_symbols
    except (UnknownLocaleError, ValueError, TypeError):
        return otherwise
    return str(symbols.get("latn", symbols).get(name, otherwise))


def _plain(typed: str) -> str:
    """Signs and digits made ASCII, spaces between digits made G, none at the ends."""
    spaced = " ".join(typed.translate(_SIGNS).split())
    digits = "".join(str(unicodedata.decimal(c)) if unicodedata.category(c) == "Nd" else c for c in spaced)
    return re.sub(r"(?<=[0-9]) (?=[0-9])", "G", digits)


def _exactly(plain: str, language: str) -> Fraction | None:
    """The number; None for what is none. Raises `OverflowError`."""
    match = _NUMBER.fullmatch(plain)
    split = _split(match[2], language) if match else None
    if match is None or split is None:
        return None
    (whole, decimals), exponent = split, int(match[3] or 0)
    whole = whole.lstrip("0")
    if exponent < LEAST_EXPONENT or len(decimals) > MOST_DIGITS:
        return None
    if len(whole) > MOST_DIGITS:
        raise OverflowError
    if exponent > MOST_EXPONENT:
        raise OverflowError
    number = Fraction(int(whole + decimals or "0"), 10 ** len(decimals)) * Fraction(10) ** exponent
    if number > 10**MOST_EXPONENT:
        raise OverflowError
    return -number if match[1] == "-" else number


def _split(mantissa: str, language: str) -> tuple[str, str] | None:
    """The digits before and after the decimal sign; None where the signs make no number."""
    mark = _decimal_mark(mantissa, language)
    whole, _mark, decimals = mantissa.rpartition(mark) if mark else (mantissa, "", "")
    if not (decimals.isdigit() or not decimals) or (mark and mark in whole):
        return None
    if whole and not whole.isdigit() and not _GROUPED.fullmatch(whole):
        return None
    return re.sub(r"[.,G]", "", whole), decimals


def _decimal_mark(mantissa: str, language: str) -> str:
    """Which sign in it is the decimal one; "" for none."""
    if "D" in mantissa:
        return "D"
    signs = [sign for sign in ",." if sign in mantissa]
    if len(signs) == 2:
        return max(signs, key=mantissa.rindex)
    if not signs or mantissa.count(signs[0]) > 1:
        return ""
    may_group = re.fullmatch(r"[1-9][0-9]{0,2}[.,][0-9]{3}", mantissa) is not None
    return "" if may_group and signs[0] == thousands_sign(language) else signs[0]
