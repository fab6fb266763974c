"""How long the certificates of courses are valid, and whether they can last as long as a rule asks."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime

import sqlalchemy as sa

from app.core import clock
from app.courses.editions import list_editions
from app.courses.models import Course
from app.extensions import db

from ..rules import Certified, Node, Problem
from ..rules.problems import Times, untimely
from ..rules.requirement import Names


def list_certificate_months(course_ids: Collection[int]) -> dict[int, int]:
    """For how many months a certificate is valid that is given today, by course; without those that never expire.

    One statement, and one more for editions that this process has not read yet; none without courses.
    """
    if not course_ids:
        return {}
    published = db.session.scalars(
        sa.select(Course.edition_id).where(Course.id.in_(sorted(course_ids)), Course.edition_id.is_not(None))
    )
    editions = list_editions(edition_id for edition_id in published if edition_id is not None)
    months = {edition.course_id: edition.outline.settings.certificate_months for edition in editions}
    return {course_id: number for course_id, number in months.items() if number}


def list_untimely(
    rule: Node, says: Callable[[Node], Names], *, opens_at: datetime, closes_at: datetime
) -> list[Problem]:
    """The days that a rule asks for and that do not go with these dates of its call, in words, what stops it first.

    Statements as `list_certificate_months` and `says`; none for a rule that asks for no certificate on a day.
    """
    dated = {leaf.course_id for leaf in rule.leaves() if isinstance(leaf, Certified) and leaf.valid_on is not None}
    if not dated:
        return []
    months = list_certificate_months(dated)
    return untimely(rule, Times(opens_at, closes_at, clock.now(), months), says(rule))
