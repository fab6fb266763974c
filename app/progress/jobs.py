"""Work that follows a publication, an assignment, or a change of who belongs where: in batches."""

from __future__ import annotations

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from app.core.jobs import job
from app.core.text import source_first
from app.core.transactions import reading, unit_of_work
from app.courses.editions import PublishedEdition, get_edition
from app.courses.models import Course
from app.extensions import db
from app.messages.services import tell

from . import services
from .assigning import queries as assigning_queries
from .assigning import services as assigning_services
from .models import Enrolment, EnrolmentState

BATCH = 100


@job("progress.recount", _l("Recounting progress on a new edition"))
def recount_course(course_id: int) -> int:
    """Recount the open enrolments of a course that were counted on an older edition; returns how many.

    Safe to run twice, and to stop half way: what is counted is not counted again.
    """
    counted = 0
    last = 0
    while True:
        with reading():
            rows = db.session.execute(
                sa.select(Enrolment.id, Enrolment.counted_edition_id, Enrolment.done, Enrolment.total)
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
        if not rows:
            return counted
        for row in rows:
            with unit_of_work():
                enrolment = services.recount(enrolment_id=row.id)
                _tell(enrolment, get_edition(row.counted_edition_id), row.done, row.total)
        counted += len(rows)
        last = rows[-1].id


def _tell(enrolment: Enrolment, before: PublishedEdition, done: int, total: int) -> None:
    """Tell whoever is under way that the course has changed, where that changes what is left for them."""
    after = get_edition(enrolment.counted_edition_id)
    came = {activity.id for activity in after.counted} - {activity.id for activity in before.counted}
    changed = (enrolment.done, enrolment.total) != (done, total) or came - enrolment.states.keys()
    if enrolment.state != EnrolmentState.OPEN or not enrolment.states or not changed:
        return
    tell(
        key=f"edition:{enrolment.id}:{enrolment.cycle}:{after.id}",
        kind="new_edition",
        person_id=enrolment.person_id,
        slug=db.session.get_one(Course, enrolment.course_id).slug,
        titles=source_first(after.outline.title, after.outline.source_language),
    )


@job("progress.follow_assignment", _l("Enrolling whom an assignment reaches"))
def follow_assignment(assignment_id: int) -> int:
    """Enrol whom an assignment reaches, and let its due date hold, in batches of their own; returns how many batches.

    Safe to run twice, and to stop half way: who is enrolled is not enrolled again.
    """
    batches = 0
    for step in (assigning_services.apply_due, assigning_services.enrol_some):
        last = 0
        while True:
            with unit_of_work():
                last = step(assignment_id=assignment_id, limit=assigning_services.BATCH, after=last)
            if not last:
                break
            batches += 1
    return batches


@job("progress.follow_assignments", _l("Looking for newcomers whom assignments reach"), every_hour_at=23)
def follow_assignments() -> None:
    """Follow all assignments that go on: who came to belong to a cohort, a city or a role is enrolled."""
    with reading():
        ids = list(assigning_queries.list_open_ids())
    for assignment_id in ids:
        follow_assignment(assignment_id)


@job("progress.follow_person", _l("Enrolling a person by the assignments that reach them"))
def follow_person(person_id: int) -> None:
    """Enrol one person by all assignments that reach them now: they were confirmed, moved, or given a role."""
    with unit_of_work():
        assigning_services.follow_person(person_id=person_id)


@job("progress.follow_cohort", _l("Enrolling new members of a cohort"))
def follow_cohort(cohort_id: int) -> None:
    """Follow the assignments of a cohort that got new members."""
    with reading():
        ids = list(assigning_queries.list_open_ids(cohort_id=cohort_id))
    for assignment_id in ids:
        follow_assignment(assignment_id)
