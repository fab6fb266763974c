"""What an assignment says of itself in a line: to whom, by when."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import ngettext

from app.auth.models import Role
from app.core.formats import day

from .assigned_queries import AssignmentLine
from .giving import Due

TO_ROLE = {
    Role.TRAINER: lambda: _("All trainers"),
    Role.TRANSLATOR: lambda: _("All translators"),
    Role.COORDINATOR: lambda: _("All coordinators"),
    Role.ADMINISTRATOR: lambda: _("All administrators"),
}


def to_whom(line: AssignmentLine) -> str:
    """`Amina Trabelsi`, `Cohort: Spring`, `Everyone of Ghent`, `All trainers`."""
    if line.role is not None:
        return TO_ROLE[line.role]()
    if line.cohort_id is not None:
        return _("Cohort: %(name)s", name=line.cohort)
    if line.city_id is not None:
        return _("Everyone of %(city)s", city=line.city)
    return line.person or ""


def by_when(due: Due) -> str:
    """`By 1 December 2026`, `Within 30 days`, `No due date`."""
    if due.at is not None:
        return _("By %(day)s", day=day(due.at))
    if due.days is not None:
        return ngettext("Within %(num)s day of enrolling", "Within %(num)s days of enrolling", due.days)
    return _("No due date")
