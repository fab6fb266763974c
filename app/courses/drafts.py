"""The draft against what is published: the outline it would become, its checks, what differs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import selectinload, with_polymorphic

from app.extensions import db

from .kinds import Check, Level, get_kind, list_kinds
from .models import Activity, Course, Module
from .outline import Opens, Outline, OutlineActivity, OutlineModule


class Change(StrEnum):
    """How a thing of the draft differs from the edition in force."""

    NEW = "new"
    EDITED = "edited"
    MOVED = "moved"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Difference:
    """What publishing would change: activity id to change, and the titles of what would go."""

    activities: dict[int, Change]
    removed: tuple[OutlineActivity, ...]
    course: bool

    @property
    def count(self) -> int:
        return len(self.activities) + len(self.removed) + self.course


def load(course_id: int) -> Course:
    """The whole draft, in a fixed number of statements. Raises `LookupError`."""
    every_kind = with_polymorphic(Activity, "*")
    course = db.session.scalars(
        sa.select(Course)
        .where(Course.id == course_id)
        .options(selectinload(Course.modules).selectinload(Module.activities.of_type(every_kind)))
    ).one_or_none()
    if course is None:
        raise LookupError(f"no course {course_id}")
    return course


def outline_of(course: Course) -> Outline:
    """What the draft would become if it were published now. Stores bodies, so it needs a writing transaction."""
    return Outline(
        title=course.title,
        summary=course.summary,
        source_language=course.source_language,
        languages=tuple(course.languages),
        topics=tuple(course.topics),
        settings=course.settings,
        modules=tuple(
            OutlineModule(
                id=module.id,
                key=module.key,
                title=module.title,
                activities=tuple(_frozen(activity, course) for activity in module.living_activities()),
            )
            for module in course.living_modules()
            if module.living_activities()
        ),
    )


def _frozen(activity: Activity, course: Course) -> OutlineActivity:
    frozen = get_kind(activity.kind).freeze(activity, course)
    return OutlineActivity(
        id=activity.id,
        key=activity.key,
        kind=activity.kind,
        title=activity.title,
        required=activity.required,
        minutes=activity.minutes,
        opens=activity.opens_after,
        marks=frozen.marks,
        data=frozen.data,
    )


def difference(outline: Outline, published: Outline | None) -> Difference:
    """How `outline` differs from what is published."""
    if published is None:
        return Difference({a.id: Change.NEW for a in outline.activities()}, (), True)
    before = {a.id: (module.id, a) for module in published.modules for a in module.activities}
    changes: dict[int, Change] = {}
    for module in outline.modules:
        for activity in module.activities:
            if activity.id not in before:
                changes[activity.id] = Change.NEW
            elif before[activity.id][1] != activity:
                changes[activity.id] = Change.EDITED
            elif before[activity.id][0] != module.id:
                changes[activity.id] = Change.MOVED
    now = [a.id for a in outline.activities()]
    kept_before = [a.id for a in published.activities() if a.id in set(now)]
    kept_now = [i for i in now if i in before]
    for activity_id in _out_of_order(kept_before, kept_now):
        changes.setdefault(activity_id, Change.MOVED)
    removed = tuple(a for a in published.activities() if a.id not in set(now))
    course = _about(outline) != _about(published)
    return Difference(changes, removed, course)


def _about(outline: Outline) -> tuple[object, ...]:
    """What an outline says besides its activities."""
    modules = tuple((m.id, m.key, m.title) for m in outline.modules)
    return (
        outline.title,
        outline.summary,
        outline.source_language,
        outline.languages,
        outline.topics,
        outline.settings,
        modules,
    )


def _out_of_order(before: list[int], now: list[int]) -> set[int]:
    """The fewest things whose moving explains the new order: all but a longest common run in order."""
    place = {thing: i for i, thing in enumerate(before)}
    best: list[list[int]] = []  # best[i]: a longest increasing run that ends at now[i]
    for i, thing in enumerate(now):
        longest = max((best[j] for j in range(i) if place[now[j]] < place[thing]), key=len, default=[])
        best.append([*longest, thing])
    kept = max(best, key=len, default=[])
    return set(now) - set(kept)


def checks(course: Course) -> list[Check]:
    """Everything that stands in the way of publishing or should be looked at, then what is well."""
    found: list[Check] = []
    modules = course.living_modules()
    activities = [activity for module in modules for activity in module.living_activities()]
    if not activities:
        found.append(Check(Level.BLOCKER, "outline", _("The course has no activities yet")))
    for module in modules:
        if not module.living_activities():
            title = module.title.best(course.source_language, course.source_language)
            found.append(Check(Level.WARNING, "outline", _("Module “%(title)s” is empty and is left out", title=title)))
    for activity in activities:
        found.extend(get_kind(activity.kind).checks(activity, course))
    found.extend(_locked_for_ever(course, activities))
    found.extend(_untranslated(course, activities))
    return sorted(found, key=lambda check: list(Level).index(check.level)) + _passes(
        {c.topic for c in found}, activities
    )


def _passes(troubled: set[str], activities: list[Activity]) -> list[Check]:
    passed = {"unlock": _("Every required activity can be reached")} if activities else {}
    present = {activity.kind for activity in activities}
    for kind in list_kinds():
        if kind.name in present:
            passed |= {topic: str(words) for topic, words in kind.passes.items()}
    return [Check(Level.PASS, topic, words) for topic, words in passed.items() if topic not in troubled]


def _locked_for_ever(course: Course, activities: list[Activity]) -> list[Check]:
    """Required activities that wait for something that is gone, or for one another."""
    known = {a.key: a for a in activities}
    opened: set[str] = set()
    progressed = True
    while progressed:
        progressed = False
        for activity in activities:
            if activity.key in opened:
                continue
            waits = (activity.opens_after or Opens()).after
            if all(key in opened for key in waits):
                opened.add(activity.key)
                progressed = True
    return [
        Check(
            Level.BLOCKER if a.required else Level.WARNING,
            "unlock",
            _(
                "Nothing can open “%(title)s”: it waits for something that is gone or waits for it",
                title=a.title.best(course.source_language, course.source_language),
            ),
            a.id,
        )
        for key, a in known.items()
        if key not in opened
    ]


def _untranslated(course: Course, activities: list[Activity]) -> list[Check]:
    """Titles and summaries that lack a language of the course, or whose source has changed since."""
    source = course.source_language
    named = [(course.title, None), (course.summary, None)]
    named += [(module.title, None) for module in course.living_modules()]
    named += [(activity.title, activity.id) for activity in activities]
    found = []
    for text, activity_id in named:
        stale = set(text.outdated(source)) | (set(course.languages) - set(text.phrases))
        for language in sorted(stale):
            message = _(
                "“%(title)s” needs its translation into %(language)s",
                title=text.best(source, source),
                language=language,
            )
            found.append(Check(Level.WARNING, "translation", message, activity_id))
    return found
