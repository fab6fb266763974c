"""Numbers as people type them, with a comma or a point."""

from __future__ import annotations

import math
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import StringField, ValidationError


class NumberField(StringField):  # type: ignore[misc]
    """A number, kept as it was typed. `number` is it once it is valid; None where nothing was typed."""

    def __init__(
        self, label: object = None, *, lowest: float, highest: float, whole: bool = False, required: bool = False,
        **values: Any,
    ) -> None:  # fmt: skip
        mode = "numeric" if whole else "decimal"
        super().__init__(
            label, render_kw={"inputmode": mode, "maxlength": 12, "size": 6, "autocomplete": "off"}, **values
        )
        self.lowest, self.highest, self.whole, self.required = lowest, highest, whole, required
        self.number: float | None = None

    def pre_validate(self, form: Any) -> None:
        typed = (self.data or "").strip().removesuffix("%").strip()
        if not typed and not self.required:
            self.number = None
            return
        number = _read(typed)
        if not self.lowest <= number <= self.highest or (self.whole and number % 1):
            message = _l("Write a whole number from %(lowest)s to %(highest)s.") if self.whole else None
            message = message or _l("Write a number from %(lowest)s to %(highest)s.")
            raise ValidationError(message % {"lowest": plain(self.lowest), "highest": plain(self.highest)})
        self.number = number


class ShareField(NumberField):
    """A share in percent. `fraction` of it once it is valid; None where nothing was typed."""

    def __init__(self, label: object = None, *, lowest: float = -100, highest: float = 100, **values: Any) -> None:
        super().__init__(label, lowest=lowest, highest=highest, **values)

    @property
    def fraction(self) -> float | None:
        return None if self.number is None else round(self.number / 100, 9)


def share(fraction: float) -> str:
    """A fraction as `ShareField` takes it."""
    return plain(fraction * 100)


def plain(number: float) -> str:
    """A number without needless zeros, as `NumberField` takes it."""
    return f"{round(number, 7):.7f}".rstrip("0").rstrip(".")


def _read(typed: str) -> float:
    try:
        return float(typed.replace(",", ".").replace("−", "-")) if len(typed) <= 20 else math.nan
    except ValueError:
        return math.nan
