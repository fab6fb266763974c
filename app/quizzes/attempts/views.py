"""The answers of an attempt, as they are given."""

from __future__ import annotations

from dataclasses import dataclass

from flask import flash, jsonify, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.auth.identity import the_person
from app.core import clock
from app.core.access import Permission, allow
from app.core.errors import DomainError, NotFound
from app.core.transactions import reading

from ..errors import AttemptClosed, NotChecked, Overtaken, TimeIsUp
from ..queries import prefix_of
from ..types import Answer
from ..views import bp
from . import queries, services
from .queries import Answering
from .words import words

MOST_SAVES = 2**31  # of one answer: more than anyone gives
MOST_SLOTS = 1000  # of one attempt


@dataclass(frozen=True, slots=True)
class Given:
    """What a form says of one question; `as_it_is`: it has no field for the answer, which stays."""

    slot: int
    fields: dict[str, list[str]]

    @property
    def as_it_is(self) -> bool:
        return "as_it_is" in self.fields

    @property
    def flagged(self) -> bool:
        return "flagged" in self.fields

    @property
    def sequence(self) -> int:
        return whole("".join(self.fields.get("sequence", ())[:1]), 0, most=MOST_SAVES)

    @property
    def certainty(self) -> int | None:
        chosen = "".join(self.fields.get("certainty", ())[:1])
        return whole(chosen, -1, most=MOST_SLOTS) if chosen else None


@bp.post("/attempts/<int:attempt_id>/responses")
@allow(Permission.LEARN)
def respond(attempt_id: int) -> Response:
    """Keep the answers of a page, each on its own, and go where the person chose.

    `go` is where, `again` the slot of a question to try once more. A script sends one question at a time, and is told
    its new sequence number and the seconds left.
    """
    slots = _slots()
    if request.headers.get("X-Requested-With") == "fetch":
        if len(slots) != 1:
            raise NotFound
        return _acknowledge(attempt_id, _given(slots[0]))
    _keep_all(attempt_id, slots)
    again = whole(request.form.get("again", ""), -1, most=MOST_SLOTS)
    if again >= 0:
        return redirect(_question(attempt_id, again + 1, again=again + 1), 303)
    go = request.form.get("go", "")
    if go == "finish":
        return redirect(url_for("quizzes.summary", attempt_id=attempt_id), 303)
    number = whole(go, slots[-1] + 2, most=MOST_SLOTS)
    if len(slots) == 1:
        return redirect(url_for("quizzes.attempt", attempt_id=attempt_id, question=number), 303)
    return redirect(_question(attempt_id, number), 303)


@bp.post("/attempts/<int:attempt_id>/checks")
@allow(Permission.LEARN)
def check(attempt_id: int) -> Response:
    """Keep the answers of a page, and check one of them, which `check` names by its slot."""
    slots = _slots()
    slot = whole(request.form.get("check", ""), -1, most=MOST_SLOTS)
    if slot not in slots:
        raise NotFound
    _keep_all(attempt_id, slots)
    try:
        services.check(attempt_id=attempt_id, slot=slot)
    except NotChecked as refused:
        flash(str(refused), "due")  # what was kept stays
    return redirect(_question(attempt_id, slot + 1), 303)


def _acknowledge(attempt_id: int, given: Given) -> Response:
    with reading():
        to = _answering(attempt_id, given.slot)
    answer = _read(to, given)
    sequence = _keep(to, given, answer)
    known = to.given + (answer is not None or (given.as_it_is and to.answered))
    left = None if to.due_at is None else max(0, int((to.due_at - clock.now()).total_seconds()))
    said = words(known, to.total)
    return jsonify(saved=True, sequence=sequence, given=answer is not None, answered=known, left=left, **said)


def _keep_all(attempt_id: int, slots: list[int]) -> None:
    """Keep every answer of a form. Where there are several, one that was overtaken does not cost the others."""
    with reading():
        asked = [(_answering(attempt_id, slot), _given(slot)) for slot in slots]
    for to, given in asked:
        try:
            _keep(to, given, _read(to, given))
        except Overtaken as overtaken:
            if len(asked) == 1:
                raise
            flash(f"{_('Question %(number)s', number=to.slot + 1)}: {overtaken}", "due")


def _read(to: Answering, given: Given) -> Answer | None:
    return None if given.as_it_is else to.content.read(given.fields)


def _keep(to: Answering, given: Given, answer: Answer | None) -> int:
    """The answer's new sequence number; an answer that is refused leads on."""
    try:
        return services.save(
            to=to, answer=answer, flagged=given.flagged, sequence=given.sequence, certainty=given.certainty,
            as_it_is=given.as_it_is,
        )  # fmt: skip
    except DomainError as error:
        if isinstance(error, AttemptClosed | TimeIsUp):
            error.next_url, error.next_label = url_for("quizzes.result", attempt_id=to.attempt_id), _("See the result")
        else:
            error.next_url = _question(to.attempt_id, to.slot + 1)
            error.next_label = _("Go on from the newer answer") if isinstance(error, Overtaken) else _("Go on")
        raise


def _slots() -> list[int]:
    """The slots whose questions the form holds, each once. Raises `NotFound` without any."""
    slots = [whole(slot, -1, most=MOST_SLOTS) for slot in request.form.getlist("slot")]
    if not slots or len(slots) > MOST_SLOTS:
        raise NotFound
    return list(dict.fromkeys(slots))


def _given(slot: int) -> Given:
    prefix = prefix_of(slot)
    fields = {name[len(prefix) :]: values for name, values in request.form.lists() if name.startswith(prefix)}
    return Given(slot, fields)


def _answering(attempt_id: int, slot: int) -> Answering:
    found = queries.find_answering(attempt_id, slot, person_id=the_person().id)
    if found is None:
        raise NotFound
    return found


def _question(attempt_id: int, number: int, again: int | None = None) -> str:
    anchor = f"question-{number}"
    return url_for("quizzes.attempt", attempt_id=attempt_id, question=number, again=again, _anchor=anchor)


def whole(typed: str, default: int, *, most: int) -> int:
    """A whole number as typed, `most` for a larger one: what no column holds names nothing."""
    try:
        return min(int(typed[:20]), most)
    except ValueError:
        return default
