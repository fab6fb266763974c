"""What the forms of all types have in common: the words, rows that come and go, and where a fault is shown."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar, Self

from flask_babel import lazy_gettext as _l
from wtforms import FieldList, HiddenField, TextAreaField, ValidationError
from wtforms.validators import DataRequired, Length

from app.core.forms import Form
from app.core.text import Text

from .. import Content, QuestionFault

LONGEST_STEM = 4000  # characters
LONGEST_WORDS = 1000
LONGEST_FEEDBACK = 2000
MOST_ROWS_READ = 200  # of what is posted


def paragraphs(typed: str | None) -> str:
    """What was typed into a box, its line ends made one kind, without spaces around it."""
    return (typed or "").replace("\r\n", "\n").replace("\r", "\n").strip()


def at_most(characters: int) -> Length:
    return Length(max=characters, message=_l("Keep this under %(max)d characters."))


def box(label: object, longest: int, rows: int, *, required: object = None) -> TextAreaField:
    """A box for plain text; `required` is what to say where nothing stands in it."""
    validators = [DataRequired(required)] if required else []
    return TextAreaField(
        label, filters=[paragraphs], validators=[*validators, at_most(longest)], render_kw={"rows": rows}
    )


def spoken(former: Text | None, typed: str, language: str) -> Text:
    """A text whose own language is `language`, with these words; translations of the former stay."""
    return (former or Text({})).with_phrase(language, typed, language)


def feedback(former: Text | None, typed: str, language: str) -> Text | None:
    """As `spoken`; nothing where nothing was typed."""
    return spoken(former, typed, language) if typed else None


def words(text: Text | None, language: str) -> str:
    """What a text says in its own language."""
    return text.strings().get(language, "") if text else ""


class QuestionForm(Form):
    """What a trainer writes of a question, in the question's own language.

    `number` is that of the version it was made from, 0 for a new question; `quiz` the id of the quiz that it was
    opened from, and `languages` those of the course. `rows` names the list whose entries come and go.
    """

    type: ClassVar[str]
    label: ClassVar[object]
    summary: ClassVar[object]  # what such a question asks of people
    rows: ClassVar[str]
    first_rows: ClassVar[int] = 4
    most_rows: ClassVar[int] = 20
    row_word: ClassVar[object]  # as `Choice {number}`
    add_word: ClassVar[object]

    number = HiddenField(default="0")
    quiz = HiddenField(default="")
    stem = box(_l("Question"), LONGEST_STEM, 4, required=_l("Write the question."))
    feedback = box(_l("Feedback to everyone who answered"), LONGEST_FEEDBACK, 2)

    languages: Sequence[str] = ()

    @classmethod
    def blank(cls) -> Self:
        """The form of a new question."""
        return cls(formdata=None, data={cls.rows: [{} for _row in range(cls.first_rows)]})

    @classmethod
    def showing(cls, content: Content, language: str) -> Self:
        """The form of a question as it stands, in its own language."""
        data = {
            "stem": words(content.stem, language),
            "feedback": words(content.feedback, language),
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

    def shared(self, former: Content | None, language: str) -> dict[str, Any]:
        """What every question has, as it was typed; the translations of `former` stay."""
        return {
            "stem": spoken(former.stem if former else None, self.stem.data, language),
            "feedback": feedback(former.feedback if former else None, self.feedback.data, language),
            "hints": former.hints if former else (),
            "pictures": former.pictures if former else (),
        }

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
        """An empty row that scripts copy, its fields called after `name`."""
        return self[self.rows].unbound_field.args[0](prefix=name)

    def rearranged(self, command: str) -> Self:
        """The form with a row added (`add`), taken out (`remove 2`) or moved (`up 2`, `down 2`), as typed so far.

        A row is named by its place from 0. Anything else changes nothing.
        """
        rows = [entry.form.data for entry in self.entries]
        action, _space, place = command.partition(" ")
        at = int(place) if place.isascii() and place.isdigit() and len(place) < 6 else -1
        if action == "add" and len(rows) < self.most_rows:
            rows.append({})
        elif 0 <= at < len(rows):
            to = {"up": max(at - 1, 0), "down": min(at + 1, len(rows) - 1)}.get(action, at)
            row = rows.pop(at)
            if action != "remove":
                rows.insert(to, row)
        changed = type(self)(formdata=None, data={**self.data, self.rows: rows})
        changed.languages = self.languages
        return changed

    def put_beside(self, faults: Sequence[QuestionFault]) -> None:
        """Show what makes the question ungradable beside the fields at fault."""
        for fault in faults:
            field = self[fault.part]
            field.errors = [*field.errors, fault.sentence]

    def limit_rows(self, field: FieldList) -> None:
        if len(field.entries) > self.most_rows:
            raise ValidationError(_l("At most %(most)d. Put some into another question.", most=self.most_rows))
