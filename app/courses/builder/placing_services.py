"""What trainers do with the places of modules and activities: move them, take them out, put them back.

All of it leaves versions alone, so that it is never a conflict with what a colleague writes meanwhile.
"""

from __future__ import annotations

from app.core import audit, clock
from app.extensions import db

from .. import places
from ..models import Activity, Course, Module
from . import queries


def move_activity(*, course_id: int, activity_id: int, module_id: int, before: int | None) -> Activity:
    """Let an activity stand in a module before the activity `before`; last, where that does not stand there (any more).

    Raises `NotFound`.
    """
    queries.lock_course(course_id)
    activity = queries.get_activity(course_id, activity_id)
    module = queries.get_module(course_id, module_id)
    rank = places.rank_before(Activity, places.activities_of(module.id), _living(before), without=activity.id)
    places.stand(Activity, activity.id, module_id=module.id, rank=rank)
    _reread()
    return activity


def step_activity(*, course_id: int, activity_id: int, up: bool) -> Activity:
    """Move an activity one place up or down in its module; at its end, into the next module that way, if any."""
    queries.lock_course(course_id)
    activity = queries.get_activity(course_id, activity_id)
    standing = [each.id for each in activity.module.living_activities()]
    place = standing.index(activity.id)
    module_id, before = activity.module_id, None
    if up and place > 0:
        before = standing[place - 1]
    elif not up and place < len(standing) - 1:
        before = standing[place + 2] if place + 2 < len(standing) else None
    else:
        modules = db.session.get_one(Course, course_id).living_modules()
        beside = [module.id for module in modules].index(module_id) + (-1 if up else 1)
        if not 0 <= beside < len(modules):
            return activity
        module_id = modules[beside].id
        inside = modules[beside].living_activities()
        before = None if up or not inside else inside[0].id
    return move_activity(course_id=course_id, activity_id=activity_id, module_id=module_id, before=before)


def move_module(*, course_id: int, module_id: int, before: int | None) -> Module:
    """Let a module stand before the module `before`; last, where that does not stand (any more). Raises `NotFound`."""
    queries.lock_course(course_id)
    module = queries.get_module(course_id, module_id)
    rank = places.rank_before(Module, places.modules_of(course_id), before, without=module.id)
    places.stand(Module, module.id, rank=rank)
    _reread()
    return module


def step_module(*, course_id: int, module_id: int, up: bool) -> Module:
    """Move a module one place up or down; at the end it stays."""
    queries.lock_course(course_id)
    module = queries.get_module(course_id, module_id)
    standing = [each.id for each in db.session.get_one(Course, course_id).living_modules()]
    place = standing.index(module.id) + (-1 if up else 2)
    if place < 0 or place > len(standing):
        return module
    before = standing[place] if place < len(standing) else None
    return move_module(course_id=course_id, module_id=module_id, before=before)


def remove_activity(*, course_id: int, activity_id: int, by: int) -> Activity:
    """Take an activity out of the draft. It keeps its place, and can be put back. Raises `NotFound`."""
    queries.lock_course(course_id)
    activity = queries.get_activity(course_id, activity_id)
    places.stand(Activity, activity.id, removed_at=clock.now())
    audit.record("draft.remove", f"activity:{activity.id}", actor_id=by, course=course_id)
    _reread()
    return activity


def remove_module(*, course_id: int, module_id: int, by: int) -> Module:
    """Take a module out of the draft, with all that is in it. Raises `NotFound`."""
    queries.lock_course(course_id)
    module = queries.get_module(course_id, module_id)
    places.stand(Module, module.id, removed_at=clock.now())
    audit.record("draft.remove", f"module:{module.id}", actor_id=by, course=course_id)
    _reread()
    return module


def put_back_module(*, course_id: int, module_id: int, by: int) -> Module:
    """Let a removed module stand where it stood, with what was in it then. Raises `NotFound`."""
    queries.lock_course(course_id)
    module = queries.get_module(course_id, module_id, removed=True)
    places.stand(Module, module.id, removed_at=None)
    audit.record("draft.put_back", f"module:{module.id}", actor_id=by, course=course_id)
    _reread()
    return module


def put_back_activity(*, course_id: int, activity_id: int, by: int) -> Activity:
    """Let a removed activity stand where it stood. One that stands already stays.

    Where its module was removed, that comes back too, with this activity alone. Raises `NotFound`.
    """
    queries.lock_course(course_id)
    activity = queries.get_any_activity(course_id, activity_id)
    stand_alone(activity, activity.module)
    places.stand(Activity, activity.id, removed_at=None)
    audit.record("draft.put_back", f"activity:{activity.id}", actor_id=by, course=course_id)
    _reread()
    return activity


def stand_alone(activity: Activity, module: Module) -> None:
    """Let a module stand again for this activity, if it was removed; what else was in it counts as removed with it."""
    if module.removed_at is None:
        return
    for other in module.living_activities():
        if other.id != activity.id:
            places.stand(Activity, other.id, removed_at=module.removed_at)
    places.stand(Module, module.id, removed_at=None)
    _reread()


def _living(before: int | None) -> int | None:
    """`before`, unless it was removed meanwhile: then the thing moved is better off last than beside what is gone."""
    if before is None:
        return None
    other = db.session.get(Activity, before)
    return before if other is not None and other.removed_at is None else None


def _reread() -> None:
    """Lists of modules and activities were changed beside the session."""
    db.session.flush()
    db.session.expire_all()
