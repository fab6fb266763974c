"""The kinds of notice. A feature registers its own; a person chooses for each how it reaches them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

from .models import Notice, Way


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of notice: `templates/notices/<name>.html` is its line in the site, with the link that acts on it.

    `label` (lazy) names it among a person's choices, `way` is how it comes if they choose nothing. `fixed`: a person
    cannot turn it off, as what concerns their account. `still` gives the ids of those, among some notices of the kind,
    that tell of what still holds; it is asked before they are mailed, in few statements for all of them. Without it
    all do.
    """

    name: str
    label: Any
    way: Way = Way.DIGEST
    fixed: bool = False
    still: Callable[[Sequence[Notice]], AbstractSet[int]] | None = None


KINDS: dict[str, Kind] = {}


def register(*kinds: Kind) -> None:
    """Add kinds; twice the same is one."""
    KINDS.update({kind.name: kind for kind in kinds})
