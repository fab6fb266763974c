"""Inviting many people at once, as `invitations.invite` does one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app.core import audit, clock, mail
from app.core.mail import Letter
from app.core.storing import insert_new
from app.extensions import db

from .. import tokens
from ..models import Affiliation, Person, PersonState
from ..tokens import Purpose

_person: Any = Person.__table__
_affiliation: Any = Affiliation.__table__


@dataclass(frozen=True, slots=True)
class Invited:
    """Somebody who has no account. `email` is folded; `city_id`: where they will work."""

    email: str
    name: str
    language: str
    city_id: int | None


def invite_many(people: Sequence[Invited], *, by: Person) -> dict[str, int]:
    """Enter people, each address once, and mail each a link; returns their ids by address.

    Who was quicker with an address keeps it: it is not among those returned. Four statements for each thousand or so.
    """
    if not people:
        return {}
    now = clock.now()
    of = {one.email: one for one in people}
    rows = [
        {
            "email": one.email, "name": one.name, "language": one.language, "time_zone": by.time_zone,
            "state": PersonState.INVITED, "city_id": one.city_id, "created_at": now, "invited_by_id": by.id,
        }
        for one in sorted(people, key=lambda one: one.email)  # in one order, so that no two files wait for each other
    ]  # fmt: skip
    ids: dict[str, int] = dict(
        db.session.execute(insert_new(_person, "email").returning(_person.c.email, _person.c.id), rows).all()
    )
    stays = [
        {"person_id": person_id, "city_id": of[email].city_id, "from_at": now}
        for email, person_id in ids.items()
        if of[email].city_id is not None
    ]
    if stays:
        db.session.execute(sa.insert(_affiliation), stays)
    audit.record_many(
        "person.invite",
        {f"person:{person_id}": {"city": of[email].city_id} for email, person_id in ids.items()},
        actor_id=by.id,
    )
    mail.post_many("invitation", [_letter(of[email], person_id, by) for email, person_id in ids.items()])
    return ids


def _letter(one: Invited, person_id: int, by: Person) -> Letter:
    person = Person(id=person_id, email=one.email, state=PersonState.INVITED)
    return Letter(
        key=f"invitation:{person_id}:{int(clock.now().timestamp())}",
        recipient=one.email,
        language=one.language,
        person_id=person_id,
        values={"name": one.name, "token": tokens.make(Purpose.INVITATION, person), "by": by.name, "by_id": by.id},
    )
