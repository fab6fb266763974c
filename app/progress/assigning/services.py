"""Giving a course to a person, a cohort, a city or a role; what its due date does; ending it.

Who belongs to it is enrolled, at once where they are few and else by a job, and so is who belongs to it later. Of
several due dates of one enrolment the earliest holds, also over one of its own. A date that is over is set for nobody
whom an assignment meets afterwards: they have none by it.
"""

from __future__ import annotations

import sqlalchemy as sa

from app.auth.identity import Identity
from app.auth.models import Cohort, Person
from app.core import audit, clock
from app.core.errors import NotFound
from app.core.jobs import enqueue
from app.core.transactions import after_commit
from app.courses.archiving.refusing import require_open
from app.courses.errors import CourseNotPublished
from app.courses.models import Course
from app.extensions import db

from .. import holding, services
from ..errors import NotAdmitted
from ..models import Assignment, Completion, Enrolment, EnrolmentState
from . import queries, telling
from .errors import AlreadyEnded, CohortEnded
from .giving import Due, Target

JOB = "progress.follow_assignment"
AT_ONCE = 100  # people who are enrolled within the request; more are a job's
BATCH = 100


def check_target(target: Target, by: Identity) -> None:
    """Raise `NotFound` for a target that there is not or not for `by`: coordinators give within their own cities.

    Raises `CohortEnded` besides.
    """
    if target.role is not None:
        if not by.is_administrator:
            raise NotFound
        return
    if target.cohort_id is not None:
        cohort = db.session.get(Cohort, target.cohort_id)
        if cohort is None:
            raise NotFound
        if cohort.ended_at is not None:
            raise CohortEnded
        city_id = cohort.city_id
    elif target.person_id is not None:
        person = db.session.get(Person, target.person_id)
        if person is None or person.state not in queries.STATES:
            raise NotFound
        city_id = person.city_id
    else:
        city_id = target.city_id
    if not by.is_administrator and city_id not in by.coordinates:
        raise NotFound


def give(*, course_id: int, target: Target, due: Due, by: Identity) -> Assignment:
    """Give a course to `target`, as `check_target` allows it. The same once more is that assignment, its due date new.

    Raises `CourseNotPublished` and `CourseArchived` besides.
    """
    check_target(target, by)
    course = db.session.get(Course, course_id, with_for_update={"key_share": True}, populate_existing=True)
    if course is None or course.edition_id is None:
        raise CourseNotPublished
    require_open(course)
    same = db.session.scalars(
        sa.select(Assignment).where(
            Assignment.course_id == course_id, Assignment.ended_at.is_(None),
            Assignment.person_id.is_not_distinct_from(target.person_id),
            Assignment.cohort_id.is_not_distinct_from(target.cohort_id),
            Assignment.city_id.is_not_distinct_from(target.city_id),
            Assignment.role.is_not_distinct_from(target.role),
        )
        .limit(1)
    ).first()  # fmt: skip
    if same is not None:
        change_due(assignment_id=same.id, due=due, by=by)
        return same
    assignment = Assignment(
        course_id=course_id, person_id=target.person_id, cohort_id=target.cohort_id, city_id=target.city_id,
        role=target.role, due_at=due.at, due_days=due.days, time_zone=by.time_zone, given_by_id=by.id,
        given_at=clock.now(),
    )  # fmt: skip
    db.session.add(assignment)
    db.session.flush()
    audit.record(
        "assignment.give", f"assignment:{assignment.id}", actor_id=by.id, course=course_id,
        person=target.person_id, cohort=target.cohort_id, city=target.city_id, role=target.role,
    )  # fmt: skip
    follow(assignment_id=assignment.id)
    return assignment


def follow(*, assignment_id: int) -> None:
    """Bring an assignment about: at once where few are reached, else by a job after the commit."""
    assignment = db.session.get_one(Assignment, assignment_id)
    reached = queries.reached(queries.target_of(assignment)).limit(AT_ONCE + 1).subquery()
    if (db.session.scalar(sa.select(sa.func.count()).select_from(reached)) or 0) > AT_ONCE:
        after_commit(lambda: enqueue(JOB, assignment_id=assignment_id))
        return
    apply_due(assignment_id=assignment_id)
    enrol_some(assignment_id=assignment_id, limit=AT_ONCE)


def follow_person(*, person_id: int) -> None:
    """Enrol one person by the assignments that reach them now and that they are not enrolled for."""
    for assignment_id in queries.list_open_ids(people=sa.select(Person.id).where(Person.id == person_id)):
        enrol_some(assignment_id=assignment_id, only=person_id)


def enrol_some(*, assignment_id: int, limit: int = BATCH, after: int = 0, only: int | None = None) -> int:
    """Enrol up to `limit` of those who are missing, by their ids from `after` on; the last id, 0 at the end.

    `only`: of one person. Nobody is enrolled for an assignment that has ended, nor in a course that is not published or
    was archived.
    """
    assignment = db.session.get_one(Assignment, assignment_id, populate_existing=True)
    if assignment.ended_at is not None:
        return 0
    course, _edition = holding.hold_course(assignment.course_id)
    if course.archived_at is not None:
        return 0
    now = clock.now()
    due_at = queries.due_of(assignment).of(now, assignment.time_zone)
    if due_at is not None and due_at <= now:
        due_at = None
    missing = queries.list_missing(assignment, limit=limit, after=after, only=only)
    for person in db.session.scalars(sa.select(Person).where(Person.id.in_(missing)).order_by(Person.id)):
        try:
            services.enrol(
                person=person, course_id=assignment.course_id, due_at=due_at, by_id=assignment.given_by_id,
                assignment=assignment,
            )  # fmt: skip
        except NotAdmitted:  # who may enrol was changed in between
            continue
    return missing[-1] if missing else 0


def apply_due(*, assignment_id: int, limit: int | None = None, after: int = 0) -> int:
    """Let the due date hold for those whom the assignment reaches and who were in the course already, where it is the
    earliest. For them, days count from when the course was given, so that nobody is late at once.

    Who has completed the course since it was given has done what was asked: their renewal is not due by it. A date that
    is over, as of a renewal that began long after the course was given, does not hold either. Whose date changes
    is told.

    As `enrol_some`: up to `limit` of them from the enrolment `after` on; the last id, 0 at the end.
    """
    assignment = db.session.get_one(Assignment, assignment_id, populate_existing=True)
    due, now = queries.due_of(assignment), clock.now()
    if assignment.ended_at is not None or due == Due() or (due.at is not None and due.at <= now):
        return 0
    _lock_course(assignment.course_id)
    chosen = (
        sa.select(Enrolment)
        .where(
            Enrolment.course_id == assignment.course_id, Enrolment.state == EnrolmentState.OPEN, Enrolment.id > after,
            sa.or_(Enrolment.due_at.is_(None), Enrolment.due_at > (due.at or assignment.given_at)),
            Enrolment.person_id.in_(queries.reached(queries.target_of(assignment))),
            sa.or_(Enrolment.cycle == 1, ~_completed_since(assignment)),
        )
        .order_by(Enrolment.id).limit(limit).with_for_update().execution_options(populate_existing=True)
    )  # fmt: skip
    last, before = 0, {}
    for enrolment in db.session.scalars(chosen):
        last = enrolment.id
        due_at = due.of(max(enrolment.enrolled_at, assignment.given_at), assignment.time_zone)
        if due_at is not None and due_at > now and (enrolment.due_at is None or due_at < enrolment.due_at):
            before[enrolment.id] = enrolment.due_at
            enrolment.due_at, enrolment.assignment_id = due_at, assignment.id
    db.session.flush()
    telling.tell_changed(course_id=assignment.course_id, before=before, by_id=assignment.given_by_id)
    return last


def _completed_since(assignment: Assignment) -> sa.ColumnElement[bool]:
    since = sa.exists().where(
        Completion.enrolment_id == Enrolment.id, Completion.completed_at >= assignment.given_at
    )  # fmt: skip
    return since.correlate(Enrolment)


def change_due(*, assignment_id: int, due: Due, by: Identity) -> None:
    """Give an assignment another due date. Enrolments that have its date follow, those too that were left before the
    end and may be taken up again; an earlier date stays. Who is under way and has another date then is told.

    Its days end by the clocks of `by`. Raises `AlreadyEnded`.
    """
    _lock_course(db.session.scalar(sa.select(Assignment.course_id).where(Assignment.id == assignment_id)))
    assignment = _locked(assignment_id)
    if queries.due_of(assignment) == due:
        return
    assignment.due_at, assignment.due_days, assignment.time_zone = due.at, due.days, by.time_zone
    audit.record(
        "assignment.due", f"assignment:{assignment.id}", actor_id=by.id, days=due.days,
        at=due.at.isoformat() if due.at else None,
    )  # fmt: skip
    db.session.flush()
    before = dict(db.session.execute(sa.select(Enrolment.id, Enrolment.due_at).where(_held(assignment))).all())
    _let_go_of_dues(assignment)
    people = sa.select(Enrolment.person_id).where(_held(assignment))
    for other in sorted({assignment.id, *queries.list_open_ids(course_id=assignment.course_id, people=people)}):
        follow(assignment_id=other)
    telling.tell_changed(course_id=assignment.course_id, before=before, by_id=by.id)


def _held(assignment: Assignment) -> sa.ColumnElement[bool]:
    """The enrolments that are due by an assignment and not completed: open ones, and those that were left."""
    return sa.and_(Enrolment.assignment_id == assignment.id, Enrolment.completed_at.is_(None))


def _let_go_of_dues(assignment: Assignment) -> None:
    """Give the enrolments that are due by an assignment its date as it is now; others may then be earlier.

    Days count from the enrolment, of this time through, or from the giving, whichever is later.
    """
    due, held = queries.due_of(assignment), _held(assignment)
    if due.days is None:
        db.session.execute(
            sa.update(Enrolment).where(held).values(due_at=due.at, version_id=Enrolment.version_id + 1)
            .execution_options(synchronize_session="fetch")
        )  # fmt: skip
        return
    chosen = (
        sa.select(Enrolment).where(held)
        .order_by(Enrolment.id).with_for_update().execution_options(populate_existing=True)
    )  # fmt: skip
    for enrolment in db.session.scalars(chosen):
        enrolment.due_at = due.of(max(enrolment.enrolled_at, assignment.given_at), assignment.time_zone)
    db.session.flush()


def end(*, assignment_id: int, by: Identity) -> None:
    """End an assignment: nobody is enrolled by it any more, and who is in the course stays, due as they were.

    Raises `AlreadyEnded`.
    """
    assignment = _locked(assignment_id)
    assignment.ended_at = clock.now()
    audit.record("assignment.end", f"assignment:{assignment.id}", actor_id=by.id)
    db.session.flush()


def _locked(assignment_id: int) -> Assignment:
    assignment = db.session.get(
        Assignment, assignment_id, with_for_update={"key_share": True}, populate_existing=True
    )  # fmt: skip
    if assignment is None:
        raise NotFound
    if assignment.ended_at is not None:
        raise AlreadyEnded
    return assignment


def _lock_course(course_id: int | None) -> None:
    """Before the enrolments of many: whoever takes several of a course waits here, so that none cross."""
    db.session.execute(sa.select(Course.id).where(Course.id == course_id).with_for_update(key_share=True))
