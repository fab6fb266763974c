"""The one source of chance. The operating system's, unless a demonstration or a test gives one that can be repeated."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_system = random.SystemRandom()
_seeded: ContextVar[random.Random | None] = ContextVar("seeded_chance", default=None)


def source() -> random.Random:
    """What to draw from: it cannot be foreseen, as what is secret needs, except within `seeded`."""
    return _seeded.get() or _system


@contextmanager
def seeded(seed: str) -> Iterator[None]:
    """Draw the same again for the same `seed` within the block."""
    token = _seeded.set(random.Random(seed))
    try:
        yield
    finally:
        _seeded.reset(token)
