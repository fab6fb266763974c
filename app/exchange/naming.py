"""What questions of a file are called here: keys, and categories without what only Moodle needs."""

from __future__ import annotations

from dataclasses import dataclass, field

from app.quizzes.bank.versions import LONGEST_KEY, slug

LONGEST_CATEGORY = 200


@dataclass(slots=True)
class Keys:
    """Gives each question of a file a key that no other one of it has."""

    prefix: str = "question"
    taken: set[str] = field(default_factory=set)
    _next: dict[str, int] = field(default_factory=dict)  # the number to try first behind a key that was given

    def give(self, title: str, number: int, identity: str = "") -> str:
        """From the title, else from the id in the file, else from the prefix and the number."""
        key = slug(title) or (slug(f"{self.prefix}-{identity}") if identity else "") or slug(f"{self.prefix}-{number}")
        free, again = key, self._next.get(key, 2)
        while free in self.taken:
            end = f"-{again}"
            free, again = key[: LONGEST_KEY - len(end)].rstrip("-") + end, again + 1
        self._next[key] = again
        self.taken.add(free)
        return free


def letters(place: int) -> str:
    """The key of the part at `place`, from 0: a to z, then aa, ab …"""
    key = ""
    while place >= 0:
        place, letter = divmod(place, 26)
        key = chr(ord("a") + letter) + key
        place -= 1
    return key


def category_of(path: str) -> str:
    """A category as Moodle writes it, `$course$/top/Unit 1`, without where it stands there."""
    path = " ".join(path.split())
    root, _slash, below = path.partition("/")
    if root.startswith("$") and root.endswith("$") and len(root) > 1:
        path = below
    path = "" if path == "top" else path.removeprefix("top/")
    return path[:LONGEST_CATEGORY].strip()


def category_path(category: str) -> str:
    """A category as Moodle reads it."""
    return f"$course$/top/{' '.join(category.split())}".removesuffix("/")
