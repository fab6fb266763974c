"""The form of a matching question: a row for each pair, and for each match that belongs to nothing."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, FieldList, FormField, HiddenField, StringField, ValidationError
from wtforms import Form as Row

from app.core.folding import one_line

from .. import Content, Labelled, Matching, Prompt
from .base import LONGEST_WORDS, MOST_ROWS_READ, QuestionForm, at_most, box, spoken, words
from .keys import kept_keys

LONGEST_MATCH = 300  # characters, since it stands in a list to choose from


class PairRow(Row):  # type: ignore[misc]
    """A prompt and its match; without a prompt, a match that is right for none. The keys are empty for new ones."""

    key = HiddenField()
    match_key = HiddenField()
    prompt = box(_l("This"), LONGEST_WORDS, 1)
    match = StringField(
        _l("belongs to"),
        filters=[lambda typed: one_line(typed or "")],
        validators=[at_most(LONGEST_MATCH)],
        render_kw={"maxlength": LONGEST_MATCH, "autocomplete": "off"},
    )

    def validate_match(self, field: Any) -> None:
        if self.prompt.data and not field.data:
            raise ValidationError(_l("Write what this belongs to, or remove it."))


class MatchingForm(QuestionForm):
    """Rows with the same match, word for word, share it. Empty ones are left out."""

    type = "matching"
    label = _l("Matching")
    summary = _l("What belongs together is found")
    rows = "pairs"
    row_word = _l("Pair {number}")
    add_word = _l("Add another pair")

    pairs = FieldList(FormField(PairRow), max_entries=MOST_ROWS_READ)
    all_or_nothing = BooleanField(_l("Only all pairs together earn the mark"))

    def validate_pairs(self, field: FieldList) -> None:
        self.limit_rows(field)

    @classmethod
    def row_values(cls, content: Matching, language: str) -> dict[str, Any]:
        said = {match.key: words(match.text, language) for match in content.matches}
        rows = [
            {
                "key": prompt.key,
                "match_key": prompt.match,
                "prompt": words(prompt.text, language),
                "match": said.get(prompt.match, ""),
            }
            for prompt in content.prompts
        ]
        used = {prompt.match for prompt in content.prompts}
        rows += [{"match_key": key, "match": said[key]} for key in said if key not in used]
        return {"pairs": rows, "all_or_nothing": content.all_or_nothing}

    def content(self, former: Content | None, language: str) -> Matching:
        old = former if isinstance(former, Matching) else None
        written = [entry.form for entry in self.entries if entry.form.prompt.data or entry.form.match.data]
        matches = self._matches(written, old, language)
        asked = [row for row in written if row.prompt.data]
        before = {prompt.key: prompt.text for prompt in old.prompts} if old else {}
        keys = kept_keys([row.key.data for row in asked], before)
        for row, key in zip(asked, keys, strict=True):
            row.key.data = key
        return Matching(
            **self.shared(old, language),
            prompts=tuple(
                Prompt(key, spoken(before.get(key), row.prompt.data, language), row.match_key.data or "")
                for row, key in zip(asked, keys, strict=True)
            ),
            matches=matches,
            all_or_nothing=bool(self.all_or_nothing.data),
        )

    def _matches(self, written: list[PairRow], old: Matching | None, language: str) -> tuple[Labelled, ...]:
        """The matches, each once, in the places that they had and then in the order of the rows; their keys are put
        into the rows. A match that was reworded in all its rows keeps its key, and so its translations."""
        before = {match.key: match.text for match in old.matches} if old else {}
        typed: dict[str, list[PairRow]] = {}
        for row in written:
            if row.match.data:
                typed.setdefault(row.match.data, []).append(row)
            else:
                row.match_key.data = ""
        unchanged = {word: key for key, text in reversed(before.items()) if (word := words(text, language)) in typed}
        wanted = []
        for word, rows in typed.items():
            came_with = next((row.match_key.data for row in rows if row.match_key.data), "")
            wanted.append(unchanged.get(word) or ("" if came_with in unchanged.values() else came_with))
        keys = kept_keys(wanted, before)
        for key, rows in zip(keys, typed.values(), strict=True):
            for row in rows:
                row.match_key.data = key
        made = {
            key: Labelled(key, spoken(before.get(key), word, language)) for key, word in zip(keys, typed, strict=True)
        }
        places = list(before)
        return tuple(sorted(made.values(), key=lambda m: places.index(m.key) if m.key in places else len(places)))
