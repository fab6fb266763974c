"""The skyline: a course drawn as a city at night. A tower is a module, a window an activity, lit when complete.

Drawn in Python because a page may hold a dozen of them: all windows of one state make one path, which
keeps the page light.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import ClassVar

from markupsafe import Markup

LIT, UNLIT, NOW = "lit", "", "now"
MOST_TOWERS = 60
NIGHT, DUSK, TOWER, TOWER_ALT, LAMP = "#14203a", "#0f1830", "#3f5b9c", "#44619f", "#ffc857"

_WINDOW = "h6a1 1 0 0 1 1 1v6a1 1 0 0 1-1 1h-6a1 1 0 0 1-1-1v-6a1 1 0 0 1 1-1z"  # 8 by 8, corners rounded by 1


def skyline(towers: Sequence[Sequence[str]], label: str, height: int = 120) -> Markup:
    """A course. `towers`: for each module the state of each activity, `LIT`, `UNLIT` or `NOW`, from the ground up.

    `label` says the numbers to those who do not see the picture.
    """
    plan = Plan.of([len(tower) for tower in towers], height)
    states = [state for tower in towers[:MOST_TOWERS] for state in tower]
    windows = {LIT: "", UNLIT: "", NOW: ""}
    for (x, y), state in zip(plan.windows, states, strict=True):
        windows[state] += f"M{x} {y}{_WINDOW}"
    return _svg(plan.width, plan.height, label, "meet", plan.walls(), windows)


@dataclass(frozen=True, slots=True)
class Plan:
    """Where the parts of a course's skyline stand, in units of its own: for pictures that are files.

    `towers` are left edge and top of each tower, which are `WIDTH` wide and stand on the lower edge; `windows` the
    upper left corners, tower by tower from the ground up, each `WINDOW` wide and high.
    """

    WIDTH: ClassVar[int] = 34
    WINDOW: ClassVar[int] = 8
    _GAP: ClassVar[int] = 10

    width: int
    height: int
    towers: list[tuple[int, int]]
    windows: list[tuple[int, int]]

    @classmethod
    def of(cls, counts: Sequence[int], height: int = 120, least: int = 300) -> Plan:
        """`counts`: how many activities each module has. At least `height` high and `least` wide."""
        counts, step = counts[:MOST_TOWERS], cls.WIDTH + cls._GAP
        width = max(len(counts) * step + cls._GAP, least)
        height = max([height, *(31 + (count + 1) // 2 * 13 for count in counts)])
        left = (width - len(counts) * step - cls._GAP) // 2 + cls._GAP
        edges = [left + i * step for i in range(len(counts))]
        towers = [(x, height - 18 - (count + 1) // 2 * 13) for x, count in zip(edges, counts, strict=True)]
        windows = [
            (x + cls.WINDOW + j % 2 * 12, height - 14 - j // 2 * 13)
            for x, count in zip(edges, counts, strict=True)
            for j in range(count)
        ]
        return cls(width, height, towers, windows)

    def walls(self) -> list[str]:
        """The towers as two paths, every other one in each, for two shades."""
        paths = ["", ""]
        for i, (x, top) in enumerate(self.towers):
            paths[i % 2] += f"M{x} {self.height}V{top}h7v5h6.5v-5h7v5h6.5v-5h7V{self.height}z"
        return paths

    def drawn(self) -> str:
        """The whole skyline lit, as the inside of an SVG with its colours, which stand in `static/css/tokens.css`."""
        lit = "".join(f"M{x} {y}{_WINDOW}" for x, y in self.windows)
        shapes = zip((TOWER, TOWER_ALT, LAMP), (*self.walls(), lit), strict=True)
        return "".join(f'<path fill="{colour}" d="{path}"/>' for colour, path in shapes if path)


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
