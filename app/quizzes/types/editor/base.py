"""What the forms of all types have in common: the words, hints and pictures, rows that come and go, and where a fault
is shown."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any, ClassVar, Self

from flask_babel import lazy_gettext as _l
from wtforms import FieldList, FormField, HiddenField, ValidationError
from wtforms import Form as Row

from app.core.forms import Form
from app.core.text import Text

from .. import Content, QuestionFault
from .library import KnownPicture, PictureRow
from .words import (
    LONGEST_FEEDBACK,
    LONGEST_STEM,
    LONGEST_WORDS,
    MOST_ROWS_READ,
    at_most,
    box,
    feedback,
    paragraphs,
    spoken,
    words,
)

__all__ = [
    "LONGEST_FEEDBACK", "LONGEST_STEM", "LONGEST_WORDS", "MOST_ROWS_READ", "QuestionForm", "at_most", "box",
    "feedback", "paragraphs", "spoken", "words",
]  # fmt: skip


class HintRow(Row):  # type: ignore[misc]
    """One hint. `place` is where it stood in the version that was edited, from 0."""

    place = HiddenField()
    text = box(_l("Hint"), LONGEST_WORDS, 2)

    @property
    def empty(self) -> bool:
        return not self.text.data


class QuestionForm(Form):
    """What a trainer writes of a question, in the question's own language.

    `number` is that of the version it was made from, 0 for a new question; `quiz` the id of the quiz that it was
    opened from, and `languages` those of the course. `rows` names the list whose entries come and go, besides hints
    and pictures and what its rows hold; `most_of` says how many entries each of these may have. `library` holds the
    pictures that may be shown, by hash.
    """

    type: ClassVar[str]
    label: ClassVar[object]
    summary: ClassVar[object]  # what such a question asks of people
    rows: ClassVar[str]
    first_rows: ClassVar[int] = 4
    most_rows: ClassVar[int] = 20
    row_word: ClassVar[object]  # as `Choice {number}`
    add_word: ClassVar[object]
    most_of: ClassVar[Mapping[str, int]] = {"hints": 10, "pictures": 5}
    new_row: ClassVar[Mapping[str, Any]] = {}  # what stands in a row that is added

    number = HiddenField(default="0")
    quiz = HiddenField(default="")
    stem = box(_l("Question"), LONGEST_STEM, 4, required=_l("Write the question."))
    feedback = box(_l("Feedback to everyone who answered"), LONGEST_FEEDBACK, 2)
    hints = FieldList(FormField(HintRow), max_entries=MOST_ROWS_READ)
    pictures = FieldList(FormField(PictureRow), max_entries=MOST_ROWS_READ)

    languages: Sequence[str] = ()
    library: Mapping[str, KnownPicture] = {}

    @classmethod
    def blank(cls) -> Self:
        """The form of a new question."""
        return cls(formdata=None, data={cls.rows: [deepcopy({**cls.new_row}) for _row in range(cls.first_rows)]})

    @classmethod
    def showing(cls, content: Content, language: str) -> Self:
        """The form of a question as it stands, in its own language."""
        data = {
            "stem": words(content.stem, language),
            "feedback": words(content.feedback, language),
            "hints": [{"place": str(place), "text": words(hint, language)} for place, hint in enumerate(content.hints)],
            "pictures": [PictureRow.values(picture, language) for picture in content.pictures],
            **cls.row_values(content, language),
        }
        return cls(formdata=None, data=data)

    @classmethod
    @abstractmethod
    def row_values(cls, content: Any, language: str) -> dict[str, Any]:
        """The values of the fields that the type adds."""

    @abstractmethod
    def content(self, former: Content | None, language: str) -> Content:
        """What was typed, once it is valid, as content; the translations of `former` stay."""

    @property
    def made_from(self) -> int:
        """The number of the version that was edited; -1 where that is not a number."""
        number = self.number.data or ""
        return int(number) if number.isascii() and number.isdigit() and len(number) < 9 else -1

    @property
    def entries(self) -> list[Any]:
        """The rows, each with its `name` and its `form`."""
        return list(self[self.rows].entries)

    def spare(self, name: str) -> Any:
        """An empty row that scripts copy, its fields called after `name`: `choices-new`, `gaps-0-answers-new`."""
        fields: Any = self
        for step in name.split("-")[::2]:
            row = fields[step].unbound_field.args[0]
            fields = row(prefix=name, data=self.new_of(step))
        return fields

    def new_of(self, name: str) -> dict[str, Any]:
        """What stands in a new row of the list called so."""
        return deepcopy({**self.new_row}) if name == self.rows else {}

    def rearranged(self, command: str) -> Self:
        """The form with a row added (`add`), taken out (`remove 2`) or moved (`up 2`, `down 2`), as typed so far.

        A row is named by its place from 0. The name of another list may come first, through the places of the rows
        that it is in: `hints add`, `gaps-1-answers up 2`. Anything else changes nothing.
        """
        data = self.data
        asked = command.split(" ")
        place = asked.pop() if len(asked) > 1 and asked[-1].isdigit() else ""
        action = asked.pop()
        steps = asked[0].split("-") if asked else [self.rows]
        rows = _list_at(data, steps)
        if rows is not None:
            _rearrange(rows, action, place, self.new_of(steps[-1]), self.most_of.get(steps[-1], self.most_rows))
        return self.with_data(data)

    def with_data(self, data: dict[str, Any]) -> Self:
        """The form again, with these values."""
        changed = type(self)(formdata=None, data=data)
        changed.languages, changed.library = self.languages, self.library
        return changed

    def shared(self, former: Content | None, language: str) -> dict[str, Any]:
        """What every question has, as it was typed; the translations of `former` stay."""
        hints = former.hints if former else ()
        return {
            "stem": spoken(former.stem if former else None, self.stem.data, language),
            "feedback": feedback(former.feedback if former else None, self.feedback.data, language),
            "hints": tuple(
                spoken(_at(hints, entry.form.place.data), entry.form.text.data, language)
                for entry in self.hints.entries
                if not entry.form.empty
            ),
            "pictures": tuple(
                entry.form.picture(self.library, former.pictures if former else (), language)
                for entry in self.pictures.entries
                if not entry.form.empty
            ),
        }

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        for row in self.picture_rows:
            row.library = self.library
        return bool(super().validate(*args, **kwargs))

    @property
    def picture_rows(self) -> list[PictureRow]:
        """Every row that names a picture."""
        return [entry.form for entry in self.pictures.entries]

    def put_beside(self, faults: Sequence[QuestionFault]) -> None:
        """Show what makes the question ungradable beside the fields at fault."""
        for fault in faults:
            field = self[fault.part]
            if isinstance(field, FormField):
                field = next(part for part in field.form if not isinstance(part, HiddenField))
            field.errors = [*field.errors, fault.sentence]

    def limit_rows(self, field: FieldList) -> None:
        most = self.most_of.get(field.short_name, self.most_rows)
        if len(field.entries) > most:
            raise ValidationError(_l("At most %(most)d. Put some into another question.", most=most))

    def validate_hints(self, field: FieldList) -> None:
        self.limit_rows(field)

    def validate_pictures(self, field: FieldList) -> None:
        self.limit_rows(field)


def _list_at(data: dict[str, Any], steps: Sequence[str]) -> list[dict[str, Any]] | None:
    """The list of rows that is reached by a name, or a name, a place and a name …; None where there is none."""
    rows = data.get(steps[0])
    for place, name in zip(steps[1::2], steps[2::2], strict=False):
        at = _number(place)
        if not isinstance(rows, list) or not 0 <= at < len(rows):
            return None
        rows = rows[at].get(name)
    return rows if len(steps) % 2 and isinstance(rows, list) else None


def _rearrange(rows: list[dict[str, Any]], action: str, place: str, new: dict[str, Any], most: int) -> None:
    at = _number(place)
    if action == "add" and len(rows) < most:
        rows.append(new)
    elif 0 <= at < len(rows) and action in ("up", "down", "remove"):
        to = {"up": max(at - 1, 0), "down": min(at + 1, len(rows) - 1)}.get(action, at)
        row = rows.pop(at)
        if action != "remove":
            rows.insert(to, row)


def _at(texts: Sequence[Text], place: str | None) -> Text | None:
    """The text at a place that a row names."""
    at = _number(place or "")
    return texts[at] if 0 <= at < len(texts) else None


def _number(place: str) -> int:
    """A place that was sent; -1 for what is none."""
    return int(place) if place.isascii() and place.isdigit() and len(place) < 6 else -1
