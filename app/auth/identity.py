"""Who is asking: one statement gives the person, their city and their open roles."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import wraps
from typing import Any, cast

import sqlalchemy as sa
import structlog
from flask import Response, g, has_request_context, request, session
from flask_login import current_user

from app.core.transactions import reading
from app.extensions import db, login
from app.network.models import City

from .models import Person, PersonRole, PersonState, Role, SignIn

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Identity:
    """A signed-in person, as plain values, for one request.

    `coordinates` holds the ids of the cities whose coordinator the person is.
    """

    id: int
    sign_in_id: int
    email: str
    name: str
    language: str
    time_zone: str
    state: PersonState
    city_id: int | None
    city_name: str | None
    roles: frozenset[Role] = frozenset()
    coordinates: frozenset[int] = field(default=frozenset())
    last_used_at: datetime | None = None
    unread: int = 0  # notices

    is_authenticated = True
    is_anonymous = False

    @property
    def is_active(self) -> bool:
        return self.state in (PersonState.UNCONFIRMED, PersonState.WAITING, PersonState.ACTIVE)

    def get_id(self) -> str:
        return str(self.sign_in_id)

    @property
    def seen_as(self) -> tuple[str, PersonState, frozenset[Role], int]:
        """All that the frame of a page depends on."""
        return self.name, self.state, self.roles, self.unread

    @property
    def initials(self) -> str:
        words = self.name.split()
        return (words[0][:1] + words[-1][:1]).upper() if len(words) > 1 else self.name[:2].upper()

    @property
    def is_administrator(self) -> bool:
        return Role.ADMINISTRATOR in self.roles

    @property
    def is_trainer(self) -> bool:
        return Role.TRAINER in self.roles

    @property
    def is_translator(self) -> bool:
        return Role.TRANSLATOR in self.roles

    @property
    def is_coordinator(self) -> bool:
        return Role.COORDINATOR in self.roles


# Plain tables: on every page, so nothing of the mapper's work is done.
_person, _sign_in, _city, _role = Person.__table__.c, SignIn.__table__.c, City.__table__.c, PersonRole.__table__.c
_roles = (
    sa.select(
        sa.func.aggregate_strings(_role.role + ":" + sa.func.coalesce(sa.cast(_role.city_id, sa.String), ""), ",")
    )
    .where(_role.person_id == _person.id, _role.to_at.is_(None))
    .correlate(Person.__table__)
    .scalar_subquery()
)
# A table of `messages`, which stands above this package; with it here, no page pays a statement for the number.
_notice = sa.table("notice", sa.column("person_id"), sa.column("read_at"))
_unread = (
    sa.select(sa.func.count())
    .select_from(_notice)
    .where(_notice.c.person_id == _person.id, _notice.c.read_at.is_(None))
    .correlate(Person.__table__)
    .scalar_subquery()
)
_IDENTITY = (
    sa.select(
        _sign_in.id.label("sign_in_id"),
        _sign_in.last_used_at,
        _person.id,
        _person.email,
        _person.name,
        _person.language,
        _person.time_zone,
        _person.state,
        _person.city_id,
        _city.name.label("city_name"),
        _roles.label("roles"),
        _unread.label("unread"),
    )
    .select_from(
        SignIn.__table__.join(Person.__table__, _person.id == _sign_in.person_id).outerjoin(
            City.__table__, _city.id == _person.city_id
        )
    )
    .where(_sign_in.id == sa.bindparam("sign_in"), _sign_in.ended_at.is_(None))
)


def find_identity(sign_in_id: int) -> Identity | None:
    """The person behind an open sign-in, in one statement; nobody if it was ended or the person has left."""
    row = db.session.connection().execute(_IDENTITY, {"sign_in": sign_in_id}).one_or_none()
    if row is None:
        return None
    held = [pair.partition(":") for pair in (row.roles or "").split(",") if pair]
    identity = Identity(
        id=row.id,
        sign_in_id=row.sign_in_id,
        email=row.email or "",
        name=row.name,
        language=row.language,
        time_zone=row.time_zone,
        state=PersonState(row.state),
        city_id=row.city_id,
        city_name=row.city_name,
        roles=frozenset(Role(role) for role, _, _ in held),
        coordinates=frozenset(int(city) for role, _, city in held if role == Role.COORDINATOR),
        last_used_at=row.last_used_at,
        unread=row.unread,
    )
    return identity if identity.is_active else None


def identity_of(person_id: int) -> Identity:
    """Somebody as a job acts for them, with the roles they hold now. Raises `NoResultFound` for nobody."""
    person = db.session.scalars(sa.select(Person).where(Person.id == person_id)).one()
    held = db.session.execute(
        sa.select(PersonRole.role, PersonRole.city_id).where(
            PersonRole.person_id == person_id, PersonRole.to_at.is_(None)
        )
    ).all()
    return Identity(
        id=person.id,
        sign_in_id=0,
        email=person.email or "",
        name=person.name,
        language=person.language,
        time_zone=person.time_zone,
        state=PersonState(person.state),
        city_id=person.city_id,
        city_name=None,
        roles=frozenset(Role(role) for role, _city in held),
        coordinates=frozenset(city for role, city in held if role == Role.COORDINATOR and city is not None),
    )


@login.user_loader  # type: ignore[untyped-decorator]
def _load(sign_in_id: str) -> Identity | None:
    with reading():
        return find_identity(int(sign_in_id)) if re.fullmatch(r"[0-9]{1,18}", sign_in_id) else None


def current_person() -> Identity | None:
    """Who is signed in, or None; nobody is in a job."""
    if not has_request_context():
        return None
    return cast(Identity, current_user._get_current_object()) if current_user.is_authenticated else None


def for_anyone(handler: Callable[[Any], Response]) -> Callable[[Any], Response]:
    """`handler` of errors, made to answer as to a visitor where the database cannot say who is asking."""

    @wraps(handler)
    def answer(error: Any) -> Response:
        try:
            current_person()
        except sa.exc.SQLAlchemyError as unreadable:
            log.error("person_unreadable", error=type(unreadable).__name__)
            g._login_user = login.anonymous_user()
        return handler(error)

    return answer


def the_person() -> Identity:
    """Who is signed in, on a route that allows nobody else."""
    person = current_person()
    if person is None:
        raise RuntimeError("a route that needs a person was reached without one")
    return person


LANGUAGES = {"en": "English", "fr": "français"}


def page_language() -> str:
    """The language of the interface: the person's, else this browser's choice, else what it asks for."""
    if not has_request_context():
        return "en"
    if "page_language" not in g:
        person = current_person()
        chosen = person.language if person else session.get("language")
        if chosen not in LANGUAGES:
            chosen = request.accept_languages.best_match(list(LANGUAGES)) or "en"
        g.page_language = chosen
    return str(g.page_language)


def page_time_zone() -> str:
    """The time zone of whom the page or mail is for; UTC for a visitor."""
    if reader := g.get("reader_time_zone"):
        return str(reader)
    person = current_person()
    return person.time_zone if person else "UTC"
