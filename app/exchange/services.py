"""What is done with files: a course brought in, by a person or a command."""

from __future__ import annotations

from collections.abc import Callable

from app.core.transactions import reading

from . import library, queries
from .fates import Imported
from .faults import Refused
from .importing import Import
from .parsed import Parsed


def prepare(parsed: Parsed, watch: Callable[[], object] = lambda: None) -> None:
    """What comes before the transaction: see that the import can be made, and put its files into the store.

    `watch` is called after each piece that was stored. Raises `Refused`, and has then stored nothing.
    """
    course = parsed.sound()
    with reading():
        obstacles = queries.list_obstacles(course)
    if obstacles:
        raise Refused(obstacles)
    library.store(course, watch)


def import_course(parsed: Parsed, *, trainer_id: int | None, by: int | None, reviewed: bool = False) -> Imported:
    """Make the draft what was read, creating the course if its key is new.

    Things are matched by key: what is missing is marked as removed, what returns is brought back, and neither
    loses anybody's progress. `trainer_id` becomes a lead trainer of the course; `by` is who imports, None for
    the system. A translation that has not changed stays out of date if its source did, unless all were `reviewed`.
    Call `prepare` before the transaction. Raises `Refused`.
    """
    course = parsed.sound()
    if obstacles := queries.list_obstacles(course):
        raise Refused(obstacles)
    return Import(course, by, reviewed).run(trainer_id)
