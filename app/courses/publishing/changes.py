"""What differs from the edition in force, as people read it: each part as it was beside as it is."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import msgspec
from flask_babel import gettext as _

from app.core import rank
from app.core.differences import Side, side_by_side
from app.core.errors import NotFound
from app.core.formats import minutes, percent
from app.core.languages import own_name
from app.core.text import string_hash

from ..drafts import Change, Review
from ..kinds import Passage, get_kind
from ..models import Activity
from ..outline import CourseSettings, Order, Outline, OutlineActivity, OutlineModule
from ..topics import topic_label


@dataclass(frozen=True)
class Part:
    """One part of a thing in words, a paragraph a line; `name` is what discarding calls it, where it can be alone.

    `unsaid`: it differs in what has no words, such as the text that a translation was made from.
    """

    label: str
    before: str
    after: str
    name: str = ""
    unsaid: bool = False

    @property
    def differs(self) -> bool:
        return self.unsaid or self.before != self.after

    @cached_property
    def rows(self) -> list[tuple[Side, Side]]:
        return side_by_side(self.before, self.after)


@dataclass(frozen=True)
class ActivityChange:
    """An activity as published beside the draft's. `seen` changes when the draft's does, wherever it is moved."""

    id: int
    kind: str
    changes: tuple[Change, ...]
    parts: list[Part]
    seen: str

    @property
    def words_differ(self) -> bool:
        return any(part.differs for part in self.parts)


def activity_change(review: Review, activity: Activity, language: str) -> ActivityChange:
    """What differs of one activity, in `language`. Few statements. Raises `NotFound` where nothing was published."""
    if review.in_force is None:
        raise NotFound
    published = review.in_force.by_id.get(activity.id)
    now = find_outlined(review.outline, activity.id)
    if published is None and now is None:
        raise NotFound
    source = review.course.source_language
    kind = get_kind(activity.kind)
    there = kind.published_passages(published, source, language) if published else []
    here = kind.passages(activity, review.course, language) if now else []
    before, after = review.in_force.outline, review.outline
    found = changes_of(review, activity.id)
    parts = [
        Part(_("Title"), _said(published, source, language), _said(now, source, language)),
        *(
            [Part(_("Place"), _place(before, activity.id, language), _place(after, activity.id, language))]
            if found != (Change.EDITED,)  # of what stayed, others that came or went change the number alone
            else []
        ),
        Part(_("Settings"), activity_terms(published, before, language), activity_terms(now, after, language)),
        *beside(there, here),
    ]
    return ActivityChange(activity.id, activity.kind, found, parts, seen_of(now))


def changes_of(review: Review, activity_id: int) -> tuple[Change, ...]:
    """New, removed, or edited and moved, in this order."""
    difference = review.difference
    if any(gone.id == activity_id for gone in difference.removed):
        return (Change.REMOVED,)
    change = difference.activities.get(activity_id)
    found = [change] if change in (Change.NEW, Change.EDITED) else []
    return (*found, *([Change.MOVED] if activity_id in difference.moved else []))


def seen_of(activity: OutlineActivity | None) -> str:
    """What tells that an activity of the draft says something else by now."""
    return string_hash(msgspec.json.encode(activity).decode())


def find_outlined(outline: Outline, activity_id: int) -> OutlineActivity | None:
    return next((activity for activity in outline.activities() if activity.id == activity_id), None)


def course_parts(review: Review, language: str) -> list[Part]:
    """What differs of the course itself: those parts alone. Raises `NotFound` where nothing was published."""
    if review.in_force is None:
        raise NotFound
    before, after, source = review.in_force.outline, review.outline, review.course.source_language

    def text(name: str, label: str) -> Part:
        old, new = getattr(before, name), getattr(after, name)
        tongues = [language] if old.best(language, source) != new.best(language, source) else list(after.languages)
        both = [[t.best(tongue, source) for tongue in tongues] for t in (old, new)]
        return Part(label, "\n".join(both[0]), "\n".join(both[1]), name, unsaid=old != new)

    def lines(name: str, label: str, said: list[list[str]]) -> Part:
        unsaid = name != "order" and getattr(before, name) != getattr(after, name)
        return Part(label, "\n".join(said[0]), "\n".join(said[1]), name, unsaid)

    outlines = (before, after)
    shared = {m.id for m in before.modules} & {m.id for m in after.modules}
    parts = [
        text("title", _("Title")),
        text("summary", _("Summary")),
        lines("languages", _("Languages"), [[own_name(tag) for tag in o.languages] for o in outlines]),
        lines("topics", _("Topics"), [[topic_label(topic) for topic in o.topics] for o in outlines]),
        lines("settings", _("Settings"), [course_terms(o.settings) for o in outlines]),
        *_modules(before, after, source, language),
        lines(
            "order",
            _("Order of the modules"),
            [[m.title.best(source, source) for m in after_in(o, after, shared)] for o in outlines],
        ),
    ]
    return [part for part in parts if part.differs]


def after_in(order: Outline, titles: Outline, shared: set[int]) -> list[OutlineModule]:
    """The modules that both have, in the order of one outline, called as in the other."""
    called = {module.id: module for module in titles.modules}
    return [called[module.id] for module in order.modules if module.id in shared]


def module_changes(review: Review) -> dict[int, list[Change]]:
    """Module id to how it differs from the edition itself, its activities aside; what does not is left out."""
    if review.in_force is None:
        return {}
    before = {module.id: (place, module) for place, module in enumerate(review.in_force.outline.modules)}
    after = review.outline.modules
    stayed = rank.longest_rising([before[module.id][0] if module.id in before else None for module in after])
    found: dict[int, list[Change]] = {}
    for place, module in enumerate(after):
        if module.id not in before:
            found[module.id] = [Change.NEW]
            continue
        was = before[module.id][1]
        renamed = (was.title, was.enough) != (module.title, module.enough)
        marks = [Change.EDITED] * renamed + [Change.MOVED] * (place not in stayed)
        if marks:
            found[module.id] = marks
    return found


def course_seen(review: Review) -> str:
    """What tells that the course itself says something else by now."""
    outline = review.outline
    bare = tuple((module.id, module.title, module.enough) for module in outline.modules)
    said = (outline.title, outline.summary, outline.languages, outline.topics, outline.settings, bare)
    return string_hash(msgspec.json.encode(said).decode())


def _modules(before: Outline, after: Outline, source: str, language: str) -> list[Part]:
    old = {module.id: module for module in before.modules}
    new = {module.id: module for module in after.modules}
    parts = []
    for module_id in {**new, **old}:
        was, now = old.get(module_id), new.get(module_id)
        if was and now and (was.title, was.enough) == (now.title, now.enough):
            continue
        tongue = language
        if (
            was
            and now
            and was.title != now.title
            and was.title.best(language, source) == now.title.best(language, source)
        ):
            tongue = next(t for t in (*after.languages, *before.languages, *now.title.phrases, *was.title.phrases)
                          if was.title.phrases.get(t) != now.title.phrases.get(t))  # fmt: skip
        label = _("Module") if was and now else _("Module left out") if was else _("New module")
        sides = [module_terms(module, tongue, source) if module else "" for module in (was, now)]
        parts.append(Part(label, sides[0], sides[1], f"module-{module_id}", unsaid=True))
    return parts


def module_terms(module: OutlineModule, language: str, source: str) -> str:
    """A module's title, and what completes it where it asks for a number of its activities, a line each."""
    title = module.title.best(language, source)
    if not module.enough:
        return title
    return title + "\n" + _("Complete with any %(number)s of its activities", number=module.enough)


def _said(activity: OutlineActivity | None, source: str, language: str) -> str:
    return activity.title.best(language, source) if activity else ""


def _place(outline: Outline, activity_id: int, language: str) -> str:
    for module in outline.modules:
        ids = [activity.id for activity in module.activities]
        if activity_id in ids:
            title = module.title.best(language, outline.source_language)
            place = ids.index(activity_id) + 1
            return _("%(place)s of %(count)s in “%(module)s”", place=place, count=len(ids), module=title)
    return ""


def activity_terms(activity: OutlineActivity | None, outline: Outline, language: str) -> str:
    """What an outline says of an activity besides its title and place, in words, a line each; nothing of none."""
    if activity is None:
        return ""
    titles = {a.key: a.title.best(language, outline.source_language) for a in outline.activities()}
    lines = [_("Required") if activity.required else _("Optional"), _("Takes %(time)s", time=minutes(activity.minutes))]
    if activity.opens and activity.opens.above:
        lines.append(_("Opens after the required activities above it"))
    if activity.opens:
        lines += [_("Opens after “%(title)s”", title=titles.get(key, key)) for key in activity.opens.after]
    return "\n".join(lines)


def course_terms(settings: CourseSettings) -> list[str]:
    """How a course is taken, in words, a line each."""
    one_by_one = settings.order is Order.SEQUENTIAL
    lines = [_("One activity after another") if one_by_one else _("Activities in any order")]
    if settings.enough is None:
        lines.append(_("Complete with all required activities"))
    else:
        lines.append(_("Complete with %(number)s required activities", number=settings.enough))
    if settings.min_score is not None:
        lines.append(_("Complete from a score of %(share)s", share=percent(settings.min_score / 100)))
    if settings.certificate_months is None:
        lines.append(_("The certificate does not expire"))
    else:
        lines.append(_("The certificate is valid for %(number)s months", number=settings.certificate_months))
    if settings.minutes is not None:
        lines.append(_("Takes %(time)s", time=minutes(settings.minutes)))
    return lines


def beside(there: list[Passage], here: list[Passage]) -> list[Part]:
    """Passages of the same label side by side, in the later order; those that only the earlier has come last."""
    before = {passage.label: passage.words for passage in there}
    after = {passage.label: passage.words for passage in here}
    return [Part(label, before.get(label, ""), after.get(label, "")) for label in {**after, **before}]
