"""Numbers as files write them, exactly: what is written is what is read again."""

from __future__ import annotations

import math
import re
from decimal import Decimal, localcontext

LONGEST = 60  # characters
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")


def number_of(written: str) -> float | None:
    """The number that is written, with a point; None if there is none, or it is too large."""
    found = exact(written)
    return None if found is None else _finite(found)


def exact(written: str) -> Decimal | None:
    """As `number_of`, without rounding."""
    written = written.strip()
    if len(written) > LONGEST or not _NUMBER.fullmatch(written):
        return None
    return Decimal(written)


def fraction_of(percent: str) -> float | None:
    """A percentage as a share; None if it is none of -100 to 100."""
    found = exact(percent)
    if found is None or abs(found) > 100:
        return None
    return _finite(found / 100)


def percent(fraction: float) -> str:
    """A share as a percentage, to all its digits: `33.33333`."""
    return numeral(Decimal(repr(fraction)) * 100)


def numeral(value: float | Decimal) -> str:
    """A number with all its digits and no more: `5`, `0.0005`, `1E+30`."""
    number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    if number == 0:
        return "0"
    number = number.normalize()
    return format(number, "f") if -30 < number.adjusted() < 21 else str(number)


def spread(least: str, most: str) -> tuple[float, float] | None:
    """The middle of a range and how far its ends are from it; None if it is none."""
    low, high = exact(least), exact(most)
    if low is None or high is None or low > high:
        return None
    with localcontext() as context:
        context.prec = 2 * LONGEST
        middle, reach = _finite((low + high) / 2), _finite((high - low) / 2)
    return None if middle is None or reach is None else (middle, reach)


def inverse(written: str) -> float | None:
    """1 by the number that is written."""
    found = exact(written)
    return None if not found else _finite(1 / found)


def inverted(value: float) -> str:
    """1 by `value`, with so many digits that its inverse is `value` again."""
    return numeral(1 / Decimal(repr(value)))


def _finite(number: Decimal) -> float | None:
    value = float(number)
    return value + 0.0 if math.isfinite(value) else None
