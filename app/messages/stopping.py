"""Links that stop mail: signed, for one person and certain kinds, good for as long as the mail is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import current_app
from itsdangerous import BadData, URLSafeSerializer

from .kinds import KINDS


@dataclass(frozen=True, slots=True)
class Stop:
    """Whose mail of which kinds is to stop."""

    person_id: int
    kinds: tuple[str, ...]

    @property
    def labels(self) -> list[str]:
        return [str(KINDS[kind].label) for kind in self.kinds]


def token(person_id: int, kinds: Sequence[str]) -> str:
    """A token that stops mail of these kinds to a person."""
    return str(_serializer().dumps([person_id, list(kinds)]))


def read(said: str) -> Stop | None:
    """What a token asks for; None if it is forged, or of kinds that are no more or cannot be turned off."""
    try:
        person_id, kinds = _serializer().loads(said)
    except BadData:
        return None
    known = tuple(kind for kind in kinds if kind in KINDS and not KINDS[kind].fixed)
    return Stop(person_id, known) if known else None


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="stop-mail")
