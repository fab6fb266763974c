"""The kinds of notice. A feature registers its own; a person chooses for each how it reaches them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .models import Way


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of notice: `templates/notices/<name>.html` is its line in the site, with the link that acts on it.

    `label` (lazy) names it among a person's choices, `way` is how it comes if they choose nothing. `fixed`: a person
    cannot turn it off, as what concerns their account.
    """

    name: str
    label: Any
    way: Way = Way.DIGEST
    fixed: bool = False


KINDS: dict[str, Kind] = {}


def register(*kinds: Kind) -> None:
    """Add kinds; twice the same is one."""
    KINDS.update({kind.name: kind for kind in kinds})
