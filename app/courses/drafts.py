"""The draft against what is published: the outline it would become, its checks, what differs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import msgspec
import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import selectinload, with_polymorphic

from app.core import content, rank
from app.core.languages import language_name
from app.core.text import Text
from app.extensions import db

from . import editions
from .editions import PublishedEdition
from .kinds import Check, Level, get_kind, list_kinds
from .models import Activity, Course, Module
from .outline import Outline, OutlineActivity, OutlineModule
from .publishing import completion, opening


class Change(StrEnum):
    """How a thing of the draft differs from the edition in force."""

    NEW = "new"
    EDITED = "edited"
    MOVED = "moved"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Difference:
    """What publishing would change: activity id to change, what would go, and whether the course itself differs.

    `moved` holds what stands elsewhere, edited or not: what is both counts once, as edited.
    The course itself is its title, summary, languages, topics and settings, and its modules' titles and order.
    """

    activities: dict[int, Change]
    removed: tuple[OutlineActivity, ...]
    course: bool
    moved: frozenset[int] = frozenset()

    @property
    def count(self) -> int:
        return len(self.activities) + len(self.removed) + self.course


def load(course_id: int) -> Course:
    """The whole draft, in a fixed number of statements. Raises `LookupError`."""
    found = load_all([course_id])
    if not found:
        raise LookupError(f"no course {course_id}")
    return found[0]


def load_all(ids: Sequence[int]) -> list[Course]:
    """Whole drafts by id, with all that their kinds ask for, in a fixed number of statements."""
    every_kind = with_polymorphic(Activity, "*")
    courses = db.session.scalars(
        sa.select(Course)
        .where(Course.id.in_(ids))
        .order_by(Course.id)
        .options(selectinload(Course.modules).selectinload(Module.activities.of_type(every_kind)))
    ).all()
    activities = [activity for course in courses for module in course.modules for activity in module.activities]
    for kind in list_kinds():
        if mine := [activity for activity in activities if activity.kind == kind.name]:
            kind.load(mine)
    return list(courses)


def living_activities(course: Course) -> list[Activity]:
    """The activities that stand in the draft, in the order of the course."""
    return [activity for module in course.living_modules() for activity in module.living_activities()]


def outline_of(course: Course) -> Outline:
    """What the draft would become if it were published now. Modules without activities are left out."""
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
                enough=module.enough,
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
        data=msgspec.json.decode(msgspec.json.encode(frozen.data)),  # as it is read back, where a tuple is a list
    )


def difference(outline: Outline, published: Outline | None) -> Difference:
    """How `outline` differs from what is published.

    What moved within a module is the fewest activities that explain its new order; moving a whole module
    is a change of the course, not of its activities.
    """
    if published is None:
        return Difference({a.id: Change.NEW for a in outline.activities()}, (), True)
    before = {a.id: (module.id, a) for module in published.modules for a in module.activities}
    places = {activity_id: place for place, activity_id in enumerate(before)}
    now: set[int] = set()
    changes: dict[int, Change] = {}
    moved: set[int] = set()
    for module in outline.modules:
        stayed = [a.id for a in module.activities if a.id in before and before[a.id][0] == module.id]
        shifted = _out_of_order([places[activity_id] for activity_id in stayed])
        for activity in module.activities:
            now.add(activity.id)
            if activity.id not in before:
                changes[activity.id] = Change.NEW
                continue
            if activity.id not in stayed or places[activity.id] in shifted:
                moved.add(activity.id)
                changes[activity.id] = Change.MOVED
            if not _same(before[activity.id][1], activity):
                changes[activity.id] = Change.EDITED
    removed = tuple(a for a in published.activities() if a.id not in now)
    course = _about(outline) != _about(published)
    return Difference(changes, removed, course, frozenset(moved))


def _same(one: OutlineActivity, other: OutlineActivity) -> bool:
    """Whether two say the same, though one was written when its kind's data had fewer fields."""
    if one == other or one.kind != other.kind:
        return one == other
    today = get_kind(one.kind).today
    return msgspec.structs.replace(one, data=today(one.data)) == msgspec.structs.replace(other, data=today(other.data))


def _about(outline: Outline) -> tuple[object, ...]:
    """What an outline says besides its activities."""
    modules = tuple((m.id, m.key, m.title, m.enough) for m in outline.modules)
    return (
        outline.title,
        outline.summary,
        outline.source_language,
        outline.languages,
        outline.topics,
        outline.settings,
        modules,
    )


def _out_of_order(places: list[int]) -> set[int]:
    """The fewest of these former places whose moving explains the new order: all but a longest rising run."""
    return set(places) - {places[i] for i in rank.longest_rising(places)}


@dataclass(frozen=True)
class Review:
    """A draft beside what practitioners see: what publishing would bring, and what stands in its way."""

    course: Course
    outline: Outline
    in_force: PublishedEdition | None
    difference: Difference

    @cached_property
    def checks(self) -> list[Check]:
        """What stands in the way or should be looked at, then what is well."""
        return checks(self.course)

    @property
    def blocked(self) -> bool:
        return any(check.level is Level.BLOCKER for check in self.checks)

    @property
    def title(self) -> str:
        """The title in the course's own language."""
        return self.course.title.best(self.course.source_language, self.course.source_language)


def review(course_id: int) -> Review:
    """The draft of a course against its edition in force. Raises `LookupError`."""
    return review_all([load(course_id)])[0]


def review_all(courses: Sequence[Course]) -> list[Review]:
    """Loaded drafts against their editions in force; at most one statement."""
    published = editions.list_editions(course.edition_id for course in courses if course.edition_id)
    in_force = {edition.course_id: edition for edition in published}
    reviews = []
    for course in courses:
        outline, edition = outline_of(course), in_force.get(course.id)
        reviews.append(Review(course, outline, edition, difference(outline, edition.outline if edition else None)))
    return reviews


def checks(course: Course) -> list[Check]:
    """Everything that stands in the way of publishing or should be looked at, then what is well."""
    found: list[Check] = []
    modules = course.living_modules()
    activities = living_activities(course)
    if not activities:
        found.append(Check(Level.BLOCKER, "outline", _("The course has no activities yet")))
    for module in modules:
        if not module.living_activities():
            title = module.title.best(course.source_language, course.source_language)
            found.append(Check(Level.WARNING, "outline", _("Module “%(title)s” is empty and is left out", title=title)))
    for activity in activities:
        found.extend(get_kind(activity.kind).checks(activity, course))
    found.extend(completion.checks(course, activities))
    found.extend(_locked_for_ever(course, activities))
    found.extend(_untranslated(course, activities))
    found.extend(_withdrawn(course, activities))
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
    """What waits for something that is gone, or for one another; modules that ask for more than can be opened."""
    opened = opening.openable(course)
    source = course.source_language
    asked = [
        Check(
            Level.BLOCKER,
            "unlock",
            ngettext(
                "Module “%(title)s” asks for %(enough)s activities, and only %(num)s of it can be opened",
                "Module “%(title)s” asks for %(enough)s activities, and only %(num)s of it can be opened",
                len([a for a in standing if a.key in opened]),
                title=module.title.best(source, source),
                enough=enough,
            ),
        )
        for module, enough in opening.numbered(course)
        if len(standing := module.living_activities()) >= enough > len([a for a in standing if a.key in opened])
    ]
    numbered = {module.id for module, _enough in opening.numbered(course)}
    return asked + [
        Check(
            Level.BLOCKER if a.required and a.module_id not in numbered else Level.WARNING,
            "unlock",
            _(
                "Nothing can open “%(title)s”: it waits for something that is gone or waits for it",
                title=a.title.best(source, source),
            ),
            a.id,
        )
        for a in activities
        if a.key not in opened
    ]


def _untranslated(course: Course, activities: list[Activity]) -> list[Check]:
    """Titles and summaries that lack a language of the course, or whose source has changed since."""
    source = course.source_language
    named: list[tuple[Text, int | None]] = [(course.title, None)]
    if course.summary.phrases:  # a new course has none yet
        named.append((course.summary, None))
    named += [(module.title, None) for module in course.living_modules()]
    named += [(activity.title, activity.id) for activity in activities]
    found = []
    for text, activity_id in named:
        stale = set(text.outdated(source)) | (set(course.languages) - set(text.phrases))
        for language in sorted(stale):
            message = _(
                "“%(title)s” needs its translation into %(language)s",
                title=text.best(source, source),
                language=language_name(language),
            )
            found.append(Check(Level.WARNING, "translation", message, activity_id))
    return found


def _withdrawn(course: Course, activities: list[Activity]) -> list[Check]:
    """Texts that would be published although an administrator has withdrawn them. One statement."""
    held = {body.hash: a for a in activities for body in get_kind(a.kind).bodies(a)}
    source = course.source_language
    return [
        Check(
            Level.BLOCKER,
            "withdrawn",
            _("“%(title)s” holds a text that was withdrawn", title=held[digest].title.best(source, source)),
            held[digest].id,
        )
        for digest in content.list_withdrawn(held)
    ]
