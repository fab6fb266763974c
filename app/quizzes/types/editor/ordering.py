"""The form of an ordering question: a row for each thing, in the right order."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import FieldList, FormField, HiddenField, RadioField, SelectChoice
from wtforms import Form as Row

from .. import Content, Labelled, OrderCredit, Ordering
from .base import LONGEST_WORDS, MOST_ROWS_READ, QuestionForm, box, spoken, words
from .keys import kept_keys

CREDITS = [
    SelectChoice(OrderCredit.ALL, _l("Only the whole order earns the mark")),
    SelectChoice(OrderCredit.POSITION, _l("Each one in its own place earns its share")),
    SelectChoice(OrderCredit.PAIRS, _l("Each two in the right order earn their share, near or far")),
]


class ItemRow(Row):  # type: ignore[misc]
    """One thing to put in order. `key` is what answers name it by; empty for a new one."""

    key = HiddenField()
    text = box(_l("Words"), LONGEST_WORDS, 1)


class OrderingForm(QuestionForm):
    """Empty rows are left out."""

    type = "ordering"
    label = _l("Ordering")
    summary = _l("Things are put in their order")
    rows = "items"
    row_word = _l("Place {number}")
    add_word = _l("Add another")

    items = FieldList(FormField(ItemRow), max_entries=MOST_ROWS_READ)
    credit = RadioField(_l("What earns the mark"), choices=CREDITS, default=OrderCredit.ALL)

    def validate_items(self, field: FieldList) -> None:
        self.limit_rows(field)

    @classmethod
    def row_values(cls, content: Ordering, language: str) -> dict[str, Any]:
        rows = [{"key": item.key, "text": words(item.text, language)} for item in content.items]
        return {"items": rows, "credit": str(content.credit)}

    def content(self, former: Content | None, language: str) -> Ordering:
        old = former if isinstance(former, Ordering) else None
        before = {item.key: item.text for item in old.items} if old else {}
        written = [entry.form for entry in self.entries if entry.form.text.data]
        keys = kept_keys([row.key.data for row in written], before)
        for row, key in zip(written, keys, strict=True):
            row.key.data = key
        credit = self.credit.data
        return Ordering(
            **self.shared(old, language),
            items=tuple(
                Labelled(key, spoken(before.get(key), row.text.data, language))
                for row, key in zip(written, keys, strict=True)
            ),
            credit=OrderCredit(credit) if credit in set(OrderCredit) else OrderCredit.ALL,
        )
