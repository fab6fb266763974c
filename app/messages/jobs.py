"""Notices become mail: alone, or several to a person together."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from itertools import groupby

import structlog
from flask_babel import lazy_gettext as _l

from app.auth.models import Person, PersonState
from app.core import clock, mail
from app.core.formats import speaking_to
from app.core.jobs import job
from app.core.models import Outbox
from app.core.redacting import redact
from app.core.transactions import reading, unit_of_work
from app.extensions import db

from . import queries, services, stopping
from .kinds import KINDS
from .models import Notice
from .sentences import Sentence, path_of, sentence
from .timing import is_mailed

PEOPLE = 50  # in one transaction
WHO = "\ue000"  # in the words of a mail, for whoever they name: the template puts the name that stands beside them
LATELY = timedelta(days=3)  # longer than a worker is away, or a transaction open that began before the erasure

log = structlog.get_logger()


@job("messages.mail", _l("Writing the mails of notices"), every_minute=True)
def mail_notices() -> int:
    """Write the mails of the notices that are due to the outbox; returns how many.

    A mail and the mark on its notices are one transaction, so that none is written twice, whoever else is at it
    and wherever this is killed.
    """
    written = 0
    while True:
        with unit_of_work():
            notices = queries.list_to_mail(PEOPLE)
            over = _over(notices)
            for person_id, own in groupby(notices, key=lambda notice: notice.person_id):
                written += _mail(db.session.get_one(Person, person_id), list(own), over)
        if not notices:
            return written


def _over(notices: Sequence[Notice]) -> set[int]:
    """The ids of those notices that tell of what holds no longer. Each kind is asked once for all of its own."""
    over: set[int] = set()
    for name, kind in KINDS.items():
        own = [notice for notice in notices if notice.kind == name]
        if own and kind.still is not None:
            over |= {notice.id for notice in own} - kind.still(own)
    return over


def _mail(person: Person, notices: Sequence[Notice], over: set[int]) -> int:
    """One mail to a person with these notices; what is no longer for them, or is `over`, is never mailed.

    Returns how many mails.
    """
    said: list[tuple[Notice, Sentence]] = []
    with speaking_to(person.language, person.time_zone):
        for notice in notices:
            words = _say(notice) if notice.id not in over and _is_for(person, notice) else None
            if words is None:
                notice.mail_at = None
            else:
                notice.mailed_at = clock.now()
                said.append((notice, words))
        if said:
            _post(person, said)
    return int(bool(said))


def _post(person: Person, said: Sequence[tuple[Notice, Sentence]]) -> None:
    kinds = list(dict.fromkeys(notice.kind for notice, _words in said))
    groups = []
    for kind in kinds:
        own = [
            {"words": words.words, "path": words.path} | {key: notice.values.get(key) for key in ("by", "by_id")}
            for notice, words in said
            if notice.kind == kind
        ]
        groups.append({"label": str(KINDS[kind].label), "count": len(own), "notices": own})
    stoppable = [kind for kind in kinds if not KINDS[kind].fixed]
    mail.post(
        key=f"notices:{said[0][0].id}",
        kind="notice" if len(said) == 1 else "digest",
        recipient=person.email or "",
        language=person.language,
        person_id=person.id,
        name=person.name,
        groups=groups,
        unsubscribe=path_of("notices.ask_stop", token=stopping.token(person.id, stoppable)) if stoppable else None,
    )


def _is_for(person: Person, notice: Notice) -> bool:
    kind = KINDS.get(notice.kind)
    known = kind is not None and is_mailed(kind, PersonState(person.state))
    return known and bool(person.email) and notice.read_at is None


def _say(notice: Notice) -> Sentence | None:
    """What a notice says; one that cannot be said holds up no others."""
    try:
        return sentence(notice.kind, notice.values | ({"by": WHO} if notice.values.get("by") else {}))
    except Exception as error:
        log.error("notice_unsayable", notice=notice.id, kind=notice.kind, exc_info=error)
        return None


@job("messages.forget", _l("Taking the names of erased people out of messages"), every_hour_at=37)
def forget_the_erased() -> int:
    """Messages name nobody who was erased lately, and none go to them; returns how many were changed.

    It comes round, so that what somebody wrote beside the erasure, still reading the name, is found too.
    """
    with reading():
        people = queries.list_erased(clock.now() - LATELY)
        db.session.rollback()
    if not people:
        return 0
    with unit_of_work():
        services.forget(people=people)
    return redact(Notice.values, people) + redact(Outbox.values, people)


def still_wanted(person_id: int) -> bool:
    """Whether a mail to a person that waits in the outbox may still leave: not to those who have left meanwhile."""
    person = db.session.get(Person, person_id)
    return person is not None and person.state not in (PersonState.LEFT, PersonState.ERASED)
