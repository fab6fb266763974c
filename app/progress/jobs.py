"""Work that follows a publication: open enrolments are counted against the new edition, in batches."""

from __future__ import annotations

import sqlalchemy as sa

from app.core.jobs import job
from app.core.transactions import reading, unit_of_work
from app.courses.models import Course
from app.extensions import db

from . import services
from .models import Enrolment

BATCH = 100


@job("progress.recount")
def recount_course(course_id: int) -> int:
    """Recount the open enrolments of a course that were counted on an older edition; returns how many.

    Safe to run twice, and to stop half way: what is counted is not counted again.
    """
    counted = 0
    last = 0
    while True:
        with reading():
            ids = db.session.scalars(
                sa.select(Enrolment.id)
                .join(Course, Course.id == Enrolment.course_id)
                .where(
                    Enrolment.course_id == course_id,
                    Enrolment.completed_at.is_(None),
                    Enrolment.id > last,
                    Enrolment.counted_edition_id != Course.edition_id,
                )
                .order_by(Enrolment.id)
                .limit(BATCH)
            ).all()
        if not ids:
            return counted
        for enrolment_id in ids:
            with unit_of_work():
                services.recount(enrolment_id=enrolment_id)
        counted += len(ids)
        last = ids[-1]
