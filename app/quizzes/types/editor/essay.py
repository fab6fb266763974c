"""The form of an essay: how long it is to be, and a rubric, a row for each criterion and in it one for each level."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import FieldList, FormField, HiddenField, StringField, ValidationError
from wtforms import Form as Row

from app.core.folding import one_line
from app.quizzes.fields import NumberField, plain

from .. import Content, Criterion, Essay, Level
from .base import LONGEST_STEM, MOST_ROWS_READ, QuestionForm, at_most, box, feedback, spoken, words
from .keys import give_keys

LONGEST_LINE = 500
MOST_LEVELS = 10
MOST_WORDS = 5000


def _line(label: object) -> StringField:
    return StringField(
        label,
        filters=[lambda typed: one_line(typed or "")],
        validators=[at_most(LONGEST_LINE)],
        render_kw={"maxlength": LONGEST_LINE, "autocomplete": "off"},
    )


class LevelRow(Row):  # type: ignore[misc]
    """How well a criterion is met. `key` is what marks name it by; empty for a new one."""

    key = HiddenField()
    text = _line(_l("Level"))
    points = NumberField(_l("Points"), lowest=0, highest=1000)

    @property
    def empty(self) -> bool:
        return not (self.text.data or self.points.data)

    def validate_text(self, field: StringField) -> None:
        if not field.data and not self.empty:
            raise ValidationError(_l("Say what an answer of this level is like, or remove it."))

    def validate_points(self, field: NumberField) -> None:
        if field.number is None and not self.empty:
            raise ValidationError(_l("Say how many points this level gives."))


class CriterionRow(Row):  # type: ignore[misc]
    """What is looked for."""

    key = HiddenField()
    text = _line(_l("What is looked for"))
    levels = FieldList(FormField(LevelRow), max_entries=MOST_ROWS_READ)

    @property
    def written(self) -> list[LevelRow]:
        """The levels that hold something."""
        return [entry.form for entry in self.levels.entries if not entry.form.empty]

    @property
    def empty(self) -> bool:
        return not (self.text.data or self.written)

    def validate_text(self, field: StringField) -> None:
        if not field.data and not self.empty:
            raise ValidationError(_l("Say what is looked for, or remove this criterion."))

    def validate_levels(self, field: FieldList) -> None:
        if len(field.entries) > MOST_LEVELS:
            raise ValidationError(_l("At most %(most)d levels to a criterion.", most=MOST_LEVELS))


class EssayForm(QuestionForm):
    type = "essay"
    label = _l("Essay")
    summary = _l("A longer answer is written, and a trainer marks it")
    rows = "rubric"
    first_rows = 0
    row_word = _l("Criterion {number}")
    add_word = _l("Add a criterion")
    most_of = {**QuestionForm.most_of, "levels": MOST_LEVELS}
    new_row = {"levels": [{}, {}]}

    rubric = FieldList(FormField(CriterionRow), max_entries=MOST_ROWS_READ)
    guidance = box(_l("Guidance for those who mark"), LONGEST_STEM, 3)
    fewest = NumberField(_l("At least, in words"), lowest=1, highest=MOST_WORDS, whole=True)
    most = NumberField(_l("At most, in words"), lowest=1, highest=MOST_WORDS, whole=True)
    starter = box(_l("What stands in the box at first"), LONGEST_STEM, 3)

    def validate_rubric(self, field: FieldList) -> None:
        self.limit_rows(field)

    @classmethod
    def row_values(cls, content: Essay, language: str) -> dict[str, Any]:
        return {
            "guidance": words(content.guidance, language),
            "fewest": "" if content.fewest is None else str(content.fewest),
            "most": "" if content.most is None else str(content.most),
            "starter": words(content.starter, language),
            "rubric": [
                {
                    "key": criterion.key,
                    "text": words(criterion.text, language),
                    "levels": [
                        {"key": level.key, "text": words(level.text, language), "points": plain(level.points)}
                        for level in criterion.levels
                    ],
                }
                for criterion in content.rubric
            ],
        }

    def content(self, former: Content | None, language: str) -> Essay:
        old = former if isinstance(former, Essay) else None
        before = {criterion.key: criterion for criterion in old.rubric} if old else {}
        rows = [entry.form for entry in self.entries if not entry.form.empty]
        give_keys(rows, before)
        return Essay(
            **self.shared(former, language),
            rubric=tuple(_criterion(row, before.get(row.key.data), language) for row in rows),
            guidance=feedback(old.guidance if old else None, self.guidance.data, language),
            fewest=None if self.fewest.number is None else int(self.fewest.number),
            most=None if self.most.number is None else int(self.most.number),
            starter=feedback(old.starter if old else None, self.starter.data, language),
        )


def _criterion(row: CriterionRow, old: Criterion | None, language: str) -> Criterion:
    """A criterion as it was typed, its levels from the least to the most; the translations of what it was stay."""
    before = {level.key: level for level in old.levels} if old else {}
    give_keys(row.written, before)
    levels = []
    for written in row.written:
        former = before.get(written.key.data)
        text = spoken(former.text if former else None, written.text.data, language)
        levels.append(Level(written.key.data, text, written.points.number or 0.0))
    text = spoken(old.text if old else None, row.text.data, language)
    return Criterion(row.key.data, text, tuple(sorted(levels, key=lambda level: level.points)))
