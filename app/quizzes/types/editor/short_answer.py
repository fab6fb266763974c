"""The form of a short-answer question: a row for each accepted answer, in any language of the course."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, FieldList, FormField, HiddenField, StringField, ValidationError
from wtforms import Form as Row

from app.core.folding import one_line
from app.quizzes.fields import ShareField, share

from .. import AcceptedAnswer, Content, ShortAnswer
from ..typed import LONGEST, Accepted
from .base import (
    LONGEST_FEEDBACK,
    MOST_ROWS_READ,
    QuestionForm,
    at_most,
    box,
    feedback,
    words,
)


class AnswerRow(Row):  # type: ignore[misc]
    """One accepted answer. `place` is where it stood in the version that was edited, as `en 0`."""

    place = HiddenField()
    text = StringField(
        _l("Accepted answer"),
        filters=[lambda typed: one_line(typed or "")],
        validators=[at_most(LONGEST)],
        render_kw={"maxlength": LONGEST, "autocomplete": "off"},
    )
    earns = ShareField(_l("Earns, in percent of the mark"), lowest=0)
    language = StringField(_l("Language"))
    feedback = box(_l("Feedback to those who answer so"), LONGEST_FEEDBACK, 2)

    @property
    def empty(self) -> bool:
        """Whether nothing was typed into it."""
        return not (self.text.data or self.feedback.data)

    def validate_text(self, field: Any) -> None:
        if not field.data and not self.empty:
            raise ValidationError(_l("Write the accepted answer, or remove it."))


class ShortAnswerForm(QuestionForm):
    """Rows are grouped by language, the question's own first; in each language their order decides."""

    type = "short_answer"
    label = _l("Short answer")
    summary = _l("A word or a few are typed")
    rows = "answers"
    first_rows = 2
    most_rows = 50
    row_word = _l("Answer {number}")
    add_word = _l("Add another accepted answer")

    answers = FieldList(FormField(AnswerRow), max_entries=MOST_ROWS_READ)
    case_matters = BooleanField(_l("Capitals matter"))
    accents_matter = BooleanField(_l("Accents matter"))

    def validate_answers(self, field: FieldList) -> None:
        self.limit_rows(field)

    @classmethod
    def row_values(cls, content: ShortAnswer, language: str) -> dict[str, Any]:
        rows = rows_of(content.answers, language)
        return {"answers": rows, "case_matters": content.case_matters, "accents_matter": content.accents_matter}

    def content(self, former: Content | None, language: str) -> ShortAnswer:
        old = former if isinstance(former, ShortAnswer) else None
        written = [entry.form for entry in self.entries if not entry.form.empty]
        return ShortAnswer(
            **self.shared(former, language),
            answers=accepted_in(written, old.answers if old else {}, language, self.languages),
            source_language=language,
            case_matters=bool(self.case_matters.data),
            accents_matter=bool(self.accents_matter.data),
        )


def rows_of(answers: Accepted, language: str) -> list[dict[str, Any]]:
    """The values of the rows of accepted answers, those in `language` first."""
    return [
        {
            "place": f"{tag} {place}",
            "text": accepted.text,
            "earns": "" if accepted.fraction == 1 else share(accepted.fraction),
            "language": tag,
            "feedback": words(accepted.feedback, tag),
        }
        for tag in sorted(answers, key=lambda tag: (tag != language, tag))
        for place, accepted in enumerate(answers[tag])
    ]


def accepted_in(
    rows: Sequence[AnswerRow], former: Accepted, language: str, languages: Sequence[str]
) -> dict[str, tuple[AcceptedAnswer, ...]]:
    """The rows as accepted answers by language; `language` is the question's own, `languages` the course's."""
    known = {*languages, *former}
    written: dict[str, list[AnswerRow]] = {}
    for row in rows:
        tag = row.language.data
        written.setdefault(tag if tag in known else language, []).append(row)
    return {
        tag: tuple(_accepted(row, former.get(tag, ()), tag) for row in written[tag])
        for tag in sorted(written, key=lambda tag: (tag != language, tag))
    }


def _accepted(row: AnswerRow, before: Sequence[AcceptedAnswer], tag: str) -> AcceptedAnswer:
    """The row's answer; its feedback keeps the translations of the same answer, or else of the one in its place.

    One that says what it said stays made from what it was made from.
    """
    same = [accepted for accepted in before if accepted.text == row.text.data]
    there = [accepted for place, accepted in enumerate(before) if row.place.data == f"{tag} {place}"]
    old = next(iter([*same, *there]), None)
    fraction = 1.0 if row.earns.fraction is None else row.earns.fraction
    return AcceptedAnswer(
        row.text.data,
        fraction,
        feedback(old.feedback if old else None, row.feedback.data, tag),
        same[0].source_hash if same else None,
    )
