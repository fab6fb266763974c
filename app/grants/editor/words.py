"""Says rules to administrators."""

from __future__ import annotations

from app.auth.identity import page_language

from ..eligibility.wording import Wording
from ..judging.facts import named_by
from ..rules import Any_, Node


def says(*rules: Node, time_zone: str = "UTC") -> Wording:
    """What says these rules in the page's language, with the titles of what they name. Statements as `facts`.

    `time_zone`: that of the call, by whose clocks a waiver ends; needed where findings are said.
    """
    named = named_by(Any_(of=rules))
    return Wording(named.courses, page_language(), quizzes=named.quizzes, time_zone=time_zone)
