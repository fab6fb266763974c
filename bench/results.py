"""bench/results.json: the figures of `make bench` and of `make bench-large`, neither of which touches the other’s."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from app.config import ROOT

RESULTS = ROOT / "bench" / "results.json"
LARGE = re.compile(r"_1m_|^(export|eligibility|grant_page|rule)_")

Figure = float | str


@dataclass(frozen=True)
class Aim:
    """A figure's bound: at most, or at least."""

    bound: float
    at_least: bool = False

    def holds(self, value: float) -> bool:
        return value >= self.bound if self.at_least else value <= self.bound

    def __str__(self) -> str:
        return f"{'at least' if self.at_least else 'at most'} {self.bound:,}"


def record(figures: Mapping[str, Figure], aims: Mapping[str, Aim], *, large: bool) -> None:
    """Write the figures of one of the two in place of its former ones, and say how they stand against the aims."""
    known: dict[str, Figure] = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    kept = {name: value for name, value in known.items() if bool(LARGE.search(name)) is not large}
    merged = {**kept, **figures}
    RESULTS.write_text(json.dumps({name: merged[name] for name in sorted(merged)}, indent=2) + "\n")
    width = max(map(len, aims))
    for name, aim in aims.items():
        value = figures.get(name)
        if isinstance(value, int | float):
            print(f"  {'ok ' if aim.holds(value) else 'OFF'} {name:{width}} {value:>10,}   {aim}")
        else:
            print(f"  {name:{width}} not measured (aim: {aim})")
    print(f"Written to {RESULTS.relative_to(ROOT)}.")
