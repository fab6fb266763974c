"""What administrators do with what a call asks: questions, criteria, and reports owed after an award."""

from __future__ import annotations

from app.core import audit
from app.core.errors import NotFound
from app.extensions import db

from ..models import ChangeKind, GrantCall
from . import items
from .checks import COUNTED
from .errors import Answered, ChangedMeanwhile, NoCurrency, ReasonNeeded, TooMany
from .items import Direction, Item, part_of, sort_of
from .queries import has_submissions, was_published
from .questionnaire import Question, Questionnaire
from .services import is_published, lock_call, log


def save_item(*, call_id: int, item: Item, before: str, why: str, by: int) -> None:
    """Put an item in: a new one at the end, one that is there in its place.

    `before`: the fingerprint of the item that the writer saw, empty for none. Of a call that was ever published the
    change stands in the public change log with `why`. Raises `Answered` once a city has submitted, `ChangedMeanwhile`
    if the item is another by now, or gone, `TooMany`, `ReasonNeeded`, and `NoCurrency` for one that asks for amounts
    where a published call has no currency.
    """
    call = _open_to_change(call_id)
    stands = items.find(call.questionnaire, item.key)
    if items.fingerprint(stands, call.source_language) != before:
        raise ChangedMeanwhile
    part = part_of(sort_of(item))
    if stands is None and len(getattr(call.questionnaire, part)) >= items.MOST[part]:
        raise TooMany
    if is_published(call) and call.currency is None and _is_counted(item):
        raise NoCurrency
    wanted = items.put(call.questionnaire, item)
    if wanted != call.questionnaire:
        _write(call, wanted, "added" if stands is None else "changed", item, why, by)


def move_item(*, call_id: int, key: str, direction: Direction, by: int) -> None:
    """Move an item one place up or down. What is asked stays the same, so the public change log says nothing of it.

    Raises `Answered`, and `NotFound` for one that is not there.
    """
    call = _open_to_change(call_id)
    if items.find(call.questionnaire, key) is None:
        raise NotFound
    wanted = items.moved(call.questionnaire, key, direction)
    if wanted == call.questionnaire:
        return
    call.questionnaire = wanted
    audit.record("grant_call.move_item", f"grant_call:{call.id}", actor_id=by, key=key, direction=direction.value)
    db.session.flush()


def remove_item(*, call_id: int, key: str, before: str, why: str, by: int) -> None:
    """Take an item out; what cities have answered stays with their drafts. Once more changes nothing.

    Raises as `save_item`.
    """
    call = _open_to_change(call_id)
    item = items.find(call.questionnaire, key)
    if item is None:
        return
    if items.fingerprint(item, call.source_language) != before:
        raise ChangedMeanwhile
    _write(call, items.without(call.questionnaire, key), "removed", item, why, by)


def _open_to_change(call_id: int) -> GrantCall:
    call = lock_call(call_id)
    if has_submissions(call.id):
        raise Answered
    return call


def _is_counted(item: Item) -> bool:
    return isinstance(item, Question) and item.kind in COUNTED


def _write(call: GrantCall, wanted: Questionnaire, what: str, item: Item, why: str, by: int) -> None:
    title = item.title.best(call.source_language, call.source_language)
    if was_published(call):
        if not why:
            raise ReasonNeeded
        log(call, ChangeKind.QUESTIONS, by=by, why=why, **{what: title})
    call.questionnaire = wanted
    audit.record("grant_call.questions", f"grant_call:{call.id}", actor_id=by, what=what, key=item.key, why=why)
    db.session.flush()
