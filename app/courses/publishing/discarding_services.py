"""Changes of a draft taken back, each alone: what it is becomes again what practitioners see."""

from __future__ import annotations

from app.core import audit
from app.core.errors import NotFound
from app.extensions import db

from .. import drafts
from ..builder import placing_services, queries
from ..drafts import Change, Review
from ..errors import ChangedSinceSeen
from ..kinds import get_kind
from ..models import Activity, Course, Module
from ..outline import Outline, OutlineModule
from . import changes


def discard_activity(*, course_id: int, activity_id: int, change: Change, seen: str, by: int) -> None:
    """Take back one change of an activity.

    What is new is removed, what was removed put back, what moved goes to its former place, and what was edited gets
    back its title, settings and content. `seen` is that of the page. Raises `NotFound` where there is no such
    change, `ChangedSinceSeen`, and `TextWithdrawn`.
    """
    queries.lock_course(course_id)
    review = drafts.review(course_id)
    if change not in changes.changes_of(review, activity_id):
        raise NotFound
    if seen != changes.seen_of(changes.find_outlined(review.outline, activity_id)):
        raise ChangedSinceSeen
    match change:
        case Change.NEW:
            placing_services.remove_activity(course_id=course_id, activity_id=activity_id, by=by)
        case Change.REMOVED:
            placing_services.put_back_activity(course_id=course_id, activity_id=activity_id, by=by)
        case Change.MOVED:
            _move_back(review, activity_id, by)
        case Change.EDITED:
            _restore(review, activity_id, by)
    audit.record("draft.discard", f"activity:{activity_id}", actor_id=by, course=course_id, change=str(change))
    db.session.flush()


def discard_part(*, course_id: int, part: str, seen: str, by: int) -> None:
    """Take back one change of the course itself, by the name of its part.

    A module that is new goes, and what stood elsewhere in the edition moves back from it; one that was left out
    comes back with what it held. Raises `NotFound`, `ChangedSinceSeen`.
    """
    queries.lock_course(course_id)
    review = drafts.review(course_id)
    if review.in_force is None or part not in {each.name for each in changes.course_parts(review, "")}:
        raise NotFound
    if seen != changes.course_seen(review):
        raise ChangedSinceSeen
    course, published = review.course, review.in_force.outline
    if part == "languages":
        course.languages = list(published.languages)
    elif part == "topics":
        course.topics = list(published.topics)
    elif part in ("title", "summary", "settings"):
        setattr(course, part, getattr(published, part))
    elif part == "order":
        _order_as(published, course)
    else:
        _restore_module(review, int(part.removeprefix("module-")), by)
    audit.record("draft.discard", f"course:{course_id}", actor_id=by, part=part)
    db.session.flush()


def _restore(review: Review, activity_id: int, by: int) -> None:
    assert review.in_force
    course, published = review.course, review.in_force.by_id[activity_id]
    activity = queries.get_activity(course.id, activity_id)
    kind = get_kind(activity.kind)
    kind.restore(activity, published, course, by)
    activity.title, activity.required, activity.opens_after = published.title, published.required, published.opens
    activity.minutes = published.minutes
    activity.minutes_given = published.minutes != kind.length(activity, course)
    db.session.flush()


def _move_back(review: Review, activity_id: int, by: int) -> None:
    """To its former module, next to the nearest neighbour there that has not moved itself."""
    assert review.in_force
    module = review.in_force.module_of[activity_id]
    placing_services.stand_alone(db.session.get_one(Activity, activity_id), db.session.get_one(Module, module.id))
    here = {a.id for m in review.outline.modules if m.id == module.id for a in m.activities}
    stayed = [a.id for a in module.activities if a.id in here and a.id not in review.difference.moved]
    former = [a.id for a in module.activities]
    place = former.index(activity_id)
    above = [each for each in stayed if former.index(each) < place]
    below = [each for each in stayed if former.index(each) > place]
    before = below[0] if below and not above else None
    if above:
        standing = [a.id for a in db.session.get_one(Module, module.id).living_activities() if a.id != activity_id]
        after = standing.index(above[-1]) + 1
        before = standing[after] if after < len(standing) else None
    placing_services.move_activity(
        course_id=review.course.id, activity_id=activity_id, module_id=module.id, before=before
    )


def _order_as(published: Outline, course: Course) -> None:
    """Modules that the edition has stand in its order, in the places that they hold now among the others."""
    standing = [module.id for module in course.living_modules()]
    former = [module.id for module in published.modules if module.id in standing]
    turn = iter(former)
    wanted = [next(turn) if module_id in former else module_id for module_id in standing]
    before = None
    for module_id in reversed(wanted):
        placing_services.move_module(course_id=course.id, module_id=module_id, before=before)
        before = module_id


def _restore_module(review: Review, module_id: int, by: int) -> None:
    assert review.in_force
    published = next((m for m in review.in_force.outline.modules if m.id == module_id), None)
    row = next(module for module in review.course.modules if module.id == module_id)
    if published is None:
        for activity in row.living_activities():
            if activity.id in review.in_force.by_id:
                _move_back(review, activity.id, by)
        placing_services.remove_module(course_id=review.course.id, module_id=module_id, by=by)
    elif any(module.id == module_id for module in review.outline.modules):
        row.title, row.enough = published.title, published.enough
    else:
        _bring_back(review, published, row, by)


def _bring_back(review: Review, published: OutlineModule, row: Module, by: int) -> None:
    """A module that was removed, or that is left out because nothing stands in it, with what it held."""
    if row.removed_at is not None:
        placing_services.put_back_module(course_id=review.course.id, module_id=row.id, by=by)
    for activity in published.activities:
        if db.session.get_one(Activity, activity.id).removed_at is not None:
            placing_services.put_back_activity(course_id=review.course.id, activity_id=activity.id, by=by)
        placing_services.move_activity(
            course_id=review.course.id, activity_id=activity.id, module_id=row.id, before=None
        )
    module = db.session.get_one(Module, row.id)
    module.title, module.enough = published.title, published.enough
