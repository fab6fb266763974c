"""The columns of a sheet of questions, what they mean, and cells on their way in and out."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from difflib import get_close_matches

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

MOST_ROWS = 2000
MOST_COLUMNS = 150
LONGEST_CELL = 20_000  # characters
SINGLE = (
    "key", "type", "question", "category", "tags", "marks", "right", "grading", "case", "accents", "units",
    "unit penalty", "feedback", "guidance", "fewest words", "most words", "starter",
)  # fmt: skip
NUMBERED = ("answer", "match", "worth", "feedback", "hint")
MOST_NUMBERED = 30
TYPES = (
    "single_choice", "multiple_choice", "true_false", "short_answer", "number", "matching", "ordering", "gaps", "essay",
)  # fmt: skip
SHEET = "Questions"
HOW_TO = "How to"
_NUMBERED = re.compile(rf"({'|'.join(NUMBERED)}) ?([0-9]{{1,2}})")

MEANINGS: dict[str, object] = {
    "key": _l(
        "What the question is called, in small letters, digits and hyphens. A question of the course with this key "
        "can be given a new version. May be left empty."
    ),
    "type": _l("One of the types below."),
    "question": _l("What is asked. An empty line begins a new paragraph; the last one is the question itself."),
    "category": _l("Where it stands in the question bank, as Unit 1/Safety."),
    "tags": _l("Words to find it by, parted by commas."),
    "marks": _l("What it is worth; 1 if left empty."),
    "answer 1": _l("The first answer; the second stands in “answer 2”, and so on, up to 30."),
    "match 1": _l("What belongs to the first answer, where the type has that."),
    "worth 1": _l("What the first answer earns, in percent of the marks: 100 is right, 0 wrong; -50 costs half."),
    "feedback 1": _l("What is said to who gave the first answer."),
    "right": _l("Which answers are right, by number: 2, or 1, 3. For true or false: true or false."),
    "grading": _l("How part of the mark is earned, where the type has a choice; see below."),
    "case": _l("yes, if capitals must be as written."),
    "accents": _l("yes, if accents must be as written."),
    "units": _l("Units of a number, the one of the answers first: m; cm = 0.01"),
    "unit penalty": _l("What a wrong or missing unit costs, in percent."),
    "feedback": _l("What is said to everybody afterwards."),
    "hint 1": _l("The first hint, for those who try again; then “hint 2” and so on."),
    "guidance": _l("For those who mark an essay."),
    "fewest words": _l("The fewest words asked for in an essay."),
    "most words": _l("The most words asked for in an essay."),
    "starter": _l("What stands in the box of an essay at first."),
}
HOW: dict[str, object] = {
    "single_choice": _l("The choices in answer 1 and on; the number of the right one in “right”."),
    "multiple_choice": _l(
        "The choices in answer 1 and on, and the numbers of the right ones in “right”: all or nothing. For partial "
        "credit write “partial” in “grading”, and what each choice earns or costs in “worth”."
    ),
    "true_false": _l("true or false in “right”. Feedback 1 is for who says true, feedback 2 for who says false."),
    "short_answer": _l("Each accepted answer in a column; * stands for any words. “worth” is 100 if left empty."),
    "number": _l("Each accepted number in a column, with its tolerance: 12.5, or 12.5 ± 0.1, or 12.5 ± 5%."),
    "matching": _l(
        "What is asked in answer 1 and on, its match beside it in “match”. A match without an answer is a wrong one "
        "to choose from. “all” in “grading” gives the mark for all or none."
    ),
    "ordering": _l("The things in their right order. “grading” is all, position or pairs; all if left empty."),
    "gaps": _l(
        "[[1]] and so on stand for gaps in the question. Answer 1 is what is accepted in the first, several parted by "
        "|. Where the gap is a list to choose from, its wrong choices stand in “match 1”, parted by |. “worth” weighs "
        "the gaps; 100 if left empty."
    ),
    "essay": _l(
        "Marked by a person. A rubric may stand in the answers: a criterion in answer 1, its levels in match 1, as "
        "0 = missing | 2 = there"
    ),
}


class Unreadable(Exception):
    """A file that is not read at all; the message says why."""

    def __init__(self, reason: str, line: int = 1, file: str = "") -> None:
        super().__init__(reason)
        self.line = line
        self.file = file


@dataclass(frozen=True, slots=True)
class Table:
    """What a file holds: `file` as faults name it, the header, and the rows with the lines they begin in."""

    file: str
    header: tuple[str, ...]
    header_line: int
    rows: tuple[tuple[int, tuple[str, ...]], ...]


@dataclass(slots=True)
class Rows:
    """What is to be written: the columns that are used, and rows by column. A number is written as one."""

    columns: tuple[str, ...]
    rows: list[dict[str, str | float]] = field(default_factory=list)


def letter(place: int) -> str:
    """A column as spreadsheets name it: 0 is A, 26 is AA."""
    name = ""
    while place >= 0:
        place, rest = divmod(place, 26)
        name = chr(ord("A") + rest) + name
        place -= 1
    return name


def known(heading: str) -> str | None:
    """The column that a heading names; None if it is none."""
    plain = " ".join(heading.replace("_", " ").split()).casefold()
    if plain in SINGLE:
        return plain
    found = _NUMBERED.fullmatch(plain)
    if found and 1 <= int(found[2]) <= MOST_NUMBERED:
        return f"{found[1]} {int(found[2])}"
    return None


def unknown(heading: str) -> str:
    """What to say of a heading that names no column."""
    words = _("there is no column “%(name)s”", name=heading[:60])
    near = get_close_matches(heading.casefold(), [*SINGLE, *(f"{name} 1" for name in NUMBERED)], 1)
    return words + (_("; did you mean “%(name)s”?", name=near[0]) if near else "")


def in_order(used: set[str]) -> tuple[str, ...]:
    """Columns as they stand in a file: what every question has, its answers, and the rest."""
    most = max((int(name.rpartition(" ")[2]) for name in used if _NUMBERED.fullmatch(name)), default=0)
    answers = [f"{name} {n}" for n in range(1, most + 1) for name in ("answer", "match", "worth", "feedback")]
    hints = [f"hint {n}" for n in range(1, most + 1)]
    first = list(SINGLE[: SINGLE.index("marks") + 1])
    rest = [name for name in SINGLE if name not in first]
    always = {"key", "type", "question", "category", "tags", "marks"}
    return tuple(name for name in [*first, *answers, *rest, *hints] if name in used | always)
