"""What keeps a course's own rule of completion from ever holding."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _
from flask_babel import ngettext

from app.core.formats import percent

from .kinds import Check, Level, get_kind
from .models import Activity, Course


def checks(course: Course, activities: Sequence[Activity]) -> list[Check]:
    """What nobody could do: more activities than there are, or a score where nothing is graded."""
    found = []
    settings = course.settings
    if activities and settings.enough is None and not any(activity.required for activity in activities):
        message = _("No activity is required, so nobody can complete the course")
        found.append(Check(Level.WARNING, "completion", message))
    if activities and settings.enough is not None and settings.enough > len(activities):
        message = ngettext(
            "The settings ask for %(enough)s activities, and the course has %(num)s: nobody can complete it",
            "The settings ask for %(enough)s activities, and the course has %(num)s: nobody can complete it",
            len(activities),
            enough=settings.enough,
        )
        found.append(Check(Level.BLOCKER, "completion", message))
    if activities and settings.min_score is not None and not _graded(course, activities):
        message = _(
            "The settings ask for a score of %(score)s, and no required activity is graded: nobody can complete it",
            score=percent(settings.min_score / 100),
        )
        found.append(Check(Level.BLOCKER, "completion", message))
    return found


def _graded(course: Course, activities: Sequence[Activity]) -> bool:
    return any(a.required and get_kind(a.kind).freeze(a, course).marks for a in activities)
