"""Forms of applications. What a call asks is data, so its answers are read by `application_reading`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from flask import request
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import FileStorage, MultiDict
from wtforms import HiddenField
from wtforms.validators import InputRequired, Length, NumberRange

from app.core.forms import Form, WholeField


class BeginForm(Form):
    """For which city to apply."""

    city = WholeField(
        _l("City"), validators=[InputRequired(_l("Choose a city.")), NumberRange(1, 2**31 - 1, _l("Choose a city."))]
    )


class Deed(StrEnum):
    """What a button of the form does besides saving; each of an answer, or of a file."""

    SAVE = "save"
    REVIEW = "review"
    ADD_LINE = "line"
    DROP_LINE = "drop"
    ADD_FILE = "file"
    REMOVE_FILE = "unfile"
    RESTORE_FILE = "refile"
    MINE = "mine"
    THEIRS = "theirs"
    BOTH = "both"


FILE_DEEDS = (Deed.ADD_FILE, Deed.REMOVE_FILE, Deed.RESTORE_FILE)


@dataclass(frozen=True, slots=True)
class Go:
    """Which button was pressed: `key` of the answer, `number` of the line or file."""

    deed: Deed = Deed.SAVE
    key: str = ""
    number: int = 0


class AnswersForm(Form):
    """All answers, or one; `go` is the button that was pressed: `drop:budget:2`."""

    go = HiddenField(validators=[Length(max=80)])

    def pressed(self) -> Go:
        """What the button says; one that no page of ours has only saves."""
        deed, _colon, rest = (self.go.data or "").partition(":")
        key, _colon, number = rest.partition(":")
        if deed not in set(Deed):
            return Go()
        return Go(Deed(deed), key, int(number) if re.fullmatch(r"[0-9]{1,9}", number) else 0)

    @staticmethod
    def sent() -> MultiDict[str, str]:
        """What came, without the character NUL."""
        pairs = request.form.items(multi=True)
        return MultiDict([(name, value.replace("\0", "")) for name, value in pairs])

    @staticmethod
    def file(key: str) -> FileStorage | None:
        """The file that came for a question."""
        return request.files.get(f"{key}.file")
