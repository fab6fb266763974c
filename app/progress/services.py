"""What practitioners do in a course. Progress has two doors, `record` and `recount`, and no third."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from app.auth.identity import Identity
from app.auth.models import Person, PersonState
from app.core import audit, clock
from app.courses.archiving.refusing import require_open
from app.courses.audience import admission as audience
from app.courses.audience import queries as audience_queries
from app.courses.editions import PublishedEdition
from app.courses.models import Activity, Course
from app.courses.outline import Admits
from app.extensions import db
from app.network.models import City

from . import outcomes
from .beginning import fresh
from .certificates import codes
from .counting import counted, rule_of
from .errors import ActivityGone, NotAdmitted, NotEnrolled
from .holding import edition_in_force, enrolment_of, hold_course, hold_people, lock, lock_of
from .models import (
    ActivityProgress,
    ActivityState,
    Assignment,
    Certificate,
    Completion,
    Enrolment,
    EnrolmentState,
    RisenScore,
)
from .outcomes import TAKEN_BACK as TAKEN_BACK
from .outcomes import Outcome as Outcome
from .signals import course_completed, enrolled


def enrol(
    *,
    person: Identity | Person,
    course_id: int,
    due_at: datetime | None = None,
    by_id: int | None = None,
    assignment: Assignment | None = None,
) -> Enrolment:
    """Take `person` into the course, themselves or (`by_id`) by somebody else, perhaps for an assignment.

    Who is in it already stays as they are, but that an earlier `due_at` holds. Who left it comes back by their own
    word only. Raises `CourseNotPublished`, `CourseArchived`, and `NotAdmitted` where the course is not for them, nor
    for somebody who has left.
    """
    course, edition = hold_course(course_id)
    held = _hold_person(person.id)
    if course.archived_at is not None or course.audience.admits is not Admits.ANYONE:
        if already := _find_enrolment(person.id, course.id):
            return _enrolled_before(already.id, due_at, by_id, assignment)
        require_open(course)
        if course.audience.admits is not Admits.ANYONE:
            _require_admitted(course, person.id)
    enrolment = Enrolment(
        **fresh(
            edition, person_id=person.id, city_id=held.city_id, language=held.language, due_at=due_at,
            assignment_id=assignment.id if assignment else None,
        )
    )  # fmt: skip
    try:
        with db.session.begin_nested():
            db.session.add(enrolment)
    except IntegrityError:
        already = db.session.scalars(enrolment_of(person.id, course.id)).one()
        return _enrolled_before(already.id, due_at, by_id, assignment)
    enrolled.send(None, enrolment=enrolment, by_id=by_id)
    return enrolment


def _hold_person(person_id: int) -> sa.Row[int, int | None, str]:
    found = hold_people([person_id])
    if not found:
        raise NotAdmitted(_("Their account was closed, so nobody can enrol them."))
    return found[0]


def _enrolled_before(
    enrolment_id: int, due_at: datetime | None, by_id: int | None, assignment: Assignment | None
) -> Enrolment:
    enrolment = lock(enrolment_id)
    if enrolment.state == EnrolmentState.WITHDRAWN and by_id is None:
        _come_back(enrolment)
    if enrolment.state == EnrolmentState.OPEN and due_at and (enrolment.due_at is None or due_at < enrolment.due_at):
        enrolment.due_at, enrolment.assignment_id = due_at, assignment.id if assignment else None
    return enrolment


def withdraw(*, enrolment_id: int, by_id: int | None, reason: str = "") -> Enrolment:
    """Leave a course, oneself or taken out by somebody: `by_id` (None: the site) in the log, with why.

    Nothing that was done is lost: `come_back` brings all of it, a completion too. Who left already stays so.
    """
    enrolment = lock(enrolment_id)
    if enrolment.state == EnrolmentState.WITHDRAWN:
        return enrolment
    enrolment.state, enrolment.withdrawn_at = EnrolmentState.WITHDRAWN, clock.now()
    audit.record("enrolment.withdraw", f"enrolment:{enrolment.id}", actor_id=by_id, reason=reason)
    db.session.flush()
    return enrolment


def come_back(*, enrolment_id: int, by_id: int | None = None) -> Enrolment:
    """Be in a course again that one left, as one stood; who is in it stays.

    What was finished in another window after leaving may complete it now. Raises `CourseNotPublished`, and
    `NotAdmitted` for somebody whose account is closed.
    """
    person_id = db.session.scalar(sa.select(Enrolment.person_id).where(Enrolment.id == enrolment_id))
    if person_id is None:
        raise NotEnrolled
    _hold_person(person_id)
    enrolment = lock(enrolment_id)
    if enrolment.state == EnrolmentState.WITHDRAWN:
        _come_back(enrolment, by_id)
    return enrolment


def _come_back(enrolment: Enrolment, by_id: int | None = None) -> None:
    enrolment.state = EnrolmentState.OPEN if enrolment.completed_at is None else EnrolmentState.COMPLETED
    enrolment.withdrawn_at = None
    enrolment.touched_at = clock.now()
    actor = enrolment.person_id if by_id is None else by_id
    audit.record("enrolment.return", f"enrolment:{enrolment.id}", actor_id=actor)
    db.session.flush()
    _count(enrolment, edition_in_force(enrolment))


def record(
    *, enrolment_id: int, activity_id: int, outcome: Outcome, cycle: int | None = None, done_at: datetime | None = None
) -> Enrolment:
    """Write down what happened in an activity, and what follows: the count, and the completion with its certificate.

    Locks the enrolment first, so that two last activities which finish together still complete the course, once.
    What is complete stays complete; the score is whatever the activity's grading makes of all attempts.
    An activity that the edition in force no longer has is still written down: a later edition may bring it back.
    So is what somebody does in a window that stood open when they left: it counts, and completes once they come back.
    What happened in an earlier `cycle`, as a mark that comes after a renewal, is written down there and counts no more.
    `done_at`: when the person did it, where that was before now, as with a mark that comes later. Where they go on, and
    when they were last here, stay as they are if they did something else since.
    Raises `ActivityGone` if the course never had it.
    """
    enrolment = lock(enrolment_id)
    edition = edition_in_force(enrolment)
    if activity_id not in edition.by_id and not _was_ever(activity_id, enrolment.course_id):
        raise ActivityGone
    now = clock.now()
    moment = done_at or now
    outcomes.write(
        enrolment_id=enrolment.id, cycle=enrolment.cycle if cycle is None else cycle, activity_id=activity_id,
        outcome=outcome, now=now, done_at=moment,
    )  # fmt: skip
    if cycle is not None and cycle != enrolment.cycle:
        return enrolment
    if outcome.by_id is None and outcome is not TAKEN_BACK and moment >= enrolment.touched_at:
        enrolment.last_activity_id = activity_id
        enrolment.touched_at = moment
    _count(enrolment, edition, done_at=done_at)
    return enrolment


def recount(*, enrolment_id: int) -> Enrolment:
    """Count an enrolment anew against the edition in force. It may complete the course; it never takes one back."""
    enrolment = lock(enrolment_id)
    _count(enrolment, edition_in_force(enrolment))
    return enrolment


def choose_language(*, person_id: int, course_id: int, language: str) -> None:
    """Read a course in `language` from now on. Raises `NotEnrolled`; a language it does not have changes nothing."""
    enrolment = lock_of(person_id, course_id)
    if language in edition_in_force(enrolment).outline.languages:
        enrolment.language = language


def remember_place(*, person_id: int, course_id: int, activity_id: int) -> None:
    """Keep which activity the person has open, so that they resume there. Raises `NotEnrolled`."""
    enrolment = lock_of(person_id, course_id)
    if activity_id in edition_in_force(enrolment).by_id and enrolment.last_activity_id != activity_id:
        enrolment.last_activity_id = activity_id
        enrolment.touched_at = clock.now()


def follow_move(*, person_id: int, city_id: int | None) -> None:
    """Carry a person's unfinished enrolments to their new city; finished ones stay where they were earned."""
    db.session.execute(
        sa.update(Enrolment)
        .where(Enrolment.person_id == person_id, Enrolment.completed_at.is_(None))
        .values(city_id=city_id, version_id=Enrolment.version_id + 1)
        .execution_options(synchronize_session="fetch")
    )


def _find_enrolment(person_id: int, course_id: int) -> Enrolment | None:
    found: Enrolment | None = db.session.scalars(enrolment_of(person_id, course_id)).one_or_none()
    return found


def _require_admitted(course: Course, person_id: int) -> None:
    candidate = audience_queries.get_candidate(course_id=course.id, person_id=person_id)
    if not audience.admits(course.audience, candidate):
        whom, step = audience_queries.sentence(course.audience), audience.next_step(course.audience, candidate.email)
        raise NotAdmitted(f"{whom} {step}")


def _was_ever(activity_id: int, course_id: int) -> bool:
    return db.session.scalar(sa.select(Activity.course_id).where(Activity.id == activity_id)) == course_id


def _count(enrolment: Enrolment, edition: PublishedEdition, *, done_at: datetime | None = None) -> None:
    rows = db.session.execute(
        sa.select(ActivityProgress.activity_id, ActivityProgress.state, ActivityProgress.score).where(
            ActivityProgress.enrolment_id == enrolment.id, ActivityProgress.cycle == enrolment.cycle
        )
    ).all()
    states = {row.activity_id: ActivityState(row.state) for row in rows}
    count = counted(edition, states, {row.activity_id: row.score for row in rows})
    enrolment.states = states
    enrolment.done, enrolment.total = count.standing.done, count.standing.total
    if count.score is not None and count.score > (enrolment.score or 0.0) and enrolment.completed_at is not None:
        _note_risen(enrolment, count.score, done_at or clock.now())
    enrolment.score = count.score
    enrolment.counted_edition_id = edition.id
    if count.standing.complete and enrolment.state == EnrolmentState.OPEN:
        _complete(enrolment, edition)
    db.session.flush()


def _note_risen(enrolment: Enrolment, score: float, at: datetime) -> None:
    """Keep a score that a completed cycle rose to, where it is the highest of the cycle."""
    known = sa.union_all(
        *(
            sa.select(kept.score).where(kept.enrolment_id == enrolment.id, kept.cycle == enrolment.cycle)
            for kept in (Completion, RisenScore)
        )
    )
    if score > max((one for one in db.session.scalars(known) if one is not None), default=0.0):
        db.session.add(RisenScore(enrolment_id=enrolment.id, cycle=enrolment.cycle, score=score, at=at))


def _complete(enrolment: Enrolment, edition: PublishedEdition) -> None:
    """Write the completion and its certificate. Unique keys make it happen once, however many requests race."""
    now = clock.now()
    person = db.session.get_one(Person, enrolment.person_id)
    completion = Completion(
        enrolment_id=enrolment.id,
        cycle=enrolment.cycle,
        person_id=person.id,
        course_id=enrolment.course_id,
        edition_id=edition.id,
        rule=rule_of(edition),
        city_id=person.city_id,
        score=enrolment.score,
        completed_at=now,
    )
    try:
        with db.session.begin_nested():
            db.session.add(completion)
    except IntegrityError:
        return
    enrolment.city_id = person.city_id
    enrolment.completed_at = now
    enrolment.state = EnrolmentState.COMPLETED
    certificate = certify(completion, person, enrolment.language, edition)
    course_completed.send(None, completion=completion, certificate=certificate)


def certify(completion: Completion, person: Person, language: str, edition: PublishedEdition) -> Certificate:
    """The certificate of a completion that has none yet, in `language` if the course has it."""
    outline = edition.outline
    months = outline.settings.certificate_months
    city = db.session.get(City, completion.city_id) if completion.city_id else None
    spoken, title = outline.title.spoken(language, outline.source_language)
    code = codes.new_code()
    certificate = Certificate(
        completion_id=completion.id,
        code=code,
        person_id=person.id,
        course_id=completion.course_id,
        holder=person.name if person.state != PersonState.ERASED else "",
        city=city.name if city else None,
        course_title=title,
        language=spoken,
        edition_number=edition.number,
        minutes=edition.minutes,
        score=completion.score,
        issued_at=completion.completed_at,
        expires_at=clock.months_after(completion.completed_at, months) if months else None,
        towers=[len(module.activities) for module in outline.modules],
        rule=completion.rule,
        recipient=codes.hashed(person.email, code) if person.email else None,
    )
    db.session.add(certificate)
    db.session.flush()
    return certificate
