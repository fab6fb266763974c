"""What a person chooses for the site as a whole."""

from __future__ import annotations

from app.auth.models import Person
from app.extensions import db


def choose_language(*, person_id: int, language: str) -> None:
    """Keep the language of the interface and of mail for a person."""
    db.session.get_one(Person, person_id).language = language
