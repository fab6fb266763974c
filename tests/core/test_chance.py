"""Chance: unforeseeable, except where it is asked to repeat itself."""

from __future__ import annotations

import random

import pytest

from app.core import chance
from app.progress.certificates.codes import new_code


def test_chance_is_the_operating_systems() -> None:
    assert isinstance(chance.source(), random.SystemRandom)


def test_a_seed_repeats_what_was_drawn_and_ends_with_its_block() -> None:
    def draw(seed: str) -> list[str]:
        with chance.seeded(seed):
            return [new_code() for _ in range(3)]

    assert draw("one") == draw("one") != draw("another")
    with pytest.raises(LookupError), chance.seeded("one"):
        raise LookupError
    assert isinstance(chance.source(), random.SystemRandom)
