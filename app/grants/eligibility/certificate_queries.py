"""How long the certificates of courses are valid."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa

from app.courses.editions import list_editions
from app.courses.models import Course
from app.extensions import db


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
