"""What the builder reads of a draft besides the whole of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from app.auth.models import Person
from app.core.errors import NotFound
from app.core.text import Text, string_hash
from app.extensions import db

from ..editions import PublishedEdition
from ..models import Activity, Course, CourseSlugHistory, CourseTrainer, Module, TrainerRole


def lock_course(course_id: int) -> None:
    """Let nobody else change what stands where in this course before the transaction ends.

    Who refers to the course meanwhile, as an enrolment does, need not wait.
    """
    db.session.execute(sa.select(Course.id).where(Course.id == course_id).with_for_update(key_share=True))


def find_just_begun(person_id: int, title: Text, since: datetime) -> Course | None:
    """The course of this title that a person began after `since` and has put nothing into.

    Two who ask for the same person wait for each other.
    """
    db.session.execute(sa.select(Person.id).where(Person.id == person_id).with_for_update(key_share=True))
    begun = db.session.scalars(
        sa.select(Course)
        .join(CourseTrainer, CourseTrainer.course_id == Course.id)
        .where(CourseTrainer.person_id == person_id, CourseTrainer.role == TrainerRole.LEAD)
        .where(Course.created_at > since, ~sa.exists().where(Module.course_id == Course.id))
        .order_by(Course.id)
    )
    return next((course for course in begun if course.title == title), None)


def get_module(course_id: int, module_id: int, *, removed: bool = False) -> Module:
    """A module of the draft, or with `removed` one that was taken out of it. Raises `NotFound`."""
    module: Module | None = db.session.get(Module, module_id, populate_existing=True)
    if module is None or module.course_id != course_id or (module.removed_at is not None) != removed:
        raise NotFound
    return module


def get_activity(course_id: int, activity_id: int) -> Activity:
    """An activity that stands in the draft, as it is now. Raises `NotFound`."""
    activity = get_any_activity(course_id, activity_id)
    if activity.removed_at is not None or activity.module.removed_at is not None:
        raise NotFound
    return activity


def get_any_activity(course_id: int, activity_id: int) -> Activity:
    """An activity of the course, in the draft or taken out of it. Raises `NotFound`."""
    activity: Activity | None = db.session.get(Activity, activity_id, populate_existing=True)
    if activity is None or activity.course_id != course_id:
        raise NotFound
    return activity


@dataclass(frozen=True, slots=True)
class Removed:
    """A module or an activity that was taken out of the draft; `anchor` is what it is called in addresses.

    `held` is how many activities a module comes back with. `published`: practitioners still have it.
    """

    anchor: str
    thing: Module | Activity
    held: int
    published: bool


def list_removed(course: Course, in_force: PublishedEdition | None) -> list[Removed]:
    """What was taken out of a loaded draft, the latest first. No statement."""
    published = in_force.by_id if in_force else {}
    modules = {module.id for module in in_force.outline.modules} if in_force else set()
    found = []
    for module in course.modules:
        if module.removed_at is not None:
            held = len(module.living_activities())
            found.append(Removed(f"module-{module.id}", module, held, module.id in modules))
        for activity in module.activities:
            if activity.removed_at is not None:
                found.append(Removed(f"activity-{activity.id}", activity, 0, activity.id in published))
    return sorted(found, key=lambda gone: (gone.thing.removed_at, gone.thing.id), reverse=True)


def list_others(activity: Activity, source_language: str) -> list[tuple[str, str]]:
    """Key and title of every other activity of the draft, in order: what this one can wait for. One statement."""
    rows = db.session.execute(
        sa.select(Activity.key, Activity.title)
        .join(Module, Module.id == Activity.module_id)
        .where(
            Activity.course_id == activity.course_id,
            Activity.id != activity.id,
            Activity.removed_at.is_(None),
            Module.removed_at.is_(None),
        )
        .order_by(Module.rank, Module.id, Activity.rank, Activity.id)
    )
    return [(row.key, row.title.best(source_language, source_language)) for row in rows]


def count_of_kind(course_id: int, kind: str) -> int:
    """How many activities of a kind the draft has."""
    found = (
        sa.select(sa.func.count())
        .select_from(Activity)
        .join(Module, Module.id == Activity.module_id)
        .where(Activity.course_id == course_id, Activity.kind == kind)
        .where(Activity.removed_at.is_(None), Module.removed_at.is_(None))
    )
    return db.session.scalar(found) or 0


def place_of(activity: Activity) -> tuple[int, int, Module]:
    """Where an activity stands in its module: which, of how many, in which."""
    standing = [each.id for each in activity.module.living_activities()]
    return standing.index(activity.id) + 1, len(standing), activity.module


def title_version(thing: Module | Activity, course: Course) -> str:
    """Changes when the title does, and with nothing else: moving a thing or writing in it is no new title."""
    return string_hash(thing.title.best(course.source_language, course.source_language))


def is_taken(slug: str, *, but_for: int = 0) -> bool:
    """Whether a course other than the one with the id `but_for` has this address, or once had it. One statement."""
    now = sa.exists().where(Course.slug == slug, Course.id != but_for)
    once = sa.exists().where(CourseSlugHistory.slug == slug, CourseSlugHistory.course_id != but_for)
    return bool(db.session.scalar(sa.select(now | once)))


def free_slug(wanted: str) -> str:
    """`wanted`, or the first of `wanted-2`, `wanted-3` … that no course has or had. Statements until one is free."""
    number = 1
    slug = wanted
    while is_taken(slug):
        number += 1
        slug = f"{wanted[: 60 - len(str(number)) - 1].rstrip('-')}-{number}"
    return slug


def free_key(course_id: int, stem: str) -> str:
    """`lesson-4`: the first key of this stem that nothing in the course has or had, modules and activities alike."""
    taken = set(db.session.scalars(sa.select(Module.key).where(Module.course_id == course_id)))
    taken |= set(db.session.scalars(sa.select(Activity.key).where(Activity.course_id == course_id)))
    number = 1
    while f"{stem}-{number}" in taken:
        number += 1
    return f"{stem}-{number}"
