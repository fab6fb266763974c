"""The skyline: a course drawn as a city at night. A tower is a module, a window an activity, lit when complete.

Drawn in Python because a page may hold a dozen of them: all windows of one state make one path, which
keeps the page light.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

from markupsafe import Markup

LIT, UNLIT, NOW = "lit", "", "now"
MOST_TOWERS = 60

_WINDOW = "h6a1 1 0 0 1 1 1v6a1 1 0 0 1-1 1h-6a1 1 0 0 1-1-1v-6a1 1 0 0 1 1-1z"  # 8 by 8, corners rounded by 1


def skyline(towers: Sequence[Sequence[str]], label: str, height: int = 120) -> Markup:
    """A course. `towers`: for each module the state of each activity, `LIT`, `UNLIT` or `NOW`, from the ground up.

    `label` says the numbers to those who do not see the picture.
    """
    width, gap = 34, 10
    towers = towers[:MOST_TOWERS]
    whole = max(len(towers) * (width + gap) + gap, 300)
    height = max([height, *(31 + (len(tower) + 1) // 2 * 13 for tower in towers)])
    left = (whole - len(towers) * (width + gap) - gap) // 2
    walls = ["", ""]
    windows = {LIT: "", UNLIT: "", NOW: ""}
    for i, tower in enumerate(towers):
        x = left + gap + i * (width + gap)
        top = height - 18 - (len(tower) + 1) // 2 * 13
        walls[i % 2] += f"M{x} {height}V{top}h7v5h6.5v-5h7v5h6.5v-5h7V{height}z"
        for j, state in enumerate(tower):
            windows[state] += f"M{x + 8 + j % 2 * 12} {height - 14 - j // 2 * 13}{_WINDOW}"
    return _svg(whole, height, label, "meet", walls, windows)


def network(cities: Sequence[tuple[float, int]], label: str, height: int = 230, fit: str = "meet") -> Markup:
    """The network: for each city the share of its windows that are lit, 0 to 1, and its floors, 1 to 14."""
    width, gap = 44, 6
    cities = cities[:MOST_TOWERS]
    whole = max(len(cities) * (width + gap) + gap, 300)
    walls = ["", ""]
    windows = {LIT: "", UNLIT: ""}
    for i, (share, floors) in enumerate(cities):
        x = gap + i * (width + gap)
        walls[i % 2] += f"M{x} {height}V{height - 20 - floors * 14}h9v6h8.6v-6h8.8v6h8.6v-6h9V{height}z"
        panes = [(floor, column) for floor in range(floors) for column in range(3)]
        lit = round(share * len(panes))
        # Which windows are lit is scattered, and always the same for the same city.
        for order, (floor, column) in enumerate(sorted(panes, key=lambda p: (p[0] * 37 + p[1] * 61 + i * 13) % 101)):
            state = LIT if order < lit else UNLIT
            windows[state] += f"M{x + 8 + column * 11.5:g} {height - 15 - floor * 14}{_WINDOW}"
    return _svg(whole, height, label, fit, walls, windows)


def _svg(width: int, height: int, label: str, fit: str, walls: list[str], windows: dict[str, str]) -> Markup:
    parts = [
        Markup('<svg viewBox="0 0 {} {}" role="img" aria-label="{}" preserveAspectRatio="xMidYMax {}">').format(
            width, height, label, fit
        )
    ]
    for kind, path in zip_longest(("tower", "tower alt"), walls):
        if path:
            parts.append(Markup('<path class="{}" d="{}"/>').format(kind, path))
    for state, path in windows.items():
        if path:
            parts.append(Markup('<path class="{}" d="{}"/>').format(f"window {state}".strip(), path))
    return Markup("").join([*parts, Markup("</svg>")])
