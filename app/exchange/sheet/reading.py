"""Rows as questions."""

from __future__ import annotations

from flask_babel import gettext as _

from app.quizzes.bank.versions import slug
from app.quizzes.types import Content

from .. import keys
from ..faults import Fault
from ..parsed import ParsedQuestion
from .cells import Bad, number
from .columns import LONGEST_CELL, TYPES, Table, known, letter, unknown
from .row import Row
from .types import READERS

MOST_TAGS = 50


def read(table: Table, language: str) -> tuple[list[ParsedQuestion], list[Fault]]:
    """The questions of a table, written in `language`, and a fault for each that is not taken."""
    columns, faults = _columns(table)
    for needed in ("type", "question"):
        if needed not in columns:
            faults.append(Fault(table.file, table.header_line, _("the column “%(name)s” is missing", name=needed)))
            return [], faults
    questions: list[ParsedQuestion] = []
    taken: set[str] = set()
    for line, cells in table.rows:
        values = {name: cells[place].strip() for name, place in columns.items() if place < len(cells)}
        row = Row({name: value for name, value in values.items() if value}, language)
        try:
            if any(len(value) > LONGEST_CELL for value in values.values()):
                raise Bad("question", _("a cell may hold at most %(count)s characters", count=LONGEST_CELL))
            content = _content(row)
            if unused := row.unused():
                raise Bad(unused[0], _("a question of this type has nothing there"))
            questions.append(_question(row, content, taken, line))
        except Bad as error:
            faults.append(Fault(table.file, line, _placed(error, columns)))
    return questions, sorted(faults)


def _placed(error: Bad, columns: dict[str, int]) -> str:
    """A reason with the column it is about."""
    if error.column not in columns:
        return _("column “%(name)s”: %(why)s", name=error.column, why=str(error))
    return _(
        "column %(letter)s, “%(name)s”: %(why)s", letter=letter(columns[error.column]), name=error.column,
        why=str(error),
    )  # fmt: skip


def _columns(table: Table) -> tuple[dict[str, int], list[Fault]]:
    """The place of each column, and what is wrong with the headings."""
    columns: dict[str, int] = {}
    faults = []
    for place, heading in enumerate(table.header):
        if not heading.strip():
            continue
        name = known(heading)
        if name is None:
            faults.append(Fault(table.file, table.header_line, unknown(heading)))
        elif name in columns:
            words = _("the column “%(name)s” stands there twice", name=name)
            faults.append(Fault(table.file, table.header_line, words))
        else:
            columns[name] = place
    return columns, faults


def _content(row: Row) -> Content:
    said = "_".join(row.take("type").casefold().replace("-", " ").replace("_", " ").split())
    if said not in TYPES:
        types = ", ".join(TYPES)
        raise Bad("type", _("a type is one of %(types)s, not “%(text)s”", types=types, text=said[:60]))
    return READERS[said](row)


def _question(row: Row, content: Content, taken: set[str], line: int) -> ParsedQuestion:
    if reasons := content.faults():
        raise Bad("question", "; ".join(str(reason) for reason in reasons))
    wanted = row.take("key")
    if wanted:
        key = slug(wanted)
        if not key:
            raise Bad("key", _("a key has letters without accents, digits and hyphens"))
        if key in taken:
            raise Bad("key", _("two questions have the key %(key)s", key=key))
        taken.add(key)
    else:
        asked = row.stem.rpartition("\n\n")[2]
        key = keys.free(slug(asked) or "question", taken)
    marks = row.take("marks")
    worth = number(marks, "marks", row.language) if marks else 1.0
    if not 0.01 <= worth <= 100:
        raise Bad("marks", _("marks lie between 0.01 and 100"))
    tags = dict.fromkeys(" ".join(tag.split()) for tag in row.take("tags").split(",") if tag.strip())
    category = "/".join(part for part in (" ".join(p.split()) for p in row.take("category").split("/")) if part)
    if len(category) > 200:
        raise Bad("category", _("a category has at most %(count)s characters", count=200))
    return ParsedQuestion(key, content, worth, category, tuple(tags)[:MOST_TAGS], line)
