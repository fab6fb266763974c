"""What keeps a course's own rule of completion from ever holding."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flask_babel import gettext as _
from flask_babel import ngettext

from app.core.formats import percent

from ..kinds import Check, Level, get_kind
from ..models import Activity, Course
from .opening import numbered


def checks(course: Course, activities: Sequence[Activity]) -> list[Check]:
    """What nobody could do: more activities than there are, or a score where nothing is graded."""
    return list(_checks(course, activities)) if activities else []


def _checks(course: Course, activities: Sequence[Activity]) -> Iterator[Check]:
    settings = course.settings
    by_number = {module.id for module, _enough in numbered(course)}
    required = [activity for activity in activities if activity.required and activity.module_id not in by_number]
    if settings.enough is None and not required and not by_number:
        message = _("No activity is required, so nobody can complete the course")
        yield Check(Level.WARNING, "completion", message)
    if settings.enough is not None and settings.enough > len(activities):
        message = ngettext(
            "The settings ask for %(enough)s activities, and the course has %(num)s: nobody can complete it",
            "The settings ask for %(enough)s activities, and the course has %(num)s: nobody can complete it",
            len(activities),
            enough=settings.enough,
        )
        yield Check(Level.BLOCKER, "completion", message)
    yield from _modules(course)
    if settings.min_score is not None and not _graded(course, required):
        message = _(
            "The settings ask for a score of %(score)s, and no required activity is graded: nobody can complete it",
            score=percent(settings.min_score / 100),
        )
        yield Check(Level.BLOCKER, "completion", message)


def _modules(course: Course) -> Iterator[Check]:
    """Modules that ask for more than they have, or whose number counts for nothing."""
    source = course.source_language
    for module, enough in numbered(course):
        if enough > len(standing := module.living_activities()):
            message = ngettext(
                "Module “%(title)s” asks for %(enough)s activities and has %(num)s: nobody can complete the course",
                "Module “%(title)s” asks for %(enough)s activities and has %(num)s: nobody can complete the course",
                len(standing),
                title=module.title.best(source, source),
                enough=enough,
            )
            yield Check(Level.BLOCKER, "completion", message)
    if course.settings.enough is not None:
        for module in course.living_modules():
            if module.enough:
                message = _(
                    "Module “%(title)s” asks for a number of its activities, which counts for nothing:"
                    " the settings say how many of all are enough",
                    title=module.title.best(source, source),
                )
                yield Check(Level.WARNING, "completion", message)


def _graded(course: Course, required: Sequence[Activity]) -> bool:
    return any(get_kind(a.kind).freeze(a, course).marks for a in required)
