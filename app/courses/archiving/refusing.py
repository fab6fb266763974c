"""Refusing what an archived course no longer allows, with the words that send people on."""

from __future__ import annotations

from datetime import datetime

from flask_babel import gettext as _

from app.auth.identity import page_language
from app.core import formats

from .. import editions
from ..models import Course
from . import queries
from .errors import CourseArchived


def require_open(course: Course) -> None:
    """Raise `CourseArchived` for a course that nobody can begin any more."""
    if course.archived_at is not None:
        raise _refusal(course, _over(course, course.archived_at))


def require_renewable(course: Course) -> None:
    """Raise `CourseArchived` where a certificate cannot be renewed as its course was archived."""
    if course.archived_at is not None:
        raise _refusal(course, _not_renewed(course.archived_at))


def _refusal(course: Course, said: str) -> CourseArchived:
    """What was said, and what replaces the course where something does."""
    successor = queries.find_successor(course.id)
    if successor is None:
        return CourseArchived(said)
    title = successor.title.best(page_language(), successor.source_language)
    instead = _("“%(course)s” replaces it.", course=title)
    return CourseArchived(f"{said} {instead}", sent_on=successor.slug)


def _over(course: Course, archived_at: datetime) -> str:
    title, day = _title(course), formats.day(archived_at)
    return _("“%(course)s” was archived on %(day)s, so nobody can begin it any more.", course=title, day=day)


def _title(course: Course) -> str:
    """As practitioners know it, not as its draft would have it."""
    if course.edition_id is None:
        return course.title.best(page_language(), course.source_language)
    outline = editions.get_edition(course.edition_id).outline
    return outline.title.best(page_language(), outline.source_language)


def _not_renewed(archived_at: datetime) -> str:
    return _(
        "The course was archived on %(day)s, so this certificate cannot be renewed. It stays valid until it expires.",
        day=formats.day(archived_at),
    )
