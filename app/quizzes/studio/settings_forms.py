"""How a quiz is taken, as trainers fill it in."""

from __future__ import annotations

from typing import Any, Self

import msgspec
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, FieldList, FormField, HiddenField, SelectField
from wtforms.fields.choices import SelectChoice

from app.core.forms import Form
from app.core.text import Text

from ..fields import NumberField, ShareField, plain
from ..labels import BEHAVIOURS, COMPLETIONS, GRADINGS, OVERDUE_CHOICES, REVIEWED
from ..settings import AFTERWARDS, Band, Behaviour, Completes, Grading, Overdue, QuizSettings, Review, When
from ..types.editor.base import words
from .settings_fields import BandRow, Moments, OneOf

MOST_ATTEMPTS = 1000
MOST_MINUTES = 24 * 60  # of a time limit, and of a grace period
MOST_WAIT = 365 * 86400  # seconds
MOST_TRIES = 10
MOST_BANDS = 10
SPARE_BANDS = 2  # empty rows to write into
UNITS = {"minutes": 60, "hours": 3600, "days": 86400}
GROUPS = {
    "passing": ("pass_mark", "completes", "least_attempts", "attempts", "grading", "wait", "wait_unit"),
    "time": ("time_limit", "overdue", "grace"),
    "answers": ("behaviour", "tries", "penalty", "certainty"),
    "order": (),
    "review": tuple(f"review_{name}" for name in REVIEWED),
    "bands": ("bands",),
}


class SettingsForm(Form):
    """How a quiz is taken, graded and looked back on. `made_from` holds the settings that the page was made from."""

    made_from = HiddenField()
    pass_mark = ShareField(_l("Pass mark, in percent"), lowest=0)
    completes = OneOf(_l("What completes the quiz"), COMPLETIONS)
    least_attempts = NumberField(_l("How many attempts"), lowest=1, highest=MOST_ATTEMPTS, whole=True)
    attempts = NumberField(_l("Attempts allowed"), lowest=1, highest=MOST_ATTEMPTS, whole=True)
    grading = SelectField(
        _l("Which attempt counts"), choices=[SelectChoice(g.value, said) for g, said in GRADINGS.items()]
    )
    wait = NumberField(_l("Wait between attempts"), lowest=0, highest=MOST_WAIT)
    wait_unit = SelectField(
        _l("Unit of the wait"),
        choices=[
            SelectChoice("minutes", _l("minutes")),
            SelectChoice("hours", _l("hours")),
            SelectChoice("days", _l("days")),
        ],
    )
    builds_on_last = BooleanField(_l("Begin each attempt with the answers of the last one"))
    time_limit = NumberField(_l("Time limit, in minutes"), lowest=1, highest=MOST_MINUTES)
    overdue = OneOf(_l("When time is up"), OVERDUE_CHOICES)
    grace = NumberField(_l("Grace period, in minutes"), lowest=1, highest=MOST_MINUTES)
    behaviour = OneOf(_l("When answers are graded"), BEHAVIOURS)
    tries = NumberField(_l("Tries at each question"), lowest=2, highest=MOST_TRIES, whole=True)
    penalty = ShareField(_l("Cost of each wrong try, in percent of the mark"), lowest=0)
    certainty = BooleanField(_l("Ask how certain people are of each answer"))
    anonymous_marking = BooleanField(_l("Hide from who marks an answer whose it is"))
    shuffle = BooleanField(_l("Mix the order of the choices"))
    shuffle_questions = BooleanField(_l("Mix the order of the questions"))
    review_attempt = Moments(REVIEWED["attempt"], tuple(When))
    review_correctness = Moments(REVIEWED["correctness"], tuple(When))
    review_marks = Moments(REVIEWED["marks"], tuple(When))
    review_specific = Moments(REVIEWED["specific"], tuple(When))
    review_general = Moments(REVIEWED["general"], tuple(When))
    review_right_answer = Moments(REVIEWED["right_answer"], tuple(When))
    review_overall = Moments(REVIEWED["overall"], AFTERWARDS)
    right_once_done = BooleanField(
        _l("Show right answers, and the feedback to the question, only once the quiz is complete or no attempt is left")
    )
    bands = FieldList(FormField(BandRow), max_entries=MOST_BANDS + SPARE_BANDS)

    @classmethod
    def showing(cls, settings: QuizSettings, language: str) -> Self:
        """The form of a quiz as it stands, its words in `language`, in which they are written."""
        form = cls(formdata=None, data=_shown(settings, language))
        form.with_spares()
        return form

    def with_spares(self) -> None:
        """Leave empty rows to write into."""
        spare = MOST_BANDS - len(self.bands)
        if not any(entry.form.empty for entry in self.bands):
            for _row in range(min(SPARE_BANDS, spare)):
                self.bands.append_entry()

    def show(self, settings: QuizSettings) -> None:
        """From now on the writer has seen that these settings stand."""
        self.made_from.data = msgspec.json.encode(settings).decode()

    def validate(self, **values: Any) -> bool:
        """Hold what belongs together together; what a choice does not ask for must not have been filled in anew."""
        sound = bool(super().validate(**values))
        return all([sound, self._attempts(), self._time(), self._answers(), self._bands()])

    def _attempts(self) -> bool:
        sound = True
        if (self.wait.number or 0) * UNITS.get(self.wait_unit.data, 0) > MOST_WAIT:
            sound = _fault(self.wait, _l("At most a year."))
        if self.completes.data == Completes.PASSED_OR_USED_UP:
            asked = _l("Say how many attempts there are, since using them up completes it.")
            return _given(self.attempts, asked) and sound
        if self.completes.data == Completes.ATTEMPTS:
            sound = _given(self.least_attempts, _l("Say how many attempts complete it.")) and sound
            if (self.least_attempts.number or 0) > (self.attempts.number or MOST_ATTEMPTS):
                sound = _fault(self.least_attempts, _l("That is more attempts than are allowed."))
        return sound

    def _time(self) -> bool:
        if self.overdue.data == Overdue.GRACE:
            return _given(self.grace, _l("Say how long the grace period is."))
        if self.grace.number is not None and self.grace.number != _minutes(self._before.grace):
            return _fault(self.grace, _l("Only where there is a grace period: choose it, or leave this empty."))
        return True

    def _answers(self) -> bool:
        if self.behaviour.data == Behaviour.INTERACTIVE:
            sound = _given(self.tries, _l("Say how many tries there are."))
            sound = _given(self.penalty, _l("Say what a wrong try costs, 0 for nothing.")) and sound
            if self.certainty.data:
                once = _l("Certainty is asked for where a question is answered once, not in several tries.")
                sound = _fault(self.certainty, once)
            return sound
        sound, only = True, _l("Only where questions can be tried several times: choose that, or leave this as it was.")
        if self.tries.number is not None and self.tries.number != self._before.tries:
            sound = _fault(self.tries, only)
        if self.penalty.number is not None and not _alike(self.penalty.number, self._before.penalty):
            sound = _fault(self.penalty, only)
        return sound

    def _bands(self) -> bool:
        starts: set[float | None] = set()
        sound = True
        for row in self._written:
            if row.start.number is not None and row.start.number in starts:
                sound = _fault(row.start, _l("Something else is said from this score on already."))
            starts.add(row.start.number)
        if not sound:
            self.bands.errors = [entry.errors for entry in self.bands]
        return sound

    @property
    def _written(self) -> list[BandRow]:
        return [entry.form for entry in self.bands if not entry.form.empty]

    @property
    def faulty(self) -> set[str]:
        """The groups in which something is to be put right."""
        return {group for group, names in GROUPS.items() if any(name in self.errors for name in names)}

    def settings(self, language: str) -> QuizSettings:
        """What was filled in, once it is valid; its words are in `language` alone."""
        before, interactive = self._before, self.behaviour.data == Behaviour.INTERACTIVE
        plainly = QuizSettings()
        counted = self.completes.data == Completes.ATTEMPTS
        known = [cost for cost in (before.penalty, plainly.penalty) if _alike(self.penalty.number or 0, cost)]
        penalty = known[0] if known else self.penalty.fraction or 0.0
        return QuizSettings(
            pass_mark=self.pass_mark.number,
            attempts=_whole(self.attempts.number),
            grading=Grading(self.grading.data),
            shuffle=bool(self.shuffle.data),
            shuffle_questions=bool(self.shuffle_questions.data),
            time_limit=None if self.time_limit.number is None else round(self.time_limit.number * 60),
            overdue=Overdue(self.overdue.data),
            grace=round((self.grace.number or 0) * 60) if self.overdue.data == Overdue.GRACE else 0,
            wait=round((self.wait.number or 0) * UNITS[self.wait_unit.data]),
            behaviour=Behaviour(self.behaviour.data),
            tries=int(self.tries.number or 0) if interactive else plainly.tries,
            penalty=penalty if interactive else plainly.penalty,
            certainty=bool(self.certainty.data),
            completes=Completes(self.completes.data),
            least_attempts=int(self.least_attempts.number or 1) if counted else 1,
            builds_on_last=bool(self.builds_on_last.data),
            review=Review(
                **{name: self[f"review_{name}"].whens for name in REVIEWED},
                right_once_done=bool(self.right_once_done.data),
            ),
            bands=tuple(
                Band(row.start.number or 0.0, Text.of({language: row.text.data}, language)) for row in self.ordered
            ),
            anonymous_marking=bool(self.anonymous_marking.data),
        )

    @property
    def ordered(self) -> list[BandRow]:
        """The rows with words, from the highest score to the lowest."""
        return sorted(self._written, key=lambda row: -(row.start.number or 0.0))

    @property
    def kept(self) -> list[int | None]:
        """For each band of `settings`, the place of the one in the former settings that it is made from."""
        known = [str(place) for place in range(len(self._before.bands))]
        return [int(row.was.data) if row.was.data in known else None for row in self.ordered]

    @property
    def former(self) -> QuizSettings | None:
        """The settings that the page was made from; None where they cannot be read."""
        try:
            return msgspec.json.decode(self.made_from.data or "", type=QuizSettings)
        except msgspec.MsgspecError:
            return None

    @property
    def _before(self) -> QuizSettings:
        return self.former or QuizSettings()


def _shown(settings: QuizSettings, language: str) -> dict[str, Any]:
    """What the fields hold of these settings."""
    unit = next((name for name in ("days", "hours") if settings.wait and settings.wait % UNITS[name] == 0), "minutes")
    counted = settings.completes is Completes.ATTEMPTS
    return {
        "made_from": msgspec.json.encode(settings).decode(),
        "pass_mark": "" if settings.pass_mark is None else plain(settings.pass_mark),
        "completes": settings.completes.value,
        "least_attempts": str(settings.least_attempts) if counted else "",
        "attempts": "" if settings.attempts is None else str(settings.attempts),
        "grading": settings.grading.value,
        "wait": plain(settings.wait / UNITS[unit]) if settings.wait else "",
        "wait_unit": unit,
        "builds_on_last": settings.builds_on_last,
        "time_limit": "" if settings.time_limit is None else plain(_minutes(settings.time_limit)),
        "overdue": settings.overdue.value,
        "grace": plain(_minutes(settings.grace)) if settings.grace else "",
        "behaviour": settings.behaviour.value,
        "tries": str(settings.tries),
        "penalty": plain(round(settings.penalty * 100, 2)),
        "certainty": settings.certainty,
        "anonymous_marking": settings.anonymous_marking,
        "shuffle": settings.shuffle,
        "shuffle_questions": settings.shuffle_questions,
        **{f"review_{name}": [when.value for when in getattr(settings.review, name)] for name in REVIEWED},
        "right_once_done": settings.review.right_once_done,
        "bands": [
            {"was": str(place), "start": plain(band.from_percent), "text": words(band.text, language)}
            for place, band in enumerate(settings.bands)
        ],
    }


def _given(field: NumberField, asked: object) -> bool:
    """Whether a number was typed that can be; where there is none, say that it is asked for."""
    if field.number is None and not field.errors:
        _fault(field, asked)
    return field.number is not None


def _fault(field: Any, words_of: object) -> bool:
    """Put a fault beside a field; always False."""
    field.errors = [*field.errors, words_of]
    return False


def _minutes(seconds: int) -> float:
    return round(seconds / 60, 7)


def _alike(percent: float, fraction: float) -> bool:
    """Whether what stands in the form is this fraction, which it shows with two decimals."""
    return round(percent, 2) == round(fraction * 100, 2)


def _whole(number: float | None) -> int | None:
    return None if number is None else int(number)
