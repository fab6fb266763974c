"""What trainers fill in to mark an answer."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, RadioField, TextAreaField
from wtforms.validators import DataRequired, Length

from app.core.forms import Form

from ..fields import NumberField, plain
from ..types import Criterion, Level
from ..types.editor.base import paragraphs
from .attempt_queries import MarkedAnswer
from .marks import TINY, Given, by_rubric, rubric_of

LONGEST_COMMENT = 5000
LONGEST_REASON = 1000


class MarkForm(Form):
    """A level for each criterion of the rubric, or the mark in points; and a comment.

    `seen` says which mark the page showed. Made by `mark_form`, which adds a field for each criterion.
    """

    seen = HiddenField()
    points = NumberField(_l("Mark"), lowest=0, highest=1)
    comment = TextAreaField(
        _l("Comment"),
        filters=[paragraphs],
        validators=[Length(max=LONGEST_COMMENT, message=_l("Keep this under %(max)d characters."))],
        render_kw={"rows": 5, "maxlength": LONGEST_COMMENT},
    )

    def __init__(self, answer: MarkedAnswer, **values: Any) -> None:
        super().__init__(**values)
        self.answer = answer
        self.rubric = rubric_of(answer.asked.content)
        self.points.highest = answer.asked.marks
        self.points.required = not self.rubric

    def level_field(self, criterion: Criterion) -> RadioField:
        """The field of a criterion."""
        return self[f"level{self.rubric.index(criterion)}"]

    def chosen(self, criterion: Criterion, level: Level) -> bool:
        return bool(self.level_field(criterion).data == level.key)

    @property
    def levels(self) -> dict[str, str]:
        """Criterion to chosen level, by their keys; what the rubric does not have is left out."""
        return {
            criterion.key: level.key
            for criterion in self.rubric
            for level in criterion.levels
            if self.chosen(criterion, level)
        }

    def validate(self, extra_validators: Any = None) -> bool:
        if not super().validate(extra_validators):
            return False
        if self._fraction is None:
            self.points.errors = [_l("Choose a level for each criterion, or write the mark.")]
            return False
        return True

    @property
    def _fraction(self) -> float | None:
        if self.points.number is not None:
            return float(min(1.0, self.points.number / self.answer.asked.marks))
        return by_rubric(self.rubric, self.levels) if self.rubric else None

    @property
    def given(self) -> Given:
        """What was filled in, once it is valid."""
        fraction = self._fraction
        assert fraction is not None
        return Given(fraction, self.levels, self.comment.data or None)

    @property
    def read_seen(self) -> int:
        """The id of the mark that the page showed; -1, which none has, for what is no id."""
        typed = self.seen.data or ""
        return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else -1

    @property
    def changed(self) -> bool:
        """Whether anything was filled in that is not what stands."""
        stands = mark_form(self.answer, posted=False)
        return (
            self.levels != stands.levels
            or (self.points.data or "").strip() != stands.points.data
            or (self.comment.data or "") != stands.comment.data
        )


def mark_form(answer: MarkedAnswer, *, posted: bool) -> MarkForm:
    """The form of an answer: as it was posted, or showing the mark that stands."""
    rubric = rubric_of(answer.asked.content)
    fields = {
        f"level{place}": RadioField(choices=[level.key for level in criterion.levels], validate_choice=False)
        for place, criterion in enumerate(rubric)
    }
    made: type[MarkForm] = type("RubricForm", (MarkForm,), fields)
    if posted:
        return made(answer)
    return made(answer, formdata=None, data=_standing(answer))


def _standing(answer: MarkedAnswer) -> dict[str, str]:
    """The mark that stands; nothing for an answer that waits, and no points where the levels say them already."""
    asked, by_hand = answer.asked, answer.by_hand
    rubric = rubric_of(asked.content)
    levels = by_hand.levels if by_hand else {}
    data = {f"level{place}": levels.get(criterion.key, "") for place, criterion in enumerate(rubric)}
    data |= {"seen": str(answer.seen), "points": "", "comment": asked.comment or ""}
    if asked.fraction is not None and not asked.waits:
        said = by_rubric(rubric, levels) if rubric else None
        if said is None or abs(said - asked.fraction) > TINY:
            data["points"] = plain(asked.fraction * asked.marks)
    return data


class RegradeForm(Form):
    """The confirmation of a regrade: why, and which preview was seen."""

    question = HiddenField()
    version = HiddenField()
    seen = HiddenField()
    reason = TextAreaField(
        _l("Reason"),
        filters=[paragraphs],
        validators=[
            DataRequired(_l("Say why the marks change: it stands in the history of each.")),
            Length(max=LONGEST_REASON, message=_l("Keep this under %(max)d characters.")),
        ],
        render_kw={"rows": 3, "maxlength": LONGEST_REASON, "required": True},
    )
