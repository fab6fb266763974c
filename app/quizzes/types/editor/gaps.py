"""The form of a text with gaps: a row for each gap, and in it a row for each answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, FieldList, FormField, HiddenField, StringField, ValidationError
from wtforms import Form as Row

from app.quizzes.fields import NumberField, ShareField, plain, share

from .. import Choice, Content, Gap, Gaps
from ..gaps import MARKER
from .base import MOST_ROWS_READ, QuestionForm, feedback, spoken
from .choices import row_of
from .keys import give_keys
from .short_answer import AnswerRow, accepted_in, rows_of


class GapAnswerRow(AnswerRow):
    """An accepted answer of a typed gap, or a choice, which `key` names; `right` is of choices."""

    key = HiddenField()
    right = BooleanField(_l("Right"))
    earns = ShareField(_l("Earns, in percent of the gap’s share"))


class GapRow(Row):  # type: ignore[misc]
    """A gap. `key` is what stands in the text for it, between brackets."""

    key = StringField(
        _l("Name in the text"),
        filters=[lambda typed: (typed or "").strip().strip("[]").strip().casefold()],
        render_kw={"maxlength": 60, "size": 8, "autocomplete": "off"},
    )
    chosen = BooleanField(_l("Chosen from a list, not typed"))
    weight = NumberField(_l("Weight"), lowest=0.01, highest=100)
    answers = FieldList(FormField(GapAnswerRow), max_entries=MOST_ROWS_READ)

    @property
    def written(self) -> list[GapAnswerRow]:
        """The answers that hold something."""
        return [entry.form for entry in self.answers.entries if not entry.form.empty]

    @property
    def empty(self) -> bool:
        return not (self.key.data or self.written)

    def validate_key(self, field: StringField) -> None:
        if field.data and not MARKER.fullmatch(f"[[{field.data}]]"):
            raise ValidationError(_l("Use small letters from a to z, digits and hyphens."))

    def validate_answers(self, field: FieldList) -> None:
        if len(field.entries) > MOST_ANSWERS:
            raise ValidationError(_l("At most %(most)d answers to a gap.", most=MOST_ANSWERS))


MOST_ANSWERS = 20


class GapsForm(QuestionForm):
    """A row without a name is for the first gap in the text that has no row."""

    type = "gaps"
    label = _l("Gaps in a text")
    summary = _l("Words are typed or chosen where the text leaves them out")
    rows = "gaps"
    first_rows = 1
    row_word = _l("Gap {number}")
    add_word = _l("Add another gap")
    most_of = {**QuestionForm.most_of, "answers": MOST_ANSWERS}
    new_row = {"answers": [{}]}

    gaps = FieldList(FormField(GapRow), max_entries=MOST_ROWS_READ)
    case_matters = BooleanField(_l("Capitals matter"))
    accents_matter = BooleanField(_l("Accents matter"))

    def validate_gaps(self, field: FieldList) -> None:
        self.limit_rows(field)

    @classmethod
    def row_values(cls, content: Gaps, language: str) -> dict[str, Any]:
        return {
            "gaps": [
                {
                    "key": gap.key,
                    "chosen": bool(gap.choices),
                    "weight": "" if gap.weight == 1 else plain(gap.weight),
                    "answers": [_choice_values(choice, language) for choice in gap.choices]
                    or rows_of(gap.accepted, language),
                }
                for gap in content.gaps
            ],
            "case_matters": content.case_matters,
            "accents_matter": content.accents_matter,
        }

    def content(self, former: Content | None, language: str) -> Gaps:
        old = former if isinstance(former, Gaps) else None
        before = {gap.key: gap for gap in old.gaps} if old else {}
        rows = [entry.form for entry in self.entries if not entry.form.empty]
        self._name(rows)
        return Gaps(
            **self.shared(former, language),
            gaps=tuple(_gap(row, before.get(row.key.data), language, self.languages) for row in rows),
            source_language=language,
            case_matters=bool(self.case_matters.data),
            accents_matter=bool(self.accents_matter.data),
        )

    def _name(self, rows: Sequence[GapRow]) -> None:
        """Give the rows without a name those of the gaps in the text that are left, then numbers."""
        taken = {row.key.data for row in rows}
        free = [key for key in dict.fromkeys(MARKER.findall(self.stem.data or "")) if key not in taken]
        for row in rows:
            if not row.key.data:
                row.key.data = free.pop(0) if free else _next_number(taken)
                taken.add(row.key.data)

    def rearranged(self, command: str) -> GapsForm:
        """As of every form; `read` adds a row for each gap of the text that has none."""
        if command != "read":
            return super().rearranged(command)
        data = self.data
        rows: list[dict[str, Any]] = [row for row in data["gaps"] if row["key"] or _says_something(row["answers"])]
        taken = {row["key"] for row in rows}
        for key in dict.fromkeys(MARKER.findall(self.stem.data or "")):
            if key not in taken and len(rows) < self.most_rows:
                rows.append({**self.new_of("gaps"), "key": key})
        return self.with_data({**data, "gaps": rows})


def _says_something(answers: Sequence[Mapping[str, Any]]) -> bool:
    return any(answer["text"] or answer["feedback"] for answer in answers)


def _next_number(taken: set[str]) -> str:
    return next(str(number) for number in range(1, len(taken) + 2) if str(number) not in taken)


def _choice_values(choice: Choice, language: str) -> dict[str, Any]:
    earned = "" if choice.fraction in (0, 1) else share(choice.fraction)
    return {**row_of(choice, language), "right": choice.fraction >= 1, "earns": earned, "language": language}


def _gap(row: GapRow, old: Gap | None, language: str, languages: Sequence[str]) -> Gap:
    """A gap as it was typed; the translations of what it was stay."""
    number = row.weight.number if row.weight.number is not None else 1.0
    if not row.chosen.data:
        accepted = accepted_in(row.written, old.accepted if old else {}, language, languages)
        return Gap(row.key.data, accepted=accepted, weight=number)
    before = {choice.key: choice for choice in old.choices} if old else {}
    give_keys(row.written, before)
    choices = []
    for answer in row.written:
        former = before.get(answer.key.data)
        choices.append(
            Choice(
                answer.key.data,
                spoken(former.text if former else None, answer.text.data, language),
                1.0 if answer.right.data else answer.earns.fraction or 0.0,
                feedback(former.feedback if former else None, answer.feedback.data, language),
            )
        )
    return Gap(row.key.data, choices=tuple(choices), weight=number)
