"""What trainers do with the outline of a draft: courses begun; modules and activities added, renamed, set, copied."""

from __future__ import annotations

import re
from contextlib import AbstractContextManager, nullcontext
from datetime import timedelta

import sqlalchemy as sa
from babel import Locale, UnknownLocaleError
from flask_babel import force_locale
from flask_babel import gettext as _

from app.core import audit, clock
from app.core.folding import folded
from app.core.text import Text, string_hash
from app.extensions import db

from .. import places
from ..errors import AddressTaken, EditedMeanwhile
from ..kinds import get_kind
from ..models import Activity, Course, CourseTrainer, Module, TrainerRole
from ..outline import CourseSettings, Opens
from . import queries

LONGEST_SLUG = 60
ONE_PRESS = timedelta(seconds=20)  # within which the same course asked for again is the same wish


def slug_of(title: str) -> str:
    """The address that a title suggests: `prevention-in-the-city`; `course` where it has no Latin letter."""
    words = re.sub(r"[^a-z0-9]+", "-", folded(title).replace("'", "")).strip("-")
    return words[:LONGEST_SLUG].rstrip("-") or "course"


def create_course(*, title: str, source_language: str, slug: str, by: int) -> Course:
    """Begin a course, whose lead is `by`. Without a `slug` it gets a free one made from its title.

    The same asked twice, as by a button pressed twice, is one course. Raises `AddressTaken` where a course has this
    slug or once had it.
    """
    text = Text.of({source_language: title}, source_language)
    if not slug and (twin := queries.find_just_begun(by, text, clock.now() - ONE_PRESS)):
        return twin
    if slug and queries.is_taken(slug):
        raise AddressTaken
    course = Course(
        slug=slug or queries.free_slug(slug_of(title)),
        source_language=source_language,
        languages=[source_language],
        title=text,
        summary=Text({}),
        topics=[],
        settings=CourseSettings(),
        created_at=clock.now(),
    )
    try:
        with db.session.begin_nested():
            db.session.add(course)
    except sa.exc.IntegrityError:
        raise AddressTaken from None  # somebody was quicker
    db.session.add(CourseTrainer(course_id=course.id, person_id=by, role=TrainerRole.LEAD))
    audit.record("course.create", f"course:{course.id}", actor_id=by)
    db.session.flush()
    return course


def add_module(*, course_id: int) -> Module:
    """Add an empty module at the end."""
    queries.lock_course(course_id)
    course = db.session.get_one(Course, course_id)
    number = len(course.living_modules()) + 1
    with speaking(course.source_language):
        title = _("Module %(number)s", number=number)
    module = Module(
        course_id=course_id,
        key=queries.free_key(course_id, "module"),
        rank=places.rank_before(Module, places.modules_of(course_id), None),
        title=Text.of({course.source_language: title}, course.source_language),
    )
    db.session.add(module)
    db.session.flush()
    return module


def add_activity(*, course_id: int, module_id: int, kind: str) -> Activity:
    """Add an empty activity at the end of a module. Raises `NotFound`, and `KeyError` for a kind there is none of."""
    queries.lock_course(course_id)
    course = db.session.get_one(Course, course_id)
    module = queries.get_module(course_id, module_id)
    made = get_kind(kind)
    number = queries.count_of_kind(course_id, kind) + 1
    with speaking(course.source_language):
        title = f"{made.label} {number}"
    activity = made.new(
        course_id=course_id,
        module_id=module.id,
        key=queries.free_key(course_id, kind),
        rank=places.rank_before(Activity, places.activities_of(module.id), None),
        title=Text.of({course.source_language: title}, course.source_language),
        minutes=1,
        minutes_given=False,
    )
    db.session.add(activity)
    db.session.flush()
    activity.minutes = made.length(activity, course)
    db.session.flush()
    return activity


def rename(thing: Module | Activity, *, course: Course, title: str, version: str) -> None:
    """Give a module or an activity another title in the course's own language.

    `version` is that of the title on the page. Raises `EditedMeanwhile` if somebody gave it a third title since.
    """
    _lock(thing)
    source = course.source_language
    if thing.title.best(source, source) == title:
        return
    if queries.title_version(thing, course) != version:
        raise EditedMeanwhile
    thing.title = thing.title.with_phrase(source, title, source)
    db.session.flush()


def settings_version(activity: Activity) -> str:
    """Changes when what `set_activity` sets does; a length that is computed is not among it."""
    minutes = activity.minutes if activity.minutes_given else None
    return string_hash(repr((activity.required, minutes, activity.opens_after)))


def set_activity(
    activity: Activity, *, course: Course, required: bool, minutes: int | None, opens: Opens | None, version: str
) -> None:
    """Say whether it is required, how long it takes (`minutes`; None: computed from what is in it), when it opens.

    `version` is that of the settings on the page. Raises `EditedMeanwhile` if somebody set them otherwise since.
    """
    _lock(activity)
    wanted = (required, minutes, opens)
    given = activity.minutes if activity.minutes_given else None
    if (activity.required, given, activity.opens_after) == wanted:
        return
    if settings_version(activity) != version:
        raise EditedMeanwhile
    activity.required, activity.opens_after = required, opens
    activity.minutes_given = minutes is not None
    activity.minutes = get_kind(activity.kind).length(activity, course) if minutes is None else minutes
    db.session.flush()


def module_version(module: Module) -> str:
    """Changes when what `set_module` sets does."""
    return string_hash(repr(module.enough))


def set_module(module: Module, *, enough: int | None, version: str) -> None:
    """Say how many of a module's activities complete it (None: its required ones).

    `version` is that of the settings on the page. Raises `EditedMeanwhile` if somebody set them otherwise since.
    """
    _lock(module)
    if module.enough == enough:
        return
    if module_version(module) != version:
        raise EditedMeanwhile
    module.enough = enough
    db.session.flush()


def duplicate_activity(*, course_id: int, activity_id: int) -> Activity:
    """Copy an activity with all that is in it; the copy stands right below."""
    queries.lock_course(course_id)
    course = db.session.get_one(Course, course_id)
    original = queries.get_activity(course_id, activity_id)
    after = _next(original.module.living_activities(), original)
    rank = places.rank_before(Activity, places.activities_of(original.module_id), after)
    copy = _copied(original, course, original.module_id, rank, _copy_title(original.title, course))
    copy.opens_after = original.opens_after
    db.session.flush()
    return copy


def duplicate_module(*, course_id: int, module_id: int) -> Module:
    """Copy a module with its activities; the copy stands right below.

    What waited for an activity of the module waits, in the copy, for that one's copy.
    """
    queries.lock_course(course_id)
    course = db.session.get_one(Course, course_id)
    original = queries.get_module(course_id, module_id)
    copy = Module(
        course_id=course_id,
        key=queries.free_key(course_id, "module"),
        rank=places.rank_before(Module, places.modules_of(course_id), _next(course.living_modules(), original)),
        title=_copy_title(original.title, course),
        enough=original.enough,
    )
    db.session.add(copy)
    db.session.flush()
    activities = original.living_activities()
    copies = [_copied(activity, course, copy.id, activity.rank, activity.title) for activity in activities]
    keys = {activity.key: twin.key for activity, twin in zip(activities, copies, strict=True)}
    for activity, twin in zip(activities, copies, strict=True):
        if opens := activity.opens_after:
            twin.opens_after = Opens(opens.above, tuple(keys.get(key, key) for key in opens.after))
    db.session.flush()
    return copy


def speaking(language: str) -> AbstractContextManager[None]:
    """Words in a course's own language, where the interface knows it."""
    tag = language.replace("-", "_")
    try:
        Locale.parse(tag)
    except (UnknownLocaleError, ValueError):
        return nullcontext()
    return force_locale(tag)


def _lock(thing: Module | Activity) -> None:
    """The row as it is now, which nobody else changes before the transaction ends."""
    db.session.refresh(thing, with_for_update={"key_share": True})


def _copied(original: Activity, course: Course, module_id: int, rank: str, title: Text) -> Activity:
    kind = get_kind(original.kind)
    copy = kind.new(
        course_id=course.id,
        module_id=module_id,
        key=queries.free_key(course.id, original.kind),
        rank=rank,
        title=title,
        required=original.required,
        minutes=original.minutes,
        minutes_given=original.minutes_given,
    )
    db.session.add(copy)
    db.session.flush()
    kind.copy(original, copy, course)
    db.session.flush()
    return copy


def _copy_title(title: Text, course: Course) -> Text:
    with speaking(course.source_language):
        named = _("%(title)s (copy)", title=title.best(course.source_language, course.source_language))
    return title.with_phrase(course.source_language, named, course.source_language)


def _next(standing: list[Module] | list[Activity], thing: Module | Activity) -> int | None:
    """The id of what stands right below `thing`, if anything does."""
    ids = [each.id for each in standing]
    place = ids.index(thing.id)
    return ids[place + 1] if place + 1 < len(ids) else None
