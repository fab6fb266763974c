"""What practitioners do with a question of an attempt: answer it, flag it, check it."""

from __future__ import annotations

from datetime import datetime
from typing import cast

import sqlalchemy as sa
from flask_babel import gettext as _

from app.core import clock
from app.core.errors import NotFound
from app.extensions import db

from .. import queries
from ..errors import AttemptClosed, Checked, NotChecked, Overtaken, TimeIsUp, WrongShape
from ..models import Attempt, AttemptState, Response
from ..types import Answer, fits
from . import behaviour
from .queries import Answering
from .terms import slack

_attempt, _response = Attempt.__table__, cast(sa.Table, Response.__table__)
# Held until the commit, so that a submission waits, and grades what is acknowledged here.
_held = (
    sa.select(_attempt.c.id)
    .where(
        _attempt.c.id == sa.bindparam("of"),
        _attempt.c.state == AttemptState.OPEN,
        sa.or_(_attempt.c.due_at.is_(None), _attempt.c.due_at >= sa.bindparam("latest")),
    )
    .with_for_update(read=True)
    .cte("held")
)
_KEEP = (
    sa.update(_response)
    .where(
        _response.c.attempt_id == sa.bindparam("of"),
        _response.c.slot == sa.bindparam("at"),
        _response.c.sequence == sa.bindparam("from"),
        _response.c.attempt_id.in_(sa.select(_held.c.id)),
    )
    .values(flagged=sa.bindparam("flag"), sequence=sa.bindparam("from") + 1, saved_at=sa.bindparam("now"))
    .returning(_response.c.sequence)
)
_KEEP_ANSWER = _KEEP.where(_response.c.locked.is_(False)).values(
    answer=sa.bindparam("given"), certainty=sa.bindparam("sure")
)


def save(
    *, to: Answering, answer: Answer | None, flagged: bool, sequence: int, certainty: int | None = None,
    as_it_is: bool = False,
) -> int:  # fmt: skip
    """Keep the answer to one question, and return its new sequence number; one statement.

    `sequence` is the number of the answer that this one was made from: if another was saved since, it is kept
    and `Overtaken` raised; sending the same again, after an acknowledgement was lost, does no harm. `as_it_is`: the
    answer stays, and only the flag is kept. Raises `AttemptClosed`, `TimeIsUp`, `Checked`, `WrongShape`.
    """
    if answer is not None and not fits(to.content, answer):
        raise WrongShape
    if not behaviour.asks_certainty(to.settings, to.content):
        certainty = None
    elif certainty not in (None, *behaviour.CERTAINTIES):
        raise WrongShape
    now = clock.now()
    _require_open(to.state, to.due_at, now)
    if to.locked and not as_it_is:
        raise Checked
    values = {
        "of": to.attempt_id, "at": to.slot, "from": sequence, "now": now, "latest": now - slack(), "flag": flagged,
    }  # fmt: skip
    if not as_it_is:
        values |= {"given": answer, "sure": certainty}
    kept = db.session.connection().execute(_KEEP if as_it_is else _KEEP_ANSWER, values).scalar()
    return int(kept) if kept is not None else _refuse(to, answer, flagged, certainty, now, as_it_is)


def _refuse(
    to: Answering, answer: Answer | None, flagged: bool, certainty: int | None, now: datetime, as_it_is: bool
) -> int:
    """Say why an answer was not kept; the number of the one that is stored if it says the same."""
    stored = db.session.execute(
        sa.select(
            _attempt.c.state, _attempt.c.due_at, _response.c.locked, _response.c.answer, _response.c.flagged,
            _response.c.certainty, _response.c.sequence,
        )
        .join(_response, _response.c.attempt_id == _attempt.c.id)
        .where(_attempt.c.id == to.attempt_id, _response.c.slot == to.slot)
    ).one_or_none()  # fmt: skip
    if stored is None:
        raise NotFound
    _require_open(stored.state, stored.due_at, now)
    if stored.flagged == flagged and (as_it_is or (stored.answer, stored.certainty) == (answer, certainty)):
        return int(stored.sequence)
    raise Checked if stored.locked and not as_it_is else Overtaken


def _require_open(state: str, due_at: datetime | None, now: datetime) -> None:
    """Raise `AttemptClosed` or `TimeIsUp` where an answer no longer counts."""
    if state != AttemptState.OPEN:
        raise AttemptClosed
    if due_at is not None and now > due_at + slack():
        raise TimeIsUp


def check(*, attempt_id: int, slot: int) -> Response:
    """Check what is saved as the answer to a question: one try. The same answer again is no other try.

    Raises `AttemptClosed`, `TimeIsUp`, and `NotChecked` where there is nothing to check.
    """
    attempt = db.session.scalars(
        sa.select(Attempt)
        .where(Attempt.id == attempt_id)
        .with_for_update(read=True)
        .execution_options(populate_existing=True)
    ).one()
    _require_open(attempt.state, attempt.due_at, clock.now())
    response = db.session.scalars(
        sa.select(Response)
        .where(Response.attempt_id == attempt_id, Response.slot == slot)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if response is None:
        raise NotFound
    settings = queries.taken_under(attempt.edition_id, attempt.activity_id)
    content = queries.get_versions((response.version_id,))[response.version_id][0]
    if not behaviour.can_check(settings, content):
        raise NotChecked
    if response.answer is None:
        raise NotChecked(_("Answer the question first, then check it. Nothing was counted."))
    if response.locked or behaviour.between_tries(response.answer, response.tries, response.locked):
        return response
    earned = behaviour.check(
        content, response.answer, response.certainty, response.tries, settings, attempt.language, clock.now()
    )
    response.tries, response.locked = list(earned.tries), earned.locked
    response.fraction, response.feedback = earned.fraction, list(earned.feedback)
    db.session.flush()
    return response
