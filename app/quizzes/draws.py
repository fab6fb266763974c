"""What a random place of a quiz draws from. Pure."""

from __future__ import annotations

from collections.abc import Collection

from .categories import is_within
from .models import Draw


def fits_draw(draw: Draw, category: str, tags: Collection[str]) -> bool:
    """Whether a question in `category` with `tags` is one of those that `draw` is of."""
    inside = is_within(category, draw.category) if draw.below else category == draw.category
    return inside and all(tag in tags for tag in draw.tags)
