"""The form of a question with places on a picture: the picture, and a row for each place."""

from __future__ import annotations

import re
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, FieldList, FormField, HiddenField, SelectField, StringField, ValidationError
from wtforms import Form as Row
from wtforms.fields.choices import SelectChoice

from app.core.folding import one_line
from app.quizzes.fields import ShareField, share

from .. import Content, HotSpot, Shape, Spot
from .base import LONGEST_FEEDBACK, MOST_ROWS_READ, QuestionForm, at_most, box, feedback, spoken, words
from .keys import give_keys
from .library import PictureRow

LONGEST_NAME = 200
MOST_CORNERS = 30
_POINTS = re.compile(r"\s*-?\d{1,5}(?:[\s,;]+-?\d{1,5})*\s*", re.ASCII)


class SpotRow(Row):  # type: ignore[misc]
    """One place. `points` is x,y of each corner, in thousandths of the picture's width."""

    key = HiddenField()
    name = StringField(
        _l("What is there"),
        filters=[lambda typed: one_line(typed or "")],
        validators=[at_most(LONGEST_NAME)],
        render_kw={"maxlength": LONGEST_NAME, "autocomplete": "off"},
    )
    shape = SelectField(
        _l("Shape"),
        choices=[
            SelectChoice(Shape.RECTANGLE.value, _l("Rectangle: two opposite corners")),
            SelectChoice(Shape.CIRCLE.value, _l("Circle: its centre, and a point on it")),
            SelectChoice(Shape.POLYGON.value, _l("Other: its corners in turn")),
        ],
        default=Shape.RECTANGLE.value,
    )
    points = StringField(
        _l("Corners"),
        filters=[lambda typed: (typed or "").strip()],
        render_kw={"maxlength": 400, "autocomplete": "off"},
    )
    right = BooleanField(_l("Right"))
    earns = ShareField(_l("Earns, in percent of the mark"))
    feedback = box(_l("Feedback to those who choose it"), LONGEST_FEEDBACK, 2)

    @property
    def empty(self) -> bool:
        return not (self.name.data or self.points.data or self.right.data or self.feedback.data)

    def validate_name(self, field: StringField) -> None:
        if not field.data and not self.empty:
            raise ValidationError(_l("Say what is there, or remove this place: people who see nothing choose by it."))

    def validate_points(self, field: StringField) -> None:
        if self.empty:
            return
        if not _POINTS.fullmatch(field.data) or len(self.numbers) % 2:
            raise ValidationError(_l("Write two numbers for each corner, as 120,80 340,260."))
        if len(self.numbers) > 2 * MOST_CORNERS:
            raise ValidationError(_l("At most %(most)d corners.", most=MOST_CORNERS))

    @property
    def numbers(self) -> tuple[int, ...]:
        """What was typed, as far as it is numbers."""
        return tuple(int(number) for number in re.findall(r"-?\d{1,5}", self.points.data or "", re.ASCII))


class HotSpotForm(QuestionForm):
    type = "hot_spot"
    label = _l("Places on a picture")
    summary = _l("One or several of the places that are numbered on a picture are right")
    rows = "spots"
    first_rows = 2
    row_word = _l("Place {number}")
    add_word = _l("Add another place")

    picture = FormField(PictureRow)
    spots = FieldList(FormField(SpotRow), max_entries=MOST_ROWS_READ)
    several = BooleanField(_l("Let several places be chosen"))
    partial = BooleanField(_l("Give part of the mark for part of the answer"))

    @property
    def picture_rows(self) -> list[PictureRow]:
        return [self.picture.form, *super().picture_rows]

    @property
    def written(self) -> list[SpotRow]:
        """The rows that hold something."""
        return [entry.form for entry in self.entries if not entry.form.empty]

    def validate_spots(self, field: FieldList) -> None:
        self.limit_rows(field)
        if not self.several.data:
            return
        for row in self.written:
            earns = row.earns.fraction
            if row.right.data and earns is not None and earns <= 0:
                raise ValidationError(_l("A right place earns more than nothing: give it a share, or leave it empty."))
            if not row.right.data and (earns or 0) > 0:
                raise ValidationError(_l("A place that earns something is right: tick it, or leave its share empty."))

    @classmethod
    def row_values(cls, content: HotSpot, language: str) -> dict[str, Any]:
        return {
            "picture": PictureRow.values(content.picture, language),
            "several": content.several,
            "partial": content.partial,
            "spots": [
                {
                    "key": spot.key,
                    "name": words(spot.name, language),
                    "shape": str(spot.shape),
                    "points": " ".join(f"{x},{y}" for x, y in spot.pairs),
                    "right": spot.right if content.several else spot.fraction >= 1,
                    "earns": "" if spot.fraction in (0, 1) else share(spot.fraction),
                    "feedback": words(spot.feedback, language),
                }
                for spot in content.spots
            ],
        }

    def content(self, former: Content | None, language: str) -> HotSpot:
        old = former if isinstance(former, HotSpot) else None
        picture = self.picture.form.picture(self.library, (old.picture,) if old else (), language)
        known = self.library.get(picture.media)
        same = old if old and old.picture.media == picture.media else None
        return HotSpot(
            **self.shared(former, language),
            picture=picture,
            width=known.width if known and known.width else same.width if same else 0,
            height=known.height if known and known.height else same.height if same else 0,
            spots=self._spots(old.spots if old else (), language),
            several=bool(self.several.data),
            partial=bool(self.partial.data),
        )

    def _spots(self, former: tuple[Spot, ...], language: str) -> tuple[Spot, ...]:
        """The rows as places; a new one gets a key that no other has or had."""
        before = {spot.key: spot for spot in former}
        give_keys(self.written, before)
        made = []
        for row, fraction in zip(self.written, self._fractions(), strict=True):
            old = before.get(row.key.data)
            numbers = row.numbers[: 2 * MOST_CORNERS]
            made.append(
                Spot(
                    row.key.data,
                    spoken(old.name if old else None, row.name.data, language),
                    Shape(row.shape.data) if row.shape.data in set(Shape) else Shape.RECTANGLE,
                    numbers[: len(numbers) // 2 * 2],
                    fraction,
                    feedback(old.feedback if old else None, row.feedback.data, language),
                )
            )
        return tuple(made)

    def _fractions(self) -> list[float]:
        """What each written row earns. With partial credit, right rows that say nothing share the mark equally."""
        rights = sum(bool(row.right.data) for row in self.written)
        even = round(1 / rights, 9) if rights else 0.0
        if not self.several.data:
            return [1.0 if row.right.data else row.earns.fraction or 0.0 for row in self.written]
        if not self.partial.data:
            return [1.0 if row.right.data else 0.0 for row in self.written]
        return [
            (even if row.right.data else 0.0) if row.earns.fraction is None else row.earns.fraction
            for row in self.written
        ]
