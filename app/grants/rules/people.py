"""The leaves about a person that no course decides: a role, and what only the person can state."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated

import msgspec
import sqlalchemy as sa
from flask_babel import gettext as _

from app.auth.models import Person, PersonRole, Role
from app.core.text import Text
from app.grants.judging.findings import (
    DeclarationEvidence,
    Finding,
    Met,
    Missing,
    OwnWord,
    Reason,
    RoleEvidence,
    Unknown,
)
from app.grants.judging.rows import holds_role, is_last_word
from app.grants.judging.shapes import Facts
from app.grants.judging.subject import person_among
from app.grants.models import Declaration
from app.network.models import City

from .requirement import Names, Requirement


class HasRole(Requirement, frozen=True, tag="role"):
    """The person holds the role; as coordinator, of the city that is judged, so that without one it is unknown."""

    role: Role

    @property
    def roles(self) -> tuple[str, ...]:
        return (self.role.value,)

    @property
    def _of_the_city(self) -> bool:
        return self.role is Role.COORDINATOR

    def met_by(self, at: datetime) -> sa.Select[int] | None:
        return None if self._of_the_city else self._held(at)

    def _held(self, at: datetime) -> sa.Select[int]:
        return sa.select(PersonRole.person_id).where(PersonRole.role == self.role, holds_role(at))

    def _clause(self, at: datetime) -> sa.ColumnElement[bool]:
        held = self._held(at)
        if not self._of_the_city:
            return person_among(held)
        # Who is a coordinator anywhere is found once; only of those few the city is compared.
        of_city = held.where(PersonRole.person_id == Person.id, PersonRole.city_id == City.id).correlate(Person, City)
        return sa.case((City.id.is_(None), sa.null()), else_=sa.and_(person_among(held), of_city.exists()))

    def _check(self, facts: Facts, at: datetime) -> Finding:
        if self._of_the_city and facts.city is None:
            return Unknown(self, Reason.NO_CITY, todo=frozenset({Reason.NO_CITY}))
        held = [
            role
            for role in facts.roles
            if role.role == self.role
            and (role.to_at is None or role.to_at > at)
            and (not self._of_the_city or role.city_id == facts.city_id)
        ]
        if not held:
            return Missing(self, Reason.NO_ROLE, todo=frozenset({self}))
        first = min(held, key=lambda role: role.from_at)
        return Met(self, RoleEvidence(first.role, first.from_at, first.city_id))

    def _turns(self, facts: Facts) -> Iterator[datetime]:
        yield from (role.to_at for role in facts.roles if role.role == self.role and role.to_at is not None)

    def sentence(self, say: Names) -> str:
        return {
            Role.COORDINATOR: _("You are a coordinator of your city"),
            Role.TRAINER: _("You are a trainer"),
            Role.TRANSLATOR: _("You are a translator"),
            Role.ADMINISTRATOR: _("You are an administrator"),
        }[self.role]


class Declared(Requirement, frozen=True, tag="declared"):
    """The person stated `text`, as the declaration `key`. Unknown until they say yes or no; the last word counts."""

    key: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
    text: Text
    source_language: str

    def __hash__(self) -> int:
        # Its words are a dictionary by language, which has no hash.
        return hash((type(self), self.key))

    @property
    def declaration_keys(self) -> tuple[str, ...]:
        return (self.key,)

    def met_by(self, at: datetime) -> sa.Select[int]:
        return self._stated(at).where(Declaration.holds)

    def _stated(self, at: datetime) -> sa.Select[int]:
        return sa.select(Declaration.person_id).where(
            Declaration.key == self.key, Declaration.at <= at, is_last_word(at)
        )

    def _clause(self, at: datetime) -> sa.ColumnElement[bool]:
        return sa.case(
            (person_among(self.met_by(at)), sa.true()),
            (person_among(self._stated(at).where(sa.not_(Declaration.holds))), sa.false()),
            else_=sa.null(),
        )

    def _check(self, facts: Facts, at: datetime) -> Finding:
        todo = frozenset({OwnWord(self.key)})
        said = facts.declarations.get(self.key)
        if said is None:
            return Unknown(self, Reason.NOT_STATED, todo=todo)
        evidence = DeclarationEvidence(self.key, said.holds, said.at)
        return Met(self, evidence) if said.holds else Missing(self, Reason.DENIED, evidence=evidence, todo=todo)

    def sentence(self, say: Names) -> str:
        return _("State: “%(text)s”", text=say.text(self.text, self.source_language))
