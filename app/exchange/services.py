"""What is done with files: a course brought in, by a person or a command."""

from __future__ import annotations

from collections.abc import Callable

from app.core import audit
from app.core.transactions import reading
from app.courses import drafts
from app.courses.builder.queries import is_taken
from app.courses.models import Course, CourseTrainer, TrainerRole
from app.extensions import db

from . import library, queries
from .copying import Copy
from .errors import AddressTaken, NotAnAddress
from .fates import Imported
from .faults import Refused
from .folder.fields import key_fault
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


def copy_course(*, course_id: int, title: str, address: str, by: int) -> Course:
    """A copy of a course's draft, bank and library at another address, with the person `by` as its only trainer.

    It has no editions and nobody takes it. Raises `NotAnAddress` and `AddressTaken`.
    """
    check_address(address)
    course = Copy(drafts.load(course_id), by).run(title, address)
    db.session.add(CourseTrainer(course_id=course.id, person_id=by, role=TrainerRole.LEAD))
    audit.record("course.copy", f"course:{course.id}", actor_id=by, source=course_id)
    db.session.flush()
    return course


def check_address(address: str) -> None:
    """Raise `NotAnAddress` or `AddressTaken` if no new course can stand there."""
    if key_fault(address):
        raise NotAnAddress
    if is_taken(address):
        raise AddressTaken
