"""What a course can be about: a fixed list, so that the catalogue can filter by it."""

from __future__ import annotations

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

TOPICS: dict[str, LazyString] = {
    "prevention": _l("Prevention"),
    "rights": _l("Rights"),
    "schools": _l("Schools"),
    "youth": _l("Youth"),
    "communication": _l("Communication"),
    "cohesion": _l("Social cohesion"),
}


def topic_label(topic: str) -> str:
    """The topic in words; the bare word for one that an old edition has and the list no longer."""
    return str(TOPICS.get(topic, topic))
