"""What trainers fill in of a quiz: its settings, the marks of a question, what to look for in the bank."""

from __future__ import annotations

from typing import Self

import msgspec
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, SelectField
from wtforms.fields.choices import SelectChoice

from app.core.forms import Form

from .fields import NumberField, ShareField, plain
from .labels import GRADINGS
from .settings import Grading, QuizSettings

MOST_ATTEMPTS = 1000
MOST_MARKS = 100


class SettingsForm(Form):
    """How a quiz is taken and graded. `made_from` holds the settings that the page was made from."""

    made_from = HiddenField()
    pass_mark = ShareField(_l("Pass mark, in percent"), lowest=0)
    attempts = NumberField(_l("Attempts allowed"), lowest=1, highest=MOST_ATTEMPTS, whole=True)
    grading = SelectField(
        _l("Which attempt counts"),
        choices=[SelectChoice(grading.value, label) for grading, label in GRADINGS.items()],
        validate_choice=True,
    )
    shuffle = BooleanField(_l("Mix the order of the choices"))

    @classmethod
    def showing(cls, settings: QuizSettings) -> Self:
        """The form of a quiz as it stands."""
        return cls(
            formdata=None,
            data={
                "made_from": msgspec.json.encode(settings).decode(),
                "pass_mark": "" if settings.pass_mark is None else plain(settings.pass_mark),
                "attempts": "" if settings.attempts is None else str(settings.attempts),
                "grading": settings.grading.value,
                "shuffle": settings.shuffle,
            },
        )

    @property
    def settings(self) -> QuizSettings:
        """What was filled in, once it is valid."""
        return QuizSettings(
            pass_mark=self.pass_mark.number,
            attempts=None if self.attempts.number is None else int(self.attempts.number),
            grading=Grading(self.grading.data),
            shuffle=bool(self.shuffle.data),
        )

    @property
    def former(self) -> QuizSettings | None:
        """The settings that the page was made from; None where they cannot be read."""
        try:
            return msgspec.json.decode(self.made_from.data or "", type=QuizSettings)
        except msgspec.MsgspecError:
            return None


class MarksForm(Form):
    """What a question is worth in a quiz."""

    marks = NumberField(_l("Marks"), lowest=0.01, highest=MOST_MARKS, required=True)
